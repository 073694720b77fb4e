//! What a test wants of its datacenters.
//!
//! Plain data with a builder; nothing is started here.

/// The datacenters to start and how they are secured.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Plan {
    pub(super) dcs: Vec<DcPlan>,
    pub(super) acl: bool,
    pub(super) https: Https,
    pub(super) unix: bool,
    pub(super) dns: bool,
    pub(super) federated: bool,
    pub(super) hcl: String,
}

/// One datacenter of a [`Plan`].
#[derive(Clone, Debug)]
pub struct DcPlan {
    pub(super) name: String,
    pub(super) servers: usize,
}

/// Whether agents listen for HTTPS, and whom they let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Https {
    Off,
    On,
    /// Only with a certificate of the cluster's authority.
    Mutual,
}

impl Plan {
    /// No datacenter yet; open, plain HTTP, federated.
    pub fn new() -> Self {
        Self {
            dcs: Vec::new(),
            acl: false,
            https: Https::Off,
            unix: false,
            dns: false,
            federated: true,
            hcl: String::new(),
        }
    }

    /// Adds a datacenter of that many servers. The first one added is the primary.
    #[must_use]
    pub fn dc(mut self, name: &str, servers: usize) -> Self {
        self.dcs.push(DcPlan { name: name.to_owned(), servers });
        self
    }

    /// ACLs on, default deny, bootstrapped, tokens replicated to the secondaries.
    #[must_use]
    pub fn acl(mut self) -> Self {
        self.acl = true;
        self
    }

    /// An https port beside the plain one, with a certificate of the cluster's own authority.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.https = Https::On;
        self
    }

    /// TLS, and the https port wants a client certificate.
    #[must_use]
    pub fn mutual_tls(mut self) -> Self {
        self.https = Https::Mutual;
        self
    }

    /// HTTP on a unix socket too ([`super::Dc::socket`]).
    #[must_use]
    pub fn unix_socket(mut self) -> Self {
        self.unix = true;
        self
    }

    /// Answers for DNS too ([`super::Dc::dns_addr`]).
    #[must_use]
    pub fn dns(mut self) -> Self {
        self.dns = true;
        self
    }

    /// Leaves the datacenters strangers to each other.
    #[must_use]
    pub fn unfederated(mut self) -> Self {
        self.federated = false;
        self
    }

    /// Adds this to the configuration of every agent.
    #[must_use]
    pub fn hcl(mut self, extra: &str) -> Self {
        self.hcl.push_str(extra);
        self.hcl.push('\n');
        self
    }
}
