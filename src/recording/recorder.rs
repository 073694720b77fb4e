//! Recording while the screen runs: two threads that the screen never waits for.
//!
//! ```text
//! screen --entries--> roll (lives through them, makes frames) --jobs--> disk (writes files)
//!                       ^----------------- what became of them ----------+
//! ```
//! The roll never waits for the disk: what a slow one has not taken is bounded, and past that bound, as
//! after an error, recording pauses, and goes on with all that is known as soon as it can; what is
//! missing is marked in the file and told. Invariant: entries are in the hands of the operating
//! system at most `EVERY` after they came, if the disk takes them.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::content::Begin;
use super::files::{Files, Medium, OpenError};
use super::roll::{Job, Pace, Roll};
use crate::past::{Entry, What};

mod disk;
mod hand;

use disk::write;
use hand::{Hand, Input};

/// Entries wait this long for others to share a frame with.
const EVERY: Duration = Duration::from_millis(250);
/// A frame of this many unpacked bytes waits for no more.
const LARGE: usize = 256 << 10;
/// After an error the disk is tried again this often.
const AGAIN: Duration = Duration::from_secs(5);
/// Entries that may wait for the roll: more than a minute of the busiest datacenters'.
const LANE: usize = 1 << 16;
/// How long the end waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// What to record, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The newest file.
    pub path: PathBuf,
    /// A file of so many bytes is full.
    pub size: u64,
    /// How many files there are at most.
    pub files: usize,
    /// True to record values of keys too.
    pub has_values: bool,
    /// When the run began (UTC).
    pub run: DateTime<Utc>,
}

/// What the operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing is recorded any more, for this reason; it is tried again.
    Paused(String),
    /// It is recorded again; so much is missing.
    Resumed(TimeDelta),
    /// It is over, for this reason.
    Ended(String),
}

/// Says something to the operator.
pub type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// The running recording. Ending it writes what is left.
pub struct Recorder {
    lane: Option<SyncSender<Input>>,
    done: Receiver<()>,
    tell: Tell,
}

impl Recorder {
    /// Begins to record.
    ///
    /// # Errors
    /// [`OpenError`] when the file cannot be recorded to.
    pub fn start(options: &Options, tell: Tell) -> Result<Self, OpenError> {
        let files = Files::<File>::open(&options.path, options.files)?;
        Ok(Self::with(files, options, AGAIN, tell))
    }

    /// Begins to record to these files, which are tried again so often after an error.
    fn with<M: Medium>(files: Files<M>, options: &Options, again: Duration, tell: Tell) -> Self {
        let (lane, inputs) = mpsc::sync_channel(LANE);
        let (jobs, ordered) = mpsc::channel();
        let (finished, done) = mpsc::channel();
        let (back, became) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let begin = Begin::of_run(options.run, options.has_values);
        let roll = Roll::new(begin, files.len(), Pace::of(options.size));
        let (left, told) = (Arc::clone(&waiting), Arc::clone(&tell));
        let disk = move || write(files, &ordered, &back, &left, &finished);
        let hand = Hand { roll, jobs, became, waiting, pause: None, attempt: 0, again, tell: told };
        let hand = move || {
            crate::provoke::panic_in("recorder");
            hand.run(&inputs);
        };
        let thread = |name: &str| thread::Builder::new().name(name.to_owned());
        let started = thread("record-disk").spawn(disk).and_then(|_| thread("record").spawn(hand));
        if let Err(error) = &started {
            tell(Told::Ended(error.to_string()));
        }
        Self { lane: started.is_ok().then_some(lane), done, tell }
    }

    /// Records one change. Never waits.
    pub fn note(&mut self, at: DateTime<Utc>, what: What) {
        let Some(lane) = &self.lane else { return };
        let why = match lane.try_send(Input::Entry(Box::new(Entry { at, what }))) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => "this machine is too slow for it",
            Err(TrySendError::Disconnected(_)) => "it stopped unexpectedly; the log says more",
        };
        self.lane = None;
        (self.tell)(Told::Ended(why.to_owned()));
    }

    /// Writes what is left, and waits a moment for a slow disk.
    pub fn end(mut self) {
        if let Some(lane) = self.lane.take()
            && lane.try_send(Input::End).is_ok()
        {
            let _ = self.done.recv_timeout(PATIENCE);
        }
    }
}

/// Records what is known already, in this thread and as fast as the disk takes it, in the frames that
/// it would have come in.
///
/// # Errors
/// When the file cannot be recorded to, or the disk does not take it.
pub fn write_down(
    options: &Options,
    entries: impl IntoIterator<Item = Entry>,
) -> std::io::Result<()> {
    let every = TimeDelta::from_std(EVERY).unwrap_or_default();
    let mut files = Files::open(&options.path, options.files).map_err(std::io::Error::other)?;
    let begin = Begin::of_run(options.run, options.has_values);
    let mut roll = Roll::new(begin, files.len(), Pace::of(options.size));
    let mut carry_out = |jobs: Vec<Job>| {
        jobs.into_iter().try_for_each(|job| match job {
            Job::Append(_, bytes) => files.append(&bytes),
            Job::Turn(_) => files.turn(),
        })
    };
    carry_out(roll.begin())?;
    let mut due = options.run + every;
    for entry in entries {
        if entry.at >= due || roll.pending() >= LARGE {
            due = entry.at + every;
            carry_out(roll.flush())?;
        }
        roll.take(entry);
    }
    carry_out(roll.end())
}

#[cfg(test)]
mod tests;
