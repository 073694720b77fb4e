//! Services, instances, nodes, checks and servers.

use std::sync::Arc;

use super::shape::{choice, record};
use super::{Coded, Garbled, Input, Output};
use crate::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use crate::domain::coordinate::Estimate;
use crate::domain::delta::Delta;
use crate::domain::health::{Check, CheckKey, Counts, Status};
use crate::domain::ids::{CheckId, Dc, Key, NodeName, ServiceId, ServiceName, SessionId};
use crate::domain::seat::{Seat, Seats};
use crate::domain::server::{Server, Servers};

/// A name is its text.
macro_rules! name {
    ($($type:ty),* $(,)?) => {
        $(impl Coded for $type {
            fn put(&self, out: &mut Output) {
                out.text(self.as_str());
            }

            fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
                from.text().map(Self::from)
            }
        })*
    };
}

name!(Dc, NodeName, ServiceName, ServiceId, CheckId, Key, SessionId);

choice!(Status { 0 => Passing, 1 => Maintenance, 2 => Warning, 3 => Critical });
record!(CheckKey { node, id });
record!(Check {
    node,
    id,
    name,
    status,
    service_id,
    service_name,
    output,
    notes,
    kind,
    create_index,
    modify_index,
});
record!(Counts { passing, warning, critical, maintenance });
record!(ServiceHealth { name, tags, instances, counts, is_exact, nodes });
record!(InstanceKey { node, id });
record!(Instance {
    service,
    id,
    node,
    address,
    port,
    tags,
    meta,
    version,
    checks,
    status,
    create_index,
    modify_index,
});
record!(Node { name, address, status, failing_checks, services, meta });
record!(Server {
    name,
    address,
    serf,
    version,
    is_leader,
    is_voter,
    is_healthy,
    last_contact,
    last_index,
    stable_since,
});
record!(Servers { servers, failure_tolerance, expected });
record!(Seat { node, id, version, status, output, create_index, modify_index });
record!(Seats { seats, index });
record!(Estimate { rtt, is_rough });

impl<K: Coded, V: Coded> Coded for Delta<K, V> {
    fn put(&self, out: &mut Output) {
        self.upserts.put(out);
        self.removed.put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let upserts = Vec::<(K, Arc<V>)>::take(from)?;
        Ok(Self { upserts, removed: Vec::take(from)? })
    }
}
