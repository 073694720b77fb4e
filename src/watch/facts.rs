//! What one agent knows of all datacenters: coordinates, how many servers there should be, and
//! what the token may see. Asked seldom, and once for all datacenters behind the agent.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::backoff::jittered;
use super::context::Facts;
use crate::consul::read::{self, GLOBAL_MANAGEMENT};
use crate::consul::{ApiError, Client};
use crate::domain::coordinate::{self, Estimate};
use crate::domain::ids::{Dc, NodeName};

/// How often the agent is asked.
const EVERY: Duration = Duration::from_mins(1);
/// How soon at first while something is missing; then later and later.
const SOON: Duration = Duration::from_secs(4);

/// Finds out for as long as it is polled; what cannot be had keeps its last value.
pub(super) async fn watch_facts(client: Client, out: watch::Sender<Facts>, seed: u64) {
    let mut agent = None;
    let mut pause = SOON / 2;
    loop {
        if agent.is_none() {
            agent = read::agent_self()
                .fetch(&client)
                .await
                .ok()
                .map(|(agent, _)| (agent.dc, agent.node));
        }
        let (wan, expected, filtered) = tokio::join!(
            round_trips(&client, agent.as_ref()),
            expected(&client),
            filtered(&client)
        );
        // Coordinates of servers that just met come only after a while.
        let is_located = wan
            .as_ref()
            .zip(expected.as_ref())
            .is_some_and(|(wan, expected)| expected.keys().all(|dc| wan.contains_key(dc)));
        pause = if is_located && filtered.is_some() { EVERY } else { (pause * 2).min(EVERY) };
        out.send_if_modified(|facts| {
            let before = facts.clone();
            facts.agent.clone_from(&agent);
            facts.wan = wan.unwrap_or_else(|| before.wan.clone());
            facts.expected = expected.unwrap_or_else(|| before.expected.clone());
            facts.may_be_filtered = filtered.or(before.may_be_filtered);
            *facts != before
        });
        sleep(jittered(pause, seed)).await;
    }
}

async fn round_trips(
    client: &Client,
    agent: Option<&(Dc, NodeName)>,
) -> Option<HashMap<Dc, Estimate>> {
    let (places, _) = read::coordinates_wan().fetch(client).await.ok()?;
    let here = places.get(&agent?.0)?;
    let estimate =
        |(dc, there): (&Dc, &Vec<_>)| Some((dc.clone(), coordinate::between_groups(here, there)?));
    Some(places.iter().filter_map(estimate).collect())
}

async fn expected(client: &Client) -> Option<HashMap<Dc, usize>> {
    let (members, _) = read::members_wan().fetch(client).await.ok()?;
    let mut expected: HashMap<Dc, usize> = HashMap::new();
    for member in members {
        let most = expected.entry(member.dc).or_default();
        *most = member.expect.unwrap_or_default().max(*most);
    }
    Some(expected)
}

/// Whether lists may be shortened; `None` when that cannot be found out now.
async fn filtered(client: &Client) -> Option<bool> {
    match read::token_self().fetch(client).await {
        Ok((policies, _)) => Some(!policies.iter().any(|id| **id == *GLOBAL_MANAGEMENT)),
        Err(ApiError::AclDisabled { .. }) => Some(false),
        Err(ApiError::Denied { .. } | ApiError::TokenUnknown { .. }) => Some(true),
        Err(_) => None,
    }
}
