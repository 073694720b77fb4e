//! Values of keys are left out of a recording unless they were asked for: they may be secrets.
//!
//! What is left out is not passed off as missing: the freshness of the key says that its value was
//! not recorded. Keys, folders, sessions and indexes are recorded, and so are the outputs of checks.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::event::{Event, Kind};
use crate::domain::feed::{Body, List, Report, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::{Dc, Key};
use crate::past::What;

/// What is said in place of a value.
pub const NOT_RECORDED: &str = "value not recorded";

/// Leaves values out.
#[derive(Default)]
pub struct Redactor {
    /// The keys whose values were left out.
    hidden: HashSet<(Dc, Key)>,
}

impl Redactor {
    /// The same without values.
    pub fn redact(&mut self, what: What) -> What {
        match what {
            What::Report(Report::Feed(mut feed)) => {
                feed.body = self.body(&feed.dc, feed.body);
                What::Report(Report::Feed(feed))
            }
            What::Scope(scope) => {
                self.hidden.clear();
                What::Scope(scope)
            }
            other => other,
        }
    }

    fn body(&mut self, dc: &Dc, body: Body) -> Body {
        match body {
            Body::Entry(key, Some(_)) => {
                self.hidden.insert((dc.clone(), key.clone()));
                unrecorded(key)
            }
            Body::Entry(key, None) => {
                self.hidden.remove(&(dc.clone(), key.clone()));
                Body::Entry(key, None)
            }
            Body::Freshness(List::Subject(Subject::Key(key)), _)
                if self.hidden.contains(&(dc.clone(), key.clone())) =>
            {
                unrecorded(key)
            }
            // What became of a key is told by its states; what else is said of it may be its value.
            Body::Events(events, lost) => {
                Body::Events(events.into_iter().map(bare).collect(), lost)
            }
            // A print gives a value away to whoever can guess it.
            Body::Prints(_) => Body::Prints(Vec::new()),
            other => other,
        }
    }
}

/// An event of a key without more than that it happened.
fn bare(mut event: Arc<Event>) -> Arc<Event> {
    if matches!(event.kind, Kind::Kv | Kind::Write) && !event.detail.is_empty() {
        Arc::make_mut(&mut event).detail = Arc::default();
    }
    event
}

fn unrecorded(key: Key) -> Body {
    let state = State::Stale { since: None, why: Arc::from(NOT_RECORDED), retry_at: None };
    let freshness = Freshness { state, ..Freshness::default() };
    Body::Freshness(List::Subject(Subject::Key(key)), freshness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::Feed;
    use crate::recording::code::Output;
    use crate::recording::code::tests::samples::{self, Seed};

    #[test]
    fn no_value_and_no_print_of_one_is_left() {
        let secret = "s3cret-value-of-a-key";
        let seed = Seed { other: secret.into(), ..Seed::default() };
        // In the samples it is the value of the key, and a name of much else.
        let bodies = samples::bodies(&seed)
            .into_iter()
            .filter(|body| matches!(body, Body::Entry(..) | Body::Prints(_)));
        let (mut redactor, mut out, mut prints) = (Redactor::default(), Output::default(), 0);
        for body in bodies {
            let feed = Feed { dc: "dc-1".into(), ticket: 1, at: samples::second(0), body };
            let what = redactor.redact(What::Report(Report::Feed(Box::new(feed))));
            if let What::Report(Report::Feed(feed)) = &what
                && let Body::Prints(left) = &feed.body
            {
                prints += left.len();
            }
            crate::recording::code::Coded::put(&what, &mut out);
        }
        let bytes = out.finish();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
        assert_eq!(prints, 0);
    }

    #[test]
    fn an_event_of_a_key_says_no_more_than_that_it_happened() {
        let seed = Seed::default();
        let of = |kind| {
            let body = samples::bodies(&seed).into_iter().find(|it| matches!(it, Body::Events(..)));
            let Some(Body::Events(mut events, lost)) = body else { panic!("no events") };
            events.truncate(1);
            Arc::make_mut(&mut events[0]).kind = kind;
            Body::Events(events, lost)
        };
        let detail = |body: Body| match Redactor::default().body(&"dc-1".into(), body) {
            Body::Events(events, _) => events[0].detail.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(detail(of(Kind::Kv)), "");
        assert_eq!(detail(of(Kind::Write)), "");
        assert_eq!(detail(of(Kind::Check)), "web");
    }

    #[test]
    fn a_hidden_value_stays_unrecorded_until_the_key_is_gone() {
        let mut redactor = Redactor::default();
        let dc = Dc::from("dc-1");
        let seed = Seed::default();
        let entry = samples::bodies(&seed).into_iter().find_map(|body| match body {
            Body::Entry(_, Some(entry)) => Some(entry),
            _ => None,
        });
        let key = Key::from("web");
        let live = || {
            let fresh = Freshness { state: State::Live, ..Freshness::default() };
            Body::Freshness(List::Subject(Subject::Key(key.clone())), fresh)
        };
        assert_eq!(redactor.body(&dc, Body::Entry(key.clone(), entry)), unrecorded(key.clone()));
        assert_eq!(redactor.body(&dc, live()), unrecorded(key.clone()));
        assert_eq!(redactor.body(&"dc-2".into(), live()), live());
        let gone = Body::Entry(key.clone(), None);
        assert_eq!(redactor.body(&dc, gone.clone()), gone);
        assert_eq!(redactor.body(&dc, live()), live());
    }
}
