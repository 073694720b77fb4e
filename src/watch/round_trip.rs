//! The round trip to a shown node, by the coordinates of its own datacenter.
//!
//! From the agent's node where that is in the same datacenter, else from the servers there. Asked
//! seldom: coordinates move slowly, and a node that gossips with nobody has none.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::backoff::jittered;
use super::context::Context;
use crate::consul::read;
use crate::domain::coordinate::{self, Coordinate};
use crate::domain::feed::{NodeRoundTrip, Subject};
use crate::domain::ids::NodeName;

/// How often it is asked.
const EVERY: Duration = Duration::from_mins(1);
/// How many servers are asked for at most.
const SERVERS: usize = 7;

/// Finds the round trip to a node for as long as it is polled.
pub(super) async fn watch_round_trip(ctx: &Context, node: &NodeName) {
    loop {
        if let Some(trip) = round_trip(ctx, node).await {
            ctx.inbox.post(|pending| {
                let subject = Subject::Node(node.clone());
                pending.subjects.entry(subject).or_default().round_trip = Some(trip);
            });
        }
        sleep(jittered(EVERY, ctx.seed())).await;
    }
}

async fn round_trip(ctx: &Context, node: &NodeName) -> Option<NodeRoundTrip> {
    let there = coordinates(ctx, node).await?;
    let agent = ctx.facts.borrow().agent.clone();
    let (from, here) = match agent {
        Some((dc, own)) if dc == ctx.dc => (Arc::from(own.as_str()), coordinates(ctx, &own).await?),
        _ => (Arc::from("the servers"), of_servers(ctx).await?),
    };
    let estimate = coordinate::between_groups(&here, &there)?;
    Some(NodeRoundTrip { from, estimate })
}

async fn coordinates(ctx: &Context, node: &NodeName) -> Option<Vec<Coordinate>> {
    read::coordinates_of(node).fetch(&ctx.client).await.ok().map(|(list, _)| list)
}

/// Those of the servers: each of them runs the service `consul`.
async fn of_servers(ctx: &Context) -> Option<Vec<Coordinate>> {
    let query = read::service_instances(&"consul".into(), &ctx.versions);
    let (servers, _) = query.fetch(&ctx.client).await.ok()?;
    let mut all = Vec::new();
    for server in servers.iter().take(SERVERS) {
        all.extend(coordinates(ctx, &server.node).await.unwrap_or_default());
    }
    Some(all)
}
