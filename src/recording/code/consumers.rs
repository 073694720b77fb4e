//! Who calls whom, what consumers of services see, and allocations of Nomad.

use std::net::IpAddr;

use super::shape::{choice, record};
use super::{Coded, Garbled, Input, Output};
use crate::domain::consumers::balancer::Server;
use crate::domain::consumers::dns::{Code, Data, Record, Reply};
use crate::domain::consumers::{
    Answer, Asked, Balancer, Consumers, Disagreement, Executed, Found, Gives, Grade, Lookup,
    Problem, Row, RowKey, Since, Swept, Way,
};
use crate::domain::map::{Edge, Edges, Source};
use crate::domain::nomad::{Allocation, AllocationId, Told};

record!(Problem { why, since, is_denied });
record!(Server {
    backend,
    name,
    address,
    status,
    check,
    says,
    weight,
    is_backup,
    since,
    sessions,
    total,
});
choice!(Code { 0 => NoError, 1 => NxDomain, 2 => Other(word) });
choice!(Data { 0 => Address(address), 1 => Service { target, port, weight }, 2 => Name(name) });
record!(Record { name, ttl, data });
record!(Reply { code, answers, extra, is_truncated, took });
record!(Lookup { udp, edns, tcp });
record!(Executed { dc, failovers, keys, is_picky });
record!(Asked {
    raw,
    passing,
    server,
    name,
    address,
    srv,
    no_queries,
    queries,
    may_be_filtered,
    balancers,
});
choice!(Grade { 0 => Differs, 1 => Unused, 2 => Fails });
record!(Disagreement { grade, text });
choice!(RowKey { 0 => Instance(key), 1 => Server(balancer, backend, server) });
choice!(Way {
    0 => Address,
    1 => Srv,
    2 => Passing,
    3 => Raw,
    4 => Query(name),
    5 => Template,
    6 => Balancer(name),
});
choice!(Gives {
    0 => Unknown,
    1 => Yes,
    2 => No,
    3 => Partly,
    4 => Shared,
    5 => Elsewhere(dc),
    6 => Absent,
    7 => Server(server),
    8 => NotServed,
});
choice!(Source { 0 => Proxy, 1 => Meta, 2 => Tag, 3 => Intention, 4 => File, 5 => Gateway, 6 => Query, 7 => Topology });
record!(Edge { from, to, to_dc, source });
record!(Edges { edges, read, problems, at, may_be_filtered });
record!(Since { at, is_exact });
record!(Row { key, instance, gives, disagreements, since });
record!(Consumers { service, ways, rows, traps, asked });
record!(Found { service, row });
record!(Swept { found, checked, of, problems, unread, may_be_filtered, at });
record!(Told { job, namespace, group, node, version, status, is_canary, is_healthy });
record!(Allocation { id, nomad, told });

impl<T: Coded> Coded for Answer<T> {
    fn put(&self, out: &mut Output) {
        self.given.put(out);
        self.problem.put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Ok(Self { given: Coded::take(from)?, problem: Coded::take(from)? })
    }
}

/// Its password is not recorded: nothing is asked of it later.
impl Coded for Balancer {
    fn put(&self, out: &mut Output) {
        let Self { name, dc, address, auth: _, backends } = self;
        name.put(out);
        dc.put(out);
        address.put(out);
        backends.put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let (name, dc, address) = (Coded::take(from)?, Coded::take(from)?, Coded::take(from)?);
        Ok(Self { name, dc, address, auth: None, backends: Coded::take(from)? })
    }
}

impl Coded for AllocationId {
    fn put(&self, out: &mut Output) {
        self.0.put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Coded::take(from).map(Self)
    }
}

impl Coded for IpAddr {
    fn put(&self, out: &mut Output) {
        self.to_string().put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        from.text()?.parse().map_err(|_| Garbled("an address"))
    }
}
