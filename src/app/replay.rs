//! A recording on screen in place of live datacenters: where in it, and how fast it goes on.
//!
//! All of it is an earlier moment ([`super::past`]): nothing is asked of a server and nothing can be
//! changed. What plays is elsewhere; it tells what is shown, and is told what the keys ask for.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::App;
use super::msg::Effect;
use super::notice::Level;
use super::past::{Past, moment};
use crate::domain::event::Event;
use crate::domain::history::History;
use crate::domain::zone::Zone;
use crate::past::{Entry, Span, Way, What};
use crate::store::Change;
use crate::store::merge::merged;
use crate::views::Response;

/// What is said of anything that would change something.
pub(super) const NO_CHANGE: &str = "this is a recording: nothing can be changed in it";
/// What is said of what would be read from the datacenters at once.
pub(super) const NO_READ: &str = "this is a recording: no server is asked, and it was not recorded";

/// What is said at the end.
const ENDS: &str = "the recording ends here";

/// How many times faster than life a recording can go on.
const SPEEDS: [u32; 11] = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

/// How a recording is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// How many times faster than life it goes on.
    pub speed: u32,
    /// False while it stands still.
    pub is_playing: bool,
    /// Until when what is shown may be incomplete, since something before it is damaged (UTC).
    pub doubt: Option<DateTime<Utc>>,
}

/// What the keys ask of what plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// Go on, or stand still.
    Go(bool),
    /// Go on so many times faster than life.
    Speed(u32),
}

/// What is shown now.
#[derive(Debug)]
pub struct Played {
    /// The moment, and the way there; `None` where it is the one that was told last.
    pub moment: Option<(DateTime<Utc>, Way)>,
    /// The time that the recording holds.
    pub span: Span,
    /// What happened since the moment that was told before.
    pub events: Vec<Arc<Event>>,
    /// How many of these, from the first, the history has already.
    pub known: usize,
    /// Everything that happened until then, in place of what was told before.
    pub history: Option<Box<History>>,
    /// Until when what is shown may be incomplete (UTC).
    pub doubt: Option<DateTime<Utc>>,
    /// False when it stands still, as at its end.
    pub is_playing: bool,
    /// From when to when nothing was recorded, and why, where that was skipped.
    pub skipped: Option<(DateTime<Utc>, DateTime<Utc>, String)>,
}

impl App {
    /// Shows a recording from now on, as it is at its beginning.
    pub fn replay(&mut self, speed: u32, first: Played) -> Vec<Effect> {
        self.replay = Some(Replay { speed, is_playing: first.is_playing, doubt: None });
        let mut effects = Vec::new();
        self.played(first, &mut effects);
        effects
    }

    /// Takes in what is shown now.
    pub(super) fn played(&mut self, played: Played, effects: &mut Vec<Effect>) {
        let Some(replay) = &mut self.replay else { return };
        let was_playing = replay.is_playing;
        self.is_dirty |= replay.is_playing != played.is_playing || replay.doubt != played.doubt;
        (replay.is_playing, replay.doubt) = (played.is_playing, played.doubt);
        let is_retold = played.history.is_some();
        if let Some(history) = played.history {
            self.history = *history;
            self.is_dirty = true;
        }
        for event in played.events.iter().skip(played.known) {
            self.history.push(Arc::clone(event));
        }
        if let Some((from, to, why)) = played.skipped {
            let [from, to] = [from, to].map(|at| self.clock(at));
            self.say(Level::Warn, format!("nothing was recorded from {from} to {to}: {why}"));
        }
        if let Some((at, way)) = played.moment {
            self.go_on(at, way, played.span, effects);
        } else if is_retold {
            // The moment was shown before what had happened until then was known.
            self.reload(effects);
        }
        if !played.events.is_empty() {
            self.patch_past(&Change::Events(played.events, 0), effects);
        }
        if was_playing && self.is_replay_over() {
            self.say(Level::Info, ENDS);
        }
    }

    /// Shows a moment that was come to this way.
    fn go_on(&mut self, at: DateTime<Utc>, way: Way, span: Span, effects: &mut Vec<Effect>) {
        self.is_dirty = true;
        let (entries, past) = match (way, &mut self.past) {
            (Way::Entries(entries), Some(past)) => (entries, past),
            // Nothing is known that these entries could change.
            (Way::Entries(_), None) => return,
            (Way::Store(store), _) => {
                self.past = Some(Past { at, store, span });
                return self.reload(effects);
            }
        };
        past.at = at;
        let (mut changes, mut is_other_scope) = (Vec::new(), false);
        for Entry { at, what } in entries {
            match what {
                What::Report(report) => changes.push(past.store.apply(report)),
                What::Scope(scope) => {
                    past.store.show(&scope);
                    is_other_scope = true;
                }
                What::Tick => {
                    past.store.sample(at);
                }
            }
        }
        if is_other_scope {
            return self.reload(effects);
        }
        for change in merged(changes) {
            self.patch_past(&change, effects);
        }
    }

    fn patch_past(&mut self, change: &Change, effects: &mut Vec<Effect>) {
        let response = self.with_view(|view, ctx| view.patch(ctx, change));
        self.is_dirty |= !matches!(response, Response::Ignored);
        self.respond(response, effects);
    }

    /// Lets the recording go on, or stand still.
    pub(super) fn play_or_pause(&mut self, effects: &mut Vec<Effect>) {
        if self.is_replay_over() {
            return self.say(Level::Info, ENDS);
        }
        let Some(replay) = &mut self.replay else { return };
        replay.is_playing = !replay.is_playing;
        effects.push(Effect::Play(Play::Go(replay.is_playing)));
    }

    /// Lets the recording go on faster, or slower where `by` is negative.
    pub(super) fn play_faster(&mut self, by: isize, effects: &mut Vec<Effect>) {
        let Some(replay) = &mut self.replay else { return };
        let place = SPEEDS.iter().take_while(|speed| **speed < replay.speed).count();
        let is_between = SPEEDS.get(place) != Some(&replay.speed);
        let by = if is_between && by > 0 { by - 1 } else { by };
        match place.checked_add_signed(by).and_then(|place| SPEEDS.get(place)) {
            Some(speed) => {
                replay.speed = *speed;
                effects.push(Effect::Play(Play::Speed(*speed)));
            }
            None => {
                let text = format!("x{} is as far as it goes", replay.speed);
                self.say(Level::Info, text);
            }
        }
    }

    /// True where the end is shown, and it stands still.
    fn is_replay_over(&self) -> bool {
        let is_still = self.replay.is_some_and(|replay| !replay.is_playing);
        is_still && self.past.as_ref().is_some_and(|past| past.at >= past.span.to)
    }

    /// What clocks showed then.
    fn clock(&self, at: DateTime<Utc>) -> String {
        self.setup.look.zone.local(at).format("%H:%M:%S").to_string()
    }

    /// Goes to the end of the recording.
    pub(super) fn replay_end(&mut self, effects: &mut Vec<Effect>) {
        if let Some(past) = &self.past {
            let to = past.span.to;
            self.go_to(to, effects);
        }
    }
}

impl Replay {
    /// How it goes on, in a word: `x60`, `paused`, `end`.
    pub fn word(&self, past: &Past) -> String {
        match (self.is_playing, past.at >= past.span.to) {
            (true, _) => format!("x{}", self.speed),
            (false, true) => String::from("end"),
            (false, false) => String::from("paused"),
        }
    }

    /// What of time there is, and what is wrong with what is shown, in words.
    pub fn words(&self, past: &Past, zone: &Zone) -> String {
        let Span { from, to, .. } = past.span;
        let clock = |at| zone.local(at).format("%H:%M:%S").to_string();
        let doubt = self
            .doubt
            .map(|until| format!("damaged: it may be incomplete until {}; ", clock(until)));
        let (first, last) = (zone.local(from).format("%F %H:%M:%S"), moment(to, from, zone));
        format!("{}{first} to {last}", doubt.unwrap_or_default())
    }
}
