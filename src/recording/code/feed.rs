//! What the watch layer tells, what is asked of it, and what happened.

use super::shape::{choice, record};
use crate::domain::event::{self, Event, Object};
use crate::domain::feed::{
    Body, Feed, Glanced, Link, List, NodeRoundTrip, Pulse, Report, Scope, Subject, Wanted,
};
use crate::domain::freshness::{Freshness, State};
use crate::past::{Entry, What};

choice!(Subject {
    0 => Service(name),
    1 => Node(name),
    2 => Folder(prefix),
    3 => Key(key),
    4 => Session(id),
    5 => Managers,
    6 => Sessions,
    7 => Locks(prefix),
    8 => Consumers(service),
    9 => Allocation(id),
    10 => Disagreements,
    11 => Map,
});
record!(Wanted { dc, subject });
record!(Glanced { services, keys, replication, passing, rollouts });
record!(Scope { ticket, focus, subjects, glanced });
choice!(List { 0 => Services, 1 => Checks, 2 => Nodes, 3 => Servers, 4 => Subject(subject) });
choice!(Link {
    0 => Unknown,
    1 => Led(address),
    2 => Leaderless,
    3 => Dark { why, detail, retry_at },
});
record!(Pulse { at, link, answered_in, wan, connections });
record!(NodeRoundTrip { from, estimate });
choice!(State {
    0 => Loading,
    1 => Live,
    2 => Stale { since, why, retry_at },
    3 => Denied { why },
});
record!(Freshness { state, at, leaderless, may_be_filtered, is_polled });
choice!(Body {
    0 => Pulse(pulse),
    1 => Services(delta),
    2 => Checks(delta),
    3 => Nodes(delta),
    4 => Servers(servers),
    5 => Instances(subject, delta),
    6 => NodeChecks(node, checks),
    7 => NodeRoundTrip(node, trip),
    8 => Folder(folder),
    9 => Entry(key, entry),
    10 => Session(id, session),
    11 => Managers(managers),
    12 => Prints(prints),
    13 => Sessions(delta),
    14 => Locks(locks),
    15 => Versions(service, versions),
    16 => Freshness(list, freshness),
    17 => Events(events, lost),
    18 => Seats(service, seats),
    19 => Consumers(seen),
    20 => Allocation(allocation),
    21 => Disagreements(swept),
    22 => Edges(edges),
});
record!(Feed { dc, ticket, at, body });
choice!(Report {
    0 => Datacenters { all, local },
    1 => Discovery { why, detail, retry_at },
    2 => Feed(feed),
    3 => Streams(delta),
    4 => Wan { agent, wan },
    5 => Restarted { dc, what },
});
choice!(What { 0 => Report(report), 1 => Scope(scope), 2 => Tick });
record!(Entry { at, what });
choice!(event::Kind {
    0 => Check,
    1 => Instance,
    2 => Node,
    3 => Leader,
    4 => Datacenter,
    5 => Maintenance,
    6 => Version,
    7 => Kv,
    8 => Replication,
    9 => UserEvent,
    10 => Write,
});
choice!(Object {
    0 => Datacenter,
    1 => Node(name),
    2 => Service(name),
    3 => Instance { service, node, id },
    4 => Check { node, id, name, service, service_id },
    5 => Key(key),
    6 => Stream(id),
    7 => UserEvent(name),
});
record!(Event { at, after, dc, kind, object, from, to, detail, index });
