//! The settings that are not about reaching an agent, as one layer.
//!
//! Every field may be missing; a layer over another keeps what it has and takes the rest.

use std::fmt;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::Env;
use crate::consul::Budget;

/// One layer of settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsLayer {
    /// The datacenter to begin in.
    pub dc: Option<String>,
    /// Whether nothing may be changed.
    pub read_only: Option<bool>,
    /// How many blocking queries may hang on one agent.
    pub connections: Option<usize>,
    /// The theme's name.
    pub theme: Option<String>,
    /// Whether the mouse is used.
    pub mouse: Option<bool>,
    /// How much is logged.
    pub log_level: Option<LogLevel>,
}

/// How much goes to the log file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Nothing; no file is made.
    Off,
    /// What failed.
    Error,
    /// And what is odd.
    Warn,
    /// And what happened.
    #[default]
    Info,
    /// And each request, without tokens and query values.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    const ALL: [Self; 6] =
        [Self::Off, Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// The word that the settings and the log library use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl SettingsLayer {
    /// The largest budget: with the calls that do not block (64) it stays under an agent's own
    /// limit (200 by default).
    const MOST_CONNECTIONS: usize = 128;

    /// The layer of `DCVIEW_*` variables.
    ///
    /// # Errors
    /// A variable that cannot be read, by name.
    pub fn from_env(env: &Env) -> Result<Self> {
        let connections = env.get("DCVIEW_CONNECTIONS").map(|text| {
            text.parse().with_context(|| format!("DCVIEW_CONNECTIONS is '{text}'; write a number"))
        });
        let log_level = env.get("DCVIEW_LOG_LEVEL").map(|text| {
            LogLevel::ALL
                .into_iter()
                .find(|level| level.as_str() == text)
                .with_context(|| format!("DCVIEW_LOG_LEVEL is '{text}'; {}", levels()))
        });
        Ok(Self {
            dc: env.get("DCVIEW_DC").map(str::to_owned),
            read_only: env.switch("DCVIEW_READ_ONLY")?,
            connections: connections.transpose()?,
            theme: env.get("DCVIEW_THEME").map(str::to_owned),
            mouse: env.switch("DCVIEW_MOUSE")?,
            log_level: log_level.transpose()?,
        })
    }

    /// This layer, and `lower` where it says nothing.
    #[must_use]
    pub fn over(self, lower: Self) -> Self {
        Self {
            dc: self.dc.or(lower.dc),
            read_only: self.read_only.or(lower.read_only),
            connections: self.connections.or(lower.connections),
            theme: self.theme.or(lower.theme),
            mouse: self.mouse.or(lower.mouse),
            log_level: self.log_level.or(lower.log_level),
        }
    }

    /// The budget, checked.
    ///
    /// # Errors
    /// A number that leaves no connection, or more than is safe.
    pub(super) fn connections(&self) -> Result<usize> {
        let connections = self.connections.unwrap_or(Budget::DEFAULT_SIZE);
        if !(1..=Self::MOST_CONNECTIONS).contains(&connections) {
            let most = Self::MOST_CONNECTIONS;
            bail!("'connections' is {connections}; write 1 to {most}");
        }
        Ok(connections)
    }
}

fn levels() -> String {
    format!("write one of {}", LogLevel::ALL.map(LogLevel::as_str).join(", "))
}
