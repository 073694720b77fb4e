//! Both ends of a stream of keys: read in the order that the verdict needs, and compared.
//!
//! The status was read before; then the destination is read, and only when that is done the source
//! (see [`crate::domain::replication::judge`] for why). An end that cannot be read leaves the stream
//! as it was, with the reason.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::mirror::Mirror;
use super::rights::doubt;
use crate::clock;
use crate::consul::read::{leader, sees_all};
use crate::consul::{ApiError, Class, Client, Why};
use crate::domain::ids::{Dc, Key};
use crate::domain::replication::{Ends as Known, Judged, Mark, Rule, Stream, Track, gap, judge};

/// How long a small request may take. A server without a leader says so after 7 s.
pub(super) const SMALL: Duration = Duration::from_secs(10);
/// How long all of one end may take.
const WHOLE: Duration = Duration::from_mins(1);
/// One that did not answer the last time has so long to say that it is there: waiting for what a
/// server without a leader answers would make the next look late.
const SIGN: Duration = Duration::from_secs(2);
/// The pause between two such questions.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it is asked whether the token still sees all.
const RIGHTS: Duration = Duration::from_mins(1);

/// Both ends.
#[derive(Debug)]
pub(super) struct Ends {
    rule: Rule,
    source: Mirror,
    destination: Mirror,
    track: Track,
    stall_after: Duration,
    /// When the token was known to see all.
    rights: Option<Instant>,
}

/// Which end cannot be read, and why.
#[derive(Debug)]
pub(super) struct Failed {
    dc: Option<Dc>,
    error: ApiError,
}

impl Ends {
    /// The ends of a rule, between these datacenters.
    pub fn new(rule: Rule, source: Client, destination: Client, stall_after: Duration) -> Self {
        Self {
            source: Mirror::new(source, rule.source.clone()),
            destination: Mirror::new(destination, rule.destination.clone()),
            rule,
            track: Track::default(),
            stall_after,
            rights: None,
        }
    }

    /// Reads both and puts what was found into the stream. The mark must have been read before.
    pub async fn compare(&mut self, stream: &mut Stream, mark: Option<Mark>) -> Result<(), Failed> {
        if stream.problem.is_some() {
            led(self.destination.client()).await?;
            led(self.source.client()).await?;
        }
        bounded(WHOLE, &self.destination.client().clone(), self.destination.refresh()).await?;
        bounded(WHOLE, &self.source.client().clone(), self.source.refresh()).await?;
        let sees_all = self.sees_all().await;
        let judged = judge(&self.rule, mark, self.source.keys(), self.destination.keys());
        let known = Known {
            now: clock::now(),
            whole_at: self.source.whole_at().min(self.destination.whole_at()),
            source_index: self.source.index(),
            store_index: self.source.store(),
            // What a token newly sees looks like what came back.
            is_set_back: sees_all && self.source.is_set_back(),
        };
        stream.facts = facts(&self.rule, &judged, mark, &known);
        let source = &self.source;
        let between = |above: u64, to: u64| {
            source.keys().any(|(_, held)| held.modify_index > above && held.modify_index <= to)
        };
        self.track.tell(stream, (judged, mark), &known, (self.stall_after, &between));
        if !sees_all {
            doubt(stream, "key of both ends");
        }
        Ok(())
    }

    /// Returns when both answer again.
    pub async fn mended(&self) {
        mended(self.destination.client()).await;
        mended(self.source.client()).await;
    }

    /// Returns when one of them has changed.
    pub async fn changed(&self) {
        tokio::select! {
            () = self.source.changed() => {}
            () = self.destination.changed() => {}
        }
    }

    /// False when the token may not see all keys of both, or nobody knows.
    async fn sees_all(&mut self) -> bool {
        if self.source.is_filtered() || self.destination.is_filtered() {
            return false;
        }
        if self.rights.is_some_and(|at| at.elapsed() < RIGHTS) {
            return true;
        }
        let both = async {
            sees_all(self.source.client()).await && sees_all(self.destination.client()).await
        };
        let known = timeout(SMALL, both).await.unwrap_or(false);
        self.rights = known.then(Instant::now);
        known
    }
}

/// What is to be said beside the verdict.
fn facts(
    rule: &Rule,
    judged: &Judged,
    mark: Option<Mark>,
    known: &Known,
) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(mark) = mark {
        let why = gap(judged, mark, known);
        let why = if why.is_empty() { "the same".to_owned() } else { why };
        let text = if mark.is_none() {
            format!("nothing that is written down, the source is at {}", known.source_index)
        } else {
            format!("{}, the source is at {}: {why}", mark.last_replicated, known.source_index)
        };
        facts.push(("replicated", text));
    }
    let text =
        format!("{} in the source, {} in the destination", judged.source, judged.destination);
    facts.push(("ends", text));
    if !rule.exclude.is_empty() {
        let names: Vec<&str> = rule.exclude.iter().map(Key::as_str).collect();
        facts.push((
            "left out",
            format!("{} ({} in the source)", names.join(", "), judged.left_out),
        ));
    }
    facts
}

/// An error at once for a datacenter that has no leader or does not answer.
pub(super) async fn led(client: &Client) -> Result<(), Failed> {
    let led = async {
        let (leader, _) = leader().fetch(client).await?;
        let lost = ApiError::NoLeader { dc: client.dc().cloned() };
        if leader.is_empty() { Err(lost) } else { Ok(()) }
    };
    bounded(SIGN, client, led).await
}

/// Returns when a datacenter that did not answer does so again.
pub(super) async fn mended(client: &Client) {
    sleep(AGAIN).await;
    while led(client).await.is_err() {
        sleep(AGAIN).await;
    }
}

/// Ends in time, as an error if need be.
pub(super) async fn bounded<T>(
    limit: Duration,
    client: &Client,
    read: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, Failed> {
    let late = || ApiError::Unreachable {
        dc: client.dc().cloned(),
        address: Arc::clone(client.agent().address()),
        why: Why::Timeout,
    };
    let result = timeout(limit, read).await.unwrap_or_else(|_| Err(late()));
    result.map_err(|error| Failed { dc: client.dc().cloned(), error })
}

impl Failed {
    /// True when it may be over any moment, as no refusal is.
    pub fn may_pass(&self) -> bool {
        matches!(self.error.class(), Class::Retry | Class::Stale)
    }

    /// True when the token may not.
    pub fn is_denied(&self) -> bool {
        self.error.class() == Class::Denied
    }

    /// It, for people, in a few words.
    pub fn text(&self) -> Arc<str> {
        let dc = self.dc.as_ref().map_or("the agent", Dc::as_str);
        format!("{dc}: {}", self.error.short()).into()
    }
}
