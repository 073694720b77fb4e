//! What is said of a rollout in words: a sentence for the screen, for a notice and for the report.
//!
//! The judging is in [`crate::domain::rollout::judge`]; here it is only said. Texts from the server
//! are made safe to draw.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::health::Status;
use crate::domain::ids::Dc;
use crate::domain::rollout::{Judged, Part, Rollout, Unseen, Word};
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::{age, clean, count, long_age, truncate_end};
use crate::ui::theme::Role;
use crate::views::{Ctx, cells};

/// Columns of a check's output in a sentence: the whole stands beside its instance.
const SAYS: usize = 50;
/// What is said of a datacenter that has nothing of the service.
const NONE: &str = "no instance";
/// What is said of a datacenter that had the new version, and has it no more.
const BACK: &str = "went back";

/// A version as it is named: there is a word for having none.
pub fn version(version: &str) -> String {
    if version.is_empty() { String::from("no version") } else { clean(version).into_owned() }
}

/// From which version to which: `v1 -> v2`.
pub fn route(rollout: &Rollout) -> String {
    let to = version(&rollout.target);
    rollout.before().map_or_else(|| to.clone(), |from| format!("{} -> {to}", version(from)))
}

/// How it goes, as one would say it: `stalled for 12m: 23 of 40 on v2; dc-3 not begun`.
pub fn sentence(rollout: &Rollout, judged: &Judged, now: DateTime<Utc>) -> String {
    let mut all = vec![brief(rollout, judged, now)];
    if rollout.ended.is_none() && !matches!(judged.word, Word::Waiting) {
        all.extend(not_begun(rollout, judged));
        all.extend(
            judged.unclear.iter().map(|(dc, it)| {
                format!("{} cannot be seen: {}", clean(dc.as_str()), clean(&it.why))
            }),
        );
    }
    all.join("; ")
}

/// The same without what is said of datacenters that wait or cannot be seen.
pub fn brief(rollout: &Rollout, judged: &Judged, now: DateTime<Utc>) -> String {
    let to = version(&rollout.target);
    let took = long_age(span(rollout.took(now)));
    let rests = age(span(judged.rests));
    let so_far = so_far(rollout);
    let critical = critical(rollout);
    if judged.is_past {
        return was(rollout, judged, &took);
    }
    match judged.word {
        Word::Rolling => format!("rolling: {so_far}{critical}{}", pace(judged)),
        Word::Stalled => format!("stalled for {rests}: {so_far}{critical}"),
        Word::Canary => format!("canary for {rests}: {so_far}{critical}"),
        Word::Mixed => format!("mixed, unchanged for >= {rests}: {so_far}{critical}"),
        Word::Waiting => format!("waiting for {to}: {so_far}"),
        Word::Unknown => format!("not known, unchanged for {rests}: {so_far}{critical}"),
        Word::GoingBack => format!("going back: {so_far}{critical}"),
        Word::Failing => format!("{to} is failing: {}; {so_far}", failing(judged)),
        Word::Done => format!("done in {took}: {so_far}"),
        Word::DoneAsSeen => format!("done in {took}, as far as the token sees: {so_far}"),
        Word::WentBack => {
            let back = rollout.before().map(|from| version(from)).unwrap_or_default();
            format!("went back to {back} after {took}")
        }
        Word::Gone => format!("no instance is left after {took}"),
    }
}

/// The same of what cannot be seen now: `v2 was failing: 3 critical: ..`.
fn was(rollout: &Rollout, judged: &Judged, took: &str) -> String {
    let (to, so_far) = (version(&rollout.target), so_far(rollout));
    let critical = critical(rollout);
    match judged.word {
        Word::Unknown => format!("not known, was {so_far}{critical}"),
        Word::Failing => format!("{to} was failing: {}; {so_far}", failing(judged)),
        Word::Done => format!("was done in {took}: {so_far}"),
        Word::DoneAsSeen => format!("was done in {took}, as far as the token sees: {so_far}"),
        Word::WentBack => {
            let back = rollout.before().map(|from| version(from)).unwrap_or_default();
            format!("had gone back to {back} after {took}")
        }
        Word::Gone => format!("no instance was left after {took}"),
        Word::Waiting => format!("waiting for {to}: it was {so_far}"),
        other => format!("was {}: {so_far}{critical}", other.word().replace('-', " ")),
    }
}

/// `23 of 40 on v2`.
fn so_far(rollout: &Rollout) -> String {
    let (new, all) = rollout.totals();
    let to = version(&rollout.target);
    if new == all {
        return format!("all {} on {to}", count(all));
    }
    // Fewer than there were are all that there are once it is done.
    let is_all = rollout.parts.values().all(|part| part.of(&rollout.target).1 == 0);
    if is_all && new > 0 {
        return format!("all {} on {to}, of {} before", count(new), count(all));
    }
    format!("{} of {} on {to}", count(new), count(all))
}

/// `, 2 new critical, 1 old critical`: also those that do not count against the new version, or not
/// yet.
fn critical(rollout: &Rollout) -> String {
    let of = |is_new: bool| -> usize {
        let versions = rollout.versions.iter().filter(|it| (**it == rollout.target) == is_new);
        let parts = || rollout.parts.values();
        versions.flat_map(|it| parts().map(move |part| part.counts(it).critical)).sum()
    };
    let both = [(of(true), "new"), (of(false), "old")];
    let some = both.into_iter().filter(|(n, _)| *n > 0);
    let words: Vec<_> = some.map(|(n, which)| format!(", {} {which} critical", count(n))).collect();
    words.concat()
}

/// `, 4/min, ~4m left`.
fn pace(judged: &Judged) -> String {
    let rate = judged.rate.map(|rate| format!(", {}", self::rate(rate)));
    let left = judged.left.map(|left| format!(", {} left", estimate(left)));
    rate.into_iter().chain(left).collect()
}

/// New instances in a minute: `4/min`, `0.5/min`.
pub fn rate(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}/min") } else { format!("{rate:.0}/min") }
}

/// How long the rest takes, about: `~4m`.
pub fn estimate(left: TimeDelta) -> String {
    format!("~{}", age(span(left)))
}

/// `3 critical: web-7 on n-3 in dc-2: HTTP 500`; before their grace is over, that it is all in a
/// datacenter.
fn failing(judged: &Judged) -> String {
    let dc = judged.failing.first().map(|(dc, _, _)| clean(dc.as_str()));
    let all = dc.filter(|_| judged.is_early).map(|dc| format!(", all of {dc}"));
    let first = judged.failing.first().map(|(dc, seat, _)| {
        let name = format!("{} on {} in {dc}", seat.id, seat.node);
        let says = seat.output.lines().map(str::trim).find(|line| !line.is_empty());
        let says =
            says.map(|says| format!(": {}", truncate_end(&clean(says), SAYS))).unwrap_or_default();
        clean(&format!(": {name}{says}")).into_owned()
    });
    let (n, all) = (count(judged.failing.len()), all.unwrap_or_default());
    format!("{n} critical{all}{}", first.unwrap_or_default())
}

/// `dc-2, dc-3 not begun`, of those that can be seen.
fn not_begun(rollout: &Rollout, judged: &Judged) -> Option<String> {
    let waiting = rollout.parts.iter().filter(|(_, part)| part.began.is_none() && part.all() > 0);
    let waiting = waiting.filter(|(dc, _)| unclear(judged, dc).is_none());
    let names: Vec<_> = waiting.map(|(dc, _)| clean(dc.as_str()).into_owned()).collect();
    (!names.is_empty()).then(|| format!("{} not begun", names.join(", ")))
}

/// How far it is in one datacenter: `done`, `not begun`, `12 of 40`, `2 critical`; where that cannot be
/// seen now, how far it was: `was done`.
pub fn of_part(rollout: &Rollout, part: &Part, now: DateTime<Utc>, is_old: bool) -> String {
    match far(rollout, part, now).as_str() {
        text if !is_old => text.to_owned(),
        NONE => format!("had {NONE}"),
        BACK => String::from("had gone back"),
        text => format!("was {text}"),
    }
}

fn far(rollout: &Rollout, part: &Part, now: DateTime<Utc>) -> String {
    let (new, others) = part.of(&rollout.target);
    let failing = part.failing().count();
    match (new, others) {
        (_, 0) if failing > 0 => format!("{} critical", count(failing)),
        (0, 0) => String::from(NONE),
        _ if part.is_back(now) && rollout.ended.is_none() => String::from("going back"),
        (0, _) if part.began.is_some() => String::from(BACK),
        (0, _) => String::from("not begun"),
        (_, 0) if new >= part.expected() || rollout.ended.is_some() => String::from("done"),
        _ => format!("{} of {}", count(new), count(part.all())),
    }
}

/// The word with its sign; of what cannot be seen now, as what was.
pub fn state(ctx: &Ctx, word: Word, is_past: bool) -> Cell {
    let (sign, role) = sign(ctx, word, is_past);
    let word = match word {
        // Nobody knew it then either.
        Word::Unknown => String::from("not known"),
        Word::WentBack if is_past => String::from("had gone back"),
        word if is_past => format!("was {}", word.word().replace('-', " ")),
        word => word.word().replace('-', " "),
    };
    Cell::new(format!("{sign} {word}"), role)
}

/// The sign of a word, and how it looks.
pub fn sign(ctx: &Ctx, word: Word, is_past: bool) -> (&'static str, Role) {
    if is_past && word != Word::Unknown {
        return (ctx.look.sign(Sign::Stale), Role::Stale);
    }
    let of = |status| (ctx.look.status(status), cells::role(status));
    match word {
        Word::Failing => of(Status::Critical),
        Word::GoingBack | Word::Stalled | Word::WentBack | Word::Gone => of(Status::Warning),
        Word::Done => of(Status::Passing),
        Word::DoneAsSeen => (ctx.look.status(Status::Passing), Role::Unknown),
        Word::Unknown => (ctx.look.glyphs.unknown(), Role::Unknown),
        Word::Canary => (ctx.look.sign(Sign::Live), Role::Accent),
        Word::Rolling => (ctx.look.sign(Sign::Folded), Role::Accent),
        Word::Waiting => (ctx.look.sign(Sign::Loading), Role::Muted),
        Word::Mixed => (ctx.look.sign(Sign::Bullet), Role::Muted),
    }
}

/// Why a datacenter cannot be seen, if it cannot, and since when.
pub fn unclear<'a>(judged: &Judged<'a>, dc: &Dc) -> Option<&'a Unseen> {
    judged.unclear.iter().find(|(unclear, _)| *unclear == dc).map(|(_, unseen)| *unseen)
}

/// A time that is never negative: the clock may go back.
pub fn span(time: TimeDelta) -> Duration {
    time.to_std().unwrap_or_default()
}
