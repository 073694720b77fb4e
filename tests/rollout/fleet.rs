//! The instances of one service in the datacenters, and how they are rolled.

use serde_json::json;

use super::cluster;
use super::support::consul::{Instance, Status};

/// How many instances each datacenter has: forty together.
pub const COUNTS: [(&str, usize); 3] = [("dc-1", 14), ("dc-2", 13), ("dc-3", 13)];

/// The check of an instance that does not work.
pub const BROKEN: &str = "HTTP GET /healthz: 503 no such table";

/// A service.
pub struct Fleet {
    pub service: &'static str,
}

impl Fleet {
    /// All forty instances of `v1`, passing.
    pub fn new(service: &'static str) -> Self {
        let fleet = Self { service };
        for (dc, count) in COUNTS {
            let all: Vec<_> = (1..=count).map(|i| fleet.one(i, "v1", Status::Passing)).collect();
            cluster().dc(dc).seed(&all);
        }
        fleet
    }

    /// So many instances of `v1` in each datacenter.
    pub fn small(service: &'static str, count: usize) -> Self {
        let fleet = Self { service };
        for (dc, _) in COUNTS {
            let all: Vec<_> = (1..=count).map(|i| fleet.one(i, "v1", Status::Passing)).collect();
            cluster().dc(dc).seed(&all);
        }
        fleet
    }

    fn one(&self, i: usize, version: &str, status: Status) -> Instance {
        self.named(&format!("{}-{i}", self.service), i, version, status)
    }

    fn named(&self, id: &str, i: usize, version: &str, status: Status) -> Instance {
        let node = format!("{}-node-{}", self.service, i % 5);
        let output = if status == Status::Critical { BROKEN } else { "200 OK" };
        Instance::new(&node, self.service, id).meta("version", version).status(status, output)
    }

    /// The instance of this number becomes of another version where it is.
    pub fn in_place(&self, dc: &str, i: usize, version: &str, status: Status) {
        cluster().dc(dc).seed(&[self.one(i, version, status)]);
    }

    /// Another instance comes, and the one of this number goes.
    pub fn replace(&self, dc: &str, i: usize, version: &str) {
        let id = format!("{}-{version}-{i}", self.service);
        let dc = cluster().dc(dc);
        dc.seed(&[self.named(&id, i, version, Status::Passing)]);
        let node = format!("{}-node-{}", self.service, i % 5);
        let gone = json!({ "Node": node, "ServiceID": format!("{}-{i}", self.service) });
        let answer = dc.http().put("/v1/catalog/deregister", &gone).expect("an answer");
        assert_eq!(answer.status, 200);
    }
}
