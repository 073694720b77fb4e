//! Where the ways disagree: every instance against what each way gives of it.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use super::balancer::{Joined, Server, join};
use super::dns::{Carrier, Code, Reply};
use super::{
    Asked, Balancer, Consumers, Disagreement, Executed, Gives, Grade, Lookup, Row, RowKey, Way,
};
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};

mod traps;
mod words;

/// What consumers of a service see, from what was asked.
pub fn judge(dc: &Dc, service: &ServiceName, asked: Asked) -> Consumers {
    let catalog: Vec<Arc<Instance>> =
        asked.raw.given.as_ref().map(|(list, _)| list.clone()).unwrap_or_default();
    let mut judge = Judge {
        dc,
        service,
        is_known: asked.raw.now().is_some(),
        sees_all: !asked.may_be_filtered,
        rows: catalog.iter().map(row_of).collect(),
        catalog,
        ways: Vec::new(),
    };
    judge.lookup(Way::Address, &asked.address);
    judge.lookup(Way::Srv, &asked.srv);
    judge.http(&asked);
    for (name, answer) in &asked.queries {
        judge.query(name, answer.now());
    }
    judge.template(&asked);
    for (balancer, answer) in &asked.balancers {
        let joined = |all: &Arc<[Server]>| join(balancer, all, service, &judge.catalog);
        match answer.now().map(joined) {
            None => judge.add(way_of(balancer), |_| (Gives::Unknown, None)),
            Some(None) => judge.add(way_of(balancer), |_| (Gives::NotServed, None)),
            Some(Some(joined)) => judge.balancer(&balancer.name, joined),
        }
    }
    let traps = traps::of(&asked, &judge.catalog);
    judge.end(traps, asked)
}

/// A service while it is judged.
struct Judge<'a> {
    dc: &'a Dc,
    service: &'a ServiceName,
    /// True while what the catalog says is what it says now.
    is_known: bool,
    /// True when what is not in the catalog is not there.
    sees_all: bool,
    catalog: Vec<Arc<Instance>>,
    ways: Vec<Way>,
    rows: Vec<Row>,
}

fn row_of(it: &Arc<Instance>) -> Row {
    Row {
        key: RowKey::Instance(it.key()),
        instance: Some(Arc::clone(it)),
        gives: Vec::new(),
        disagreements: Vec::new(),
        since: None,
    }
}

impl Judge<'_> {
    /// Adds a way: what it gives of each instance, and what is wrong with that.
    fn add(&mut self, way: Way, each: impl Fn(&Arc<Instance>) -> (Gives, Option<Disagreement>)) {
        for row in &mut self.rows {
            let (gives, disagreement) = row.instance.as_ref().map_or((Gives::No, None), &each);
            row.gives.push(gives);
            row.disagreements.extend(disagreement.filter(|_| self.is_known));
        }
        self.ways.push(way);
    }

    fn lookup(&mut self, way: Way, lookup: &Lookup) {
        let is_srv = way == Way::Srv;
        let gives = |reply: &Reply, it: &Instance| {
            if is_srv { reply.gives_service(it) } else { reply.gives_address(it) }
        };
        let place = |it: &Instance| if is_srv { it.endpoint() } else { it.address.to_string() };
        // Who stands at the same place cannot be told apart from it.
        let alive: HashSet<String> = self
            .catalog
            .iter()
            .filter(|it| matches!(it.status, Status::Passing | Status::Warning))
            .map(|it| place(it))
            .collect();
        let whole = lookup.tcp.now();
        self.add(way, |it| {
            let is_alive = matches!(it.status, Status::Passing | Status::Warning);
            let answers = Carrier::ALL.map(|carrier| lookup.by(carrier).now());
            let by = answers.map(|reply| reply.map(|reply| gives(reply, it)));
            let is_given = by.contains(&Some(true));
            let shown = match (is_given, by.contains(&Some(false))) {
                (true, _) if !is_alive && alive.contains(&place(it)) => {
                    return (Gives::Shared, None);
                }
                (true, true) => Gives::Partly,
                (true, false) => Gives::Yes,
                (false, true) => Gives::No,
                (false, false) => Gives::Unknown,
            };
            let misses = whole.filter(|reply| !gives(reply, it) && !reply.is_truncated);
            (shown, words::by_dns(it.status, is_given, misses))
        });
    }

    fn http(&mut self, asked: &Asked) {
        let passing: Option<HashSet<&InstanceKey>> =
            asked.passing.now().map(|keys| keys.iter().collect());
        self.add(Way::Passing, |it| {
            let Some(passing) = &passing else { return (Gives::Unknown, None) };
            let is_given = passing.contains(&it.key());
            let gives = if is_given { Gives::Yes } else { Gives::No };
            (gives, words::by_passing(it.status, is_given))
        });
        let raw = if self.is_known { Gives::Yes } else { Gives::Unknown };
        self.add(Way::Raw, |_| (raw.clone(), None));
    }

    fn query(&mut self, name: &Arc<str>, executed: Option<&Executed>) {
        let dc = self.dc.clone();
        let keys: HashSet<&InstanceKey> =
            executed.iter().flat_map(|executed| &executed.keys).collect();
        self.add(Way::Query(Arc::clone(name)), |it| match executed {
            None => (Gives::Unknown, None),
            Some(executed) if executed.dc != dc => (Gives::Elsewhere(executed.dc.clone()), None),
            Some(executed) => {
                let is_given = keys.contains(&it.key());
                let gives = if is_given { Gives::Yes } else { Gives::No };
                (gives, words::by_query(name, it.status, is_given, executed.is_picky))
            }
        });
    }

    /// What consul-template gives is what passes: it asks for that.
    fn template(&mut self, asked: &Asked) {
        let passing: Option<HashSet<&InstanceKey>> =
            asked.passing.now().map(|keys| keys.iter().collect());
        self.add(Way::Template, |it| match &passing {
            None => (Gives::Unknown, None),
            Some(keys) if keys.contains(&it.key()) => (Gives::Yes, None),
            Some(_) => (Gives::No, None),
        });
    }

    fn balancer(&mut self, name: &Arc<str>, joined: Joined) {
        let way = Way::Balancer(Arc::clone(name));
        let Joined { servers, strays } = joined;
        let before = self.ways.len();
        self.ways.push(way);
        let mut servers = servers.into_iter();
        for row in &mut self.rows {
            let Some(it) = &row.instance else {
                row.gives.push(Gives::No);
                continue;
            };
            let server = servers.next().flatten();
            let wrong = words::by_balancer(name, it, server.as_ref());
            row.disagreements.extend(wrong.filter(|_| self.is_known));
            row.gives.push(server.map_or(Gives::Absent, |server| Gives::Server(Arc::new(server))));
        }
        // A token that may not see an instance cannot tell that there is none.
        let strays = strays.into_iter().filter(|it| self.sees_all && it.takes_traffic());
        for server in strays {
            let row = stray(name, server, before, self.is_known);
            self.rows.push(row);
        }
    }

    fn end(mut self, traps: Vec<Arc<str>>, mut asked: Asked) -> Consumers {
        // What a row has of a load balancer it holds itself: the other servers are many.
        for (_, answer) in &mut asked.balancers {
            if let Some((servers, _)) = &mut answer.given {
                *servers = Arc::default();
            }
        }
        for row in &mut self.rows {
            row.disagreements.sort_by_key(|it| Reverse(it.grade));
            // A and SRV say the same.
            row.disagreements.dedup();
            // A row of a balancer has nothing of the ways behind it.
            row.gives.resize(self.ways.len(), Gives::No);
        }
        self.rows.sort_by(|a, b| {
            let badness = |row: &Row| (row.grade(), row.disagreements.len());
            badness(b).cmp(&badness(a)).then_with(|| a.key.cmp(&b.key))
        });
        Consumers {
            service: self.service.clone(),
            ways: self.ways,
            rows: self.rows,
            traps,
            asked: Arc::new(asked),
        }
    }
}

fn way_of(balancer: &Balancer) -> Way {
    Way::Balancer(Arc::clone(&balancer.name))
}

/// The row of a server that is no instance; `before` are the ways before its balancer.
fn stray(name: &Arc<str>, server: Server, before: usize, is_known: bool) -> Row {
    let key =
        RowKey::Server(Arc::clone(name), Arc::clone(&server.backend), Arc::clone(&server.name));
    let disagreements = if is_known { vec![words::stray(name, &server)] } else { Vec::new() };
    let mut gives = vec![Gives::No; before];
    gives.push(Gives::Server(Arc::new(server)));
    Row { key, instance: None, gives, disagreements, since: None }
}
