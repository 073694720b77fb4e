//! Three large datacenters to measure against: real Consul, or simulated in another process.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Process, share};
use crate::served::Served;
use crate::support::consul::{Cluster, Http, Load, Plan};

/// The names of the datacenters; the first one's agent is asked for all.
pub const DCS: [&str; 3] = ["dc-1", "dc-2", "dc-3"];

/// Operations in one transaction: Consul's limit.
pub const BATCH: usize = 64;

/// What the command line of simulated datacenters holds.
const SERVE: &str = "--serve";
/// Servers that use less than this percentage of a core have nothing to do.
const QUIET: f64 = 10.0;
/// The longest that servers are left alone.
const REST: Duration = Duration::from_mins(2);

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Consul agents, one server a datacenter.
    Consul,
    /// `dcview demo --serve`.
    Sim,
}

enum Place {
    Consul(Cluster),
    Sim(Served),
}

/// Three federated datacenters of equal size.
pub struct Ground {
    place: Place,
    /// Instances a datacenter.
    pub instances: usize,
}

impl Ground {
    /// Starts and fills them: 2,000 services, 5,000 nodes, one instance of a hundred critical.
    pub fn start(kind: Kind, instances: usize) -> Self {
        eprintln!("-- starting three datacenters of {instances} instances ({kind:?})");
        let place = match kind {
            Kind::Consul => Place::Consul(filled(instances)),
            Kind::Sim => Place::Sim(Served::start(instances)),
        };
        let ground = Self { place, instances };
        ground.rest();
        ground
    }

    /// Host and port of the agent that answers for all.
    pub fn agent(&self) -> String {
        match &self.place {
            Place::Consul(cluster) => cluster.dc(DCS[0]).http_addr(),
            Place::Sim(served) => served.agent.clone(),
        }
    }

    /// A client of that agent.
    pub fn http(&self) -> Http {
        Http::new(&format!("http://{}", self.agent()))
    }

    /// Runs a transaction in the first datacenter and returns at its acknowledgement.
    pub fn transact(&self, operations: &[Value]) {
        let answer = self.http().put("/v1/txn", &json!(operations)).expect("an answer to a write");
        assert_eq!(answer.status, 200, "a write was refused: {}", answer.body);
    }

    /// The processor time of the servers so far: of the first datacenter where each has its own.
    pub fn cpu(&self) -> Duration {
        let text = match &self.place {
            Place::Consul(_) => format!("{}-", DCS[0]),
            Place::Sim(_) => SERVE.to_owned(),
        };
        // The keeper of a server has the same words in its command line, and uses next to nothing.
        Process::ours(&text).into_iter().map(Process::cpu).sum()
    }

    /// Returns when the servers have nothing to do any more. A request whose client is gone is still
    /// worked out, and would be paid for by the next measurement.
    pub fn rest(&self) {
        let started = Instant::now();
        while started.elapsed() < REST {
            let (cpu, since) = (self.cpu_of_all(), Instant::now());
            thread::sleep(Duration::from_millis(500));
            if share(self.cpu_of_all().saturating_sub(cpu), since.elapsed()) < QUIET {
                return;
            }
        }
    }

    fn cpu_of_all(&self) -> Duration {
        let text = match &self.place {
            Place::Consul(_) => "agent.hcl",
            Place::Sim(_) => SERVE,
        };
        Process::ours(text).into_iter().map(Process::cpu).sum()
    }

    /// What it is, in a few words.
    pub fn name(&self) -> String {
        let who = match &self.place {
            Place::Consul(_) => "Consul",
            Place::Sim(_) => "simulated",
        };
        format!("{who}, 3 x {}k", self.instances / 1000)
    }
}

fn filled(instances: usize) -> Cluster {
    let plan = DCS.iter().fold(Plan::new(), |plan, dc| plan.dc(dc, 1));
    let cluster = Cluster::start(plan);
    // No common factor with the services: a service has each instance on a node of its own.
    let load = Load { services: 2_000, nodes: 4_999, instances, failing: instances / 100 };
    thread::scope(|scope| {
        for dc in cluster.dcs() {
            scope.spawn(|| dc.synthetic(load));
        }
    });
    cluster
}

/// An operation that sets a check of an instance.
pub fn check_op(node: &str, id: &str, instance: &str, status: &str) -> Value {
    json!({ "Check": { "Verb": "set", "Check": {
        "Node": node, "CheckID": id, "Name": id, "ServiceID": instance, "Status": status,
        "Output": "HTTP GET http://localhost/health", "Notes": "",
    } } })
}

/// An operation that sets a node.
pub fn node_op(node: &str) -> Value {
    json!({ "Node": { "Verb": "set", "Node": { "Node": node, "Address": "10.9.9.9" } } })
}

/// An operation that sets an instance.
pub fn service_op(node: &str, service: &str, id: &str) -> Value {
    json!({ "Service": { "Verb": "set", "Node": node, "Service": {
        "ID": id, "Service": service, "Port": 8080, "Tags": [], "Meta": {},
    } } })
}
