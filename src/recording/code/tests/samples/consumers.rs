//! What consumers see, with a case of each kind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Seed, second};
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::consumers::balancer::Server;
use crate::domain::consumers::dns::{Code, Data, Record, Reply};
use crate::domain::consumers::{
    Answer, Asked, Balancer, Consumers, Disagreement, Executed, Gives, Grade, Lookup, Row, RowKey,
    Since, Swept, Way,
};
use crate::domain::feed::Body;
use crate::domain::map::{Edge, Edges, Source};
use crate::domain::nomad::{Allocation, AllocationId, Told};

/// The bodies that tell of consumers.
pub fn bodies(seed: &Seed, key: &InstanceKey, instance: &Instance) -> Vec<Body> {
    let seen = consumers(seed, key, instance);
    let mut swept = Swept { of: 2, at: seed.some(second(2)), ..Swept::default() };
    swept.add(&seen);
    let told = Told { job: seed.text(), version: seed.number, ..Told::default() };
    let allocation = Allocation {
        id: AllocationId(seed.text()),
        nomad: seed.some(seed.text()),
        told: Answer::new(told, second(1)),
    };
    let edge =
        |source| Edge { from: seed.name(), to: seed.name(), to_dc: seed.some(seed.name()), source };
    let all = [
        Source::Gateway,
        Source::Proxy,
        Source::Meta,
        Source::Tag,
        Source::Intention,
        Source::File,
        Source::Query,
        Source::Topology,
    ];
    let edges = Edges {
        edges: all.map(edge).to_vec(),
        read: (1, 2),
        problems: vec![seed.text()],
        at: seed.some(second(3)),
        may_be_filtered: seed.is,
    };
    vec![
        Body::Edges(Arc::new(edges)),
        Body::Consumers(Arc::new(seen)),
        Body::Disagreements(Arc::new(swept)),
        Body::Allocation(Arc::new(allocation)),
    ]
}

fn consumers(seed: &Seed, key: &InstanceKey, instance: &Instance) -> Consumers {
    let server = server(seed);
    let row = |key: RowKey, gives: Vec<Gives>| Row {
        key,
        instance: seed.some(Arc::new(instance.clone())),
        gives,
        disagreements: vec![Disagreement { grade: Grade::Differs, text: seed.text() }],
        since: seed.some(Since { at: second(4), is_exact: seed.is }),
    };
    let both = [
        vec![Gives::Unknown, Gives::Yes, Gives::No, Gives::Partly, Gives::Absent, Gives::NotServed],
        vec![Gives::Shared, Gives::Elsewhere(seed.name()), Gives::Server(Arc::new(server.clone()))],
    ];
    let [of_instance, of_server] = both;
    let stray = RowKey::Server(seed.text(), seed.text(), seed.text());
    Consumers {
        service: seed.name(),
        ways: vec![Way::Address, Way::Srv, Way::Query(seed.text()), Way::Balancer(seed.text())],
        rows: vec![row(RowKey::Instance(key.clone()), of_instance), row(stray, of_server)],
        traps: vec![seed.text()],
        asked: Arc::new(asked(seed, key, instance, server)),
    }
}

fn server(seed: &Seed) -> Server {
    Server {
        backend: seed.text(),
        name: seed.text(),
        status: seed.text(),
        since: Duration::new(9, seed.nanos),
        total: seed.number,
        is_backup: seed.is,
        ..Server::default()
    }
}

fn asked(seed: &Seed, key: &InstanceKey, instance: &Instance, server: Server) -> Asked {
    let record = |data| Record { name: seed.text(), ttl: 3, data };
    let service = Data::Service { target: seed.text(), port: 1, weight: 2 };
    let reply = Reply {
        code: if seed.is { Code::NoError } else { Code::Other(seed.text()) },
        answers: vec![record(service), record(Data::Name(seed.text()))],
        extra: vec![record(Data::Address("10.0.0.1".parse().unwrap()))],
        is_truncated: seed.is,
        took: Duration::new(1, seed.nanos),
    };
    let executed =
        Executed { dc: seed.name(), failovers: 2, keys: vec![key.clone()], is_picky: seed.is };
    let balancer = Balancer {
        name: seed.text(),
        dc: seed.name(),
        address: seed.text(),
        auth: None,
        backends: BTreeMap::from([(seed.text(), seed.name())]),
    };
    Asked {
        raw: Answer::new(vec![Arc::new(instance.clone())], second(3)),
        passing: Answer::failed(seed.text(), second(3)),
        server: seed.text(),
        name: seed.some(seed.text()),
        srv: Lookup { udp: Answer::new(reply, second(1)), ..Lookup::default() },
        queries: vec![(seed.text(), Answer::new(executed, second(5)))],
        balancers: vec![(Arc::new(balancer), Answer::new([server].into(), second(6)))],
        may_be_filtered: seed.is,
        ..Asked::default()
    }
}
