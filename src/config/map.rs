//! The `[map]` section: how it is found who calls whom.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow};
use serde::Deserialize;

use crate::domain::map::Told;

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Section {
    meta: Option<Vec<Arc<str>>>,
    tag: Option<Arc<str>>,
    edges: Option<PathBuf>,
}

impl Section {
    /// What it says, and the usual where it says nothing. A file of edges is looked for beside the
    /// settings, in `directory`, unless it is named in full; `~/` is `home`.
    ///
    /// # Errors
    /// A file of edges that cannot be read, or is none.
    pub(super) fn resolve(self, directory: Option<&Path>, home: Option<&str>) -> Result<Told> {
        let usual = Told::default();
        let file = match self.edges {
            None => Vec::new(),
            Some(path) => {
                let path = match (path.strip_prefix("~"), home, directory) {
                    (Ok(rest), Some(home), _) => Path::new(home).join(rest),
                    (_, _, Some(directory)) => directory.join(&path),
                    _ => path,
                };
                let shown = path.display();
                let text = fs::read_to_string(&path)
                    .map_err(|error| anyhow!("'edges' in [map]: {shown}: {error}"))?;
                Told::of_file(&text).map_err(|why| anyhow!("'edges' in [map]: {shown}: {why}"))?
            }
        };
        Ok(Told { meta: self.meta.unwrap_or(usual.meta), tag: self.tag.unwrap_or(usual.tag), file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_the_settings_is_read_and_a_bad_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("good"), "web api\n").unwrap();
        fs::write(dir.path().join("bad"), "web\n").unwrap();
        let read =
            |text: &str| toml::from_str::<Section>(text).unwrap().resolve(Some(dir.path()), None);
        assert_eq!(read("").unwrap(), Told::default());
        let told = read("edges = 'good'\nmeta = ['calls']\ntag = 'to:'").unwrap();
        assert_eq!(told.file, [("web".into(), "api".into())]);
        assert_eq!((&*told.meta[0], &*told.tag), ("calls", "to:"));
        for (text, part) in [("edges = 'bad'", "line 1: 'web'"), ("edges = 'none'", "none: ")] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains("in [map]") && refused.contains(part), "{refused}");
        }
    }
}
