//! What one agent knows of all datacenters: the way to each and how many servers there should be.
//!
//! Nothing of it is vital: what cannot be had is left out.

use std::collections::HashMap;

use super::ask::PATIENCE;
use super::gather::Question;
use crate::consul::Client;
use crate::consul::read::{self, Query};
use crate::domain::coordinate::{self, Estimate};
use crate::domain::ids::Dc;

/// What one agent knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The estimated round trip from the agent's datacenter.
    pub wan: HashMap<Dc, Estimate>,
    /// How many servers each was told to expect.
    pub expected: HashMap<Dc, usize>,
}

/// Asks an agent, if the question needs it.
pub(super) async fn ask(client: &Client, question: &Question) -> Facts {
    if !question.servers {
        return Facts::default();
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
    Facts { wan: places.iter().filter_map(estimate).collect(), expected }
}

async fn once<T: Send + 'static>(client: &Client, query: Query<T>) -> Option<T> {
    let query = query.with(|request| request.timeout(PATIENCE));
    query.fetch(client).await.ok().map(|(value, _)| value)
}
