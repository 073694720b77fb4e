//! What stands beside a list of keys about the highlighted one: its value, live while the cursor is on
//! it.

use std::sync::Arc;

use super::facts::{hands, session_of, stamps};
use super::reading::{Prepared, Reading};
use super::{Ctx, Response, fresh};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Entry;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

/// The value that is ready to be drawn, and whose it is.
#[derive(Debug, Default)]
pub(super) struct Beside {
    ready: Option<Ready>,
    reading: Reading,
}

#[derive(Debug)]
struct Ready {
    dc: Dc,
    entry: Arc<Entry>,
    prepared: Arc<Prepared>,
}

/// The key in the first of the datacenters that has it, as far as they answered.
fn first<'a>(ctx: &Ctx<'a>, dcs: &'a [Dc], key: &Key) -> Option<(&'a Dc, &'a Arc<Entry>)> {
    dcs.iter().find_map(|dc| {
        let entry = ctx.store.dc(dc)?.entries.get(key)?.as_ref()?;
        Some((dc, entry))
    })
}

/// What is watched while the cursor is on a key: the key where it is, and who holds it.
pub(super) fn wanted(ctx: &Ctx, here: &[Dc], key: &Key) -> Vec<Wanted> {
    let subject = || Subject::Key(key.clone());
    let mut wanted: Vec<Wanted> =
        here.iter().map(|dc| Wanted { dc: dc.clone(), subject: subject() }).collect();
    let entry = first(ctx, here, key);
    wanted.extend(entry.and_then(|(dc, entry)| session_of(dc, entry)));
    wanted
}

impl Beside {
    /// Takes in that a key was read: makes its value ready to be drawn.
    pub fn take(&mut self, ctx: &Ctx, dcs: &[Dc], key: &Key) {
        let Some((dc, entry)) = first(ctx, dcs, key) else { return };
        if self.ready.as_ref().is_some_and(|it| it.dc == *dc && Arc::ptr_eq(&it.entry, entry)) {
            return;
        }
        let same = self.ready.take().filter(|it| it.entry.value == entry.value);
        let prepared = same.filter(|it| it.entry.key == *key).map(|it| it.prepared);
        let prepared = prepared.unwrap_or_else(|| self.prepare(entry));
        self.ready = Some(Ready { dc: dc.clone(), entry: Arc::clone(entry), prepared });
    }

    fn prepare(&self, entry: &Entry) -> Arc<Prepared> {
        Arc::new(Prepared::new(entry.key.as_str(), &entry.value, self.reading))
    }

    /// Forgets the value, as another moment is shown.
    pub fn forget(&mut self) {
        self.ready = None;
    }

    /// Begins to edit a key that is in one of these datacenters, as it was read.
    pub fn edit(ctx: &Ctx, here: &[Dc], key: &Key) -> Response {
        let read = |dc: &Dc| ctx.store.dc(dc)?.entries.get(key)?.as_deref().cloned();
        match here {
            [dc] => match read(dc) {
                Some(entry) => Response::Edit(dc.clone(), key.clone(), Some(entry)),
                None => Response::Notice(String::from("it is not read yet")),
            },
            _ => {
                let text = "it is in several datacenters: open it, and choose one";
                Response::Notice(String::from(text))
            }
        }
    }

    /// Reads values another way from now on; false when there is none.
    pub fn next_format(&mut self) -> bool {
        let Some(ready) = self.ready.take() else { return false };
        self.reading = self.reading.next(ready.prepared.detected());
        self.ready = Some(Ready { prepared: self.prepare(&ready.entry), ..ready });
        true
    }

    /// What is said about a key that is in these datacenters.
    pub fn detail(&self, ctx: &Ctx, here: &[Dc], key: &Key) -> Detail {
        let leaf = clean(key.leaf()).into_owned();
        let ready = self.ready.as_ref();
        let ready = ready.filter(|it| it.entry.key == *key && here.contains(&it.dc));
        // At an earlier moment nothing is told that it could be made ready by.
        let then = first(ctx, here, key).filter(|_| ctx.is_past).map(|(dc, entry)| Ready {
            dc: dc.clone(),
            entry: Arc::clone(entry),
            prepared: self.prepare(entry),
        });
        let Some(Ready { dc, entry, prepared }) = then.as_ref().or(ready) else {
            let title = Cell::new(format!(" {leaf} "), Role::Title);
            return Detail { title, lines: Lines::Whole(unread(ctx, here, key)) };
        };
        let title = Cell::new(format!(" {leaf} @ {} ", clean(dc.as_str())), Role::Title)
            .then(format!("{} ", prepared.label()), Role::Muted);
        let mut head = vec![stamps(entry)];
        head.extend(hands(ctx, dc, entry));
        let lines = Lines::Lazy(head, Box::new(Arc::clone(prepared)));
        Detail { title, lines }
    }
}

/// Why there is no value to show.
fn unread(ctx: &Ctx, here: &[Dc], key: &Key) -> Vec<Cell> {
    let list = List::Subject(Subject::Key(key.clone()));
    let line = |dc: &Dc| {
        let mut cell = Cell::new(format!("{}: ", clean(dc.as_str())), Role::Muted);
        cell.runs.extend(fresh::words(ctx, &ctx.store.dc(dc)?.freshness(&list)).runs);
        Some(cell)
    };
    here.iter().filter_map(line).collect()
}
