//! The two parties: a real federation and a simulated one, with the same servers and nothing else.
//!
//! They are started once for the whole binary. Tests take turns, because an index of a whole table
//! moves for everybody; each seeds under names of its own.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use dcview::sim::{self, Options, Sim, Size};

use super::compare::same;
use crate::support::consul::{Answer, Cluster, Http, Plan};
use crate::support::runtime::runtime;
use crate::support::wait::{wait, wait_some};

/// Longer than an agent needs to synchronise itself with the catalog.
const SOON: Duration = Duration::from_secs(90);

/// A real Consul, or the simulator.
pub struct Party {
    /// Which of the two, for messages.
    pub name: &'static str,
    /// The agent of dc-1.
    pub http: Http,
    /// Its host and port.
    pub address: String,
}

/// Both parties, for one test at a time.
pub struct Pair {
    pub real: Party,
    pub sim: Party,
    _turn: MutexGuard<'static, ()>,
}

/// Both parties; waits for the test whose turn it is.
pub fn pair() -> Pair {
    static TURN: Mutex<()> = Mutex::new(());
    static REAL: OnceLock<(Cluster, usize)> = OnceLock::new();
    static SIM: OnceLock<Sim> = OnceLock::new();
    // A test that failed has left nothing behind that could make another fail.
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (real, leader) = REAL.get_or_init(real);
    let sim = SIM.get_or_init(simulated);
    Pair {
        real: Party {
            name: "consul",
            http: real.dc("dc-1").http_of(*leader),
            address: real.dc("dc-1").server_addr(*leader),
        },
        sim: Party { name: "sim", http: http(sim, "dc-1"), address: address(sim, "dc-1") },
        _turn: turn,
    }
}

/// A real federation, dc-1 with three servers, dc-2 and dc-3 with one each; and which server of
/// dc-1 leads. Asked there, no answer lags behind or speaks of a call to another server.
///
/// It returns when the agents have written themselves into the catalog, so that nothing moves any
/// more of its own accord.
pub fn real() -> (Cluster, usize) {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3).dc("dc-2", 1).dc("dc-3", 1));
    for dc in cluster.dcs() {
        wait(SOON, "every agent has synchronised itself", || {
            let nodes = dc.http().json("/v1/catalog/nodes");
            nodes.as_array().is_some_and(|nodes| nodes.iter().all(|node| node["Meta"].is_object()))
        });
    }
    let leader = wait_some(SOON, "somebody leads dc-1", || cluster.dc("dc-1").leader());
    (cluster, leader)
}

/// The simulator with nothing in it but servers.
pub fn simulated() -> Sim {
    let options = Options { size: Size::Instances(0), scenario: false, ..Options::DEMO };
    runtime().block_on(sim::serve(options)).expect("free ports on loopback")
}

/// Host and port of a simulated agent.
pub fn address(sim: &Sim, dc: &str) -> String {
    let found = sim.addresses().iter().find(|(name, _)| name == dc);
    found.expect("a simulated datacenter").1.to_string()
}

/// A client of a simulated agent.
pub fn http(sim: &Sim, dc: &str) -> Http {
    Http::new(&format!("http://{}", address(sim, dc)))
}

impl Party {
    /// A GET that is answered, whatever the status.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.http.get(path).unwrap_or_else(|| panic!("{}: no answer to GET {path}", self.name))
    }

    /// A PUT of JSON that is answered.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        let answer = self.http.put(path, body);
        answer.unwrap_or_else(|| panic!("{}: no answer to PUT {path}", self.name))
    }

    /// A PUT of text that is answered.
    #[track_caller]
    pub fn put_text(&self, path: &str, body: &str) -> Answer {
        let answer = self.http.put_text(path, body);
        answer.unwrap_or_else(|| panic!("{}: no answer to PUT {path}", self.name))
    }

    /// A PUT that must succeed.
    #[track_caller]
    pub fn write(&self, path: &str, body: &Value) {
        let answer = self.put(path, body);
        assert_eq!(answer.status, 200, "{}: PUT {path}: {}", self.name, answer.body);
    }

    /// Sets a check through the catalog, as a test's stand-in for an agent.
    #[track_caller]
    pub fn set_check(&self, node: &str, service_id: &str, status: &str) {
        let check = json!({
            "Node": node, "CheckID": format!("check-{service_id}"), "Name": "answers",
            "Status": status, "ServiceID": service_id,
        });
        self.write("/v1/txn", &json!([{ "Check": { "Verb": "set", "Check": check } }]));
    }
}

impl Pair {
    /// Both parties in turn.
    pub fn each(&self) -> [&Party; 2] {
        [&self.real, &self.sim]
    }

    /// Does the same write to both; both must succeed.
    #[track_caller]
    pub fn write(&self, path: &str, body: &Value) {
        for party in self.each() {
            party.write(path, body);
        }
    }

    /// Does the same GET to both; status, headers and body must agree.
    #[track_caller]
    pub fn same_get(&self, path: &str) {
        same(path, &self.real.get(path), &self.sim.get(path));
    }

    /// Does the same PUT of JSON to both; status, headers and body must agree.
    #[track_caller]
    pub fn same_put(&self, path: &str, body: &Value) {
        same(path, &self.real.put(path, body), &self.sim.put(path, body));
    }

    /// Does the same PUT of text to both; status, headers and body must agree.
    #[track_caller]
    pub fn same_put_text(&self, path: &str, body: &str) {
        same(path, &self.real.put_text(path, body), &self.sim.put_text(path, body));
    }

    /// Does the same DELETE to both; status, headers and body must agree.
    #[track_caller]
    pub fn same_delete(&self, path: &str) {
        let delete = |party: &Party| {
            let answer = party.http.delete(path);
            answer.unwrap_or_else(|| panic!("{}: no answer to DELETE {path}", party.name))
        };
        same(path, &delete(&self.real), &delete(&self.sim));
    }

    /// Registers a node with one check of its own, and instances `ID-1`, `ID-2`.. of a service on
    /// it, each with a check in the given state.
    #[track_caller]
    pub fn seed(&self, node: &str, service: &str, statuses: &[&str]) {
        let mut operations = vec![
            json!({ "Node": { "Verb": "set", "Node": { "Node": node, "Address": "10.9.0.1",
                "Meta": { "rack": "r1" } } } }),
            json!({ "Check": { "Verb": "set", "Check": { "Node": node, "CheckID": "disk",
                "Name": "disk has room", "Status": "passing", "Output": "12 % used" } } }),
        ];
        for (number, status) in (1..).zip(statuses) {
            let id = format!("{service}-{number}");
            operations.push(json!({ "Service": { "Verb": "set", "Node": node, "Service": {
                "ID": id, "Service": service, "Port": 8000 + number, "Tags": ["http", "v1"],
                "Meta": { "version": "1.2.3" } } } }));
            operations.push(json!({ "Check": { "Verb": "set", "Check": { "Node": node,
                "CheckID": format!("check-{id}"), "Name": "answers", "Status": status,
                "ServiceID": id, "Output": "line 1\nline 2 \u{1b}[31mred", "Notes": "see wiki" } } }));
        }
        self.write("/v1/txn", &Value::Array(operations));
    }
}
