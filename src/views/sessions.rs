//! Sessions of all datacenters (or of one): who could hold locks, and what ends it.
//!
//! Consul does not say which keys a session holds: a key names its session. So keys are only known
//! under a folder that the operator names (`:sessions service/`), and the heading says which.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::kv::folder_of;
use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, unlock};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key, SessionId};
use crate::domain::json::SessionJson;
use crate::domain::kv::Session;
use crate::store::{Change, Datacenter, Since};
use crate::table::column::Column;
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::widgets::pane::Detail;

mod columns;
mod detail;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "sessions",
    aliases: &["session"],
    takes: Takes::Folder,
    doc: "every session of all datacenters; with a folder, the keys that they hold under it",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    let prefix = (!place.args.is_empty()).then(|| folder_of(place.arg(0)));
    Box::new(TableView::new(place.clone(), Sessions { prefix, only: place.dc.clone() }))
}

/// The list.
pub struct Sessions {
    /// Where keys are looked for.
    prefix: Option<Key>,
    only: Option<Dc>,
}

/// One session of one datacenter.
#[derive(Clone, Debug)]
pub struct SessionRow {
    dc: Dc,
    session: Arc<Session>,
    /// The keys that it holds; `None` where none were looked for.
    keys: Option<Arc<[Key]>>,
    since: Option<Since>,
}

impl Row for SessionRow {
    type Key = (Dc, SessionId);

    fn key(&self) -> Self::Key {
        (self.dc.clone(), self.session.id.clone())
    }

    fn text(&self) -> RowText {
        let it = &self.session;
        let words = [
            self.dc.as_str(),
            &it.name,
            it.node.as_str(),
            it.id.as_str(),
            it.behavior.word(),
            &it.ttl,
        ];
        let checks = it.checks.iter().map(AsRef::as_ref);
        let keys = self.keys.iter().flat_map(|keys| keys.iter()).map(Key::as_str);
        RowText::new(words.into_iter().chain(checks).chain(keys))
    }

    fn tie(&self, other: &Self) -> Ordering {
        let of = |row: &Self| (row.dc.clone(), row.session.name.clone(), row.session.id.clone());
        of(self).cmp(&of(other))
    }
}

impl Sessions {
    fn locks(&self) -> Option<Subject> {
        self.prefix.clone().map(Subject::Locks)
    }

    fn shown<'a>(&'a self, ctx: &Ctx<'a>) -> impl Iterator<Item = (&'a Dc, &'a Datacenter)> {
        let ctx = *ctx;
        let all = ctx.store.datacenters();
        all.filter(move |(dc, _)| {
            self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == *dc)
        })
    }

    /// What the sessions of a datacenter hold; `None` where it is not known.
    fn held(&self, state: &Datacenter) -> Option<HashMap<SessionId, Vec<Key>>> {
        let locks = state.held.under(self.prefix.as_ref()?)?;
        Some(locks.by_session())
    }

    fn rows(&self, ctx: &Ctx, dc: &Dc, state: &Datacenter) -> Vec<SessionRow> {
        let mut held = self.held(state);
        let rows = state.held.sessions.values().map(|session| {
            let keys = held.as_mut().map(|held| held.remove(&session.id).unwrap_or_default());
            row(ctx, dc, session, keys)
        });
        rows.collect()
    }
}

fn row(ctx: &Ctx, dc: &Dc, session: &Arc<Session>, keys: Option<Vec<Key>>) -> SessionRow {
    let since = ctx.store.dc(dc).and_then(|state| state.held.session_since(&session.id));
    SessionRow { dc: dc.clone(), session: Arc::clone(session), keys: keys.map(Into::into), since }
}

impl Listing for Sessions {
    type Row = SessionRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let dc = self.only.as_ref().or(ctx.focus);
        let place = dc.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let keys = match &self.prefix {
            Some(prefix) if prefix.is_empty() => String::from(", with all keys held"),
            Some(prefix) => format!(", with keys held under {prefix}"),
            None => String::new(),
        };
        let lists = [Subject::Sessions].into_iter().chain(self.locks()).map(List::Subject);
        Heading {
            what: format!("sessions{place}{keys}"),
            made_of: lists.collect(),
            is_of_all: false,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, _room: u16) -> Vec<Column<'a, SessionRow>> {
        columns::all(ctx, self.prefix.is_some(), wide)
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<SessionRow> {
        self.shown(ctx).flat_map(|(dc, state)| self.rows(ctx, dc, state)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<SessionRow>> {
        let (dc, ids) = match change {
            Change::Sessions(dc, ids) => (dc, ids),
            Change::Kv(_, subject) if self.locks().as_ref() == Some(subject) => {
                return Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() });
            }
            // A node's state colours the rows of its sessions.
            Change::Nodes(..) => return Some(Patch::default()),
            _ => return None,
        };
        let (_, state) = self.shown(ctx).find(|(shown, _)| *shown == dc)?;
        let mut held = self.held(state);
        let mut patch = Patch::default();
        for id in ids {
            match state.held.sessions.get(id) {
                Some(session) => {
                    let keys = held.as_mut().map(|held| held.remove(id).unwrap_or_default());
                    patch.upserts.push(row(ctx, dc, session, keys));
                }
                None => patch.removed.push((dc.clone(), id.clone())),
            }
        }
        Some(patch)
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let subjects = || [Subject::Sessions].into_iter().chain(self.locks());
        let wanted = |dc: &Dc| {
            let dc = dc.clone();
            subjects().map(move |subject| Wanted { dc: dc.clone(), subject }).collect::<Vec<_>>()
        };
        self.shown(ctx).flat_map(|(dc, _)| wanted(dc)).collect()
    }

    /// A session that nothing ends.
    fn is_fault(&self, row: &SessionRow) -> bool {
        row.session.is_endless()
    }

    fn open(&self, _ctx: &Ctx, row: &SessionRow) -> Option<Place> {
        Some(Place::new("node").at(&row.dc).of(row.session.node.as_str()))
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&SessionRow>) -> Option<Response> {
        let row = row.filter(|_| action == Action::DestroySession)?;
        Some(unlock::destroy(ctx, &row.dc, &row.session.id, self.prefix.as_ref()))
    }

    fn name(&self, row: &SessionRow) -> String {
        row.session.id.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &SessionRow) -> Value {
        let keys = self.prefix.as_ref().zip(row.keys.as_deref());
        json!(SessionJson::of(&row.dc, &row.session, keys))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &SessionRow) -> Option<Detail> {
        Some(detail::of(ctx, row, self.prefix.as_ref()))
    }

    fn nothing(&self) -> &'static str {
        "no sessions"
    }
}
