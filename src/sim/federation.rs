//! All simulated datacenters and the way between them: which one a request means, in which order
//! they are listed, and how far they are from each other.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::Answer;
use super::datacenter::Datacenter;
use super::model::Coordinate;
use super::raft::ServerState;

/// The datacenters, the primary first.
#[derive(Debug, Default)]
pub struct Federation {
    /// All of them.
    pub datacenters: Vec<Arc<Datacenter>>,
}

impl Federation {
    /// The datacenter that a request to `local` with `?dc=name` reaches.
    pub fn reach(
        &self,
        local: &Arc<Datacenter>,
        name: Option<&str>,
    ) -> Result<Arc<Datacenter>, Answer> {
        let Some(name) = name.filter(|name| !name.is_empty() && *name != local.name) else {
            return Ok(Arc::clone(local));
        };
        let Some(found) = self.datacenters.iter().find(|dc| dc.name == name) else {
            return Err(Answer::failure("No path to datacenter"));
        };
        if found.lock().faults.dark {
            return Err(Answer::failure("Remote DC has no server currently reachable"));
        }
        Ok(Arc::clone(found))
    }

    /// All datacenters, the nearest to `local` first.
    pub fn nearest(&self, local: &Datacenter) -> Vec<&Arc<Datacenter>> {
        let mut found: Vec<_> = self.datacenters.iter().collect();
        found.sort_by(|a, b| {
            let far = |dc: &Datacenter| round_trip(&local.position, &dc.position);
            far(a).total_cmp(&far(b)).then_with(|| a.name.cmp(&b.name))
        });
        found
    }

    /// The answer of `/v1/coordinate/datacenters`.
    pub fn coordinates(&self) -> Value {
        let areas: Vec<_> = self.datacenters.iter().map(|dc| wan_area(dc)).collect();
        Value::Array(areas)
    }

    /// The answer of `/v1/agent/members?wan=1`.
    pub fn wan_members(&self) -> Value {
        let members = self.datacenters.iter().flat_map(|dc| {
            let state = dc.lock();
            let servers = state.raft.servers.iter().map(|server| {
                let up = server.state != ServerState::Down && !state.faults.dark;
                super::agent::server_member(&dc.name, server, super::agent::Pool::Wan, up)
            });
            servers.collect::<Vec<_>>()
        });
        Value::Array(members.collect())
    }
}

fn wan_area(dc: &Datacenter) -> Value {
    let state = dc.lock();
    let coordinates: Vec<_> = state
        .raft
        .servers
        .iter()
        .map(|server| json!({ "Node": server.name, "Segment": "", "Coord": dc.position }))
        .collect();
    json!({ "Datacenter": dc.name, "AreaID": "wan", "Coordinates": coordinates })
}

/// The round trip between two coordinates in seconds, by Consul's formula.
fn round_trip(a: &Coordinate, b: &Coordinate) -> f64 {
    let squares: f64 = a.vec.iter().zip(&b.vec).map(|(a, b)| (a - b).powi(2)).sum();
    let distance = squares.sqrt() + a.height + b.height;
    let adjusted = distance + a.adjustment + b.adjustment;
    if adjusted > 0.0 { adjusted } else { distance }
}
