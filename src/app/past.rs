//! Going back: the whole screen at an earlier moment of this run, and the way there and back.
//!
//! The moments are kept elsewhere ([`crate::past`]): one is asked for at a time, and keys that come
//! meanwhile are asked for together. The live store goes on beside the one that is shown.
//! Invariant: while an earlier moment is shown nothing is asked of a datacenter for the screen, and
//! nothing is changed.

use chrono::{DateTime, TimeDelta, Utc};

use super::App;
use super::msg::Effect;
use super::notice::Level;
use super::overlay::Overlay;
use super::replay;
use super::tasks::Asker;
use crate::domain::event::when::When;
use crate::domain::zone::Zone;
use crate::past::{Found, Span, Wish};
use crate::store::Store;
use crate::ui::text::long_age;

/// What is said of anything that would change something.
const NO_CHANGE: &str = "not in the past: nothing is changed from an earlier moment; end: live";
/// What is said of what is read from the datacenters at once.
const NO_READ: &str = "not in the past: it would be read as it is now; end: live";

/// All that is kept has so many steps, and none is shorter than this.
const SCRUBS: i32 = 20;
const LEAST: TimeDelta = TimeDelta::seconds(1);

/// An earlier moment on screen.
#[derive(Debug)]
pub struct Past {
    /// The moment (UTC).
    pub at: DateTime<Utc>,
    /// What was known then.
    pub store: Box<Store>,
    /// What else can be shown.
    pub span: Span,
}

impl Past {
    /// When it is, in words: `10:02:13 UTC, 12m 40s ago`; with the date where that is another.
    pub fn words(&self, now: DateTime<Utc>, zone: &Zone) -> String {
        let ago = long_age((now - self.at).to_std().unwrap_or_default());
        format!("{}, {ago} ago", moment(self.at, now, zone))
    }
}

/// A moment as clocks show it: `10:02:13 UTC`, `12:02:13 +02:00`; with the date where that is not the
/// one of `now`.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>, zone: &Zone) -> String {
    let (at, now) = (zone.local(at), zone.local(now));
    let is_today = at.date_naive() == now.date_naive();
    let time = at.format(if is_today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" });
    match at.offset().local_minus_utc() {
        0 => format!("{time} UTC"),
        _ => format!("{time} {}", at.offset()),
    }
}

/// The moments that were asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The question that is not answered yet.
    open: Option<u64>,
    /// What is to be asked for next.
    next: Option<Next>,
    last: u64,
}

/// Where to go once the open question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// So many moments later; earlier when negative.
    Steps(isize),
    /// To this moment (UTC).
    At(DateTime<Utc>),
}

/// The answer to the question for a moment.
#[derive(Debug)]
pub struct Recalled {
    /// The question that it answers.
    pub id: u64,
    /// What was found.
    pub found: Found,
    /// What else can be shown.
    pub span: Option<Span>,
}

impl App {
    /// Goes so many moments later, or earlier.
    pub(super) fn go_by(&mut self, steps: isize, effects: &mut Vec<Effect>) {
        if self.asked.open.is_some() {
            self.asked.next = Some(match self.asked.next {
                Some(Next::Steps(before)) => Next::Steps(before + steps),
                Some(at) => at,
                None => Next::Steps(steps),
            });
            return;
        }
        let from = self.past.as_ref().map(|past| past.at);
        let count = steps.unsigned_abs();
        match (steps < 0, from) {
            (true, from) => self.recall(Wish::Earlier(from, count), effects),
            (false, Some(from)) if count > 0 => self.recall(Wish::Later(from, count), effects),
            (false, Some(_)) => {}
            (false, None) => self.say(Level::Info, "this is live: there is nothing later"),
        }
    }

    /// Goes back, or forward, by a part of all that is kept.
    pub(super) fn scrub(&mut self, by: i32, effects: &mut Vec<Effect>) {
        let span = self.past.as_ref().map(|past| past.span);
        let from = span.map(|span| span.from).or_else(|| self.history.begins());
        let to = span.map_or(self.now, |span| span.to);
        let step = ((to - from.unwrap_or(to)) / SCRUBS).max(LEAST);
        // What is on its way counts: a key that is held goes on from there.
        let here = match (self.asked.open.and(self.asked.next), &self.past) {
            (Some(Next::At(at)), _) => at,
            (_, Some(past)) => past.at,
            (_, None) if by > 0 => {
                return self.say(Level::Info, "this is live: there is nothing later");
            }
            (_, None) => to,
        };
        let at = here + step * by;
        match (at >= to, self.replay.is_some()) {
            (true, false) => drop(self.go_live(effects)),
            (true, true) => self.go_to(to, effects),
            (false, _) => self.go_to(at.max(from.unwrap_or(at)), effects),
        }
    }

    /// Goes to a moment.
    pub(super) fn go_to(&mut self, at: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if self.asked.open.is_some() {
            self.asked.next = Some(Next::At(at));
        } else {
            self.recall(Wish::At(at), effects);
        }
    }

    /// Goes to a moment as it was typed: of a recording, counted from its end.
    pub(super) fn go_at(&mut self, when: When, effects: &mut Vec<Effect>) {
        let end = self.past.as_ref().filter(|_| self.replay.is_some()).map(|past| past.span.to);
        let at = when.at(end.unwrap_or(self.now), &self.setup.look.zone);
        match end {
            None if at > self.now => self.say(Level::Warn, "that is not yet"),
            _ => self.go_to(at, effects),
        }
    }

    fn recall(&mut self, wish: Wish, effects: &mut Vec<Effect>) {
        self.asked.last += 1;
        self.asked.open = Some(self.asked.last);
        effects.push(Effect::Recall(self.asked.last, wish));
    }

    /// Takes in a moment that was asked for; one that nobody waits for any more changes nothing.
    pub(super) fn recalled(&mut self, answer: Recalled, effects: &mut Vec<Effect>) {
        // What plays has gone there, and goes on from there.
        if self.asked.open != Some(answer.id) && self.replay.is_none() {
            return;
        }
        self.asked.open = None;
        if self.is_at_work() {
            self.asked.next = None;
            return;
        }
        match (answer.found, answer.span) {
            (Found::Moment { at, store }, Some(span)) => {
                if self.past.as_ref().is_some_and(|past| past.at == at) && at == span.from {
                    let text = self.nothing_earlier(&span);
                    self.say(Level::Info, text);
                }
                self.show_past(Past { at, store, span }, effects);
            }
            (Found::Live, _) => {
                self.go_live(effects);
            }
            (Found::Moment { .. } | Found::Nothing, _) => {
                self.say(Level::Warn, "no earlier moment is kept");
            }
        }
        match self.asked.next.take() {
            Some(Next::Steps(steps)) if steps != 0 => self.go_by(steps, effects),
            Some(Next::At(at)) => self.go_to(at, effects),
            _ => {}
        }
    }

    /// True while the operator changes something: that is about what is live.
    fn is_at_work(&self) -> bool {
        let over = &self.overlay;
        matches!(
            over,
            Overlay::Edit(_) | Overlay::Offer(_) | Overlay::Confirm(_) | Overlay::Plan(_)
        )
    }

    fn show_past(&mut self, past: Past, effects: &mut Vec<Effect>) {
        if self.past.is_none() {
            // What is read now for the view is no part of the moment.
            self.forget(Asker::View(self.trail.id()), effects);
        }
        self.past = Some(past);
        self.trail.forget();
        self.reload(effects);
    }

    /// Returns to what is live; false when that is shown, or there is nothing live.
    pub(super) fn go_live(&mut self, effects: &mut Vec<Effect>) -> bool {
        if self.replay.is_some() {
            return false;
        }
        self.asked = Asked { last: self.asked.last, ..Asked::default() };
        if self.past.take().is_none() {
            return false;
        }
        self.trail.forget();
        self.reload(effects);
        true
    }

    /// True where something is refused since it would change something, and an earlier moment is
    /// shown: then it says so.
    pub(super) fn refuses_in_past(&mut self) -> bool {
        let is_past = self.past.is_some();
        if is_past {
            let is_replay = self.replay.is_some();
            self.say(Level::Warn, if is_replay { replay::NO_CHANGE } else { NO_CHANGE });
        }
        is_past
    }

    /// Says that nothing is read from the datacenters for an earlier moment.
    pub(super) fn refuse_to_read(&mut self) {
        self.say(Level::Warn, self.no_read());
    }

    /// Why nothing is read from the datacenters for an earlier moment.
    pub(super) fn no_read(&self) -> &'static str {
        if self.replay.is_some() { replay::NO_READ } else { NO_READ }
    }

    fn nothing_earlier(&self, span: &Span) -> String {
        let from = moment(span.from, self.now, &self.setup.look.zone);
        let why = match (self.replay.is_some(), span.is_shortened) {
            (true, false) => "the recording begins then",
            (true, true) => "what was recorded before is not there any more",
            (false, false) => "dcview began then",
            (false, true) => "there is no room for more",
        };
        format!("nothing earlier than {from}: {why}")
    }
}
