//! What is said of a rollout: one word, and the numbers and names beside it.
//!
//! The rules, the first that holds counts:
//! - `failing`: instances of the new version are critical, for longer than [`Bounds::grace`] where
//!   they never were better, else for longer than 15 s; for half of the grace where every one of a
//!   datacenter is ([`Judged::is_early`]). What was critical before does not count (see `blame`).
//! - `going-back`: the new version loses of its share while the others grow (see `course`), and
//!   something moved within the bound below.
//! - `waiting`: the version that is asked for is nowhere yet.
//! - `mixed`: several versions were there at the first look, and nothing has moved since.
//! - `unknown`: a datacenter cannot be seen, and nothing moved in the others for longer than that
//!   bound, or all of theirs is done.
//! - `rolling`: something moved within that bound.
//! - `canary`: at most a tenth of what is there is new, or a single instance of four or more.
//! - `stalled`: otherwise.
//!
//! The bound is [`Bounds::stall`], or twice the usual long pause between steps where that is longer,
//! up to half an hour. A rollout ends as [`end`] says; never while a datacenter cannot be seen, and
//! where instances may be hidden it is not called done. What only datacenters say that cannot be seen
//! is what was ([`Judged::is_past`]), and time that passed since they were seen counts for nothing.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::blame::{Blame, Blamed, Weight};
use super::{End, Part, Rollout};
use crate::domain::ids::Dc;

/// There is an estimate of what rests for no longer than this, or than twice the longest pause so far:
/// what does not move gets nowhere.
const PAUSES: TimeDelta = TimeDelta::seconds(15);
/// However long the pauses are, nothing moves for so long and it is stalled.
const LONGEST: TimeDelta = TimeDelta::minutes(30);
/// The new version is gone, and not only started again, after this time.
const GONE: TimeDelta = TimeDelta::seconds(30);

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How long a new instance may be critical at its start.
    pub grace: TimeDelta,
    /// How long nothing may move, at least.
    pub stall: TimeDelta,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { grace: TimeDelta::minutes(1), stall: TimeDelta::minutes(2) }
    }
}

/// How well a datacenter can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What is known of it is so now.
    Clear,
    /// What is known of it is so now, but need not be all: why.
    Partial(Arc<str>),
    /// What is known of it is old, or is nothing.
    Unclear(Unseen),
}

/// A datacenter that cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Why.
    pub why: Arc<str>,
    /// Until when it was seen (UTC); `None` where that is not known.
    pub until: Option<DateTime<Utc>>,
}

impl Unseen {
    /// Until when what it told is known to have been so: at least until it was told (UTC).
    pub fn confirmed(&self, told: DateTime<Utc>) -> DateTime<Utc> {
        self.until.map_or(told, |until| until.max(told))
    }
}

impl From<&str> for Unseen {
    fn from(why: &str) -> Self {
        Self { why: why.into(), until: None }
    }
}

/// The word, in the order of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// It ended with the new version everywhere.
    Done,
    /// The same, as far as can be seen: some instances may be hidden.
    DoneAsSeen,
    /// It ended with what there was before.
    WentBack,
    /// It ended with nothing.
    Gone,
    /// The version that is asked for is nowhere yet.
    Waiting,
    /// Several versions, and nothing has moved since the first look.
    Mixed,
    /// A few instances are new, and that is left so.
    Canary,
    /// It goes on.
    Rolling,
    /// Nothing moves that can be seen, and not all can.
    Unknown,
    /// Nothing moves.
    Stalled,
    /// It is taken back.
    GoingBack,
    /// The new version is no good.
    Failing,
}

impl Word {
    /// The word shown to operators and written to JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::DoneAsSeen => "done-as-seen",
            Self::WentBack => "went-back",
            Self::Gone => "gone",
            Self::Waiting => "waiting",
            Self::Mixed => "mixed",
            Self::Canary => "canary",
            Self::Rolling => "rolling",
            Self::Unknown => "unknown",
            Self::Stalled => "stalled",
            Self::GoingBack => "going-back",
            Self::Failing => "failing",
        }
    }
}

/// What is said of a rollout.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The word.
    pub word: Word,
    /// True where nothing that can be seen now says so: it was so when it was seen last.
    pub is_past: bool,
    /// For how long nothing moved.
    pub rests: TimeDelta,
    /// How many new instances come in a minute; `None` where it cannot be said, or none come.
    pub rate: Option<f64>,
    /// How long the rest takes at that rate; `None` where it fails, does not move, or cannot be seen
    /// everywhere.
    pub left: Option<TimeDelta>,
    /// True where it is said to fail before the grace is over, since every new instance of the
    /// datacenter of the first that fails is critical: it may yet be that all of them start slowly.
    pub is_early: bool,
    /// The new instances that are critical and were not before, those of [`Word::Failing`] first.
    pub failing: Vec<Blamed<'a>>,
    /// The datacenters that cannot be seen.
    pub unclear: Vec<(&'a Dc, &'a Unseen)>,
    /// The datacenters of which not all may be seen, and why.
    pub partial: Vec<(&'a Dc, &'a Arc<str>)>,
}

/// Says how a rollout goes. `sights` are the datacenters that there are.
pub fn judge<'a>(
    rollout: &'a Rollout,
    now: DateTime<Utc>,
    bounds: &Bounds,
    sights: &'a [(Dc, Sight)],
) -> Judged<'a> {
    let now = rollout.ended.as_ref().map_or(now, |(at, _)| *at);
    let unclear: Vec<_> = unclear(sights).collect();
    let partial: Vec<_> = partial(sights).collect();
    let blame = Blame::of(rollout, now, bounds, &unclear);
    let word = match &rollout.ended {
        Some((_, End::Done)) => Word::Done,
        Some((_, End::AsSeen)) => Word::DoneAsSeen,
        Some((_, End::Back(_))) => Word::WentBack,
        Some((_, End::Gone)) => Word::Gone,
        None if blame.weight != Weight::None => Word::Failing,
        None => word(rollout, now, bounds, &unclear),
    };
    let is_past = match word {
        Word::Failing => blame.is_past,
        _ => is_past(rollout, word, now, &unclear),
    };
    let rests = now - rollout.moved();
    let is_on = matches!(word, Word::Rolling | Word::Failing) && !is_past;
    let rate = rollout.steps.rate(&rollout.target, now).filter(|_| is_on);
    // Nobody can say when one ends that fails or stands still, or of which a part is not seen.
    let moves = rests <= PAUSES.max(rollout.steps.longest_pause() * 2) && !blame.is_stuck;
    let is_sure = word == Word::Rolling && moves && unclear.is_empty();
    let left = rate.filter(|_| is_sure).and_then(|rate| time_left(rollout, rate));
    let is_early = word == Word::Failing && blame.weight == Weight::Early;
    let failing = blame.failing;
    Judged { word, is_past, rests, rate, left, is_early, failing, unclear, partial }
}

/// True where nobody who says a word can be seen.
fn is_past(rollout: &Rollout, word: Word, now: DateTime<Utc>, unclear: &[(&Dc, &Unseen)]) -> bool {
    let says_it = |part: &Part| word != Word::GoingBack || part.is_back(now);
    let parts = rollout.parts.iter().filter(|(_, part)| part.all() > 0 && says_it(part));
    let mut parts = parts.peekable();
    let is_unseen = |dc: &Dc| unclear.iter().any(|(unclear, _)| *unclear == dc);
    parts.peek().is_some() && parts.all(|(dc, _)| is_unseen(dc))
}

fn unclear(sights: &[(Dc, Sight)]) -> impl Iterator<Item = (&Dc, &Unseen)> {
    sights.iter().filter_map(|(dc, sight)| match sight {
        Sight::Clear | Sight::Partial(_) => None,
        Sight::Unclear(unseen) => Some((dc, unseen)),
    })
}

fn partial(sights: &[(Dc, Sight)]) -> impl Iterator<Item = (&Dc, &Arc<str>)> {
    sights.iter().filter_map(|(dc, sight)| match sight {
        Sight::Clear | Sight::Unclear(_) => None,
        Sight::Partial(why) => Some((dc, why)),
    })
}

/// For how long nothing may move.
pub fn patience(rollout: &Rollout, bounds: &Bounds) -> TimeDelta {
    let usual = rollout.steps.usual_pause() * 2;
    bounds.stall.max(usual.min(LONGEST))
}

/// The word of one that goes on and does not fail.
fn word(
    rollout: &Rollout,
    now: DateTime<Utc>,
    bounds: &Bounds,
    unclear: &[(&Dc, &Unseen)],
) -> Word {
    let rests = now - rollout.moved() >= patience(rollout, bounds);
    let is_back = rollout.parts.values().any(|part| part.is_back(now));
    let (new, all) = rollout.totals();
    let is_canary = new > 0 && (new * 10 <= all || new == 1 && all >= 4);
    let has_all = |(dc, part): (&Dc, &Part)| {
        let (new, others) = part.of(&rollout.target);
        unclear.iter().any(|(unclear, _)| *unclear == dc) || others == 0 && new >= part.expected()
    };
    match () {
        () if is_back && !rests => Word::GoingBack,
        () if rollout.is_aimed() && new == 0 && !is_back => Word::Waiting,
        () if !rollout.is_moving() && !rollout.is_aimed() => Word::Mixed,
        () if !unclear.is_empty() && (rests || rollout.parts.iter().all(has_all)) => Word::Unknown,
        () if !rests => Word::Rolling,
        () if is_canary && !is_back => Word::Canary,
        () => Word::Stalled,
    }
}

fn time_left(rollout: &Rollout, rate: f64) -> Option<TimeDelta> {
    let (new, all) = rollout.totals();
    let minutes = all.saturating_sub(new) as f64 / rate;
    // Weeks are no estimate.
    (minutes < 60.0 * 24.0 * 7.0).then(|| TimeDelta::milliseconds((minutes * 60_000.0) as i64))
}

/// How a rollout ends now, if it does: with the new version everywhere, as many as were expected or
/// no more for a while, and none of them failing; with it nowhere; or with nothing left.
pub fn end(
    rollout: &Rollout,
    now: DateTime<Utc>,
    bounds: &Bounds,
    sights: &[(Dc, Sight)],
) -> Option<End> {
    if rollout.ended.is_some() || unclear(sights).next().is_some() {
        return None;
    }
    let target = &rollout.target;
    let rests = now - rollout.moved();
    let has_rested = rests >= patience(rollout, bounds);
    let has_all = |part: &Part| {
        let is_as_before = part.expected() > 0 && part.counts(target).total() >= part.expected();
        part.all() == 0 || is_as_before || has_rested
    };
    let mut others = rollout.versions.iter().filter(|it| *it != target);
    let mut left = others.by_ref().filter(|it| rollout.counts(it).total() > 0);
    match (rollout.totals().0, left.next(), left.next()) {
        (0, None, _) => (has_rested && !rollout.is_aimed()).then_some(End::Gone),
        (0, Some(only), None) if !rollout.is_aimed() => {
            let is_gone = rollout.empty_since().is_some_and(|since| now - since >= GONE);
            let are_back = rollout.parts.values().all(|part| part.of(target).1 >= part.expected());
            (rollout.is_moving() && (is_gone || are_back)).then(|| End::Back(Arc::clone(only)))
        }
        (0, ..) | (_, Some(_), _) => None,
        (_, None, _) => {
            let is_well = rollout.parts.values().all(|part| part.failing().next().is_none());
            let end = if partial(sights).next().is_some() { End::AsSeen } else { End::Done };
            (is_well && rollout.parts.values().all(has_all)).then_some(end)
        }
    }
}

/// The version that is rolled out from now on where the newest one is gone, and others are left of
/// which no one is all there is.
pub fn next_target(rollout: &Rollout, now: DateTime<Utc>) -> Option<Arc<str>> {
    let is_gone = rollout.empty_since().is_some_and(|since| now - since >= GONE);
    if !is_gone || rollout.is_aimed() {
        return None;
    }
    let mut left = rollout.versions.iter().filter(|it| rollout.counts(it).total() > 0);
    let newest = left.next_back()?;
    left.next().map(|_| Arc::clone(newest))
}
