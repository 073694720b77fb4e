//! What the one agent of a datacenter says about itself and its members.
//!
//! The agent is the first server. It answers even when that server is down as a member of raft:
//! losing the agent is the fault "dark".

use serde_json::{Value, json};

use super::datacenter::Datacenter;
use super::model::{Node, Status};
use super::raft::{Server, ServerState, VERSION};
use super::state::State;

/// A gossip pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// Within a datacenter.
    Lan,
    /// Between datacenters: servers only.
    Wan,
}

/// Serf's number for a member that is alive.
const ALIVE: u8 = 1;
/// Serf's number for a member that has failed.
const FAILED: u8 = 4;

/// The answer of `/v1/agent/self`.
pub fn about(dc: &Datacenter, primary: &str) -> Value {
    let state = dc.lock();
    let Some(server) = state.raft.servers.first() else {
        return json!({});
    };
    json!({
        "Config": {
            "Datacenter": dc.name,
            "NodeName": server.name,
            "NodeID": server.id,
            "Revision": "",
            "Server": true,
            "Version": VERSION,
        },
        "DebugConfig": {
            "ACLsEnabled": false,
            "Datacenter": dc.name,
            "HTTPMaxConnsPerClient": state.faults.max_connections,
            "KVMaxValueSize": super::kv::MAX_VALUE,
            "MaxQueryTime": "10m0s",
            "NodeName": server.name,
            "PrimaryDatacenter": primary,
            "ServerMode": true,
            "Version": VERSION,
        },
        "Coord": dc.position,
        "Member": server_member(&dc.name, server, Pool::Lan, true),
        "Stats": stats(&state),
        "Meta": { "consul-network-segment": "" },
    })
}

/// The answer of `/v1/agent/members`: the servers and every node that gossips.
pub fn members(dc: &Datacenter) -> Value {
    let state = dc.lock();
    let is_server = |name: &str| state.raft.servers.iter().any(|server| *server.name == *name);
    let servers = state.raft.servers.iter().map(|server| {
        server_member(&dc.name, server, Pool::Lan, server.state != ServerState::Down)
    });
    let clients = state
        .catalog
        .nodes
        .iter()
        .filter(|(name, _)| !is_server(name))
        .filter_map(|(name, node)| client_member(&dc.name, name, node));
    Value::Array(servers.chain(clients).collect())
}

/// A server as a member of a pool.
pub fn server_member(dc: &str, server: &Server, pool: Pool, up: bool) -> Value {
    let mut tags = json!({
        "acls": "0",
        "build": format!("{VERSION}:"),
        "dc": dc,
        "expect": "3",
        "ft_fs": "1",
        "id": server.id,
        "port": "8300",
        "raft_vsn": "3",
        "role": "consul",
        "segment": "",
        "vsn": "2",
        "vsn_max": "3",
        "vsn_min": "2",
    });
    match pool {
        Pool::Lan => {
            if let Some(tags) = tags.as_object_mut() {
                tags.insert("wan_join_port".to_owned(), json!("8302"));
            }
            member(&server.name, &server.address, 8301, &tags, up)
        }
        Pool::Wan => member(&format!("{}.{dc}", server.name), &server.address, 8302, &tags, up),
    }
}

/// A node as a member, if an agent runs on it: that is, if gossip watches over its health.
fn client_member(dc: &str, name: &str, node: &Node) -> Option<Value> {
    let up = node.checks.get("serfHealth")?.status == Status::Passing;
    let tags = json!({
        "acls": "0",
        "build": format!("{VERSION}:"),
        "dc": dc,
        "id": node.id,
        "role": "node",
        "segment": "",
        "vsn": "2",
        "vsn_max": "3",
        "vsn_min": "2",
    });
    Some(member(name, &node.address, 8301, &tags, up))
}

fn member(name: &str, address: &str, port: u16, tags: &Value, up: bool) -> Value {
    json!({
        "Name": name,
        "Addr": address,
        "Port": port,
        "Tags": tags,
        "Status": if up { ALIVE } else { FAILED },
        "ProtocolMin": 1,
        "ProtocolMax": 5,
        "ProtocolCur": 2,
        "DelegateMin": 2,
        "DelegateMax": 5,
        "DelegateCur": 4,
    })
}

fn stats(state: &State) -> Value {
    let index = state.index.to_string();
    let leader = state.raft.leader_address();
    let own = state.raft.peers().into_iter().next().unwrap_or_default();
    let leads = !leader.is_empty() && leader == own;
    json!({
        "agent": { "check_monitors": "0", "check_ttls": "0", "checks": "0", "services": "0" },
        "build": { "prerelease": "", "revision": "", "version": VERSION },
        "consul": {
            "acl": "disabled",
            "leader": leads.to_string(),
            "leader_addr": leader,
            "server": "true",
        },
        "raft": {
            "applied_index": index,
            "commit_index": index,
            "last_contact": "0",
            "last_log_index": index,
            "last_log_term": state.raft.term.to_string(),
            "num_peers": state.raft.servers.len().saturating_sub(1).to_string(),
            "state": if leads { "Leader" } else { "Follower" },
            "term": state.raft.term.to_string(),
        },
    })
}
