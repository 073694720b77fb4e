//! What the program starts with: keys, colours and signs, from the settings and the terminal.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use chrono::Utc;

use crate::app::Setup;
use crate::app::keymap::Keymap;
use crate::config::{Config, DcConfig, Dirs, Env};
use crate::ui::Look;
use crate::ui::glyph::Glyphs;
use crate::ui::theme::{Depth, Theme};
use crate::views::Rules;

/// Puts together what the program starts with.
///
/// # Errors
/// A text for the user: a key or theme that cannot be used.
pub fn setup(config: &Config, env: &Env, dirs: &Dirs) -> Result<Setup> {
    let keymap = Keymap::with_overrides(&config.keys).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let file = config.file.as_deref().map(|file| format!("{}: ", file.display()));
        anyhow!("{}[keys]: {}", file.unwrap_or_default(), lines.join("; "))
    })?;
    let mut warnings = config.warnings.clone();
    let depth = depth(env);
    let mut themes: Vec<Theme> =
        Theme::BUILT_IN.iter().filter_map(|name| Theme::built_in(name)).collect();
    themes.extend(own_themes(&dirs.config.join("themes"), &mut warnings));
    let themes: Vec<Theme> = themes.into_iter().map(|theme| theme.for_depth(depth)).collect();
    let wanted = config.theme.as_deref().unwrap_or(if config.no_color { "mono" } else { "dark" });
    let Some(theme) = themes.iter().find(|theme| theme.name() == wanted).cloned() else {
        let names: Vec<&str> = themes.iter().map(Theme::name).collect();
        bail!("no theme '{wanted}'; there are {}", names.join(", "));
    };
    let glyphs = Glyphs::from_locale(env.get("LC_ALL"), env.get("LC_CTYPE"), env.get("LANG"));
    let named = |is: fn(&DcConfig) -> bool| {
        config.datacenters.iter().filter(|dc| is(dc)).map(|dc| dc.name.clone()).collect()
    };
    let rules = Rules {
        is_read_only: config.read_only,
        read_only: named(|dc| dc.read_only),
        protected: named(|dc| dc.protected),
    };
    Ok(Setup {
        focus: config.focus.clone(),
        configured: config.datacenters.iter().map(|dc| dc.name.clone()).collect(),
        rules,
        drafts: super::drafts::left(&dirs.state, &mut warnings),
        agent: config.agent.address.to_string(),
        keymap,
        look: Look { theme, glyphs },
        themes,
        warnings,
        now: Utc::now(),
    })
}

/// The user's own themes; one that cannot be read is warned of.
fn own_themes(folder: &Path, warnings: &mut Vec<String>) -> Vec<Theme> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut themes = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        match fs::read_to_string(&path).map_err(|error| error.to_string()) {
            Ok(text) => match Theme::parse(name, &text) {
                Ok(theme) => themes.push(theme),
                Err(error) => warnings.push(format!("{}: {error}", path.display())),
            },
            Err(error) => warnings.push(format!("{}: {error}", path.display())),
        }
    }
    themes
}

/// How many colours the terminal shows, as far as it says.
fn depth(env: &Env) -> Depth {
    let says = |name: &str, words: &[&str]| {
        env.get(name).is_some_and(|value| words.iter().any(|word| value.contains(word)))
    };
    if says("COLORTERM", &["truecolor", "24bit"]) {
        Depth::True
    } else if says("TERM", &["256color", "direct", "kitty"]) {
        Depth::Indexed
    } else {
        Depth::Sixteen
    }
}
