//! Where a command works: the datacenter, the way to it, and what may be done there.

use std::path::Path;

use super::failure::{Done, Failure};
use crate::app;
use crate::cli::KvForm;
use crate::config::Config;
use crate::consul::{Access, Client, read};
use crate::domain::ids::Dc;
use crate::journal::Journal;

/// What goes with every command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session<'a> {
    pub config: &'a Config,
    /// The directory of the journal.
    pub state: &'a Path,
    pub form: KvForm,
}

/// A datacenter to work in.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub dc: Dc,
    /// Asks for this datacenter.
    pub client: Client,
    /// Whether its name must be given to change anything.
    pub is_protected: bool,
}

impl Session<'_> {
    pub fn journal(&self) -> Journal {
        Journal::in_dir(self.state)
    }

    /// The datacenter to read from: the one that was named, else the agent's own.
    pub async fn place(&self) -> Done<Place> {
        match &self.config.focus {
            Some(dc) => self.place_in(dc),
            None => {
                let agent = Client::new(&self.config.agent, Access::ReadOnly)?;
                // The agent lists its own first: nothing is nearer.
                let (all, _) = read::datacenters().fetch(&agent).await?;
                let own = all.first().ok_or_else(|| {
                    Failure::usage("the agent knows no datacenter; name one with --dc")
                })?;
                self.place_in(own)
            }
        }
    }

    /// A failure, in better words where it is that no datacenter has that name.
    pub async fn named(&self, failure: Failure) -> Failure {
        let Some(dc) = failure.no_path() else { return failure };
        let Ok(agent) = Client::new(&self.config.agent, Access::ReadOnly) else { return failure };
        match read::datacenters().fetch(&agent).await {
            Ok((known, _)) if !known.contains(dc) => {
                let text = app::unknown_dc(dc, known.iter().map(Dc::as_str));
                let hint = match self.config.datacenter(dc) {
                    Some(_) => {
                        "; the NAME of [datacenters.NAME] is the one that Consul knows it by"
                    }
                    None => "",
                };
                Failure::usage(format!("{text}{hint}"))
            }
            _ => failure,
        }
    }

    /// The datacenter to change. Where that is not allowed nothing is sent at all.
    pub async fn place_to_change(&self) -> Done<Place> {
        if self.config.read_only {
            return Err(Failure::usage("read-only: nothing may be changed"));
        }
        self.place().await?.changeable(self.config)
    }

    /// A datacenter by its name.
    pub fn place_in(&self, dc: &Dc) -> Done<Place> {
        let settings = self.config.datacenter(dc);
        let endpoint = settings.and_then(|it| it.endpoint.as_ref()).unwrap_or(&self.config.agent);
        let access =
            if self.config.is_read_only(dc) { Access::ReadOnly } else { Access::ReadWrite };
        Ok(Place {
            dc: dc.clone(),
            client: Client::new(endpoint, access)?.in_dc(dc),
            is_protected: settings.is_some_and(|it| it.protected),
        })
    }
}

impl Place {
    /// The same, if it may be changed.
    pub fn changeable(self, config: &Config) -> Done<Self> {
        if config.is_read_only(&self.dc) {
            return Err(Failure::usage(format!("read-only: '{}' may not be changed", self.dc)));
        }
        Ok(self)
    }
}
