//! Putting questions to one datacenter, once each and bounded in time.
//!
//! The first question is who leads. It is answered at once by a datacenter that works, shows one
//! that does not before anything large is asked, and tells whether reads must be stale: without a
//! leader a plain read only fails, and after 7 s.

use std::time::Duration;

use crate::consul::read::{self, Query};
use crate::consul::{ApiError, Class, Client, Request};
use crate::domain::feed::Link;

/// How long a datacenter may take to answer the first question. Above the 7 s that a server takes
/// to say that it has no leader.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long a list may take, body included: 100,000 instances over a slow way.
const LIST_PATIENCE: Duration = Duration::from_secs(30);
/// Above this way there and back, a compressed answer is worth its cost.
const FAR: Duration = Duration::from_millis(5);

/// Somebody who answered.
pub(super) struct Asker {
    client: Client,
    is_far: bool,
    /// Whether it has a leader.
    pub link: Link,
    /// How long the first answer took.
    pub answered_in: Duration,
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Told<T> {
    pub value: T,
    /// Answered without a leader: how old it is at least.
    pub stale: Option<Duration>,
    /// True when the server says that it left out what the token may not see.
    pub is_filtered: bool,
    /// `X-Consul-Index`, which tells which of two answers is newer.
    pub index: u64,
}

/// An answer, or why there is none.
pub(super) type Got<T> = Result<Told<T>, ApiError>;

impl Asker {
    /// Asks who leads.
    ///
    /// # Errors
    /// As the way to the datacenter gives cause: it can be asked nothing.
    pub async fn knock(client: &Client) -> Result<Self, ApiError> {
        let query = read::leader().with(|request| request.timeout(PATIENCE));
        let (link, answered_in) = match query.fetch(client).await {
            Ok((leader, meta)) if leader.is_empty() => (Link::Leaderless, meta.elapsed),
            Ok((leader, meta)) => (Link::Led(leader), meta.elapsed),
            Err(error) if error.class() == Class::Stale => (Link::Leaderless, Duration::ZERO),
            Err(error) => return Err(error),
        };
        Ok(Self { client: client.clone(), is_far: answered_in > FAR, link, answered_in })
    }

    /// Asks once; again and stale when there is no leader.
    pub async fn ask<T: Send + 'static>(&self, query: Query<T>) -> Got<T> {
        let query = query.with(|request| request.timeout(LIST_PATIENCE).gzip(self.is_far));
        if self.link != Link::Leaderless {
            match query.fetch(&self.client).await {
                Err(error) if error.class() == Class::Stale => {}
                answer => return answer.map(|(value, meta)| Told::of(value, &meta, false)),
            }
        }
        let answer = query.with(Request::stale).fetch(&self.client).await;
        answer.map(|(value, meta)| Told::of(value, &meta, true))
    }
}

impl<T> Told<T> {
    fn of(value: T, meta: &read::Meta, is_stale: bool) -> Self {
        let has_leader = !is_stale || meta.known_leader == Some(true);
        Self {
            value,
            stale: (!has_leader).then(|| meta.last_contact.unwrap_or_default()),
            is_filtered: meta.filtered,
            index: meta.index.unwrap_or_default(),
        }
    }

    /// The same about another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Told<U> {
        let Self { value, stale, is_filtered, index } = self;
        Told { value: change(value), stale, is_filtered, index }
    }

    /// Both values; not better than the worse of the two.
    pub fn and<U>(self, other: Told<U>) -> Told<(T, U)> {
        Told {
            value: (self.value, other.value),
            stale: self.stale.max(other.stale),
            is_filtered: self.is_filtered || other.is_filtered,
            index: self.index.max(other.index),
        }
    }
}
