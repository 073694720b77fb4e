//! Numbers, times, texts and lists.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use indexmap::IndexMap;

use super::{Coded, Garbled, Input, Output};

impl Coded for u64 {
    fn put(&self, out: &mut Output) {
        out.number(*self);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        from.number()
    }
}

impl Coded for usize {
    fn put(&self, out: &mut Output) {
        out.number(*self as u64);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Self::try_from(from.number()?).map_err(|_| Garbled("a number"))
    }
}

impl Coded for u16 {
    fn put(&self, out: &mut Output) {
        out.number(u64::from(*self));
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Self::try_from(from.number()?).map_err(|_| Garbled("a number"))
    }
}

impl Coded for u32 {
    fn put(&self, out: &mut Output) {
        out.number(u64::from(*self));
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Self::try_from(from.number()?).map_err(|_| Garbled("a number"))
    }
}

/// Small ones of either sign take one byte.
impl Coded for i64 {
    fn put(&self, out: &mut Output) {
        out.number(((self << 1) ^ (self >> 63)) as u64);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let number = from.number()?;
        Ok((number >> 1) as Self ^ -((number & 1) as Self))
    }
}

impl Coded for i32 {
    fn put(&self, out: &mut Output) {
        i64::from(*self).put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        i64::take(from)?.try_into().map_err(|_| Garbled("a number"))
    }
}

impl Coded for bool {
    fn put(&self, out: &mut Output) {
        out.byte(u8::from(*self));
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Garbled("yes or no")),
        }
    }
}

impl Coded for Duration {
    fn put(&self, out: &mut Output) {
        self.as_secs().put(out);
        self.subsec_nanos().put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let (seconds, nanos) = (from.number()?, u32::take(from)?);
        // More than a second of them could push the seconds over their end.
        let nanos = if nanos < 1_000_000_000 { nanos } else { return Err(Garbled("a duration")) };
        Ok(Self::new(seconds, nanos))
    }
}

impl Coded for DateTime<Utc> {
    fn put(&self, out: &mut Output) {
        self.timestamp().put(out);
        self.timestamp_subsec_nanos().put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let (seconds, nanos) = (i64::take(from)?, u32::take(from)?);
        Self::from_timestamp(seconds, nanos).ok_or(Garbled("a time"))
    }
}

impl Coded for Arc<str> {
    fn put(&self, out: &mut Output) {
        out.text(self);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        from.text()
    }
}

impl Coded for String {
    fn put(&self, out: &mut Output) {
        out.text(self);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        from.text().map(|text| Self::from(&*text))
    }
}

impl Coded for Bytes {
    fn put(&self, out: &mut Output) {
        out.raw(self);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        from.raw().map(Self::copy_from_slice)
    }
}

impl<T: Coded> Coded for Option<T> {
    fn put(&self, out: &mut Output) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        bool::take(from)?.then(|| T::take(from)).transpose()
    }
}

impl<T: Coded> Coded for Arc<T> {
    fn put(&self, out: &mut Output) {
        T::put(self, out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        T::take(from).map(Self::new)
    }
}

impl<T: Coded> Coded for Box<T> {
    fn put(&self, out: &mut Output) {
        T::put(self, out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        T::take(from).map(Self::new)
    }
}

impl Coded for TimeDelta {
    fn put(&self, out: &mut Output) {
        self.num_seconds().put(out);
        self.subsec_nanos().put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let (seconds, nanos) = (i64::take(from)?, i32::take(from)?);
        let whole = Self::try_seconds(seconds).ok_or(Garbled("a time span"))?;
        whole.checked_add(&Self::nanoseconds(nanos.into())).ok_or(Garbled("a time span"))
    }
}

impl<T: Coded> Coded for [T; 2] {
    fn put(&self, out: &mut Output) {
        for one in self {
            one.put(out);
        }
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Ok([T::take(from)?, T::take(from)?])
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn put(&self, out: &mut Output) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

/// Writes a list: how many, then each.
fn put_all<'a, T: Coded + 'a>(all: impl ExactSizeIterator<Item = &'a T>, out: &mut Output) {
    out.number(all.len() as u64);
    all.for_each(|one| one.put(out));
}

/// Reads a list.
fn take_all<T: Coded, C: FromIterator<T>>(from: &mut Input<'_>) -> Result<C, Garbled> {
    let count = from.count()?;
    (0..count).map(|_| T::take(from)).collect()
}

impl<T: Coded> Coded for Vec<T> {
    fn put(&self, out: &mut Output) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let count = from.count()?;
        // As much is set aside as the bytes can hold of the smallest rows, and not at once.
        let mut all = Self::with_capacity(count.min(1 << 12));
        for _ in 0..count {
            all.push(T::take(from)?);
        }
        Ok(all)
    }
}

impl<T: Coded> Coded for VecDeque<T> {
    fn put(&self, out: &mut Output) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        take_all(from)
    }
}

impl<T: Coded + Ord> Coded for BTreeSet<T> {
    fn put(&self, out: &mut Output) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        take_all(from)
    }
}

impl<T: Coded> Coded for Arc<[T]> {
    fn put(&self, out: &mut Output) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        Vec::take(from).map(Self::from)
    }
}

/// Writes a map: how many, then each with its key.
fn put_map<'a, K: Coded + 'a, V: Coded + 'a>(
    map: impl ExactSizeIterator<Item = (&'a K, &'a V)>,
    out: &mut Output,
) {
    out.number(map.len() as u64);
    for (key, value) in map {
        key.put(out);
        value.put(out);
    }
}

impl<K: Coded + Eq + Hash, V: Coded, S: BuildHasher + Default> Coded for HashMap<K, V, S> {
    fn put(&self, out: &mut Output) {
        put_map(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        take_all::<(K, V), Self>(from)
    }
}

impl<K: Coded + Ord, V: Coded> Coded for BTreeMap<K, V> {
    fn put(&self, out: &mut Output) {
        put_map(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        take_all::<(K, V), Self>(from)
    }
}

impl<K: Coded + Eq + Hash, V: Coded> Coded for IndexMap<K, V> {
    fn put(&self, out: &mut Output) {
        put_map(self.iter(), out);
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        take_all::<(K, V), Self>(from)
    }
}
