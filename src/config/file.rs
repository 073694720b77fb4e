//! The settings file: its schema, and how it is read.
//!
//! TOML. Every section refuses fields that it does not know, so that a misspelt one is told and
//! not ignored. Relative paths in it are relative to it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use serde::Deserialize;

use super::consumers::{BalancerSection, Section as Consumers, Sections};
use super::history::Section as History;
use super::keys::{self, Keys};
use super::map::Section as Map;
use super::replication::Section as Replication;
use super::rollout::Section as Rollout;
use super::{DcConfig, EndpointLayer, Env, LogLevel, SettingsLayer, misspelt};
use crate::domain::ids::Dc;
use crate::domain::replication::Told;
use crate::domain::rollout::Bounds;
use crate::domain::version::Rules;

/// A settings file as it was found.
#[derive(Clone)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it; may hold a token.
    pub text: String,
    /// Whether every user of the machine may read it.
    pub is_world_readable: bool,
}

/// What a settings file says.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub settings: SettingsLayer,
    pub agent: EndpointLayer,
    pub datacenters: BTreeMap<String, DcSection>,
    pub keys: Keys,
    pub replication: Told,
    pub consumers: Sections,
    pub map: Map,
    pub versions: Rules,
    pub rollout: Bounds,
    pub history: History,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Schema {
    default_dc: Option<String>,
    read_only: Option<bool>,
    connections: Option<usize>,
    theme: Option<String>,
    mouse: Option<bool>,
    log_level: Option<LogLevel>,
    agent: AgentFields,
    datacenters: BTreeMap<String, DcFields>,
    keys: keys::Section,
    replication: Replication,
    consumers: Consumers,
    map: Map,
    balancers: Vec<BalancerSection>,
    rollout: Rollout,
    history: History,
}

/// Defines a section that holds the fields of an endpoint and some of its own. (Serde cannot
/// flatten one struct into another and refuse unknown fields too.)
macro_rules! section {
    ($name:ident { $($own:ident: $kind:ty),* }) => {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct $name {
            address: Option<String>,
            tls: Option<bool>,
            tls_verify: Option<bool>,
            tls_server_name: Option<String>,
            ca_file: Option<PathBuf>,
            ca_path: Option<PathBuf>,
            client_cert: Option<PathBuf>,
            client_key: Option<PathBuf>,
            token: Option<SecretString>,
            token_file: Option<PathBuf>,
            http_auth: Option<SecretString>,
            namespace: Option<String>,
            partition: Option<String>,
            $($own: $kind,)*
        }

        impl $name {
            fn into_layer(self) -> EndpointLayer {
                EndpointLayer {
                    address: self.address,
                    tls: self.tls,
                    tls_verify: self.tls_verify,
                    tls_server_name: self.tls_server_name,
                    ca_file: self.ca_file,
                    ca_path: self.ca_path,
                    client_cert: self.client_cert,
                    client_key: self.client_key,
                    token: self.token,
                    token_file: self.token_file,
                    http_auth: self.http_auth,
                    namespace: self.namespace,
                    partition: self.partition,
                }
            }
        }
    };
}

section!(AgentFields {});
section!(DcFields { read_only: bool, protected: bool, dns_addr: Option<String> });

/// One datacenter's section.
#[derive(Debug)]
pub(super) struct DcSection {
    endpoint: EndpointLayer,
    read_only: bool,
    protected: bool,
    dns_addr: Option<String>,
}

impl DcSection {
    /// What the section means beside the agent. With an address of its own it inherits nothing:
    /// no token and no certificate of one agent is ever shown to another.
    ///
    /// # Errors
    /// An address that is none.
    pub(super) fn resolve(self, name: &str, agent: &EndpointLayer) -> Result<DcConfig> {
        let endpoint = if self.endpoint.is_empty() {
            None
        } else if self.endpoint.address.is_some() {
            Some(self.endpoint.endpoint()?)
        } else {
            Some(self.endpoint.over(agent.clone()).endpoint()?)
        };
        Ok(DcConfig {
            name: Dc::from(name),
            endpoint,
            read_only: self.read_only,
            protected: self.protected,
            dns_addr: self.dns_addr,
        })
    }
}

impl SourceFile {
    /// Reads a file that must be there.
    ///
    /// # Errors
    /// A file that cannot be read, by name.
    pub fn read(path: &Path) -> Result<Self> {
        Self::open(path).with_context(|| format!("cannot read '{}'", path.display()))
    }

    /// Reads a file, or nothing when there is none.
    ///
    /// # Errors
    /// A file that is there and cannot be read, by name.
    pub fn read_if_there(path: &Path) -> Result<Option<Self>> {
        match Self::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read '{}'", path.display())),
        }
    }

    fn open(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let is_world_readable = is_world_readable(&fs::metadata(path)?);
        Ok(Self { path: path.to_owned(), text, is_world_readable })
    }

    /// Reads the text by the schema.
    ///
    /// # Errors
    /// What is wrong and in which line, with the nearest known name for a misspelt field.
    pub(super) fn parse(&self, env: &Env) -> Result<Parsed> {
        let schema: Schema = toml::from_str(&self.text)
            .map_err(|error| misspelt::explain(&error, &self.path, &self.text))?;
        let directory = self.path.parent().unwrap_or_else(|| Path::new(""));
        let anchored = |mut layer: EndpointLayer| {
            layer.anchor(directory, env.get("HOME"));
            layer
        };
        Ok(Parsed {
            settings: SettingsLayer {
                dc: schema.default_dc,
                read_only: schema.read_only,
                connections: schema.connections,
                theme: schema.theme,
                mouse: schema.mouse,
                log_level: schema.log_level,
            },
            agent: anchored(schema.agent.into_layer()),
            datacenters: schema
                .datacenters
                .into_iter()
                .map(|(name, mut fields)| {
                    let section = DcSection {
                        read_only: fields.read_only,
                        protected: fields.protected,
                        dns_addr: fields.dns_addr.take(),
                        endpoint: anchored(fields.into_layer()),
                    };
                    (name, section)
                })
                .collect(),
            keys: Keys::new(schema.keys, &self.text),
            replication: schema.replication.told(),
            rollout: schema.rollout.bounds(),
            map: schema.map,
            consumers: Sections { consumers: schema.consumers, balancers: schema.balancers },
            versions: schema.rollout.versions(),
            history: schema.history,
        })
    }

    /// A warning, when every user of the machine may read a secret in the file.
    pub(super) fn exposed_secret(&self) -> Option<String> {
        let schema: Schema = toml::from_str(&self.text).ok()?;
        let agent = schema.agent.token.is_some() || schema.agent.http_auth.is_some();
        let mut own = schema.datacenters.values();
        let holds_secret = agent
            || own.any(|dc| dc.token.is_some() || dc.http_auth.is_some())
            || schema.balancers.iter().any(BalancerSection::is_secret);
        (self.is_world_readable && holds_secret).then(|| {
            format!(
                "'{}' holds a secret and everybody may read it; chmod 600 it or use 'token_file'",
                self.path.display()
            )
        })
    }
}

#[cfg(unix)]
fn is_world_readable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn is_world_readable(_: &fs::Metadata) -> bool {
    false
}
