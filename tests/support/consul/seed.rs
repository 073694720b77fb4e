//! Putting nodes, instances and checks into a datacenter's catalog.
//!
//! They are catalog entries only, owned by no agent. Everything goes through `/v1/txn`, 64
//! operations a call. Never give a synthetic node a check named `serfHealth`: the leader would
//! reap the node within a minute, as no member of the gossip pool goes by its name.

use serde_json::{Value, json};

use super::dc::Dc;

/// Consul's limit on the operations of one transaction.
const BATCH: usize = 64;

/// A check's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Passing,
    Warning,
    Critical,
}

/// A check on a node, or on an instance when `service_id` is not empty.
#[derive(Clone, Debug)]
pub struct Check {
    pub id: String,
    pub service_id: String,
    pub status: Status,
    pub output: String,
    pub notes: String,
}

/// One instance of a service on a node, with its checks.
#[derive(Clone, Debug)]
pub struct Instance {
    pub node: String,
    pub service: String,
    pub id: String,
    pub port: u16,
    pub tags: Vec<String>,
    pub meta: Vec<(String, String)>,
    pub checks: Vec<Check>,
}

/// The size of a synthetic catalog.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub services: usize,
    pub nodes: usize,
    pub instances: usize,
    /// How many of the instances have a critical check; the rest pass.
    pub failing: usize,
}

impl Status {
    /// Consul's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passing => "passing",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Check {
    /// A check on the node itself.
    pub fn of_node(id: &str, status: Status) -> Self {
        Self::of_service(id, "", status)
    }

    /// A check on one instance of the node, by the instance's id.
    pub fn of_service(id: &str, service_id: &str, status: Status) -> Self {
        Self {
            id: id.to_owned(),
            service_id: service_id.to_owned(),
            status,
            output: String::new(),
            notes: String::new(),
        }
    }

    /// The same, with an output.
    #[must_use]
    pub fn output(mut self, output: &str) -> Self {
        output.clone_into(&mut self.output);
        self
    }

    /// The same, with notes (where the reason of a maintenance stands).
    #[must_use]
    pub fn notes(mut self, notes: &str) -> Self {
        notes.clone_into(&mut self.notes);
        self
    }
}

impl Instance {
    /// An instance without checks on port 8080.
    pub fn new(node: &str, service: &str, id: &str) -> Self {
        Self {
            node: node.to_owned(),
            service: service.to_owned(),
            id: id.to_owned(),
            port: 8080,
            tags: Vec::new(),
            meta: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// The same, with a check on the instance named `service:ID`.
    #[must_use]
    pub fn status(self, status: Status, output: &str) -> Self {
        let check = Check::of_service(&format!("service:{}", self.id), &self.id, status);
        self.check(check.output(output))
    }

    /// The same, with one more check, on the instance or on its node.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// The same, with a tag.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.to_owned());
        self
    }

    /// The same, with an entry of service metadata.
    #[must_use]
    pub fn meta(mut self, key: &str, value: &str) -> Self {
        self.meta.push((key.to_owned(), value.to_owned()));
        self
    }
}

impl Dc {
    /// Registers the instances, their nodes and their checks.
    #[track_caller]
    pub fn seed(&self, instances: &[Instance]) {
        let mut nodes: Vec<&str> = instances.iter().map(|i| i.node.as_str()).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let nodes = nodes.into_iter().enumerate().map(|(number, node)| node_op(node, number));
        let rest = instances.iter().flat_map(|instance| {
            let checks = instance.checks.iter().map(|check| check_op(&instance.node, check));
            std::iter::once(service_op(instance)).chain(checks)
        });
        self.transact(&nodes.chain(rest).collect::<Vec<_>>());
    }

    /// As [`Dc::seed`], with all nodes at one address.
    #[track_caller]
    pub fn seed_at(&self, address: &str, instances: &[Instance]) {
        self.seed(instances);
        let node = |it: &Instance| json!({ "Node": { "Verb": "set", "Node": { "Node": it.node, "Address": address } } });
        self.transact(&instances.iter().map(node).collect::<Vec<_>>());
    }

    /// A large, regular catalog: `service-0007`, `node-0042`, each instance with one check, the
    /// first `failing` of them critical.
    #[track_caller]
    pub fn synthetic(&self, load: Load) {
        let instance = |number: usize| {
            let service = format!("service-{:04}", number % load.services);
            let node = format!("node-{:04}", number % load.nodes);
            let failing = number < load.failing;
            let (status, output) = if failing {
                (Status::Critical, "HTTP GET http://localhost/health: 503")
            } else {
                (Status::Passing, "HTTP GET http://localhost/health: 200 OK")
            };
            Instance::new(&node, &service, &format!("{service}-{number}")).status(status, output)
        };
        self.seed(&(0..load.instances).map(instance).collect::<Vec<_>>());
    }

    /// Sets one check of a node that is in the catalog.
    #[track_caller]
    pub fn set_check(&self, node: &str, check: &Check) {
        self.transact(&[check_op(node, check)]);
    }

    /// Sends operations of `/v1/txn`, in order, as many a call as Consul takes.
    #[track_caller]
    pub fn transact(&self, operations: &[Value]) {
        let http = self.http();
        for batch in operations.chunks(BATCH) {
            let answer = http.put("/v1/txn", &json!(batch)).expect("an answer to a transaction");
            assert_eq!(answer.status, 200, "transaction refused: {}", answer.body);
        }
    }
}

fn node_op(node: &str, number: usize) -> Value {
    let address = format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255);
    json!({ "Node": { "Verb": "set", "Node": { "Node": node, "Address": address } } })
}

fn service_op(instance: &Instance) -> Value {
    let meta: serde_json::Map<String, Value> =
        instance.meta.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({ "Service": { "Verb": "set", "Node": instance.node, "Service": {
        "ID": instance.id,
        "Service": instance.service,
        "Port": instance.port,
        "Tags": instance.tags,
        "Meta": meta,
    } } })
}

fn check_op(node: &str, check: &Check) -> Value {
    json!({ "Check": { "Verb": "set", "Check": {
        "Node": node,
        "CheckID": check.id,
        "Name": check.id,
        "ServiceID": check.service_id,
        "Status": check.status.as_str(),
        "Output": check.output,
        "Notes": check.notes,
    } } })
}
