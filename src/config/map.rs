//! The `[map]` section: how it is found who calls whom.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow};
use serde::Deserialize;

use crate::domain::ids::ServiceName;
use crate::domain::map::Told;
use crate::domain::map::fold::By;

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Section {
    meta: Option<Vec<Arc<str>>>,
    tag: Option<Arc<str>>,
    edges: Option<PathBuf>,
    group: Option<String>,
}

impl Section {
    /// The file of edges: beside the settings, in `directory`, unless it is named in full; `~/` is
    /// `home`.
    pub(super) fn file(&self, directory: Option<&Path>, home: Option<&str>) -> Option<PathBuf> {
        let path = self.edges.as_ref()?;
        Some(match (path.strip_prefix("~"), home, directory) {
            (Ok(rest), Some(home), _) => Path::new(home).join(rest),
            (_, _, Some(directory)) => directory.join(path),
            _ => path.clone(),
        })
    }

    /// What it says, and the usual where it says nothing; without the edges of the file.
    ///
    /// # Errors
    /// A `group` that is none.
    pub(super) fn told(self) -> Result<Told> {
        let usual = Told::default();
        let (meta, tag) = (self.meta.unwrap_or(usual.meta), self.tag.unwrap_or(usual.tag));
        let group = self.group.as_deref().map(|text| {
            By::parse(text).ok_or_else(|| {
                anyhow!("'group' in [map]: '{text}' is not 'name', 'none' or 'tag:PREFIX'")
            })
        });
        Ok(Told { meta, tag, file: Vec::new(), group: group.transpose()?.unwrap_or_default() })
    }
}

/// Reads the file of edges; none where there is none.
///
/// # Errors
/// One that cannot be read, or holds something else.
pub(super) fn read(path: Option<&Path>) -> Result<Vec<(ServiceName, ServiceName)>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let shown = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| anyhow!("'edges' in [map]: {shown}: {error}"))?;
    Told::of_file(&text).map_err(|why| anyhow!("'edges' in [map]: {shown}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_the_settings_is_read_and_a_bad_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("good"), "web api\n").unwrap();
        fs::write(dir.path().join("bad"), "web\n").unwrap();
        let section = |text: &str| toml::from_str::<Section>(text).unwrap();
        let edges = |text: &str| read(section(text).file(Some(dir.path()), None).as_deref());
        assert_eq!(section("").told().unwrap(), Told::default());
        assert!(edges("").unwrap().is_empty());
        assert_eq!(edges("edges = 'good'").unwrap(), [("web".into(), "api".into())]);
        let told = section("meta = ['calls']\ntag = 'to:'\ngroup = 'tag:team='").told().unwrap();
        assert_eq!(told.group, By::Tag("team=".into()));
        assert!(
            section("group = 'teams'").told().is_err_and(|it| it.to_string().contains("'teams'"))
        );
        assert_eq!((&*told.meta[0], &*told.tag), ("calls", "to:"));
        for (text, part) in [("edges = 'bad'", "line 1: 'web'"), ("edges = 'none'", "none: ")] {
            let refused = edges(text).unwrap_err().to_string();
            assert!(refused.contains("in [map]") && refused.contains(part), "{refused}");
        }
    }
}
