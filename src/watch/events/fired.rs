//! User events that an agent hears.
//!
//! The list is an agent's own and no datacenter's: it is asked for once for each agent, and told of
//! the datacenter that the agent lives in. Its index is made of the newest event's id: a blocking
//! query ends when it differs, and higher or lower means nothing. Where the token may not, nothing is
//! told, and the log says why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::clock::{self, Stamp};
use crate::consul::read::{self, Meta};
use crate::consul::wire::Interner;
use crate::consul::{ApiError, Class, Client, Lane};
use crate::domain::event::Event;
use crate::domain::event::checks::Moment;
use crate::domain::event::fired::{self, Fired};
use crate::domain::feed::{Body, Feed, Report};
use crate::domain::ids::Dc;
use crate::watch::awake::Awake;
use crate::watch::backoff::{Backoff, jittered};
use crate::watch::context::Facts;
use crate::watch::permits::Permits;
use crate::watch::seen::{Came, Seen, Sight};

/// How long the agent may hold a query.
const WAIT: Duration = Duration::from_mins(1);
/// An answer that comes sooner was not waited for.
const HUNG: Duration = Duration::from_millis(500);
/// How often the list is asked for where no connection is left to wait on.
const POLL: Duration = Duration::from_secs(15);
/// The least between two questions.
const LEAST: Duration = Duration::from_millis(200);

/// What was told of each datacenter, by whichever agent.
pub(in crate::watch) type Told = Arc<Mutex<HashMap<Dc, fired::Heard>>>;

/// An agent that is listened to.
#[derive(Clone)]
pub(in crate::watch) struct Ear {
    pub client: Client,
    pub permits: Arc<Permits>,
    /// Where the agent lives, as far as it says.
    pub facts: watch::Receiver<Facts>,
    pub awake: Arc<Awake>,
    pub refresh: watch::Receiver<u64>,
    pub told: Told,
    pub out: mpsc::Sender<Report>,
    pub seed: u64,
}

/// An answer that came.
struct Answer {
    all: Vec<Fired>,
    meta: Meta,
    came: Came,
}

impl Ear {
    /// Listens for as long as it is polled.
    pub async fn listen(mut self) {
        let (mut backoff, mut slow) = (Backoff::new(self.seed), Backoff::slow(self.seed));
        let mut sight = Sight::default();
        let mut heard: Option<fired::Heard> = None;
        let mut index = None;
        loop {
            let pause = match self.ask(index).await {
                Ok(answer) => {
                    (backoff, slow) = (Backoff::new(self.seed), Backoff::slow(self.seed));
                    let has_hung = answer.came.held.is_some_and(|held| held > HUNG);
                    let is_new = answer.meta.index != index;
                    index = answer.meta.index;
                    let seen = sight.answered(answer.came);
                    if !self.take(&answer.all, &mut heard, seen).await {
                        return;
                    }
                    if has_hung || is_new { LEAST } else { jittered(POLL, self.seed) }
                }
                Err(error) => {
                    sight.lost();
                    index = None;
                    self.failed(&error, &mut backoff, &mut slow)
                }
            };
            let _elapsed = timeout(pause, self.refresh.changed()).await;
        }
    }

    /// Asks once; waits for another index than this where there is a connection for it.
    async fn ask(&self, index: Option<u64>) -> Result<Answer, ApiError> {
        let held = index.and_then(|_| self.permits.spare());
        let query = read::user_events();
        let request = query.request().lane(Lane::Watch);
        let blocks = index.filter(|_| held.is_some());
        let request = match blocks {
            Some(index) => request.block(index, WAIT),
            None => request,
        };
        let asked = clock::stamp();
        let answer = self.client.send(request).await?;
        let came = self.came(&answer.to_first_byte, blocks.is_some(), asked);
        let meta = Meta::of(&answer);
        let (all, _names) = query.read(answer, Interner::default()).await;
        Ok(Answer { all: all?, meta, came })
    }

    fn came(&self, took: &Duration, blocked: bool, asked: Stamp) -> Came {
        let held = blocked.then_some(*took);
        Came { at: clock::stamp(), held, slept: self.awake.slept(asked), is_led: true }
    }

    /// Tells what is new in an answer; false when nobody listens any more.
    async fn take(&self, all: &[Fired], heard: &mut Option<fired::Heard>, seen: Seen) -> bool {
        let is_first = heard.is_none();
        let heard = heard.get_or_insert_default();
        let new: Vec<&Fired> = all.iter().filter(|fired| heard.note(&fired.id)).collect();
        if is_first || new.is_empty() {
            return true;
        }
        let Some((dc, _)) = self.facts.borrow().agent.clone() else {
            let address = self.client.agent().address();
            tracing::info!("{address} does not say where it lives: its user events are not told");
            return true;
        };
        let Seen { at, after, .. } = seen;
        let moment = Moment { dc: &dc, at, after, index: 0 };
        let events = self.untold(&dc, new, moment);
        let body = Body::Events(events, 0);
        let feed = Feed { dc: dc.clone(), ticket: 0, at, body };
        self.out.send(Report::Feed(Box::new(feed))).await.is_ok()
    }

    /// The events of those that no other agent told.
    fn untold(&self, dc: &Dc, new: Vec<&Fired>, moment: Moment) -> Vec<Arc<Event>> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.entry(dc.clone()).or_default();
        let untold = new.into_iter().filter(|fired| told.note(&fired.id));
        untold.map(|fired| Arc::new(fired::event(fired, moment))).collect()
    }

    fn failed(&self, error: &ApiError, backoff: &mut Backoff, slow: &mut Backoff) -> Duration {
        if matches!(error.class(), Class::Retry | Class::Stale) {
            return backoff.next();
        }
        let address = self.client.agent().address();
        tracing::info!("user events of {address} are not told: {error}");
        slow.next()
    }
}
