//! The instances of a service in each datacenter, once or whenever they change.
//!
//! Each datacenter is asked by a task of its own: one that does not answer delays no other. An index
//! comes only from an answer, and one that went back begins anew.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::consul::read::{self, Meta, Query};
use crate::consul::{ApiError, Class, Client, Lane, next_index};
use crate::domain::catalog::Instance;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::seat::Seats;
use crate::domain::version::Rules;
use crate::report::ask::PATIENCE;
use crate::report::ways::Way;

/// How long the server may hold a query.
const WAIT: Duration = Duration::from_secs(30);
/// A pause between two answers: a service that changes all the time is read so often.
const PAUSE: Duration = Duration::from_millis(100);
/// A pause before a datacenter that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// What came from a datacenter.
pub(super) struct News {
    pub dc: Dc,
    pub at: DateTime<Utc>,
    /// The instances, and whether the server left some out; or why there is no answer.
    pub got: Result<(Seats, bool), ApiError>,
}

/// Those who ask.
pub(super) struct Followers {
    tasks: Vec<AbortOnDropHandle<()>>,
    out: Option<mpsc::Sender<News>>,
    news: mpsc::Receiver<News>,
}

impl Default for Followers {
    fn default() -> Self {
        let (out, news) = mpsc::channel(16);
        Self { tasks: Vec::new(), out: Some(out), news }
    }
}

impl Followers {
    /// Asks a datacenter from now on; once, or as long as this lives.
    pub fn start(&mut self, way: &Way, service: &ServiceName, rules: &Arc<Rules>, goes_on: bool) {
        let Some(out) = self.out.clone() else { return };
        let query = read::service_instances(service, rules);
        let follower = Follower { dc: way.dc.clone(), client: way.client.clone(), query, out };
        let task = tokio::spawn(async move {
            if goes_on {
                follower.run().await;
            } else {
                let got = follower.ask(None).await;
                follower.tell(got).await;
            }
        });
        self.tasks.push(AbortOnDropHandle::new(task));
    }

    /// What comes next; `None` once all are done that ask once.
    pub async fn next(&mut self) -> Option<News> {
        // Only those who ask hold the other end.
        self.out = None;
        self.news.recv().await
    }
}

struct Follower {
    dc: Dc,
    client: Client,
    query: Query<Vec<Instance>>,
    out: mpsc::Sender<News>,
}

impl Follower {
    async fn run(&self) {
        let mut index = None;
        loop {
            let got = self.ask(index).await;
            index = match &got {
                Ok((_, meta)) => next_index(index, meta.index),
                Err(_) => None,
            };
            let pause = if got.is_ok() { PAUSE } else { AGAIN };
            if !self.tell(got).await {
                return;
            }
            sleep(pause).await;
        }
    }

    async fn ask(&self, index: Option<u64>) -> Result<(Vec<Instance>, Meta), ApiError> {
        let query = self.query.clone().with(|request| match index {
            Some(index) => request.lane(Lane::Watch).block(index, WAIT),
            None => request.timeout(PATIENCE),
        });
        match query.fetch(&self.client).await {
            // A server without a leader may have missed what happened.
            Ok((_, meta)) if meta.known_leader == Some(false) => {
                Err(ApiError::NoLeader { dc: Some(self.dc.clone()) })
            }
            got => got,
        }
    }

    /// Passes on what came; false when nobody listens any more.
    async fn tell(&self, got: Result<(Vec<Instance>, Meta), ApiError>) -> bool {
        let got = got.map(|(instances, meta)| {
            (Seats::of(&instances, meta.index.unwrap_or_default()), meta.filtered)
        });
        let news = News { dc: self.dc.clone(), at: Utc::now(), got };
        self.out.send(news).await.is_ok()
    }
}

/// True where asking again is of no use.
pub(super) fn is_denied(error: &ApiError) -> bool {
    error.class() == Class::Denied
}
