//! Which datacenters there are, and how each is reached.
//!
//! Those that the agent lists are asked through it; those of the settings are there whatever it
//! lists, and are asked at their own address when they have one.

use anyhow::{Context as _, Result};

use super::ask::PATIENCE;
use crate::app;
use crate::app::msg::Exit;
use crate::config::{Config, DcConfig};
use crate::consul::{Access, ApiError, Client, read};
use crate::domain::ids::Dc;

/// All datacenters that can be asked.
pub(super) struct Ways {
    /// By name.
    pub all: Vec<Way>,
    /// The clients that they are reached through, asking for the agent's own datacenter.
    pub agents: Vec<Client>,
    /// Why the agent's list of datacenters is not known.
    pub trouble: Option<ApiError>,
}

/// One datacenter.
pub(super) struct Way {
    pub dc: Dc,
    /// Asks for this datacenter.
    pub client: Client,
    /// Its place among the agents.
    pub agent: usize,
}

impl Ways {
    /// Finds them. A datacenter of the settings that is asked for alone needs no list.
    ///
    /// # Errors
    /// Settings that cannot be used: a certificate or token file that cannot be read, say.
    pub async fn find(config: &Config, only: Option<&Dc>) -> Result<Self> {
        let agent = client(&config.agent).context("the agent")?;
        let mut ways = Self { all: Vec::new(), agents: vec![agent], trouble: None };
        for dc in &config.datacenters {
            ways.configured(dc).with_context(|| format!("datacenter '{}'", dc.name))?;
        }
        if only.is_none_or(|only| config.datacenter(only).is_none()) {
            ways.discover().await?;
        }
        ways.all.sort_by(|a, b| a.dc.cmp(&b.dc));
        Ok(ways)
    }

    /// How to end where this datacenter is asked for and is surely none of them.
    pub fn refuse(&self, only: Option<&Dc>) -> Option<Exit> {
        let wanted = only.filter(|_| self.trouble.is_none())?;
        let known = || self.all.iter().map(|way| way.dc.as_str());
        let is_known = known().any(|dc| dc == wanted.as_str());
        (!is_known).then(|| Exit { code: 2, message: Some(app::unknown_dc(wanted, known())) })
    }

    fn configured(&mut self, dc: &DcConfig) -> Result<()> {
        let agent = match &dc.endpoint {
            Some(endpoint) => {
                self.agents.push(client(endpoint)?);
                self.agents.len() - 1
            }
            None => 0,
        };
        self.add(&dc.name, agent);
        Ok(())
    }

    async fn discover(&mut self) -> Result<()> {
        let Some(agent) = self.agents.first() else { return Ok(()) };
        let query = read::datacenters().with(|request| request.timeout(PATIENCE));
        match query.fetch(agent).await {
            Ok((listed, _)) => {
                for dc in listed {
                    if self.all.iter().all(|way| way.dc != dc) {
                        self.add(&dc, 0);
                    }
                }
            }
            // Nothing was sent: it is the settings that must change, not the network.
            Err(error @ ApiError::Setup(_)) => return Err(error).context("the agent"),
            Err(error) => self.trouble = Some(error),
        }
        Ok(())
    }

    fn add(&mut self, dc: &Dc, agent: usize) {
        if let Some(client) = self.agents.get(agent) {
            self.all.push(Way { dc: dc.clone(), client: client.in_dc(dc), agent });
        }
    }
}

/// A client that can only read.
fn client(endpoint: &crate::consul::Endpoint) -> Result<Client, ApiError> {
    Client::new(endpoint, Access::ReadOnly)
}
