//! What one agent knows of all datacenters: what the token may see, the way to each, and how many
//! servers there should be.
//!
//! The token is asked about at the agent, as the screen does: a datacenter that still copies ACLs
//! from the primary does not know all policies of a token that it obeys already. What cannot be
//! had is left out; that the token sees everything is only believed when the agent says so.

use super::ask::PATIENCE;
use super::gather::Question;
use crate::consul::read::{self, Query};
use crate::consul::{ApiError, Class, Client, Request};
use crate::domain::coordinate::Estimate;
use crate::domain::ids::Dc;
use crate::domain::wan::Wan;

/// What one agent knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Whether lists may be shorter than they are.
    pub hides: bool,
    /// The agent's own datacenter, where the token may ask.
    pub own: Option<Dc>,
    /// The servers of all datacenters, and the ways between them.
    pub wan: Wan,
}

impl Facts {
    /// The estimated round trip from the agent's own datacenter.
    pub fn trip_to(&self, dc: &Dc) -> Option<Estimate> {
        self.wan.trip(self.own.as_ref()?, dc)
    }
}

/// Asks an agent what the question needs.
pub(super) async fn ask(client: &Client, question: &Question) -> Facts {
    let (hides, (own, wan)) = tokio::join!(hides(client), of_servers(client, question.servers));
    Facts { hides, own, wan }
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

/// The agent's own datacenter, and what it knows of the WAN.
async fn of_servers(client: &Client, is_wanted: bool) -> (Option<Dc>, Wan) {
    if !is_wanted {
        return (None, Wan::default());
    }
    let (own, places, members) = tokio::join!(
        once(client, read::agent_self()),
        once(client, read::coordinates_wan()),
        once(client, read::members_wan()),
    );
    (own.map(|own| own.dc), Wan::new(places.as_ref(), members))
}

async fn once<T: Send + 'static>(client: &Client, query: Query<T>) -> Option<T> {
    let query = query.with(|request| request.timeout(PATIENCE));
    query.fetch(client).await.ok().map(|(value, _)| value)
}
