//! What instances of consul-template share, in all datacenters (or in one): a template a row, its
//! leader, how old its data is, and whether the leader is about to change.
//!
//! A row is made of a key and of the sessions beside it. When the leader dies its session lives on
//! for up to twice its TTL, then the key goes with it until another instance takes over: a template
//! whose key is gone stays here for a while and says so.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::kv::folder_of;
use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View};
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Session;
use crate::domain::template::{self, Data, Template};
use crate::store::{Change, Datacenter, Since};
use crate::table::column::Column;
use crate::ui::widgets::pane::Detail;

mod row;
mod show;

pub use row::{Standing, TemplateRow};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "templates",
    aliases: &["template", "dedup"],
    takes: Takes::Folder,
    doc: "templates that instances of consul-template share: leader, age of the data, failover",
    is_tab: false,
    open,
};

/// How long a template stays whose key is gone: longer than it takes to get another leader.
const REMEMBERED: Duration = Duration::from_mins(2);

fn open(place: &Place) -> Box<dyn View> {
    let folder = match place.arg(0) {
        "" => Key::from(template::FOLDER),
        named => folder_of(named),
    };
    let list = Templates { folder, only: place.dc.clone(), seen: HashMap::new(), shown: None };
    Box::new(TableView::new(place.clone(), list))
}

/// The list.
pub struct Templates {
    folder: Key,
    only: Option<Dc>,
    seen: HashMap<(Dc, Arc<str>), Memory>,
    /// What the data of the highlighted template says.
    shown: Option<(Dc, Key, Data)>,
}

/// What was seen of a template.
#[derive(Clone, Debug)]
struct Memory {
    modify_index: u64,
    /// Since when its data is as it is.
    data: Since,
    /// When its key went away.
    gone: Option<DateTime<Utc>>,
}

impl Templates {
    fn shown<'a>(&'a self, ctx: &Ctx<'a>) -> Vec<(&'a Dc, &'a Datacenter)> {
        let is_shown =
            |dc: &Dc| self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc);
        ctx.store.datacenters().filter(|(dc, _)| is_shown(dc)).collect()
    }

    fn keys(&self) -> Subject {
        Subject::Locks(self.folder.clone())
    }

    fn rows(&mut self, ctx: &Ctx, dc: &Dc, state: &Datacenter) -> Vec<TemplateRow> {
        let Some(locks) = state.held.under(&self.folder) else { return Vec::new() };
        let now = template::templates(locks);
        let is_first = !self.seen.keys().any(|(it, _)| it == dc);
        for template in &now {
            self.note(ctx.now, dc, template, is_first);
        }
        let is_there = |id: &Arc<str>| now.iter().any(|it| it.id == *id);
        for ((of, id), memory) in &mut self.seen {
            if of == dc && !is_there(id) {
                memory.gone.get_or_insert(ctx.now);
            }
        }
        self.seen
            .retain(|_, memory| memory.gone.is_none_or(|at| ctx.now - at < chrono_of(REMEMBERED)));
        let gone = self.seen.iter().filter(|((of, _), memory)| of == dc && memory.gone.is_some());
        let gone = gone.map(|((_, id), _)| Template {
            id: Arc::clone(id),
            data: None,
            leader: None,
            is_old: false,
        });
        now.iter().cloned().chain(gone).map(|it| self.row(dc, state, it)).collect()
    }

    /// Notes when a template's data changed; what is there at first is older.
    fn note(&mut self, now: DateTime<Utc>, dc: &Dc, template: &Template, is_first: bool) {
        let index = template.data.as_ref().map_or(0, |it| it.modify_index);
        let data = Since { at: now, is_exact: !is_first };
        let memory = self.seen.entry((dc.clone(), Arc::clone(&template.id))).or_insert(Memory {
            modify_index: index,
            data,
            gone: None,
        });
        memory.gone = None;
        if memory.modify_index != index {
            *memory =
                Memory { modify_index: index, data: Since { at: now, is_exact: true }, gone: None };
        }
    }

    fn row(&self, dc: &Dc, state: &Datacenter, template: Template) -> TemplateRow {
        let memory = self.seen.get(&(dc.clone(), Arc::clone(&template.id)));
        let session = template.leader.as_ref().and_then(|id| state.held.sessions.get(id));
        let lock = template.data.as_ref().filter(|it| it.session.is_some());
        let node = session.and_then(|it| state.nodes.get(&it.node));
        let of_them = |it: &&Arc<Session>| *it.name == *template::SESSION;
        TemplateRow {
            dc: dc.clone(),
            leader: session.cloned(),
            instances: state.held.sessions.values().filter(of_them).count(),
            led: lock.and_then(|it| state.held.lock_since(&self.folder, &it.key)),
            data: memory.map(|it| it.data),
            gone: memory.and_then(|it| it.gone),
            is_failing: node.is_some_and(|it| it.status == crate::domain::health::Status::Critical),
            template: Arc::new(template),
        }
    }
}

fn chrono_of(time: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(time).unwrap_or_default()
}

impl Listing for Templates {
    type Row = TemplateRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let dc = self.only.as_ref().or(ctx.focus);
        let place = dc.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = format!("templates{place} under {}", self.folder);
        let made_of = vec![List::Subject(self.keys()), List::Subject(Subject::Sessions)];
        Heading { what, made_of, is_of_all: false }
    }

    fn columns<'a>(
        &'a self,
        ctx: &'a Ctx,
        _wide: bool,
        _room: u16,
    ) -> Vec<Column<'a, TemplateRow>> {
        show::columns(ctx)
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<TemplateRow> {
        let shown: Vec<Dc> = self.shown(ctx).into_iter().map(|(dc, _)| dc.clone()).collect();
        let mut rows = Vec::new();
        for dc in shown {
            if let Some(state) = ctx.store.dc(&dc) {
                rows.extend(self.rows(ctx, &dc, state));
            }
        }
        rows
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<TemplateRow>> {
        match change {
            Change::Kv(dc, Subject::Key(key)) if key.below(self.folder.as_str()).is_some() => {
                let entry = ctx.store.dc(dc)?.entries.get(key)?.as_ref()?;
                self.shown = Some((dc.clone(), key.clone(), Data::read(&entry.value)));
                return Some(Patch::default());
            }
            Change::Kv(_, subject) if *subject == self.keys() => {}
            Change::Sessions(..) | Change::Nodes(..) | Change::Datacenters => {}
            _ => return None,
        }
        Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let of_dc = |(dc, _): (&Dc, &Datacenter)| {
            [self.keys(), Subject::Sessions].map(|subject| Wanted { dc: dc.clone(), subject })
        };
        self.shown(ctx).into_iter().flat_map(of_dc).collect()
    }

    fn watched(&self, row: &TemplateRow) -> Vec<Wanted> {
        let data = row.template.data.as_ref().filter(|_| row.gone.is_none());
        let wanted = |it: &Arc<crate::domain::lock::Lock>| Wanted {
            dc: row.dc.clone(),
            subject: Subject::Key(it.key.clone()),
        };
        data.map(wanted).into_iter().collect()
    }

    fn is_fault(&self, row: &TemplateRow) -> bool {
        row.standing() != Standing::Led
    }

    fn open(&self, _ctx: &Ctx, row: &TemplateRow) -> Option<Place> {
        let data = row.template.data.as_ref()?;
        Some(Place::new("key").at(&row.dc).of(data.key.as_str()))
    }

    fn name(&self, row: &TemplateRow) -> String {
        row.template.id.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &TemplateRow) -> Value {
        json!({
            "datacenter": row.dc,
            "template": row.template.id,
            "leader": row.template.leader,
            "node": row.leader.as_ref().map(|it| &it.node),
            "instances": row.instances,
            "modify_index": row.template.data.as_ref().map(|it| it.modify_index),
            "standing": show::word(row.standing()),
        })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &TemplateRow) -> Option<Detail> {
        let data = self.shown.as_ref().filter(|(dc, key, _)| {
            *dc == row.dc && row.template.data.as_ref().is_some_and(|it| it.key == *key)
        });
        Some(show::detail(ctx, row, data.map(|(_, _, data)| data)))
    }

    fn nothing(&self) -> &'static str {
        "no template is shared here: consul-template leaves nothing in Consul without -dedup"
    }
}
