//! One look at a service: every way asked at the same time.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::{join, join_all};
use tokio::time::{Instant, sleep};

use super::dns::{self, DnsError, Kind};
use super::found;
use super::haproxy;
use super::http::Http;
use crate::clock;
use crate::consul::read::{self, Query};
use crate::consul::wire::Prepared;
use crate::consul::{ApiError, Class, Client};
use crate::domain::catalog::Instance;
use crate::domain::consumers::balancer::Server;
use crate::domain::consumers::dns::{Carrier, Reply, name_of};
use crate::domain::consumers::{
    Answer, Asked, Balancer, Consumers, Executed, Lookup, Problem, RowKey, Told, judge,
};
use crate::domain::ids::{Dc, ServiceName};

/// How long a question over HTTP may take: above the 7 s that a server takes to say that it has no
/// leader.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The ways are not asked at the same moment: what disagrees is looked at again after this, and told
/// if it still does.
const CONFIRM: Duration = Duration::from_millis(400);
/// How many looks a state that keeps changing is given.
const LOOKS: usize = 3;
/// For how long it is known which load balancers and prepared queries there are.
const KEPT: Duration = Duration::from_secs(30);

/// Looks at the services of one datacenter.
pub struct Looker {
    pub(super) dc: Dc,
    pub(super) client: Client,
    pub(super) told: Arc<Told>,
    http: Http,
    balancers: Vec<Arc<Balancer>>,
    balancers_at: Option<Instant>,
    /// Why there may be more load balancers than are known, if so.
    pub(super) lost: Option<Problem>,
    /// The services that were listed in any sweep.
    pub(super) listed: BTreeSet<ServiceName>,
    queries: Option<(Vec<Prepared>, Instant)>,
    /// Whether the token sees everything.
    sees_all: Option<(bool, Instant)>,
}

/// What names a disagreement.
type Named = (RowKey, Arc<str>);

impl Looker {
    /// A looker that asks for `dc` through `client`.
    pub fn new(dc: &Dc, client: &Client, told: &Arc<Told>) -> Self {
        Self {
            dc: dc.clone(),
            client: client.clone(),
            told: Arc::clone(told),
            http: Http::default(),
            balancers: Vec::new(),
            balancers_at: None,
            lost: None,
            listed: BTreeSet::new(),
            queries: None,
            sees_all: None,
        }
    }

    /// Forgets which load balancers and prepared queries there are.
    pub fn renew(&mut self) {
        self.balancers_at = None;
        self.queries = None;
        self.sees_all = None;
    }

    /// Whether the token sees everything, so that what is not there is not there.
    pub(super) async fn sees_all(&mut self) -> bool {
        if let Some((known, at)) = self.sees_all
            && at.elapsed() < KEPT
        {
            return known;
        }
        let sees_all = read::sees_all(&self.client).await;
        self.sees_all = Some((sees_all, Instant::now()));
        sees_all
    }

    /// True unless the token is known to see everything.
    pub(super) fn may_be_filtered(&self) -> bool {
        self.sees_all.is_none_or(|(sees_all, _)| !sees_all)
    }

    /// What consumers of a service see now. What disagrees and did not `before` is looked at twice.
    pub async fn look(&mut self, service: &ServiceName, before: Option<&Consumers>) -> Consumers {
        let known: HashSet<Named> = before.map(named).unwrap_or_default();
        let mut seen: Option<HashSet<Named>> = None;
        for _ in 1..LOOKS {
            let asked = self.ask(service, before).await;
            let consumers = judge(&self.dc, service, asked);
            let now = named(&consumers);
            let is_confirmed = |it: &Named| {
                known.contains(it) || seen.as_ref().is_some_and(|seen| seen.contains(it))
            };
            if now.iter().all(is_confirmed) {
                return dated(consumers, before);
            }
            seen = Some(now);
            sleep(CONFIRM).await;
        }
        let asked = self.ask(service, before).await;
        dated(judge(&self.dc, service, asked), before)
    }

    /// Asks every way once.
    async fn ask(&mut self, service: &ServiceName, before: Option<&Consumers>) -> Asked {
        let balancers = self.balancers().await;
        let queries = self.queries().await;
        let may_be_filtered = !self.sees_all().await;
        let server = Arc::clone(self.told.dns_of(&self.dc));
        let name = name_of(service.as_str(), self.dc.as_str(), &self.told.domain);
        let name = name.filter(|_| !server.is_empty());
        let (catalog, passing) =
            (read::service_instances(service, &Arc::default()), read::prepared::passing(service));
        let srv = lookup(&server, name.as_deref(), &[Kind::Srv]);
        let http = join(fetch(&self.client, catalog), fetch(&self.client, passing));
        let proxies = join_all(balancers.into_iter().map(|it| self.servers(it)));
        let executed = self.execute(&queries, service);
        // Which kinds of addresses there are the catalog says.
        let rest = async { tokio::join!(srv, proxies, executed) };
        let ((raw, passing), (srv, balancers, queries_now)) = join(http, rest).await;
        let raw = map(raw, |list: Vec<Instance>| list.into_iter().map(Arc::new).collect());
        let kinds = kinds(&raw);
        let address = lookup(&server, name.as_deref(), &kinds).await;
        let no_queries = queries.err();
        let asked = Asked {
            raw,
            passing,
            server,
            name: name.map(Arc::from),
            address,
            srv,
            no_queries,
            queries: queries_now,
            may_be_filtered,
            balancers,
        };
        match before {
            Some(before) => after(asked, &before.asked),
            None => asked,
        }
    }

    /// Which load balancers there are.
    pub(super) async fn balancers(&mut self) -> Vec<Arc<Balancer>> {
        if self.balancers_at.is_some_and(|at| at.elapsed() < KEPT) {
            return self.balancers.clone();
        }
        let (mut all, failed) = found::balancers(&self.client, &self.dc, &self.told).await;
        if failed.is_some() {
            // Those that were found before are asked all the same.
            let is_new = |it: &&Arc<Balancer>| all.iter().all(|found| found.address != it.address);
            let known: Vec<_> = self.balancers.iter().filter(is_new).cloned().collect();
            all.extend(known);
        }
        self.balancers_at = failed.is_none().then(Instant::now);
        self.lost = failed.map(|error| problem(&error, clock::now()));
        self.balancers.clone_from(&all);
        all
    }

    /// The servers of a load balancer.
    pub(super) async fn servers(
        &self,
        balancer: Arc<Balancer>,
    ) -> (Arc<Balancer>, Answer<Arc<[Server]>>) {
        let answer = match haproxy::servers(&self.http, &balancer).await {
            Ok(servers) => Answer::new(servers.into(), clock::now()),
            Err(why) => Answer::failed(why, clock::now()),
        };
        (balancer, answer)
    }

    /// Which prepared queries there are, or why that is not known.
    async fn queries(&mut self) -> Result<Vec<Prepared>, Problem> {
        if let Some((known, at)) = &self.queries
            && at.elapsed() < KEPT
        {
            return Ok(known.clone());
        }
        let query = read::prepared::prepared_queries().with(|it| it.timeout(PATIENCE));
        match query.fetch(&self.client).await {
            Ok((all, _)) => {
                self.queries = Some((all.clone(), Instant::now()));
                Ok(all)
            }
            // A server that knows no prepared queries has none.
            Err(error) if error.class() == Class::Absent => Ok(Vec::new()),
            Err(error) => Err(problem(&error, clock::now())),
        }
    }

    async fn execute(
        &self,
        queries: &Result<Vec<Prepared>, Problem>,
        service: &ServiceName,
    ) -> Vec<(Arc<str>, Answer<Executed>)> {
        let all = queries.iter().flatten();
        let of_it = all.filter(|query| query.service == *service && !query.is_template);
        let each = of_it.map(|query| async {
            let answer = fetch(&self.client, read::prepared::executed(&query.name)).await;
            let is_picky = query.is_picky;
            (Arc::clone(&query.name), map(answer, |it| Executed { is_picky, ..it }))
        });
        join_all(each).await
    }
}

/// Notes since when the ways disagree.
fn dated(mut consumers: Consumers, before: Option<&Consumers>) -> Consumers {
    consumers.since(before, clock::now());
    consumers
}

fn named(consumers: &Consumers) -> HashSet<Named> {
    let of_row = |row: &crate::domain::consumers::Row| {
        let key = row.key.clone();
        let texts = row.disagreements.iter().map(|it| Arc::clone(&it.text));
        texts.map(move |text| (key.clone(), text)).collect::<Vec<_>>()
    };
    consumers.rows.iter().flat_map(of_row).collect()
}

/// Asks once.
async fn fetch<T: Send + 'static>(client: &Client, query: Query<T>) -> Answer<T> {
    told(query.with(|request| request.timeout(PATIENCE)).fetch(client).await)
}

/// What came of a question.
pub(super) fn told<T>(came: Result<(T, read::Meta), ApiError>) -> Answer<T> {
    match came {
        Ok((value, _)) => Answer::new(value, clock::now()),
        Err(error) => Answer { given: None, problem: Some(problem(&error, clock::now())) },
    }
}

fn problem(error: &ApiError, since: DateTime<Utc>) -> Problem {
    Problem { why: error.short().into(), since, is_denied: error.class() == Class::Denied }
}

/// The same about another value.
pub(super) fn map<T, U>(answer: Answer<T>, change: impl FnOnce(T) -> U) -> Answer<U> {
    Answer { given: answer.given.map(|(value, at)| (change(value), at)), problem: answer.problem }
}

/// The kinds of addresses that instances have; A where none is known.
fn kinds(raw: &Answer<Vec<Arc<Instance>>>) -> Vec<Kind> {
    let all = raw.given.as_ref().map(|(list, _)| list.as_slice()).unwrap_or_default();
    let is_v6 = |it: &Arc<Instance>| it.address.parse::<std::net::Ipv6Addr>().is_ok();
    let mut kinds = Vec::new();
    if all.is_empty() || !all.iter().all(is_v6) {
        kinds.push(Kind::A);
    }
    if all.iter().any(is_v6) {
        kinds.push(Kind::Aaaa);
    }
    kinds
}

/// Asks for a name by every carrier.
async fn lookup(server: &str, name: Option<&str>, kinds: &[Kind]) -> Lookup {
    let Some(name) = name else { return Lookup::default() };
    let ask = |carrier| async move {
        let all = join_all(kinds.iter().map(|kind| dns::ask(server, name, *kind, carrier))).await;
        match all.into_iter().collect::<Result<Vec<Reply>, DnsError>>().map(together) {
            Ok(Some(reply)) => Answer::new(reply, clock::now()),
            Ok(None) => Answer::default(),
            Err(error) => Answer::failed(error.0, clock::now()),
        }
    };
    let (udp, edns, tcp) = tokio::join!(ask(Carrier::Udp), ask(Carrier::Edns), ask(Carrier::Tcp));
    Lookup { udp, edns, tcp }
}

/// The answers to questions for two kinds of addresses, as one.
fn together(all: Vec<Reply>) -> Option<Reply> {
    all.into_iter().reduce(|mut one, other| {
        // A name without addresses of one kind has them of the other.
        if one.answers.is_empty() {
            one.code = other.code;
        }
        one.answers.extend(other.answers);
        one.extra.extend(other.extra);
        one.is_truncated |= other.is_truncated;
        one.took = one.took.max(other.took);
        one
    })
}

/// What was asked, with what stays of before where there is no answer now.
fn after(asked: Asked, before: &Asked) -> Asked {
    let lookup = |now: Lookup, old: &Lookup| Lookup {
        udp: now.udp.after(&old.udp),
        edns: now.edns.after(&old.edns),
        tcp: now.tcp.after(&old.tcp),
    };
    let balancers = asked.balancers.into_iter().map(|(balancer, answer)| {
        let old = before.balancers.iter().find(|(it, _)| it.name == balancer.name);
        let answer = match old {
            Some((_, old)) => answer.after(old),
            None => answer,
        };
        (balancer, answer)
    });
    let queries = asked.queries.into_iter().map(|(name, answer)| {
        let old = before.queries.iter().find(|(it, _)| *it == name);
        let answer = match old {
            Some((_, old)) => answer.after(old),
            None => answer,
        };
        (name, answer)
    });
    Asked {
        raw: asked.raw.after(&before.raw),
        passing: asked.passing.after(&before.passing),
        server: asked.server,
        name: asked.name,
        address: lookup(asked.address, &before.address),
        srv: lookup(asked.srv, &before.srv),
        no_queries: asked.no_queries,
        queries: queries.collect(),
        may_be_filtered: asked.may_be_filtered,
        balancers: balancers.collect(),
    }
}
