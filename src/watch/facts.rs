//! What one agent knows of all datacenters: coordinates, the servers that gossip over the WAN, and
//! what the token may see. Asked seldom, and once for all datacenters behind the agent.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::backoff::jittered;
use super::context::Facts;
use crate::consul::read::{self, GLOBAL_MANAGEMENT, Meta};
use crate::consul::{ApiError, Client};
use crate::domain::coordinate::Coordinate;
use crate::domain::feed::Report;
use crate::domain::ids::Dc;
use crate::domain::wan::{Member, Wan};

/// How often the agent is asked.
const EVERY: Duration = Duration::from_mins(1);
/// How soon at first while something is missing; then later and later.
const SOON: Duration = Duration::from_secs(4);

/// Finds out for as long as it is polled; what cannot be had keeps its last value.
pub(super) async fn watch_facts(
    client: Client,
    out: watch::Sender<Facts>,
    lane: mpsc::Sender<Report>,
    seed: u64,
) {
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
        let (places, members) = (read::coordinates_wan(), read::members_wan());
        let (places, members, filtered) =
            tokio::join!(places.fetch(&client), members.fetch(&client), filtered(&client));
        let before = out.borrow().clone();
        let wan = wan(places.ok(), members.ok(), &before.wan);
        // Coordinates of servers that just met come only after a while.
        let own = agent.as_ref().map(|(dc, _)| dc);
        let is_located =
            own.is_some_and(|own| wan.members.keys().all(|dc| wan.trip(own, dc).is_some()));
        pause = if is_located && filtered.is_some() { EVERY } else { (pause * 2).min(EVERY) };
        if wan != before.wan {
            let address = Arc::clone(client.agent().address());
            if lane.send(Report::Wan { agent: address, wan: wan.clone() }).await.is_err() {
                return;
            }
        }
        out.send_if_modified(|facts| {
            let may_be_filtered = filtered.or(before.may_be_filtered);
            *facts = Facts { wan, agent: agent.clone(), may_be_filtered };
            *facts != before
        });
        sleep(jittered(pause, seed)).await;
    }
}

/// What is known of the WAN now, with what was known `before` where an answer is missing.
fn wan(
    places: Option<(HashMap<Dc, Vec<Coordinate>>, Meta)>,
    members: Option<(Vec<Member>, Meta)>,
    before: &Wan,
) -> Wan {
    let (has_places, has_members) = (places.is_some(), members.is_some());
    let places = places.map(|(places, _)| places);
    let mut wan = Wan::new(places.as_ref(), members.map(|(members, _)| members));
    if !has_places {
        wan.trips.clone_from(&before.trips);
    }
    if !has_members {
        wan.members.clone_from(&before.members);
    }
    wan
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
