//! The JSON shapes of Consul's answers, read into the types of [`crate::domain`].
//!
//! Text is borrowed from the answer and interned once ([`Interner`]), so a repeated name costs one
//! allocation. Unknown fields are ignored and `null` stands for empty, as servers of every version
//! write it. Invariant: nothing here trusts the server; what is not that JSON is an error that
//! says where.

mod agent;
mod catalog;
mod check;
mod edges;
mod fired;
mod interner;
mod kv;
mod prepared;
mod primary;
mod server;
mod text;

pub(super) use agent::{agent_self, coordinates, members, policies, wan_coordinates};
pub(super) use catalog::{datacenters, instances, names, node_services, nodes, summaries};
pub(super) use check::checks;
pub use edges::Said;
pub(super) use edges::{edges, gateway_services, intentions, topology};
pub(super) use fired::user_events;
pub use interner::Interner;
pub(super) use kv::{Txn, entries, folder, sessions};
pub(super) use prepared::{executed, instance_keys, prepared};
pub(super) use primary::{acl_replication, bodies, federation_states, roots};
pub(super) use server::{leader, servers};
use text::{Text, nullable};

pub use agent::AgentSelf;
pub use catalog::OnNode;
pub use prepared::Prepared;
pub use primary::{AclReplication, Bodies, FederationState, Roots};
