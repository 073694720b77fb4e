//! Reading who calls whom in one datacenter: for the map on the screen, and for `dcview get map`.
//!
//! The list of all services has their tags. Of each service only the instances are asked for that say
//! something: those with such meta data, proxies and gateways. Intentions and prepared queries are
//! asked for once; a datacenter without them has none, and where the token may not read them it is
//! said. Of services behind sidecars it is asked what Consul itself makes of the mesh, where its
//! version does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};

use crate::clock;
use crate::consul::wire::{Prepared, Said};
use crate::consul::{ApiError, Class, Client, read};
use crate::domain::catalog::Summary;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::map::{Edge, Edges, Source, Told};

/// So many services are asked for at the same time.
const AT_ONCE: usize = 2;
/// What is read so far is told so often.
const OFTEN: Duration = Duration::from_millis(300);

/// Reads all, and tells what it has so far now and then.
///
/// # Errors
/// When the services, or the instances of one, cannot be had.
pub async fn look(
    client: &Client,
    depends: &Arc<Told>,
    mut tell: impl FnMut(Edges),
) -> Result<Edges, ApiError> {
    let (services, meta) = read::service_names().fetch(client).await?;
    let mut edges = Edges { read: (0, services.len()), ..Edges::default() };
    edges.may_be_filtered = meta.filtered;
    edges.edges.extend(of_tags_and_file(&services, depends));
    let found = read::intentions().fetch(client).await;
    edges.edges.extend(known(found, "intentions", &mut edges.problems));
    let found = read::prepared::prepared_queries().fetch(client).await;
    let queries = known(found, "prepared queries", &mut edges.problems);
    edges.edges.extend(queries.iter().flat_map(of_failover));
    let ask = |service: &Summary| {
        let (query, client) = (read::edges(&service.name, depends), client.clone());
        let name = service.name.clone();
        async move {
            let said = query.fetch(&client).await.map(|(said, _)| said);
            (said_with_gateway(&client, &name, said).await, name)
        }
    };
    let answers: Vec<_> = services.iter().map(ask).collect();
    let mut answers = stream::iter(answers).buffer_unordered(AT_ONCE);
    let (mut told, mut mesh) = (Instant::now(), BTreeSet::new());
    while let Some(answer) = answers.next().await {
        match answer {
            (Ok(said), name) => {
                // The tags of a sidecar are those of the service that it stands before.
                let is_sidecar = !said.stands_before.is_empty();
                edges.edges.retain(|edge| !(is_sidecar && edge.from == name));
                edges.edges.extend(said.edges);
                edges.edges.extend(said.queries.iter().filter_map(|call| of_query(&queries, call)));
                mesh.extend(said.stands_before);
            }
            // Of a datacenter that does not answer nothing more is asked.
            (Err(error), _) if matches!(error.class(), Class::Retry | Class::Stale) => {
                return Err(error);
            }
            (Err(error), name) => edges.problems.push(format!("{name}: {}", error.short()).into()),
        }
        edges.read.0 += 1;
        if told.elapsed() > OFTEN {
            told = Instant::now();
            tell(sorted(edges.clone()));
        }
    }
    of_mesh(client, &mesh, &mut edges).await?;
    edges.at = Some(clock::now());
    Ok(sorted(edges))
}

/// A list that a server may not have, or the token not read.
fn known<T, M>(
    found: Result<(Vec<T>, M), ApiError>,
    what: &str,
    problems: &mut Vec<Arc<str>>,
) -> Vec<T> {
    match found {
        Ok((found, _)) => found,
        // A server that knows of none has none.
        Err(error) if error.class() == Class::Absent => Vec::new(),
        Err(error) => {
            problems.push(format!("{what}: {}", error.short()).into());
            Vec::new()
        }
    }
}

/// What a service says, and of a gateway the list that it has.
async fn said_with_gateway(
    client: &Client,
    name: &ServiceName,
    said: Result<Said, ApiError>,
) -> Result<Said, ApiError> {
    let mut said = said?;
    if said.is_gateway {
        said.edges.extend(read::gateway_services(name).fetch(client).await?.0);
    }
    Ok(said)
}

/// What Consul itself says of the services of the mesh.
async fn of_mesh(
    client: &Client,
    mesh: &BTreeSet<ServiceName>,
    edges: &mut Edges,
) -> Result<(), ApiError> {
    for name in mesh {
        match read::topology(name).fetch(client).await {
            Ok(((found, is_filtered), _)) => {
                edges.edges.extend(found);
                edges.may_be_filtered |= is_filtered;
            }
            // This version has no such answers.
            Err(error) if error.class() == Class::Absent => return Ok(()),
            Err(error) if matches!(error.class(), Class::Retry | Class::Stale) => {
                return Err(error);
            }
            Err(error) => {
                edges.problems.push(format!("topology of {name}: {}", error.short()).into());
            }
        }
    }
    Ok(())
}

/// Where a prepared query goes when its own datacenter has no instance: to the same service in
/// others.
fn of_failover(query: &Prepared) -> impl Iterator<Item = Edge> + '_ {
    let named = query.fails_over.iter().cloned().map(Some);
    // Which are the nearest is not said.
    let near = (query.fails_over_near && query.fails_over.is_empty()).then_some(None);
    let edge = |to_dc: Option<Dc>| Edge {
        from: query.service.clone(),
        to: query.service.clone(),
        to_dc,
        source: Source::Query,
    };
    let all = named.chain(near).filter(|_| !query.is_template);
    all.map(edge)
}

/// Whom a proxy calls through a prepared query.
fn of_query(queries: &[Prepared], (from, name): &(ServiceName, Arc<str>)) -> Option<Edge> {
    let query = queries.iter().find(|query| query.name == *name && !query.is_template)?;
    let (from, to) = (from.clone(), query.service.clone());
    Some(Edge { from, to, to_dc: None, source: Source::Query })
}

fn of_tags_and_file(services: &[Summary], depends: &Told) -> Vec<Edge> {
    let mut edges = Vec::new();
    for service in services {
        edges.extend(depends.of_tags(&service.name, &service.tags));
        let of_it = depends.file.iter().filter(|(from, _)| *from == service.name);
        edges.extend(of_it.map(|(from, to)| Edge {
            from: from.clone(),
            to: to.clone(),
            to_dc: None,
            source: Source::File,
        }));
    }
    edges
}

fn sorted(mut edges: Edges) -> Edges {
    edges.edges.sort_unstable();
    edges.edges.dedup();
    edges
}
