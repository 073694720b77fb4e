//! Reading who calls whom in one datacenter: for the map on the screen, and for `dcview get map`.
//!
//! The list of all services has their tags. Of each service only the instances are asked for that say
//! something: those with such meta data, proxies and gateways. Intentions are asked for once; a
//! datacenter without them has none, and where the token may not read them it is said.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};

use crate::clock;
use crate::consul::wire::Said;
use crate::consul::{ApiError, Class, Client, read};
use crate::domain::catalog::Summary;
use crate::domain::ids::ServiceName;
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
    match read::intentions().fetch(client).await {
        Ok((found, _)) => edges.edges.extend(found),
        // A server that knows of none has none.
        Err(error) if error.class() == Class::Absent => {}
        Err(error) => edges.problems.push(format!("intentions: {}", error.short()).into()),
    }
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
    let mut told = Instant::now();
    while let Some(answer) = answers.next().await {
        match answer {
            (Ok(said), name) => {
                // The tags of a sidecar are those of the service that it stands before.
                edges.edges.retain(|edge| !(said.is_sidecar && edge.from == name));
                edges.edges.extend(said.edges);
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
    edges.at = Some(clock::now());
    Ok(sorted(edges))
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
