//! A whole store, kept as few bytes: the long lists written down, the rest as it is.
//!
//! Invariant: what is read back equals the store that was written.

use chrono::{DateTime, Utc};

use super::pack::{Packed, Packer, Reader};
use crate::domain::delta::Rows;
use crate::domain::health::CheckKey;
use crate::store::{Datacenter, Since, Store};

/// Writes the long lists of a store; gives the rest of it.
pub(super) fn write(store: &Store, out: &mut Packer) -> Store {
    let mut rest = store.clone();
    for (_, dc) in rest.datacenters_mut() {
        write_rows(&dc.checks, out);
        write_rows(&dc.services, out);
        write_rows(&dc.nodes, out);
        write_since(dc, out);
        dc.checks = Rows::new();
        dc.services = Rows::new();
        dc.nodes = Rows::new();
        dc.since.clear();
        dc.since.shrink_to_fit();
    }
    rest
}

/// The store that was written, from the rest of it and its lists.
pub(super) fn read(rest: &Store, from: &mut Reader) -> Option<Store> {
    let mut store = rest.clone();
    for (_, dc) in store.datacenters_mut() {
        dc.checks = read_rows(from)?;
        dc.services = read_rows(from)?;
        dc.nodes = read_rows(from)?;
        read_since(dc, from)?;
    }
    Some(store)
}

fn write_rows<K: Packed, V: Packed>(rows: &Rows<K, V>, out: &mut Packer) {
    rows.len().pack(out);
    for (key, row) in rows {
        key.pack(out);
        row.pack(out);
    }
}

fn read_rows<K: Packed + std::hash::Hash + Eq, V: Packed>(from: &mut Reader) -> Option<Rows<K, V>> {
    let count = from.size()?;
    let mut rows = Rows::with_capacity(count);
    for _ in 0..count {
        rows.insert(K::unpack(from)?, Packed::unpack(from)?);
    }
    Some(rows)
}

fn write_since(dc: &Datacenter, out: &mut Packer) {
    dc.since.len().pack(out);
    for (key, since) in &dc.since {
        key.pack(out);
        out.signed(nanos(since.at));
        out.number(u64::from(since.is_exact));
    }
}

fn read_since(dc: &mut Datacenter, from: &mut Reader) -> Option<()> {
    let count = from.size()?;
    dc.since.reserve(count);
    for _ in 0..count {
        let key = CheckKey::unpack(from)?;
        let at = DateTime::from_timestamp_nanos(from.signed()?);
        dc.since.insert(key, Since { at, is_exact: from.number()? == 1 });
    }
    Some(())
}

/// A time as a number; those that no clock shows are the epoch.
pub(super) fn nanos(at: DateTime<Utc>) -> i64 {
    at.timestamp_nanos_opt().unwrap_or_default()
}
