//! Who calls whom, in one datacenter: read while a map is shown, now and then, at a share of a core.
//!
//! The list of all services has their tags. Of each service only the instances are asked for that say
//! something: those with such meta data, proxies and gateways. Intentions are asked for once a look;
//! a datacenter without them, or a token that may not read them, has none, and says so.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use tokio::time::sleep;

use super::context::Context;
use crate::clock;
use crate::consul::{ApiError, Class, read};
use crate::domain::catalog::Summary;
use crate::domain::feed::{Body, List, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::map::{Edge, Edges, Source};

/// So many services are asked for at the same time.
const AT_ONCE: usize = 8;
/// The pause between two looks: at least this, ..
const SHORTEST: Duration = Duration::from_secs(10);
/// .. and at most this.
const LONGEST: Duration = Duration::from_mins(10);
/// A look is followed by a pause of so many times what it took: less than a twentieth of a core.
const SHARE: u32 = 24;
/// What is read so far is told so often.
const OFTEN: Duration = Duration::from_millis(300);

/// Looks for as long as it is polled.
pub(super) async fn watch_map(ctx: Arc<Context>) {
    let (mut refresh, mut vital) = (ctx.refresh(), ctx.vital.subscribe());
    let mut last: Option<Arc<Edges>> = None;
    loop {
        let revivals = vital.borrow_and_update().revivals;
        let began = Instant::now();
        let looked = look(&ctx, last.is_none()).await;
        let pause = (began.elapsed() * SHARE).clamp(SHORTEST, LONGEST);
        match looked {
            Ok(edges) => {
                let edges = Arc::new(edges);
                tell(&ctx, &edges);
                fresh(&ctx, State::Live, &edges);
                last = Some(edges);
            }
            Err(error) => {
                let known = last.clone().unwrap_or_default();
                let why = error.short().into();
                let retry_at = Some(clock::now() + pause);
                let state = match error.class() {
                    Class::Denied => State::Denied { why },
                    _ => State::Stale { since: known.at, why, retry_at },
                };
                fresh(&ctx, state, &known);
            }
        }
        tokio::select! {
            () = sleep(pause) => {}
            Ok(_) = vital.wait_for(|vital| vital.revivals != revivals) => {}
            Ok(()) = refresh.changed() => {}
        }
    }
}

/// Reads all; tells what it has so far where nothing was known.
async fn look(ctx: &Context, tells: bool) -> Result<Edges, ApiError> {
    let (services, meta) = read::service_names().fetch(&ctx.client).await?;
    let mut edges = Edges { read: (0, services.len()), ..Edges::default() };
    edges.may_be_filtered = meta.filtered;
    for service in &services {
        edges.edges.extend(ctx.depends.of_tags(&service.name, &service.tags));
    }
    let is_here = |name| services.iter().any(|service| service.name == name);
    let of_file = ctx.depends.file.iter().filter(|(from, _)| is_here(from.clone()));
    edges.edges.extend(of_file.map(|(from, to)| Edge {
        from: from.clone(),
        to: to.clone(),
        to_dc: None,
        source: Source::File,
    }));
    match read::intentions().fetch(&ctx.client).await {
        Ok((found, _)) => edges.edges.extend(found),
        // A server that knows of none has none.
        Err(error) if error.class() == Class::Absent => {}
        Err(error) => edges.problems.push(format!("intentions: {}", error.short()).into()),
    }
    let ask = |service: &Summary| {
        let (query, client) = (read::edges(&service.name, &ctx.depends), ctx.client.clone());
        async move { query.fetch(&client).await }
    };
    let answers: Vec<_> = services.iter().map(ask).collect();
    let mut answers = stream::iter(answers).buffer_unordered(AT_ONCE);
    let mut told = Instant::now();
    while let Some(answer) = answers.next().await {
        edges.edges.extend(answer?.0);
        edges.read.0 += 1;
        if tells && told.elapsed() > OFTEN {
            told = Instant::now();
            tell(ctx, &Arc::new(sorted(edges.clone())));
        }
    }
    edges.at = Some(clock::now());
    Ok(sorted(edges))
}

fn sorted(mut edges: Edges) -> Edges {
    edges.edges.sort_unstable();
    edges.edges.dedup();
    edges
}

fn tell(ctx: &Context, edges: &Arc<Edges>) {
    let body = Body::Edges(Arc::clone(edges));
    ctx.inbox.post(|pending| {
        pending.subjects.entry(Subject::Map).or_default().whole = Some(body);
    });
}

fn fresh(ctx: &Context, state: State, edges: &Edges) {
    let may_be_filtered = edges.may_be_filtered;
    let freshness = Freshness { state, at: edges.at, may_be_filtered, ..Freshness::default() };
    ctx.inbox.post(|pending| {
        pending.freshness.insert(List::Subject(Subject::Map), freshness);
    });
}
