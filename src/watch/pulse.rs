//! Whether a datacenter answers, and whether it has a leader.
//!
//! The one question that is asked all the time, and cheaply: every watcher of the datacenter takes
//! its news from here. Doubt (a request that failed) makes it look at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::backoff::{Backoff, jittered};
use super::context::{Context, Vital};
use super::seen::{Seen, seen};
use crate::clock::{self, Stamp};
use crate::consul::{ApiError, Class, read};
use crate::domain::event::Event;
use crate::domain::event::checks::Moment;
use crate::domain::event::links::{self, Links};
use crate::domain::feed::{Link, Pulse};

/// How often a datacenter that answers is asked.
const EVERY: Duration = Duration::from_secs(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Doubt cannot make it look more often than this.
const AT_MOST: Duration = Duration::from_millis(500);

/// Takes the pulse for as long as it is polled.
pub(super) async fn watch_pulse(ctx: Arc<Context>) {
    let mut backoff = Backoff::new(ctx.seed());
    let mut refresh = ctx.refresh();
    let mut looks = Looks::default();
    loop {
        let query = read::leader().with(|request| request.timeout(PATIENCE));
        let asked = clock::stamp();
        let answer = query.fetch(&ctx.client).await;
        if answer.is_err() && ctx.awake.slept(asked).is_some() {
            // No answer could have been read in the meantime.
            continue;
        }
        let took = answer.as_ref().ok().map(|(_, meta)| meta.elapsed);
        let (link, pause) = judge(answer.map(|(leader, _)| leader), &mut backoff, ctx.seed());
        let wan = ctx.facts.borrow().trip_to(&ctx.dc);
        let now = clock::stamp();
        let events = looks.take(&link, now, &ctx);
        ctx.vital.send_modify(|vital| beat(vital, &link, took));
        ctx.dark.note(&ctx.dc, matches!(link, Link::Dark { .. } | Link::Leaderless));
        let connections = ctx.permits.used();
        let pulse = Pulse { at: now.at, link, answered_in: took, wan, connections };
        ctx.inbox.post(|pending| {
            pending.pulse = Some(pulse);
            pending.happened(events);
        });
        sleep(AT_MOST.min(pause)).await;
        tokio::select! {
            () = sleep(pause.saturating_sub(AT_MOST)) => {}
            () = ctx.doubt.notified() => {}
            Ok(()) = refresh.changed() => {}
        }
    }
}

/// What pulses tell of what happened.
#[derive(Default)]
struct Looks {
    links: Links,
    /// When the last pulse was taken, and when the last that told of a leader, or of none.
    last: Option<Stamp>,
    heard: Option<Stamp>,
}

impl Looks {
    fn take(&mut self, link: &Link, now: Stamp, ctx: &Context) -> Vec<Event> {
        let moment = |before: Option<Stamp>| {
            let Seen { at, after, .. } = seen(before, now);
            Moment { dc: &ctx.dc, at, after, index: 0 }
        };
        let looks = links::Looks { link: moment(self.last), leader: moment(self.heard) };
        let servers = ctx.servers.borrow();
        let events = self.links.take(link, looks, |address| servers.get(address).cloned());
        self.last = Some(now);
        if !matches!(link, Link::Dark { .. }) {
            self.heard = Some(now);
        }
        events
    }
}

/// What an answer says, and how long to wait before the next question.
fn judge(answer: Result<Arc<str>, ApiError>, backoff: &mut Backoff, seed: u64) -> (Link, Duration) {
    let error = match answer {
        Ok(leader) => {
            backoff.reset();
            let link = if leader.is_empty() { Link::Leaderless } else { Link::Led(leader) };
            return (link, jittered(EVERY, seed));
        }
        Err(error) => error,
    };
    if error.class() == Class::Stale {
        return (Link::Leaderless, jittered(EVERY, seed));
    }
    // A question this cheap need not become rare.
    let pause = backoff.next().min(EVERY);
    let (why, detail) = (error.short().into(), error.to_string().into());
    (Link::Dark { why, detail, retry_at: Some(clock::now() + pause) }, pause)
}

fn beat(vital: &mut Vital, link: &Link, took: Option<Duration>) {
    let is_better = matches!(
        (&vital.link, link),
        (Link::Dark { .. }, Link::Led(_) | Link::Leaderless) | (Link::Leaderless, Link::Led(_))
    );
    vital.revivals += u64::from(is_better);
    vital.link = link.clone();
    if let Some(took) = took {
        vital.timed(took);
        vital.at = Some(clock::stamp());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led() -> Link {
        Link::Led("10.0.0.1:8300".into())
    }

    #[test]
    fn coming_back_and_finding_a_leader_are_revivals() {
        let dark = Link::Dark { why: "".into(), detail: "".into(), retry_at: None };
        let mut vital = Vital::default();
        for (link, revivals) in
            [(led(), 0), (Link::Leaderless, 0), (led(), 1), (dark, 1), (Link::Leaderless, 2)]
        {
            beat(&mut vital, &link, None);
            assert_eq!(vital.revivals, revivals, "{link:?}");
        }
    }

    #[test]
    fn a_way_is_as_long_as_its_shorter_answers_less_what_the_first_needs_to_connect() {
        let ms = Duration::from_millis;
        let mut vital = Vital::default();
        let mut far = |took| {
            beat(&mut vital, &led(), Some(took));
            vital.is_far()
        };
        assert!(!far(ms(16)), "four times 4 ms");
        assert!(!far(ms(2)) && !far(ms(400)), "one slow answer");
        assert!(far(ms(20)) && !far(ms(3)), "two in a row");
    }

    #[test]
    fn an_empty_leader_is_no_leader_and_an_error_is_darkness() {
        let mut backoff = Backoff::new(1);
        assert_eq!(judge(Ok("".into()), &mut backoff, 1).0, Link::Leaderless);
        let no_path = ApiError::NoPath { dc: None, address: "a".into() };
        let (link, pause) = judge(Err(no_path), &mut backoff, 1);
        assert!(matches!(link, Link::Dark { retry_at: Some(_), .. }));
        assert!(pause <= EVERY);
    }
}
