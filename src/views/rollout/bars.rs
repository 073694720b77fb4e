//! A rollout as lines: the sentence, a stacked bar over all and one for each datacenter, the trend.
//!
//! In a bar the new version stands first and is filled most; each version shows its instances that
//! pass, then with the sign of their state those that do not. What is missing of what is expected is
//! a dot.

use chrono::{DateTime, Utc};

use super::words;
use crate::domain::health::{Counts, Status};
use crate::domain::ids::Dc;
use crate::domain::rollout::{Judged, Part, Rollout, Sight, judge};
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::{age, clean, count, pad};
use crate::ui::theme::Role;
use crate::ui::widgets::spark::bars;
use crate::ui::widgets::stack::{self, stack};
use crate::views::timeline::clock;
use crate::views::{Ctx, cells};

/// The states of an instance, as they stand in a bar.
const STATES: [Status; 4] =
    [Status::Passing, Status::Warning, Status::Critical, Status::Maintenance];

/// What is known of a rollout at a moment.
pub struct Scene<'a> {
    /// What is read.
    pub ctx: &'a Ctx<'a>,
    /// The rollout.
    pub rollout: &'a Rollout,
    /// What is said of it.
    pub judged: Judged<'a>,
}

impl<'a> Scene<'a> {
    /// Judges a rollout; `sights` come from [`sights`].
    pub fn new(ctx: &'a Ctx<'a>, rollout: &'a Rollout, sights: &'a [(Dc, Sight)]) -> Self {
        let judged = judge::judge(rollout, ctx.now, ctx.bounds, sights);
        Self { ctx, rollout, judged }
    }

    /// All lines, the bars among them fitted to so many columns.
    pub fn lines(&self, width: usize) -> Vec<Cell> {
        let mut lines = vec![self.sentence(), self.over_all(width)];
        lines.extend(self.parts().map(|(dc, part)| self.part(dc, part, width)));
        lines.push(self.trend(width));
        lines
    }

    /// How it goes, in words, with the sign of the word.
    pub fn sentence(&self) -> Cell {
        let (sign, role) = words::sign(self.ctx, self.judged.word, self.judged.is_past);
        let text = words::sentence(self.rollout, &self.judged, self.ctx.now);
        let first = text.split([':', ',', ';']).next().unwrap_or_default().len();
        let (word, rest) = text.split_at_checked(first).unwrap_or((&text, ""));
        let cell = Cell::new(format!("{sign} {word}"), role).then(rest.to_owned(), Role::Text);
        // Its numbers stand as they were then, whatever became of the instances.
        match &self.rollout.ended {
            Some((at, _)) => {
                let ended = crate::views::timeline::clock(self.ctx, *at);
                cell.then(format!("; as it ended {ended}"), Role::Muted)
            }
            None => cell,
        }
    }

    /// The stacked bar of these parts.
    pub fn bar(&self, parts: &[&Part], width: usize) -> Cell {
        let look = self.ctx.look;
        let whole = parts.iter().map(|part| part.all()).sum();
        let mut stacked = Vec::new();
        for (rank, version) in self.versions().into_iter().enumerate() {
            for status in STATES {
                let counts = parts.iter().map(|part| of(&part.counts(version), status));
                let (fill, role) = match (status, rank) {
                    (Status::Passing, 0) => (look.glyphs.fill(0), Role::Passing),
                    (Status::Passing, _) => (look.glyphs.fill(rank), Role::Muted),
                    (status, _) => (look.status(status), cells::role(status)),
                };
                stacked.push(stack::Part { count: counts.sum(), fill, role });
            }
        }
        stack(&stacked, whole, width, look.sign(Sign::Bullet))
    }

    /// How many instances of each version there are, those by state that do not pass.
    pub fn counts(&self, parts: &[&Part]) -> Cell {
        let mut cell = Cell::default();
        for version in self.versions() {
            let mut all = Counts::default();
            for (part, status) in parts.iter().flat_map(|part| STATES.map(|it| (part, it))) {
                all.add(status, of(&part.counts(version), status));
            }
            if all.total() == 0 {
                continue;
            }
            if !cell.runs.is_empty() {
                cell = cell.then("  ", Role::Muted);
            }
            let is_new = *version == *self.rollout.target;
            let name = format!("{} {}", words::version(version), count(all.total()));
            cell = cell.then(name, if is_new { Role::Text } else { Role::Muted });
            for status in STATES.into_iter().filter(|it| *it != Status::Passing || is_new) {
                let n = of(&all, status);
                if n > 0 {
                    let text = format!(" {}{}", self.ctx.look.status(status), count(n));
                    cell = cell.then(text, cells::role(status));
                }
            }
        }
        cell
    }

    /// Its parts in all datacenters.
    pub fn all(&self) -> Vec<&'a Part> {
        self.rollout.parts.values().collect()
    }

    /// The datacenters that have something to do with it.
    pub fn parts(&self) -> impl Iterator<Item = (&'a Dc, &'a Part)> {
        self.rollout.parts.iter().filter(|(_, part)| part.all() > 0)
    }

    /// The versions that there are instances of, the new one first, then the newest.
    fn versions(&self) -> Vec<&'a str> {
        let target = &*self.rollout.target;
        let others = self.rollout.present().map(|it| &**it).filter(|it| *it != target);
        let mut all: Vec<&str> = others.collect();
        all.push(target);
        all.reverse();
        all
    }

    fn over_all(&self, width: usize) -> Cell {
        let rollout = self.rollout;
        let percent = (rollout.progress() * 100.0).floor();
        let mut cell = self.headed("all", self.bar(&self.all(), bar_width(width)));
        cell = cell.then(format!(" {percent:>3}%  "), Role::Accent);
        cell.runs.extend(self.counts(&self.all()).runs);
        cell
    }

    fn part(&self, dc: &Dc, part: &'a Part, width: usize) -> Cell {
        let one = [part];
        let mut cell = self.headed(dc.as_str(), self.bar(&one, bar_width(width)));
        let (new, _) = part.of(&self.rollout.target);
        let percent = new * 100 / part.all().max(1);
        cell = cell.then(format!(" {percent:>3}%  "), Role::Muted);
        cell.runs.extend(self.counts(&one).runs);
        let now = self.ctx.now;
        let unseen = words::unclear(&self.judged, dc);
        let text = words::of_part(self.rollout, part, now, unseen.is_some());
        cell = cell.then(format!("  {text}"), Role::Text);
        if let Some(unseen) = unseen {
            let old = age(words::span(now - unseen.confirmed(part.at)));
            let (sign, why) = (self.ctx.look.sign(Sign::Stale), clean(&unseen.why));
            cell = cell.then(format!("  {sign} as told {old} ago: {why}"), Role::Stale);
        }
        cell
    }

    /// How many instances were new, from the beginning to now.
    fn trend(&self, width: usize) -> Cell {
        let rollout = self.rollout;
        let until = rollout.ended.as_ref().map_or(self.ctx.now, |(at, _)| *at);
        let counts = rollout.steps.trend(&rollout.target, bar_width(width), until);
        let spark = bars(self.ctx.look, counts.into_iter().map(Some), rollout.totals().1);
        let cell = self.headed("trend", Cell::new(spark, Role::Passing));
        cell.then(format!("  {}", self.span(until)), Role::Muted)
    }

    /// From when to when it went.
    fn span(&self, until: DateTime<Utc>) -> String {
        let rollout = self.rollout;
        let since = if rollout.is_begin_seen { "since" } else { "before" };
        let took = age(words::span(rollout.took(self.ctx.now)));
        let at = |at| clock(self.ctx, at);
        match rollout.ended {
            Some(_) => format!("{} to {}, {took}", at(rollout.began), at(until)),
            None if rollout.is_begin_seen => format!("{since} {}, {took}", at(rollout.began)),
            None => format!("{since} {}, >= {took}", at(rollout.began)),
        }
    }

    fn headed(&self, name: &str, bar: Cell) -> Cell {
        let names = self.parts().map(|(dc, _)| crate::ui::text::width(dc.as_str()));
        let room = names.max().unwrap_or(0).clamp(5, 16);
        let name = crate::ui::text::truncate_middle(&clean(name), room).into_owned();
        let mut cell = Cell::new(format!("{} ", pad(&name, room)), Role::Muted);
        cell.runs.extend(bar.runs);
        cell
    }
}

/// How well each datacenter can be seen; of a rollout after which another one began it does not matter
/// any more: it is history.
pub fn sights(ctx: &Ctx, rollout: &Rollout) -> Vec<(Dc, Sight)> {
    let last = ctx.store.rollouts.last_of(&rollout.service);
    let is_last = last.is_none_or(|last| last.began == rollout.began);
    if is_last { ctx.store.sights(&rollout.service) } else { Vec::new() }
}

/// The columns of a bar on lines of this width.
fn bar_width(width: usize) -> usize {
    (width / 4).clamp(8, 60)
}

fn of(counts: &Counts, status: Status) -> usize {
    match status {
        Status::Passing => counts.passing,
        Status::Maintenance => counts.maintenance,
        Status::Warning => counts.warning,
        Status::Critical => counts.critical,
    }
}
