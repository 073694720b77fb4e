//! Recordings beside the stores that lived through the same, whole and damaged.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use chrono::TimeDelta;
use proptest::prelude::*;
use tempfile::TempDir;

use super::code::tests::samples::{self, Seed};
use super::content::Begin;
use super::files::{Files, older};
use super::roll::{Job, Pace, Roll};
use super::*;
use crate::domain::feed::{Body, Report};
use crate::past::{What, Wish};

/// One thing that comes: seconds after the one before, and which.
type Step = (i64, u8, u16);

fn steps(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..5_i64, 0..6_u8, any::<u16>()), count)
}

/// What comes at a step, in a world of one datacenter.
fn what((_, seed, place): Step) -> What {
    static ALL: LazyLock<Vec<Vec<Entry>>> = LazyLock::new(|| {
        let seed = |n: u64| Seed { number: n / 2, is: n.is_multiple_of(2), ..Seed::default() };
        (0..6).map(|n| samples::entries(&seed(n))).collect()
    });
    let all = &ALL[usize::from(seed)];
    all[usize::from(place) % all.len()].what.clone()
}

/// A recording in the making, and what was known after each entry.
pub struct Made {
    dir: TempDir,
    files: Files<fs::File>,
    roll: Roll,
    live: Store,
    then: Vec<(DateTime<Utc>, Store)>,
    pub all: Vec<Entry>,
    pub now: DateTime<Utc>,
}

/// Whole stores often, and files that are full soon.
pub fn quick(limit: u64) -> Pace {
    Pace { enough: 3_000, soon: TimeDelta::seconds(60), late: TimeDelta::seconds(90), limit }
}

impl Made {
    pub fn new(pace: Pace) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(&dir.path().join("r"), 4).unwrap();
        let (now, begin) = (samples::second(0), Begin::of_run(samples::second(0), true));
        let roll = Roll::new(begin, 0, pace);
        let (live, then, all) = (Store::default(), Vec::new(), Vec::new());
        let mut made = Self { dir, files, roll, live, then, all, now };
        let begin = made.roll.begin();
        made.write(begin);
        made
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("r")
    }

    fn write(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            match job {
                Job::Append(_, bytes) => self.files.append(&bytes).unwrap(),
                Job::Turn(_) => self.files.turn().unwrap(),
            }
        }
    }

    /// Takes in steps, and writes them down every few of them.
    fn live(&mut self, steps: &[Step]) {
        for (n, step) in steps.iter().enumerate() {
            self.pass(step.0 * 700 + 1);
            self.tell(what(*step));
            if n % 7 == 3 {
                self.flush();
            }
        }
        self.flush();
    }

    /// Milliseconds pass.
    pub fn pass(&mut self, millis: i64) {
        self.now += TimeDelta::milliseconds(millis);
    }

    /// Takes in one thing.
    pub fn tell(&mut self, what: What) {
        let entry = Entry { at: self.now, what };
        self.roll.take(entry.clone());
        entry.apply(&mut self.live);
        self.then.push((self.now, self.live.clone()));
        self.all.push(entry);
    }

    /// Writes down what came.
    pub fn flush(&mut self) {
        let jobs = self.roll.flush();
        self.write(jobs);
    }

    /// What was known at a moment.
    pub fn known(&self, at: DateTime<Utc>) -> Store {
        let last = self.then.iter().rev().find(|(then, _)| *then <= at);
        last.map(|(_, store)| store.clone()).unwrap_or_default()
    }

    /// Ends the run and begins another one in the same files, some minutes later.
    pub fn again(mut self, pace: Pace) -> Self {
        let end = self.roll.end();
        self.write(end);
        self.now += TimeDelta::minutes(5);
        self.roll = Roll::new(Begin::of_run(self.now, true), self.files.len(), pace);
        self.live = Store::default();
        self.then.push((self.now, Store::default()));
        let begin = self.roll.begin();
        self.write(begin);
        self
    }

    pub fn open(&self) -> Recording {
        Recording::open(&self.path()).unwrap()
    }
}

/// Everything that can be read, in the order of time.
fn all_of(path: &Path) -> (Vec<Entry>, Vec<Damage>) {
    let (mut entries, mut damages) = (Vec::new(), Vec::new());
    for read in read(path).unwrap() {
        match read {
            Ok(entry) => entries.push(entry),
            Err(damage) => damages.push(damage),
        }
    }
    entries.sort_by_key(|entry| entry.at);
    (entries, damages)
}

/// An entry without the nodes of services, which behind damage are not known.
fn bare(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    if let What::Report(Report::Feed(feed)) = &mut entry.what
        && let Body::Services(delta) = &mut feed.body
    {
        for (_, row) in &mut delta.upserts {
            Arc::make_mut(row).nodes = Arc::default();
        }
    }
    entry
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_recalled_is_what_was_known_then(
        first in steps(1..60),
        second in steps(1..60),
        limit in prop_oneof![Just(u64::MAX), 2_000..9_000_u64],
    ) {
        let mut made = Made::new(quick(limit));
        made.live(&first);
        let mut made = made.again(quick(limit));
        made.live(&second);
        let recording = made.open();
        let span = recording.span();
        prop_assert_eq!(span.to, made.now);
        prop_assert_eq!(recording.damages().len(), 0);
        for (at, store) in &made.then {
            match recording.recall(*at) {
                Some(recalled) => prop_assert!(recalled == *store, "at {at}"),
                None => prop_assert!(*at < span.from && span.is_shortened, "nothing at {at}"),
            }
        }
        let (entries, _) = all_of(&made.path());
        let expected: Vec<_> = made.all.iter().rev().take(entries.len()).rev().cloned().collect();
        prop_assert_eq!(entries, expected);
        if limit == u64::MAX {
            prop_assert_eq!(span.from, samples::second(0));
            prop_assert!(!older(&made.path(), 1).exists());
        }
    }

    #[test]
    fn what_comes_before_damage_is_shown_and_nothing_panics(
        steps in steps(1..60),
        place: prop::sample::Index,
        is_cut: bool,
        noise in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let mut made = Made::new(quick(u64::MAX));
        made.live(&steps);
        let mut bytes = fs::read(made.path()).unwrap();
        let place = place.index(bytes.len());
        let is_first = |frame: &index::Piece| frame.place < place as u64;
        let whole = Index::open(&made.path()).unwrap();
        let before = whole.pieces.iter().filter(|piece| is_first(piece));
        // The last of them is the one that is hit.
        let before = before.map(|piece| piece.frame.at).rev().nth(1);
        if is_cut {
            bytes.truncate(place);
        } else {
            bytes.iter_mut().skip(place).zip(&noise).for_each(|(byte, noise)| *byte = *noise);
        }
        fs::write(made.path(), &bytes).unwrap();
        let opened = Recording::open(&made.path());
        if let (Some(before), Ok(recording)) = (before, &opened) {
            let known = made.then.iter().filter(|(at, _)| *at < before);
            for (at, store) in known {
                prop_assert!(recording.recall(*at).is_some_and(|it| it == *store), "at {at}");
            }
        }
        if let Ok(recording) = opened {
            let span = recording.span();
            prop_assert!(span.from <= span.to && span.to <= made.now);
            for at in [span.from, span.from + (span.to - span.from) / 2, span.to] {
                let _ = recording.find(Wish::At(at));
                let _ = recording.find(Wish::Earlier(Some(at), 2));
                let _ = recording.find(Wish::Later(at, 2));
            }
            let (entries, _) = all_of(&made.path());
            let all: Vec<Entry> = made.all.iter().map(bare).collect();
            prop_assert!(entries.iter().all(|entry| all.contains(&bare(entry))));
        }
    }
}

/// Everything that can be recorded, in the first form.
const FIRST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/recording-1.dcv");

/// A type that grew without saying since when does not read this any more. Where that form was in a
/// release, the fixture stays as it is for good; `DCVIEW_WRITE_ASSETS=1` writes it anew before that.
#[test]
fn what_was_recorded_in_the_first_form_can_be_read() {
    let path = Path::new(FIRST);
    if std::env::var_os("DCVIEW_WRITE_ASSETS").is_some() && super::code::FORMAT == 1 {
        let _ = fs::remove_file(path);
        let run = samples::second(0);
        let (size, has_values) = (u64::MAX, true);
        let options = recorder::Options { path: path.to_owned(), size, files: 1, has_values, run };
        recorder::write_down(&options, samples::entries(&Seed::default())).unwrap();
    }
    let (entries, damages) = all_of(path);
    assert!(entries.len() > 40 && damages.is_empty(), "{} {damages:?}", entries.len());
    let recording = Recording::open(path).unwrap();
    let store = recording.recall(recording.span().to).unwrap();
    let dc = store.dc(&"web".into()).unwrap();
    assert!(dc.checks.len() == 1 && dc.entries.len() == 1 && dc.seats.len() == 1);
    assert!(recording.program().is_some_and(|program| program.starts_with("dcview ")));
}
