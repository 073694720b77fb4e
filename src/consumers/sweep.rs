//! A look at all services of a datacenter, for where ways disagree.
//!
//! Cheaper than a look at each: the catalog is asked once for each service, which also says what
//! passes; DNS is asked for SRV only, many names over one connection, by TCP, which leaves nothing
//! out; load balancers are asked once. Prepared queries are left to the look at one service.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::time::sleep;

use super::dns::{self, Kind, MOST_ON_ONE};
use super::look::{Looker, PATIENCE, map, told};
use crate::clock;
use crate::consul::{ApiError, Class, read};
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::consumers::dns::{Reply, name_of};
use crate::domain::consumers::{
    Answer, Asked, Balancers, Consumers, Found, Lookup, Problem, Since, Swept, judge,
};
use crate::domain::health::Status;
use crate::domain::ids::ServiceName;

/// So many services are asked for at the same time.
const AT_ONCE: usize = 8;
/// What disagrees is looked at again after this, and told if it still does.
const CONFIRM: Duration = Duration::from_millis(400);
/// Where it is said that the catalog could not be asked for load balancers.
const REGISTERED: &str = "registered load balancers";

/// Looks at all services, and tells what is found as it comes. What was found `before` keeps since
/// when it disagrees.
///
/// # Errors
/// When the services themselves cannot be had.
pub async fn sweep(
    looker: &mut Looker,
    before: Option<&Swept>,
    mut tell: impl FnMut(&Swept),
) -> Result<Swept, ApiError> {
    let services = read::service_names().fetch(&looker.client).await?.0;
    let names: Vec<ServiceName> = services.into_iter().map(|service| service.name).collect();
    let balancers = balancers(looker).await;
    let may_be_filtered = !looker.sees_all().await;
    let mut swept = Swept { of: names.len(), may_be_filtered, ..Swept::default() };
    for (balancer, answer) in &balancers {
        if let Some(problem) = &answer.problem {
            swept.problems.push((Arc::clone(&balancer.name), problem.clone()));
        }
    }
    if let Some(problem) = &looker.lost {
        swept.problems.push((Arc::from(REGISTERED), problem.clone()));
    }
    let names: Vec<ServiceName> =
        gone(looker, &balancers, &names).into_iter().chain(names).collect();
    for batch in names.chunks(MOST_ON_ONE) {
        let seen = look(looker, batch, &balancers).await?;
        let seen = confirmed(looker, seen, before).await?;
        for it in &seen {
            swept.add(it);
        }
        keep_since(&mut swept, before);
        tell(&swept);
    }
    swept.at = Some(clock::now());
    Ok(swept)
}

/// Services that are no longer listed, though a load balancer still has a backend of theirs: one that
/// the settings name, or that is called like a service that was listed before.
fn gone(looker: &mut Looker, balancers: &Balancers, names: &[ServiceName]) -> Vec<ServiceName> {
    let listed: HashSet<&ServiceName> = names.iter().collect();
    let mut gone = BTreeSet::new();
    for (balancer, answer) in balancers {
        let servers = answer.given.iter().flat_map(|(servers, _)| servers.iter());
        for backend in servers.map(|server| &server.backend) {
            let known = || looker.listed.get(&ServiceName::from(Arc::clone(backend))).cloned();
            let service = balancer.backends.get(backend).cloned().or_else(known);
            gone.extend(service.filter(|service| !listed.contains(service)));
        }
    }
    looker.listed.extend(names.iter().cloned());
    gone.into_iter().collect()
}

async fn balancers(looker: &mut Looker) -> Balancers {
    let all = looker.balancers().await;
    join_all(all.into_iter().map(|it| looker.servers(it))).await
}

/// What consumers of some services see. A datacenter that stops to answer ends it: each further
/// question would take as long as the first.
async fn look(
    looker: &Looker,
    services: &[ServiceName],
    with: &Balancers,
) -> Result<Vec<Consumers>, ApiError> {
    let server = looker.told.dns_of(&looker.dc);
    let name =
        |service: &ServiceName| name_of(service.as_str(), looker.dc.as_str(), &looker.told.domain);
    let named: Vec<(ServiceName, String)> =
        services.iter().filter_map(|it| Some((it.clone(), name(it)?))).collect();
    let named = if server.is_empty() { Vec::new() } else { named };
    let names: Vec<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
    let raw = stream::iter(services.iter().cloned())
        .map(|service| async move {
            let query = read::service_instances(&service, &Arc::default());
            match query.with(|request| request.timeout(PATIENCE)).fetch(&looker.client).await {
                Err(error) if !is_of_service(&error) => Err(error),
                answer => Ok((service, told(answer))),
            }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<HashMap<ServiceName, Answer<Vec<Instance>>>>();
    let (replies, raw) = tokio::join!(dns::ask_many(server, &names, Kind::Srv), raw);
    let mut raw = raw?;
    let mut replies: HashMap<ServiceName, (String, Answer<Reply>)> = named
        .into_iter()
        .zip(replies)
        .map(|((service, name), reply)| {
            let answer = match reply {
                Ok(reply) => Answer::new(reply, clock::now()),
                Err(error) => Answer::failed(error.0, clock::now()),
            };
            (service, (name, answer))
        })
        .collect();
    let each = services.iter().map(|service| {
        let raw = raw.remove(service).unwrap_or_default();
        let (name, tcp) = replies.remove(service).map_or_else(
            || (None, Answer::default()),
            |(name, answer)| (Some(Arc::from(name)), answer),
        );
        let raw = map(raw, |list| list.into_iter().map(Arc::new).collect::<Vec<_>>());
        let asked = Asked {
            passing: passing(&raw),
            raw,
            server: Arc::clone(server),
            name,
            srv: Lookup { tcp, ..Lookup::default() },
            may_be_filtered: looker.may_be_filtered(),
            balancers: with.clone(),
            ..Asked::default()
        };
        judge(&looker.dc, service, asked)
    });
    Ok(each.collect())
}

/// True for what is wrong with one service only.
fn is_of_service(error: &ApiError) -> bool {
    matches!(error.class(), Class::Denied | Class::Absent | Class::Fatal)
}

/// The passing instances, as the same answer says.
fn passing(raw: &Answer<Vec<Arc<Instance>>>) -> Answer<Vec<InstanceKey>> {
    let given = raw.given.as_ref().map(|(list, at)| {
        let passing = list.iter().filter(|it| it.status == Status::Passing);
        (passing.map(|it| it.key()).collect(), *at)
    });
    Answer { given, problem: raw.problem.clone() }
}

/// The same, with what is new looked at once more: the ways were not asked at the same moment.
async fn confirmed(
    looker: &mut Looker,
    mut seen: Vec<Consumers>,
    before: Option<&Swept>,
) -> Result<Vec<Consumers>, ApiError> {
    let is_known = |service: &ServiceName, row: &crate::domain::consumers::Row| {
        let old = before.and_then(|before| before.same(service, row));
        old.is_some_and(|old| old.row.disagreements == row.disagreements)
    };
    let is_new = |it: &&Consumers| it.disagreeing().any(|row| !is_known(&it.service, row));
    let doubtful: Vec<ServiceName> =
        seen.iter().filter(is_new).map(|it| it.service.clone()).collect();
    if doubtful.is_empty() {
        return Ok(seen);
    }
    sleep(CONFIRM).await;
    let balancers = balancers(looker).await;
    let again = look(looker, &doubtful, &balancers).await?;
    for mut now in again {
        let Some(first) = seen.iter_mut().find(|it| it.service == now.service) else { continue };
        for row in &mut now.rows {
            let was = first.rows.iter().find(|it| it.key == row.key);
            // What was not so a moment ago is for the next look.
            row.disagreements.retain(|it| was.is_some_and(|was| was.disagreements.contains(it)));
        }
        *first = now;
    }
    Ok(seen)
}

/// Notes since when what was found disagrees.
fn keep_since(swept: &mut Swept, before: Option<&Swept>) {
    let is_exact = before.is_some_and(|before| before.problems.is_empty());
    let new = Since { at: clock::now(), is_exact };
    for (way, problem) in &mut swept.problems {
        let is_it = |(it, old): &&(Arc<str>, Problem)| it == way && old.why == problem.why;
        let old = before.and_then(|before| before.problems.iter().find(is_it));
        problem.since = old.map_or(problem.since, |(_, old)| old.since);
    }
    for found in swept.found.iter_mut().filter(|it| it.row.since.is_none()) {
        let old = before.and_then(|before| before.same(&found.service, &found.row));
        let since = old.and_then(|old| old.row.since).unwrap_or(new);
        let Found { service, row } = &**found;
        let row = crate::domain::consumers::Row { since: Some(since), ..row.clone() };
        *found = Arc::new(Found { service: service.clone(), row });
    }
}
