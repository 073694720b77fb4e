//! The whole of what is known at one moment.

use super::shape::record;
use crate::domain::ids::{NodeName, ServiceName};
use crate::domain::track::{Change, Track, Tracks};
use crate::store::held::{Found, Held, Seen};
use crate::store::kept::Kept;
use crate::store::sights::Seen as Sighted;
use crate::store::tracked::Tracked;
use crate::store::trend::Trend;
use crate::store::{Datacenter, Since, Store, Totals};

record!(Trend { samples, began });
record!(Since { at, is_exact });
record!(Change { at, to, is_exact });
record!(Track { before, changes });
record!(Tracks<ServiceName> { all, changes, most, forgotten });
record!(Tracks<NodeName> { all, changes, most, forgotten });
record!(Tracked { services, nodes, services_at, nodes_at });
record!(Totals { checks, instances, estimated, uncounted, services });
record!(Seen { session, lock_index, since });
record!(Found { locks, since });
record!(Held { sessions, since, prefixes });
record!(Sighted { was_clear, is_away, back });
record!(Kept { subject, at, may_be_filtered, instances, checks, consumers, swept, edges });
record!(Datacenter {
    pulse,
    services,
    checks,
    nodes,
    servers,
    instances,
    node_checks,
    round_trips,
    versions,
    folders,
    entries,
    holders,
    seats,
    managers,
    edges,
    consumers,
    allocations,
    swept,
    prints,
    held,
    since,
    tracked,
    totals,
    trend,
    is_gone,
    sight,
    fresh,
} since 2 {
    kept,
    recalled,
});
record!(Store { datacenters, local, discovery, streams, lags, wan, wans, ticket, rollouts });
