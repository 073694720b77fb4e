//! The `[consumers]` and `[[balancers]]` sections: how the ways are asked in which consumers find
//! services.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{DcConfig, Env};
use crate::consul::Endpoint;
use crate::domain::consumers::{Balancer, Told};
use crate::domain::ids::{Dc, ServiceName};

/// The port of Consul's DNS interface where nothing else is told.
const DNS_PORT: u16 = 8600;

/// The section about DNS and what registers itself.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Section {
    dns_domain: Option<String>,
    balancer_tag: Option<String>,
    balancer_meta: Option<String>,
    balancer_services: Option<Vec<ServiceName>>,
    balancer_path: Option<String>,
}

/// One load balancer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BalancerSection {
    name: String,
    datacenter: Dc,
    address: String,
    #[serde(default)]
    auth: Option<SecretString>,
    #[serde(default)]
    backends: BTreeMap<String, ServiceName>,
}

/// Both as they are written.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub consumers: Section,
    pub balancers: Vec<BalancerSection>,
}

impl BalancerSection {
    /// True when it holds a password.
    pub(super) fn is_secret(&self) -> bool {
        self.auth.is_some()
    }

    fn resolve(self) -> Result<Balancer> {
        let Self { name, datacenter, address, auth, backends } = self;
        let is_known = ["http://", "https://", "unix:///"].iter().any(|it| address.starts_with(it));
        if !is_known {
            bail!(
                "balancer '{name}': '{address}' is no address; write http://host:port/stats, \
                 https://.. or unix:///path/to/admin.sock"
            );
        }
        if address
            .split_once("://")
            .is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
        {
            bail!("balancer '{name}': the address holds a user name; put it in 'auth'");
        }
        Ok(Balancer {
            name: name.into(),
            dc: datacenter,
            address: address.trim_end_matches(";csv").into(),
            auth: auth.map(|auth| Arc::from(auth.expose_secret())),
            backends: backends.into_iter().map(|(name, of)| (name.into(), of)).collect(),
        })
    }
}

impl Sections {
    /// What they say, with where DNS is asked by what is known of the agents.
    ///
    /// # Errors
    /// An address that is none.
    pub(super) fn resolve(
        self,
        env: &Env,
        agent: &Endpoint,
        datacenters: &[DcConfig],
    ) -> Result<Told> {
        let usual = Told::default();
        let told = self.consumers;
        let text = |own: Option<String>, usual: Arc<str>| own.map_or(usual, Arc::from);
        let own_dns = |dc: &DcConfig| {
            let told = dc.dns_addr.as_deref().map(with_port);
            let told = told.or_else(|| dc.endpoint.as_ref().map(dns_of));
            told.map(|address| (dc.name.clone(), address))
        };
        let env = env.get("DCVIEW_DNS_ADDR").map(with_port);
        Ok(Told {
            dns: datacenters.iter().filter_map(own_dns).collect(),
            dns_usual: env.unwrap_or_else(|| dns_of(agent)),
            domain: told.dns_domain.map_or(usual.domain, |it| Arc::from(it.trim_matches('.'))),
            balancers: self
                .balancers
                .into_iter()
                .map(|it| it.resolve().map(Arc::new))
                .collect::<Result<_>>()?,
            tag: text(told.balancer_tag, usual.tag),
            meta: text(told.balancer_meta, usual.meta),
            services: told.balancer_services.unwrap_or(usual.services),
            path: text(told.balancer_path, usual.path),
        })
    }
}

/// Where an agent's DNS is when nobody says: on its host, or on this machine for a socket.
fn dns_of(agent: &Endpoint) -> Arc<str> {
    let host = agent.address.host_and_port().map_or("127.0.0.1", |(host, _)| host);
    with_port(host)
}

/// `host:port`, with the usual port where none is told; nothing stays nothing.
fn with_port(text: &str) -> Arc<str> {
    let text = text.trim();
    if text.is_empty() {
        return text.into();
    }
    let is_bare_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    let has_port =
        !is_bare_v6 && text.rsplit_once(':').is_some_and(|(_, it)| it.parse::<u16>().is_ok());
    match (has_port, is_bare_v6) {
        (true, _) => text.into(),
        (false, true) => format!("[{text}]:{DNS_PORT}").into(),
        (false, false) => format!("{text}:{DNS_PORT}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_the_usual_port() {
        for (text, address) in [
            ("", ""),
            ("10.0.0.1", "10.0.0.1:8600"),
            ("10.0.0.1:53", "10.0.0.1:53"),
            ("consul.example.com", "consul.example.com:8600"),
            ("fd00::1", "[fd00::1]:8600"),
            ("[fd00::1]:53", "[fd00::1]:53"),
        ] {
            assert_eq!(&*with_port(text), address, "{text}");
        }
    }
}
