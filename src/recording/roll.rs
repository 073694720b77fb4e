//! From entries to frames: what is written when, and nothing about where.
//!
//! It lives through what it records, so that it can write down everything that is known at any
//! moment: at the beginning of each file, after a gap, and in between often enough that no moment is
//! far behind such a store. Pure: whoever feeds it says the times. Invariants: times never go back;
//! what it gives, appended in order, can be replayed from any store in it.

use chrono::{DateTime, TimeDelta, Utc};

use super::code::{Coded as _, Output};
use super::content::{Begin, Gap, frame_of};
use super::frame::{self, Kind, Times};
use super::redact::Redactor;
use super::slim::slim;
use crate::past::{Entry, What};
use crate::store::Store;

/// A store after some time is cheap where the changes since the last one are at least this part of
/// one.
const CHEAP: usize = 8;

/// How often everything that is known is written down, and when a file is full.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// After so many bytes of changes, or three quarters of what the store itself takes if these are
    /// more: to reach any moment, less than twice a store is read.
    pub enough: usize,
    /// After this time, where that is cheap: damage then costs less.
    pub soon: TimeDelta,
    /// After this time in any case.
    pub late: TimeDelta,
    /// A file of so many bytes is full.
    pub limit: u64,
}

impl Pace {
    /// That of files which are full at so many bytes.
    pub fn of(limit: u64) -> Self {
        let (soon, late) = (TimeDelta::seconds(60), TimeDelta::minutes(10));
        Self { enough: 256 << 10, soon, late, limit }
    }
}

/// Something to do with the files.
#[derive(Debug, PartialEq, Eq)]
pub enum Job {
    /// Append this, which holds what happened since then.
    Append(DateTime<Utc>, Vec<u8>),
    /// Begin a new file, for what happens since then.
    Turn(DateTime<Utc>),
}

/// How much is where.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    /// Bytes of the file by now.
    file: u64,
    /// Bytes of what this run began it with, and of what came after that.
    begun: u64,
    after: u64,
    /// Unpacked bytes of changes since the last store.
    changes: usize,
    /// Unpacked bytes of the last store.
    store: usize,
}

/// What is recorded, up to now.
pub struct Roll {
    begin: Begin,
    pace: Pace,
    redactor: Option<Redactor>,
    store: Store,
    /// When the last entry came.
    last: DateTime<Utc>,
    /// When the last store was written.
    stored: DateTime<Utc>,
    /// What is in no frame yet, what happened apart from the rest; and when the first and the last of it
    /// came.
    pending: Output,
    times: Option<Times>,
    sizes: Sizes,
    /// Since when nothing can be written, and why.
    gap: Option<(DateTime<Utc>, String)>,
}

impl Roll {
    /// A run that begins now in a file of so many bytes.
    pub fn new(begin: Begin, file: u64, pace: Pace) -> Self {
        let (redactor, at) = ((!begin.has_values).then(Redactor::default), begin.run);
        Self {
            begin,
            pace,
            redactor,
            store: Store::default(),
            last: at,
            stored: at,
            pending: Output::default(),
            times: None,
            sizes: Sizes { file, ..Sizes::default() },
            gap: None,
        }
    }

    /// What a run begins with.
    pub fn begin(&mut self) -> Vec<Job> {
        if self.sizes.file >= self.pace.limit { self.turn() } else { vec![self.begins(None)] }
    }

    /// Another file, and what it begins with.
    fn turn(&mut self) -> Vec<Job> {
        self.sizes.file = 0;
        vec![Job::Turn(self.last), self.begins(None)]
    }

    /// What a file begins with, or goes on with after a gap.
    fn begins(&mut self, gap: Option<&Gap>) -> Job {
        let mut bytes = gap.map(|gap| frame_of(Kind::Gap, self.last, gap)).unwrap_or_default();
        bytes.append(&mut frame_of(Kind::Begin, self.last, &self.begin));
        bytes.append(&mut self.whole());
        self.sizes.begun = bytes.len() as u64;
        let job = self.append(gap.map_or(self.last, |gap| gap.from), bytes);
        self.sizes.after = 0;
        job
    }

    /// Takes in an entry. One that is earlier than the last, since the clock went back, counts as
    /// coming right after it.
    pub fn take(&mut self, entry: Entry) {
        let Entry { at, what } = entry;
        let at = if at < self.last { self.last + TimeDelta::microseconds(1) } else { at };
        self.last = at;
        let what = match &mut self.redactor {
            Some(redactor) => redactor.redact(what),
            None => what,
        };
        let entry = Entry { at, what };
        if self.gap.is_none() {
            self.put(entry.clone());
        }
        entry.apply(&mut self.store);
    }

    /// Writes an entry down, which the store has not taken in yet.
    fn put(&mut self, Entry { at, what }: Entry) {
        self.times.get_or_insert((at, at)).1 = at;
        let is_event = matches!(&what, What::Report(report) if report.is_events());
        let entry = Entry { at, what: slim(&self.store, what) };
        if is_event {
            self.pending.apart(|out| entry.put(out));
        } else {
            entry.put(&mut self.pending);
        }
    }

    /// How many bytes wait to be put into a frame.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// What is to be written now: the entries since the last time, and what is due after them.
    pub fn flush(&mut self) -> Vec<Job> {
        let Some(times) = self.times.take() else { return Vec::new() };
        let kind = if self.pending.has_apart() { Kind::Eventful } else { Kind::Entries };
        let bytes = self.pending.finish_both();
        self.sizes.changes += bytes.len();
        let mut jobs = vec![self.append(times.0, frame::write(kind, times, &bytes))];
        if self.is_full() {
            jobs.append(&mut self.turn());
        } else if self.is_store_due() {
            let store = self.whole();
            jobs.push(self.append(self.last, store));
        }
        jobs
    }

    /// What a run ends with.
    pub fn end(&mut self) -> Vec<Job> {
        let mut jobs = self.flush();
        if self.gap.is_none() {
            let end = frame_of(Kind::End, self.last, &self.begin.run);
            jobs.push(self.append(self.last, end));
        }
        jobs
    }

    /// Nothing that came since then was or can be written; of so many bytes is the file, where that
    /// is not as it was to be.
    pub fn pause(&mut self, since: DateTime<Utc>, file: Option<u64>, why: &str) {
        // What waits to be written is thrown away too.
        let since = self.times.map_or(since, |(first, _)| first.min(since));
        (self.pending, self.times) = (Output::default(), None);
        self.sizes.file = file.unwrap_or(self.sizes.file);
        let (since, why) = match self.gap.take() {
            Some((before, why)) => (before.min(since), why),
            None => (since, why.to_owned()),
        };
        self.gap = Some((since, why));
    }

    /// When the last entry came.
    pub fn last(&self) -> DateTime<Utc> {
        self.last
    }

    /// Tries to go on: what is missing, and everything that is known now. If that fails, the gap is
    /// still the same: [`Roll::pause`] since its beginning.
    pub fn resume(&mut self) -> Option<Job> {
        let (from, why) = self.gap.take()?;
        Some(self.begins(Some(&Gap { from, to: self.last, why })))
    }

    fn append(&mut self, from: DateTime<Utc>, bytes: Vec<u8>) -> Job {
        self.sizes.file += bytes.len() as u64;
        self.sizes.after += bytes.len() as u64;
        Job::Append(from, bytes)
    }

    /// A frame of everything that is known.
    fn whole(&mut self) -> Vec<u8> {
        let mut out = Output::default();
        self.store.put(&mut out);
        let bytes = out.finish();
        self.sizes.store = bytes.len();
        self.sizes.changes = 0;
        self.stored = self.last;
        frame::write(Kind::Store, (self.last, self.last), &bytes)
    }

    /// True when the file is full. What it begins with must not fill file after file.
    fn is_full(&self) -> bool {
        let Sizes { file, begun, after, .. } = self.sizes;
        file >= self.pace.limit && after >= begun
    }

    fn is_store_due(&self) -> bool {
        let Sizes { changes, store, .. } = self.sizes;
        let age = self.last - self.stored;
        changes >= (store - store / 4).max(self.pace.enough)
            || (age >= self.pace.soon && changes.saturating_mul(CHEAP) >= store)
            || age >= self.pace.late
    }
}
