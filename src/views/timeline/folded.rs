//! The events that a timeline shows, with its storms folded.
//!
//! It follows the history event by event: what comes and what had to go touch a few rows, however many
//! there are. Invariant: each shown event is a row of its own, or one of a storm that is.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::near::{About, Near};
use super::rows::{EventRow, Head, RowKey};
use crate::domain::event::Event;
use crate::domain::event::query::{Query, Where};
use crate::domain::storm::{Member, StormId};
use crate::views::listing::Patch;
use crate::views::{Ctx, Place};

/// The shown events.
pub struct Folded {
    query: Query,
    /// What it was opened for.
    pub about: Option<About>,
    /// The ends of the span, as of when it was loaded.
    pub span: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// The time and number of each shown event, oldest first.
    shown: VecDeque<(DateTime<Utc>, u64)>,
    heads: BTreeMap<StormId, Arc<Head>>,
    /// True when storms are unfolded unless they are among `turned`.
    is_open: bool,
    /// The storms that were folded or unfolded by themselves.
    turned: HashSet<StormId>,
}

impl Folded {
    /// What a place asks for. What cannot be understood asks for everything; the command line has
    /// refused it before.
    pub fn new(place: &Place) -> Self {
        Self {
            query: Query::parse(place.arg(0)).unwrap_or_default(),
            about: About::of(place),
            span: (None, None),
            shown: VecDeque::new(),
            heads: BTreeMap::new(),
            is_open: false,
            turned: HashSet::new(),
        }
    }

    /// True when it shows datacenters whatever lists are limited to.
    pub fn is_of_all(&self) -> bool {
        self.query.dcs != Where::Shown
    }

    /// How many events are shown.
    pub fn events(&self) -> usize {
        self.shown.len()
    }

    /// True when some of them are folded into storms.
    pub fn has_storms(&self) -> bool {
        !self.heads.is_empty()
    }

    /// Folds or unfolds a storm.
    pub fn toggle(&mut self, id: StormId) {
        if !self.turned.remove(&id) {
            self.turned.insert(id);
        }
    }

    /// Folds or unfolds all of them.
    pub fn toggle_all(&mut self) {
        self.is_open = !self.is_open;
        self.turned.clear();
    }

    /// Gives up the events.
    pub fn forget(&mut self) {
        self.shown = VecDeque::new();
        self.heads = BTreeMap::new();
    }

    fn is_open(&self, id: StormId) -> bool {
        self.is_open != self.turned.contains(&id)
    }

    /// True for an event that is asked for.
    fn asks(&self, ctx: &Ctx, event: &Event) -> bool {
        let is_there = match &self.query.dcs {
            Where::Shown => ctx.shows(&event.dc),
            Where::Everywhere => true,
            Where::In(dcs) => dcs.contains(&event.dc),
        };
        let (from, to) = self.span;
        let is_then = from.is_none_or(|from| event.at >= from)
            && to.is_none_or(|to| event.at <= to)
            && !(ctx.is_past && event.at > ctx.now);
        is_there && is_then && self.query.matches(event)
    }

    fn near(&self, event: &Event) -> Near {
        self.about.as_ref().map_or(Near::Not, |about| about.near(event))
    }

    fn alone(&self, number: u64, event: &Arc<Event>) -> EventRow {
        EventRow::alone(number, event, self.near(event))
    }

    /// All rows, newest first.
    pub fn load(&mut self, ctx: &Ctx) -> Vec<EventRow> {
        self.forget();
        self.span = self.query.span(ctx.now, &ctx.look.zone);
        let to = if ctx.is_past { Some(ctx.now) } else { self.span.1 };
        let (mut rows, mut storms) = (Vec::new(), BTreeSet::new());
        for entry in ctx.history.entries(self.span.0, to).rev() {
            if !self.asks(ctx, &entry.event) {
                continue;
            }
            self.shown.push_front((entry.event.at, entry.number));
            if entry.storm == 0 {
                rows.push(self.alone(entry.number, &entry.event));
            } else {
                storms.insert(entry.storm);
            }
        }
        for id in storms.into_iter().rev() {
            self.fold(ctx, id, &mut rows);
        }
        // Two runs that are nearly in order already.
        rows.sort_by(|a, b| b.anchor().cmp(&a.anchor()));
        rows
    }

    /// The events of a storm that are shown, and whether they are one.
    fn members(&self, ctx: &Ctx, id: StormId) -> (Vec<Member>, Option<Head>) {
        let Some(storm) = ctx.history.storm(id) else { return (Vec::new(), None) };
        let members = storm.members.iter().filter(|it| self.asks(ctx, &it.event));
        let members: Vec<Member> = members.cloned().collect();
        let near = members.iter().map(|it| self.near(&it.event)).max().unwrap_or_default();
        let head = Head::new(id, storm, members.clone(), near);
        (members, head.map(|head| Head { is_open: self.is_open(id), ..head }))
    }

    /// Adds the rows of a storm: its own, with its events below it where it is unfolded.
    fn fold(&mut self, ctx: &Ctx, id: StormId, rows: &mut Vec<EventRow>) {
        let (members, head) = self.members(ctx, id);
        let Some(head) = head.map(Arc::new) else {
            rows.extend(members.iter().map(|it| self.alone(it.number, &it.event)));
            return;
        };
        rows.extend(EventRow::head(&head));
        if head.is_open {
            let below = members.iter().rev();
            rows.extend(below.map(|it| EventRow::below(&head, it, self.near(&it.event))));
        }
        self.heads.insert(id, head);
    }

    /// What the last events, and those that had to go for them, change.
    pub fn patch(&mut self, ctx: &Ctx, events: &[Arc<Event>]) -> Patch<EventRow> {
        let mut patch = Patch::default();
        let mut storms = BTreeSet::new();
        // They are the last that came.
        let first = ctx.history.pushed().saturating_sub(events.len() as u64);
        for (number, event) in (first..).zip(events) {
            // One that had to go again at once is not there.
            let entry = ctx.history.entry(event.at, number);
            let Some(entry) = entry.filter(|entry| self.asks(ctx, &entry.event)) else { continue };
            self.note((event.at, number));
            if entry.storm == 0 {
                patch.upserts.push(self.alone(number, event));
            } else {
                storms.insert(entry.storm);
            }
        }
        self.drop_oldest(ctx, &mut patch, &mut storms);
        for id in storms {
            self.refold(ctx, id, &mut patch);
        }
        patch
    }

    /// Makes the rows of a storm anew that grew or shrank.
    fn refold(&mut self, ctx: &Ctx, id: StormId, patch: &mut Patch<EventRow>) {
        let before = self.heads.remove(&id);
        let mut rows = Vec::new();
        self.fold(ctx, id, &mut rows);
        let now = self.heads.get(&id);
        match (&before, now) {
            // Until now its events stood alone.
            (None, Some(head)) if !head.is_open => {
                patch.removed.extend(head.members.iter().map(|it| RowKey::Event(it.number)));
            }
            (Some(_), None) => patch.removed.push(RowKey::Storm(id)),
            _ => {}
        }
        patch.upserts.append(&mut rows);
    }

    /// Drops what had to go from the history.
    fn drop_oldest(
        &mut self,
        ctx: &Ctx,
        patch: &mut Patch<EventRow>,
        storms: &mut BTreeSet<StormId>,
    ) {
        let Some(oldest) = ctx.history.oldest() else { return };
        while let Some(first) = self.shown.front()
            && *first < oldest
        {
            patch.removed.push(RowKey::Event(first.1));
            self.shown.pop_front();
        }
        let is_cut = |head: &Arc<Head>| {
            head.members.first().is_some_and(|it| (it.event.at, it.number) < oldest)
        };
        // The oldest storms have the smallest ids, or nearly so.
        storms.extend(self.heads.iter().take_while(|(_, head)| is_cut(head)).map(|(id, _)| *id));
    }

    fn note(&mut self, key: (DateTime<Utc>, u64)) {
        let place = self.shown.partition_point(|other| *other < key);
        self.shown.insert(place, key);
    }
}
