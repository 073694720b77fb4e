//! What the program starts with: keys, colours and signs, from the settings and the terminal.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, bail};

use crate::app::Setup;
use crate::app::keymap::Keymap;
use crate::clock;
use crate::config::{Config, DcConfig, Dirs, Env};
use crate::ui::Look;
use crate::ui::glyph::Glyphs;
use crate::ui::theme::{Depth, Theme};
use crate::views::{Rules, Tenancy};

/// Puts together what the program starts with.
///
/// # Errors
/// A text for the user: a key or theme that cannot be used.
pub fn setup(config: &Config, env: &Env, dirs: &Dirs) -> Result<Setup> {
    let keymap = keymap(config)?;
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
        agents: config.agents(),
        tenancy: tenancy(config),
    };
    Ok(Setup {
        focus: config.focus.clone(),
        configured: config.datacenters.iter().map(|dc| dc.name.clone()).collect(),
        rules,
        bounds: config.rollout,
        fold: config.map.group.clone(),
        drafts: super::drafts::left(&dirs.state, &config.agents(), &mut warnings),
        agent: config.agent.address.to_string(),
        keymap,
        look: Look { theme, glyphs, zone: clock::zone() },
        themes,
        warnings,
        bound: config.history.bound(),
        now: clock::now(),
    })
}

/// What the queries of requests carry, by the settings of each endpoint.
fn tenancy(config: &Config) -> Tenancy {
    let own = config.datacenters.iter().filter_map(|dc| Some((dc, dc.endpoint.as_ref()?)));
    let own = own.map(|(dc, endpoint)| (dc.name.clone(), endpoint.tenancy())).collect();
    Tenancy { usual: config.agent.tenancy(), own }
}

/// The keys, with those of the file laid over the defaults.
///
/// # Errors
/// A line for each thing that cannot be used, in the order of the file: the line it stands in, what
/// is wrong, and the right name nearest to it.
fn keymap(config: &Config) -> Result<Keymap> {
    Keymap::with_overrides(config.keys.overrides()).map_err(|misfits| {
        let file = config.file.as_deref().unwrap_or_else(|| Path::new(""));
        let mut told: Vec<(usize, String)> = misfits
            .iter()
            .map(|it| {
                let line = config.keys.line(&it.action, it.key.as_deref()).unwrap_or_default();
                (line, format!("{}:{line}: {}", file.display(), it.problem))
            })
            .collect();
        told.sort_by_key(|(line, _)| *line);
        let told: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
        anyhow!(told.join("\n"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, SourceFile, resolve};

    #[test]
    fn a_datacenter_with_an_agent_of_its_own_has_its_own_namespace() {
        let text = "[agent]\nnamespace = 'team'\n[datacenters.dc-2]\n\
                    address = 'http://10.0.0.2:8500'\nnamespace = 'ops'\n";
        let path = "/etc/dcview/config.toml".into();
        let file = SourceFile { path, text: text.to_owned(), is_world_readable: false };
        let dirs = Dirs { config: "/c".into(), state: "/s".into() };
        let config = resolve(Some(&file), &Env::default(), &Flags::default(), &dirs).unwrap();
        let rules = setup(&config, &Env::default(), &dirs).unwrap().rules;
        assert_eq!(rules.query(&"dc-1".into()), "dc=dc-1&ns=team");
        assert_eq!(rules.query(&"dc-2".into()), "dc=dc-2&ns=ops");
    }

    #[test]
    fn every_fault_of_the_keys_is_told_with_its_line_in_the_order_of_the_file() {
        let text = "mouse = true\n[keys]\nup = ['k',\n 'ctlr-u']\nqiut = 'x'\ndown = 'k'\n";
        let path = "/etc/dcview/config.toml".into();
        let file = SourceFile { path, text: text.to_owned(), is_world_readable: false };
        let dirs = Dirs { config: "/c".into(), state: "/s".into() };
        let config = resolve(Some(&file), &Env::default(), &Flags::default(), &dirs).unwrap();
        let told = keymap(&config).unwrap_err().to_string();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines,
            [
                "/etc/dcview/config.toml:3: key 'k' is given to both 'down' and 'up' in [keys]; \
                 keep one of them",
                "/etc/dcview/config.toml:4: key of 'up' in [keys]: 'ctlr-u' is no key; did you \
                 mean 'ctrl-u'?",
                "/etc/dcview/config.toml:5: unknown action 'qiut' in [keys]; did you mean 'quit'?",
            ]
        );
    }
}
