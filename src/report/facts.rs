//! What one agent knows of all datacenters: what the token may see, the way to each, and how many
//! servers there should be.
//!
//! The token is asked about at the agent, as the screen does: a datacenter that still copies ACLs
//! from the primary does not know all policies of a token that it obeys already. What cannot be
//! had is left out; that the token sees everything is only believed when the agent says so.

use std::collections::HashMap;

use super::ask::PATIENCE;
use super::gather::Question;
use crate::consul::read::{self, Query};
use crate::consul::{ApiError, Class, Client, Request};
use crate::domain::coordinate::{self, Estimate};
use crate::domain::ids::Dc;

/// What one agent knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Whether lists may be shorter than they are.
    pub hides: bool,
    /// The estimated round trip from the agent's datacenter.
    pub wan: HashMap<Dc, Estimate>,
    /// How many servers each was told to expect.
    pub expected: HashMap<Dc, usize>,
}

/// Asks an agent what the question needs.
pub(super) async fn ask(client: &Client, question: &Question) -> Facts {
    let (hides, (wan, expected)) =
        tokio::join!(hides(client), of_servers(client, question.servers));
    Facts { hides, wan, expected }
}

async fn hides(client: &Client) -> bool {
    let query = read::token_self().with(|request| request.timeout(PATIENCE));
    let mut answer = query.fetch(client).await;
    if answer.as_ref().is_err_and(|error| error.class() == Class::Stale) {
        answer = query.with(Request::stale).fetch(client).await;
    }
    match answer {
        Ok((policies, _)) => !policies.iter().any(|id| **id == *read::GLOBAL_MANAGEMENT),
        Err(ApiError::AclDisabled { .. }) => false,
        Err(_) => true,
    }
}

async fn of_servers(
    client: &Client,
    is_wanted: bool,
) -> (HashMap<Dc, Estimate>, HashMap<Dc, usize>) {
    if !is_wanted {
        return (HashMap::new(), HashMap::new());
    }
    let (own, places, members) = tokio::join!(
        once(client, read::agent_self()),
        once(client, read::coordinates_wan()),
        once(client, read::members_wan()),
    );
    let places = places.unwrap_or_default();
    let here = own.and_then(|own| places.get(&own.dc)).map(Vec::as_slice).unwrap_or_default();
    let estimate =
        |(dc, there): (&Dc, &Vec<_>)| Some((dc.clone(), coordinate::between_groups(here, there)?));
    let mut expected: HashMap<Dc, usize> = HashMap::new();
    for member in members.unwrap_or_default() {
        let most = expected.entry(member.dc).or_default();
        *most = member.expect.unwrap_or_default().max(*most);
    }
    (places.iter().filter_map(estimate).collect(), expected)
}

async fn once<T: Send + 'static>(client: &Client, query: Query<T>) -> Option<T> {
    let query = query.with(|request| request.timeout(PATIENCE));
    query.fetch(client).await.ok().map(|(value, _)| value)
}
