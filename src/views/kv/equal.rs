//! Whether the values of a key are equal over the datacenters that are shown, and who writes it.
//!
//! What was not read is never called equal; the prints come for the rows on screen.

use super::rows::{Kind, KvRow, Listings};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::{Cell, Print, Verdict, verdict};
use crate::domain::managed::Managed;
use crate::views::Ctx;

/// What the values of a key say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// Not all of them are read.
    Unread,
    /// Where the key is, it is the same.
    Equal,
    /// At least two differ.
    Differ,
}

/// What is known of a row in each datacenter.
fn known(ctx: &Ctx, listings: &Listings, row: &KvRow) -> Vec<Cell> {
    let cell = |(dc, is_here): (&Dc, Option<bool>)| match is_here {
        None => Cell::Unread,
        Some(false) => Cell::Absent,
        Some(true) => print(ctx, dc, &row.path).map_or(Cell::Unread, Cell::Here),
    };
    listings.here(row).map(cell).collect()
}

/// The print of a value: as it was read to be compared, or of the one that is watched.
fn print(ctx: &Ctx, dc: &Dc, key: &Key) -> Option<Print> {
    let state = ctx.store.dc(dc)?;
    let watched = || state.entries.get(key)?.as_deref().map(Print::from);
    state.prints.get(key).copied().or_else(watched)
}

/// What the values of a row say together; `None` for a folder and for a key that only one has.
pub(super) fn values(ctx: &Ctx, listings: &Listings, row: &KvRow) -> Option<Values> {
    let is_certain = |is_here: Option<bool>| is_here != Some(false);
    let may_be_here = listings.here(row).filter(|(_, is_here)| is_certain(*is_here)).count();
    if row.kind == Kind::Folder || may_be_here < 2 {
        return None;
    }
    Some(match verdict(&known(ctx, listings, row)) {
        Verdict::Differs => Values::Differ,
        Verdict::Equal | Verdict::Partial => Values::Equal,
        Verdict::Unknown | Verdict::Nowhere => Values::Unread,
    })
}

/// Whether the value of the datacenter at this place is that of the first one that has the key.
pub(super) fn against_first(
    ctx: &Ctx,
    listings: &Listings,
    row: &KvRow,
    at: usize,
) -> Option<bool> {
    let known = known(ctx, listings, row);
    let first = known.iter().find(|cell| **cell != Cell::Absent)?;
    match (first, known.get(at)?) {
        (Cell::Here(first), Cell::Here(own)) => Some(first == own),
        _ => None,
    }
}

/// The values that must be read to compare a row: none where there is nothing to compare.
pub(super) fn compared(listings: &Listings, row: &KvRow) -> Vec<(Dc, Key)> {
    if row.kind == Kind::Folder {
        return Vec::new();
    }
    let here = listings.having(row);
    if here.len() < 2 {
        return Vec::new();
    }
    here.into_iter().map(|dc| (dc, row.path.clone())).collect()
}

/// Who writes a key besides its operators, in a few words, and where that is not everywhere.
pub(super) fn managed(ctx: &Ctx, listings: &Listings, row: &KvRow) -> Option<String> {
    if row.kind == Kind::Folder {
        return None;
    }
    let mut writer = None;
    let mut where_it_is = Vec::new();
    let mut here = 0;
    for (dc, _) in listings.here(row).filter(|(_, is_here)| *is_here == Some(true)) {
        here += 1;
        let managers = ctx.store.dc(dc).and_then(|state| state.managers.as_ref());
        let found = managers.and_then(|it| it.of_key(&row.path).iter().find_map(Managed::writer));
        if found.is_some() {
            writer = writer.or(found);
            where_it_is.push(dc.as_str());
        }
    }
    let writer = writer?;
    if where_it_is.len() == here {
        return Some(format!("managed by {writer}"));
    }
    let dcs = crate::ui::text::clean(&where_it_is.join(", ")).into_owned();
    Some(format!("managed by {writer} in {dcs}"))
}
