//! Real Consul datacenters on loopback, for one test binary.
//!
//! ```text
//! Plan (what is wanted) -> Cluster::start -> Dc (one datacenter) -> server::Server (one agent)
//! ```
//!
//! It starts, federates, seeds, breaks and mends them; what dcview makes of that is the tests'
//! business. Invariant: [`Cluster::start`] returns when every server knows a leader and every
//! datacenter answers for every other. Agents die with the test process (see `watchdog`).

mod binary;
mod dc;
mod http;
mod plan;
mod ports;
mod scratch;
mod seed;
mod server;
mod site;
mod tls;
mod watchdog;

use std::time::Duration;

pub use binary::consul;
pub use dc::Dc;
pub use http::{Answer, Http};
pub use plan::{DcPlan, Plan};
pub use seed::{Check, Instance, Load, Status};
pub use tls::Tls;
pub use watchdog::Watchdog;

use self::plan::Https;
use self::scratch::Scratch;
use self::site::Site;
use super::wait::wait;

/// The longest a cluster may take to come up, on a busy machine; a quiet one needs about 3 s.
pub const START: Duration = Duration::from_secs(90);

/// Several datacenters, running.
pub struct Cluster {
    plan: Plan,
    dcs: Vec<Dc>,
    token: Option<String>,
    tls: Option<Tls>,
    // Dropped after the datacenters, whose files it holds.
    dir: Scratch,
}

impl Cluster {
    /// Starts what `plan` describes and returns when all of it answers.
    pub fn start(plan: Plan) -> Self {
        let dir = Scratch::new();
        let tls = (plan.https != Https::Off).then(|| Tls::make(dir.path()));
        let mut cluster = Self { plan, dcs: Vec::new(), token: None, tls, dir };
        cluster.start_dcs();
        for dc in &cluster.dcs {
            dc.await_ready();
        }
        if cluster.plan.federated {
            cluster.await_federated();
        }
        if cluster.plan.acl {
            cluster.await_tokens();
        }
        cluster
    }

    /// The datacenter of this name; panics when the plan had none such.
    #[track_caller]
    pub fn dc(&self, name: &str) -> &Dc {
        self.dcs.iter().find(|dc| dc.name() == name).expect("a datacenter of the plan")
    }

    /// All datacenters, in the order of the plan.
    pub fn dcs(&self) -> &[Dc] {
        &self.dcs
    }

    /// The management token, when the plan asked for ACLs. Unfederated datacenters have one each:
    /// see [`Dc::token`].
    #[track_caller]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a plan with ACLs")
    }

    /// The authority and the certificates, when the plan asked for TLS.
    #[track_caller]
    pub fn tls(&self) -> &Tls {
        self.tls.as_ref().expect("a plan with TLS")
    }

    fn start_dcs(&mut self) {
        let Plan { federated, acl, .. } = self.plan;
        for dc in &self.plan.dcs {
            let wan = self.dcs.first().filter(|_| federated).map(Dc::wan_addr);
            let token = self.token.as_deref().filter(|_| federated);
            let (root, plan, wan) = (self.dir.path(), &self.plan, wan.as_deref());
            let dc = Dc::start(&Site { root, plan, dc, wan, token });
            self.dcs.push(dc);
            if let Some(dc) = self.dcs.last_mut().filter(|_| acl && token.is_none()) {
                self.token = Some(dc.bootstrap_acl());
            }
        }
    }

    /// Returns when each datacenter knows its management token itself: a secondary resolves it by
    /// asking the primary before it has replicated it.
    fn await_tokens(&self) {
        for dc in &self.dcs {
            let what = format!("'{}' has its token", dc.name());
            let http = dc.http();
            wait(START, &what, || http.get("/v1/acl/token/self").is_some_and(|a| a.status == 200));
        }
    }

    /// Returns when each datacenter answers for each other by `?dc=`.
    pub fn await_federated(&self) {
        for from in &self.dcs {
            for to in &self.dcs {
                let what = format!("{} answers for {}", from.name(), to.name());
                let path = format!("/v1/catalog/nodes?dc={}", to.name());
                wait(START, &what, || from.http().get(&path).is_some_and(|a| a.len() > 0));
            }
        }
    }
}
