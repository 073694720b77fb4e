//! What the settings say about consumers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::domain::ids::{Dc, ServiceName};

/// How DNS and load balancers are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where the DNS interfaces of some datacenters are, as `host:port`; empty where DNS is not asked.
    pub dns: BTreeMap<Dc, Arc<str>>,
    /// Where that of the agent is, for all others.
    pub dns_usual: Arc<str>,
    /// The domain that Consul answers for, without dots around it.
    pub domain: Arc<str>,
    /// The load balancers of the settings.
    pub balancers: Vec<Arc<Balancer>>,
    /// Instances with this tag are load balancers.
    pub tag: Arc<str>,
    /// Instances with this meta are load balancers; it says where their statistics are.
    pub meta: Arc<str>,
    /// The services whose instances are looked at for that meta.
    pub services: Vec<ServiceName>,
    /// Where the statistics are on a load balancer that does not say it.
    pub path: Arc<str>,
}

/// A load balancer.
#[derive(Clone, PartialEq, Eq)]
pub struct Balancer {
    /// What it is called.
    pub name: Arc<str>,
    /// The datacenter whose services it serves.
    pub dc: Dc,
    /// Where its statistics are: `http://..`, `https://..` or `unix:///path`.
    pub address: Arc<str>,
    /// `user:password`, only for one of the settings.
    pub auth: Option<Arc<str>>,
    /// Which service a backend serves that is called otherwise.
    pub backends: BTreeMap<Arc<str>, ServiceName>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            dns: BTreeMap::new(),
            dns_usual: Arc::from("127.0.0.1:8600"),
            domain: Arc::from("consul"),
            balancers: Vec::new(),
            tag: Arc::from("haproxy-stats"),
            meta: Arc::from("haproxy-stats"),
            services: vec![ServiceName::from("haproxy")],
            path: Arc::from("/stats"),
        }
    }
}

impl Told {
    /// Where the DNS interface that knows a datacenter is; empty where DNS is not asked.
    pub fn dns_of(&self, dc: &Dc) -> &Arc<str> {
        self.dns.get(dc).unwrap_or(&self.dns_usual)
    }
}

/// Without the password.
impl fmt::Debug for Balancer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Balancer")
            .field("name", &self.name)
            .field("dc", &self.dc)
            .field("address", &self.address)
            .field("backends", &self.backends)
            .finish_non_exhaustive()
    }
}
