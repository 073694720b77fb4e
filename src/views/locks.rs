//! Locks and semaphores under a folder, in all datacenters (or in one): who holds each, and who
//! waits.
//!
//! A row is a key. What holders and contenders are comes from the keys and from the sessions beside
//! them; who waits for a plain lock is a guess from names and marked as one.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::kv::folder_of;
use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, unlock};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::domain::json::LockJson;
use crate::domain::lock::{Judged, Roll, State, judge};
use crate::store::{Change, Datacenter, Since};
use crate::table::column::Column;
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::count;
use crate::ui::widgets::pane::Detail;

mod columns;
mod detail;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "locks",
    aliases: &["lock", "semaphores"],
    takes: Takes::Folder,
    doc: "the locks and semaphores under a folder, who holds them and who waits",
    is_tab: false,
    open,
};

/// The list of sessions and that of locks do not come together: a lock that was taken sooner than
/// this may be held by a session that is not told yet.
const SETTLES: Duration = Duration::from_secs(5);

fn open(place: &Place) -> Box<dyn View> {
    let locks = Locks { prefix: folder_of(place.arg(0)), only: place.dc.clone() };
    Box::new(TableView::new(place.clone(), locks))
}

/// The list.
pub struct Locks {
    prefix: Key,
    only: Option<Dc>,
}

/// One lock of one datacenter.
#[derive(Clone, Debug)]
pub struct LockRow {
    dc: Dc,
    judged: Arc<Judged>,
    /// Bytes of the key before its name.
    above: usize,
    /// Since when it is held as it is now.
    since: Option<Since>,
}

impl LockRow {
    fn name(&self) -> &str {
        self.judged.lock.key.as_str().get(self.above..).unwrap_or_default()
    }
}

impl Row for LockRow {
    type Key = (Dc, Key);

    fn key(&self) -> Self::Key {
        (self.dc.clone(), self.judged.lock.key.clone())
    }

    fn text(&self) -> RowText {
        let lock = &self.judged.lock;
        let state = self.judged.state.words();
        let words = [self.dc.as_str(), lock.key.as_str(), lock.kind(), &state];
        let holders = self.judged.holders.iter().flat_map(|holder| {
            let session = holder.session.as_ref();
            let known = session.map(|session| [&*session.name, session.node.as_str()]);
            std::iter::once(holder.id.as_str()).chain(known.into_iter().flatten())
        });
        RowText::new(words.into_iter().chain(holders))
    }

    fn tie(&self, other: &Self) -> Ordering {
        (&self.dc, &self.judged.lock.key).cmp(&(&other.dc, &other.judged.lock.key))
    }
}

impl Locks {
    fn subject(&self) -> Subject {
        Subject::Locks(self.prefix.clone())
    }

    fn shown<'a>(&'a self, ctx: &Ctx<'a>) -> impl Iterator<Item = (&'a Dc, &'a Datacenter)> {
        let ctx = *ctx;
        let all = ctx.store.datacenters();
        all.filter(move |(dc, _)| {
            self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == *dc)
        })
    }

    fn rows(&self, ctx: &Ctx, dc: &Dc, state: &Datacenter) -> Vec<LockRow> {
        let Some(locks) = state.held.under(&self.prefix) else { return Vec::new() };
        // A session is only missing where the list of sessions is whole.
        let fresh = state.freshness(&List::Subject(Subject::Sessions));
        let is_whole = fresh.is_live() && !fresh.may_be_filtered;
        let judged = judge(locks, Roll { sessions: &state.held.sessions, is_whole });
        let row = |mut judged: Judged| {
            let since = state.held.lock_since(&self.prefix, &judged.lock.key);
            let age = since.map(|since| (ctx.now - since.at).to_std().unwrap_or_default());
            if judged.state == State::Unlisted && age.is_none_or(|age| age < SETTLES) {
                judged.state = State::Held;
            }
            let above = self.prefix.as_str().len();
            LockRow { dc: dc.clone(), judged: Arc::new(judged), above, since }
        };
        judged.into_iter().map(row).collect()
    }
}

impl Listing for Locks {
    type Row = LockRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let dc = self.only.as_ref().or(ctx.focus);
        let place = dc.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let found = self.shown(ctx).filter_map(|(_, state)| state.held.under(&self.prefix));
        let (looked, is_cut) = found.fold((0, false), |(keys, is_cut), locks| {
            (keys + locks.keys, is_cut || locks.cut_at.is_some())
        });
        let prefix = if self.prefix.is_empty() { "/" } else { self.prefix.as_str() };
        let cut = if is_cut { ", the rest not read" } else { "" };
        let what = format!("locks {prefix}{place} of {} keys{cut}", count(looked));
        let made_of = vec![List::Subject(self.subject()), List::Subject(Subject::Sessions)];
        Heading { what, made_of, is_of_all: false }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, _room: u16) -> Vec<Column<'a, LockRow>> {
        columns::all(ctx, wide)
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<LockRow> {
        self.shown(ctx).flat_map(|(dc, state)| self.rows(ctx, dc, state)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<LockRow>> {
        match change {
            Change::Kv(_, subject) if *subject == self.subject() => {}
            // Names and nodes are those of the sessions, and so is whether one is missing.
            Change::Sessions(..) | Change::Datacenter(_) => {}
            _ => return None,
        }
        Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let wanted = |dc: &Dc| {
            [self.subject(), Subject::Sessions].map(|subject| Wanted { dc: dc.clone(), subject })
        };
        self.shown(ctx).flat_map(|(dc, _)| wanted(dc)).collect()
    }

    fn is_fault(&self, row: &LockRow) -> bool {
        row.judged.state.is_fault()
    }

    fn open(&self, _ctx: &Ctx, row: &LockRow) -> Option<Place> {
        Some(Place::new("key").at(&row.dc).of(row.judged.lock.key.as_str()))
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&LockRow>) -> Option<Response> {
        let row = row?;
        let lock = &row.judged.lock;
        match (action, &lock.session) {
            (Action::Release, _) => Some(unlock::release(ctx, &row.dc, lock)),
            (Action::DestroySession, Some(id)) => {
                Some(unlock::destroy(ctx, &row.dc, id, Some(&self.prefix)))
            }
            (Action::DestroySession, None) => {
                Some(Response::Notice(String::from("no session holds it")))
            }
            _ => None,
        }
    }

    fn name(&self, row: &LockRow) -> String {
        row.judged.lock.key.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &LockRow) -> Value {
        json!(LockJson::of(&row.dc, &row.judged))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &LockRow) -> Option<Detail> {
        Some(detail::of(ctx, row))
    }

    fn nothing(&self) -> &'static str {
        "no locks here"
    }
}
