//! Settings: what dcview was told, from every side, as one value.
//!
//! Layers, each over the one before: defaults, the file, `CONSUL_*`, `DCVIEW_*`, flags.
//! [`resolve`] is a pure function of the file's text, the environment and the flags; only [`load`]
//! reads the file. Nothing here opens a connection or reads a token or certificate file.

mod consumers;
mod describe;
mod endpoint;
mod env;
mod file;
mod history;
mod keys;
mod map;
mod misspelt;
mod paths;
mod proxy;
mod replication;
mod rollout;
mod settings;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};

use crate::consul::Endpoint;
use crate::domain::consumers::Told as Consumers;
use crate::domain::ids::Dc;
use crate::domain::map::Told as Depends;
use crate::domain::replication::Told;
use crate::domain::rollout::Bounds;
use crate::domain::version::Rules;
use crate::journal::Agents;

pub use endpoint::EndpointLayer;
pub use env::Env;
pub use file::SourceFile;
pub use history::HistoryConfig;
pub use keys::Keys;
pub use paths::Dirs;
pub use settings::{LogLevel, SettingsLayer};

/// What the command line says, as the topmost layer.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`: the file that must be read instead of the usual one.
    pub config_file: Option<PathBuf>,
    /// `--http-addr`, `--token-file` and their like.
    pub agent: EndpointLayer,
    /// Everything else that is also in the file.
    pub settings: SettingsLayer,
}

/// All settings, resolved.
#[derive(Clone, Debug)]
pub struct Config {
    /// The agent that is asked for every datacenter without an endpoint of its own.
    pub agent: Endpoint,
    /// The datacenters that the file names, in the order of their names. Those that the agent
    /// discovers come on top.
    pub datacenters: Vec<DcConfig>,
    /// The datacenter to begin in (`--dc`, `default_dc`); whether it exists is not known here.
    pub focus: Option<Dc>,
    /// Whether nothing may be changed anywhere.
    pub read_only: bool,
    /// How many blocking queries may hang on one agent's address.
    pub connections: usize,
    /// The theme's name, not yet looked up; nothing means the default one.
    pub theme: Option<String>,
    /// Whether colours are unwanted (`NO_COLOR`).
    pub no_color: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// How much goes to the log file.
    pub log_level: LogLevel,
    /// Key overrides, by action name; neither names nor keys are checked yet.
    pub keys: Keys,
    /// What replicates where.
    pub replication: Told,
    /// How it is found who calls whom.
    pub map: Depends,
    /// The file of its edges.
    pub map_file: Option<PathBuf>,
    /// How the ways are asked in which consumers find services.
    pub consumers: Consumers,
    /// How the version of an instance is found.
    pub versions: Arc<Rules>,
    /// How long a rollout may take over what.
    pub rollout: Bounds,
    /// How much is kept of what happened, and which keys it is told of.
    pub history: HistoryConfig,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// Where the log goes.
    pub log_file: PathBuf,
    /// Where the sources of replications are remembered that the operator confirmed.
    pub sources_file: PathBuf,
    /// What is wrong but stops nothing, to be shown once.
    pub warnings: Vec<String>,
}

/// What the file says about one datacenter.
#[derive(Clone, Debug)]
pub struct DcConfig {
    /// Its name.
    pub name: Dc,
    /// How to reach it, when not simply through the agent.
    pub endpoint: Option<Endpoint>,
    /// Whether nothing may be changed there.
    pub read_only: bool,
    /// Whether changes there want a stronger confirmation.
    pub protected: bool,
    /// `host:port` of its DNS interface.
    pub dns_addr: Option<String>,
}

impl Config {
    /// What the file says about a datacenter.
    pub fn datacenter(&self, name: &Dc) -> Option<&DcConfig> {
        self.datacenters.iter().find(|dc| dc.name == *name)
    }

    /// Through which agents the datacenters are reached.
    pub fn agents(&self) -> Agents {
        let own = self.datacenters.iter().filter_map(|dc| Some((dc, dc.endpoint.as_ref()?)));
        let own = own.map(|(dc, endpoint)| (dc.name.clone(), endpoint.address.to_string()));
        Agents { usual: self.agent.address.to_string(), own: own.collect() }
    }

    /// True when nothing may be changed in this datacenter.
    pub fn is_read_only(&self, name: &Dc) -> bool {
        self.read_only || self.datacenter(name).is_some_and(|dc| dc.read_only)
    }
}

/// Reads the file, if there is one, and resolves the settings.
///
/// # Errors
/// A text for the user: a file that was asked for by name and cannot be read, or whatever
/// [`resolve`] refuses.
pub fn load(flags: &Flags, env: &Env, dirs: &Dirs) -> Result<Config> {
    let named = flags.config_file.clone().or_else(|| env.get("DCVIEW_CONFIG").map(PathBuf::from));
    let file = match named {
        Some(path) => Some(SourceFile::read(&path)?),
        None => SourceFile::read_if_there(&dirs.config_file())?,
    };
    let mut config = resolve(file.as_ref(), env, flags, dirs)?;
    config.map.file = map::read(config.map_file.as_deref())?;
    Ok(config)
}

/// Resolves the settings from all layers.
///
/// # Errors
/// A text for the user, naming where the fault is: a field that is unknown or of the wrong type, a
/// variable or address that cannot be read.
pub fn resolve(file: Option<&SourceFile>, env: &Env, flags: &Flags, dirs: &Dirs) -> Result<Config> {
    let parsed = file.map(|file| file.parse(env)).transpose()?.unwrap_or_default();
    let settings = flags.settings.clone().over(SettingsLayer::from_env(env)?).over(parsed.settings);
    let agent = flags
        .agent
        .clone()
        .over(EndpointLayer::from_env(env, "DCVIEW_")?)
        .over(EndpointLayer::from_env(env, "CONSUL_")?)
        .over(parsed.agent);
    let mut datacenters: Vec<DcConfig> = parsed
        .datacenters
        .into_iter()
        .map(|(name, section)| {
            section.resolve(&name, &agent).with_context(|| format!("in [datacenters.{name}]"))
        })
        .collect::<Result<_>>()?;
    let mut agent = agent.endpoint()?;
    let mut warnings: Vec<String> = file.and_then(SourceFile::exposed_secret).into_iter().collect();
    let own = datacenters.iter_mut().filter_map(|dc| dc.endpoint.as_mut());
    for endpoint in own.chain([&mut agent]) {
        warnings.extend(lead(endpoint, env)?);
    }
    let consumers = parsed.consumers.resolve(env, &agent, &datacenters)?;
    Ok(Config {
        agent,
        datacenters,
        focus: settings.dc.as_deref().map(Dc::from),
        read_only: settings.read_only.unwrap_or(false),
        connections: settings.connections()?,
        theme: settings.theme,
        no_color: env.get("NO_COLOR").is_some(),
        mouse: settings.mouse.unwrap_or(true),
        log_level: settings.log_level.unwrap_or_default(),
        keys: parsed.keys,
        replication: parsed.replication,
        map_file: parsed.map.file(file.and_then(|file| file.path.parent()), env.get("HOME")),
        map: parsed.map.told()?,
        consumers,
        versions: Arc::new(parsed.versions),
        rollout: parsed.rollout,
        history: parsed.history.resolve()?,
        file: file.map(|file| file.path.clone()),
        log_file: dirs.log_file(),
        sources_file: dirs.sources_file(),
        warnings,
    })
}

/// Sets the proxy on the way to an agent, if the environment names one; or says why it cannot.
fn lead(endpoint: &mut Endpoint, env: &Env) -> Result<Option<String>> {
    let found = proxy::of(&endpoint.address, env)?;
    let has_name = endpoint.address.is_tls() && endpoint.tls.server_name.is_some();
    if found.is_some() && has_name {
        // The proxy would be asked for a server of that name.
        let text = "has a TLS server name of its own and is asked without the proxy";
        return Ok(Some(format!("{} {text}", endpoint.address)));
    }
    endpoint.proxy = found;
    Ok(None)
}

#[cfg(test)]
mod tests;
