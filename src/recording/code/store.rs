//! The whole of what is known at one moment.

use super::shape::record;
use crate::store::held::{Found, Held, Seen};
use crate::store::trend::Trend;
use crate::store::{Datacenter, Since, Store, Totals};

record!(Trend { samples, began });
record!(Since { at, is_exact });
record!(Totals { checks, instances, estimated, services });
record!(Seen { session, lock_index, since });
record!(Found { locks, since });
record!(Held { sessions, since, prefixes });
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
    prints,
    held,
    since,
    totals,
    trend,
    is_gone,
    fresh,
});
record!(Store { datacenters, local, discovery, streams, lags, wan, wans, ticket });
