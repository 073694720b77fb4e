//! How the settings reach the datacenters: a client for each way.

use anyhow::{Context, Result};

use crate::config::Config;
use crate::consul::{Access, Budgets, Client};
use crate::watch::{Own, Sources};

/// The clients that the settings ask for. Nothing is sent yet.
///
/// # Errors
/// Settings that cannot be used: a certificate that cannot be read, say.
pub fn sources(config: &Config) -> Result<Sources> {
    let access = |is_read_only| if is_read_only { Access::ReadOnly } else { Access::ReadWrite };
    let mut budgets = Budgets::new(config.connections);
    let budget = budgets.of(&config.agent.address);
    let agent = Client::with_budget(&config.agent, access(config.read_only), budget)
        .context("the agent")?;
    let own = config.datacenters.iter().map(|dc| {
        let access = access(config.is_read_only(&dc.name));
        let endpoint = dc.endpoint.as_ref().unwrap_or(&config.agent);
        let client = Client::with_budget(endpoint, access, budgets.of(&endpoint.address))
            .with_context(|| format!("datacenter '{}'", dc.name))?;
        Ok(Own { dc: dc.name.clone(), client: client.in_dc(&dc.name) })
    });
    Ok(Sources { agent, own: own.collect::<Result<_>>()? })
}
