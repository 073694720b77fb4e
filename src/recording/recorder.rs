//! Recording while the screen runs: two threads that the screen never waits for.
//!
//! ```text
//! screen --entries--> roll (lives through them, makes frames) --jobs--> disk (writes files)
//!                       ^----------------- what became of them ----------+
//! ```
//! The roll never waits for the disk: what a slow one has not taken is bounded, and past that bound, as
//! after an error, recording pauses, and goes on with all that is known as soon as it can; what is
//! missing is marked in the file and told. Invariant: entries are in the hands of the operating
//! system at most [`EVERY`] after they came, if the disk takes them.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::content::Begin;
use super::files::{Files, Medium, OpenError};
use super::roll::{Job, Pace, Roll};
use crate::past::{Entry, What};

/// Entries wait this long for others to share a frame with.
const EVERY: Duration = Duration::from_millis(250);
/// A frame of this many unpacked bytes waits for no more.
const LARGE: usize = 256 << 10;
/// After an error the disk is tried again this often.
const AGAIN: Duration = Duration::from_secs(5);
/// Bytes that may wait for the disk.
const WAITING: usize = 32 << 20;
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
pub type Tell = Box<dyn Fn(Told) + Send>;

/// The running recording. Ending it writes what is left.
pub struct Recorder {
    lane: Option<SyncSender<Input>>,
    done: Receiver<()>,
    tell: Sender<Told>,
}

/// What comes to the roll.
enum Input {
    Entry(Box<Entry>),
    End,
}

/// A job, and the try that it belongs to: what failed ends its try.
struct Ordered {
    attempt: u64,
    job: Job,
}

/// What became of the jobs of one try.
enum Became {
    /// The first of them is written.
    Written(u64),
    /// One of them is not, and none after it will be.
    Failed {
        /// The try.
        attempt: u64,
        /// Since when entries are lost.
        since: DateTime<Utc>,
        /// How long the file is.
        len: u64,
        /// Why.
        why: String,
    },
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
        let (said, heard) = mpsc::channel();
        let (back, became) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let begin = Begin::of_run(options.run, options.has_values);
        let roll = Roll::new(begin, files.len(), Pace::of(options.size));
        let left = Arc::clone(&waiting);
        thread::spawn(move || write(files, &ordered, &back, &left, &finished));
        let hand = Hand {
            roll,
            jobs,
            became,
            waiting,
            pause: None,
            attempt: 0,
            again,
            tell: said.clone(),
        };
        thread::spawn(move || {
            crate::provoke::panic_in("recorder");
            hand.run(&inputs);
        });
        thread::spawn(move || heard.iter().for_each(tell));
        Self { lane: Some(lane), done, tell: said }
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
        let _ = self.tell.send(Told::Ended(why.to_owned()));
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

/// The thread that lives through what is recorded.
struct Hand {
    roll: Roll,
    jobs: Sender<Ordered>,
    became: Receiver<Became>,
    /// Bytes that the disk has not taken yet.
    waiting: Arc<AtomicUsize>,
    pause: Option<Pause>,
    attempt: u64,
    /// How long it waits after an error.
    again: Duration,
    tell: Sender<Told>,
}

/// While nothing is written, until something was.
struct Pause {
    /// From when on entries are missing.
    since: DateTime<Utc>,
    /// Until when they are missing, if what is tried now is written.
    until: DateTime<Utc>,
    /// When to try next.
    retry: Instant,
}

impl Hand {
    fn run(mut self, inputs: &Receiver<Input>) {
        let begin = self.roll.begin();
        self.order(begin);
        let mut due = Instant::now() + EVERY;
        loop {
            match inputs.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Input::Entry(entry)) => self.roll.take(*entry),
                Ok(Input::End) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if Instant::now() >= due || self.roll.pending() >= LARGE {
                due = Instant::now() + EVERY;
                self.flush();
            }
        }
        self.learn();
        self.try_again();
        let end = self.roll.end();
        self.order(end);
    }

    fn flush(&mut self) {
        self.learn();
        if self.pause.is_none() && self.waiting.load(Ordering::Relaxed) > WAITING {
            self.pause(self.roll.last(), None, "the disk is too slow");
        }
        if self.pause.as_ref().is_some_and(|pause| Instant::now() >= pause.retry) {
            self.try_again();
        }
        let jobs = self.roll.flush();
        self.order(jobs);
    }

    fn order(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            self.waiting.fetch_add(weight(&job), Ordering::Relaxed);
            // The disk's thread ends after this one.
            let _ = self.jobs.send(Ordered { attempt: self.attempt, job });
        }
    }

    /// Goes on after a pause, if the disk has room for what waits.
    fn try_again(&mut self) {
        if self.waiting.load(Ordering::Relaxed) > WAITING / 2 {
            return;
        }
        if let Some(job) = self.roll.resume() {
            if let Some(pause) = &mut self.pause {
                pause.until = self.roll.last();
            }
            self.order(vec![job]);
        }
    }

    fn learn(&mut self) {
        while let Ok(became) = self.became.try_recv() {
            match became {
                Became::Written(attempt) if attempt == self.attempt => {
                    if let Some(Pause { since, until, .. }) = self.pause.take() {
                        tracing::info!("recording goes on");
                        let _ = self.tell.send(Told::Resumed(until - since));
                    }
                }
                Became::Failed { attempt, since, len, why } if attempt == self.attempt => {
                    self.pause(since, Some(len), &why);
                }
                Became::Written(_) | Became::Failed { .. } => {}
            }
        }
    }

    /// Gives this try up. The operator is told once a pause, not once a try.
    fn pause(&mut self, since: DateTime<Utc>, len: Option<u64>, why: &str) {
        let before = self.pause.take();
        if before.is_none() {
            tracing::warn!("recording pauses: {why}");
            let _ = self.tell.send(Told::Paused(why.to_owned()));
        }
        let since = before.map_or(since, |before| before.since.min(since));
        self.roll.pause(since, len, why);
        self.attempt += 1;
        self.pause = Some(Pause { since, until: since, retry: Instant::now() + self.again });
    }
}

/// The thread that writes.
fn write<M: Medium>(
    mut files: Files<M>,
    jobs: &Receiver<Ordered>,
    back: &Sender<Became>,
    waiting: &AtomicUsize,
    finished: &Sender<()>,
) {
    let (mut failed, mut told) = (None, None);
    for Ordered { attempt, job } in jobs {
        let done = match &job {
            _ if failed == Some(attempt) => None,
            Job::Append(since, bytes) => Some((*since, files.append(bytes))),
            Job::Turn(since) => Some((*since, files.turn())),
        };
        waiting.fetch_sub(weight(&job), Ordering::Relaxed);
        let became = match done {
            Some((since, Err(error))) => {
                failed = Some(attempt);
                let (len, why) = (files.len(), error.to_string());
                Became::Failed { attempt, since, len, why }
            }
            Some((_, Ok(()))) if told != Some(attempt) => {
                told = Some(attempt);
                Became::Written(attempt)
            }
            _ => continue,
        };
        // The other thread is gone only when the program ends.
        let _ = back.send(became);
    }
    let _ = finished.send(());
}

/// How many bytes of a job wait.
fn weight(job: &Job) -> usize {
    match job {
        Job::Append(_, bytes) => bytes.len(),
        Job::Turn(_) => 0,
    }
}

#[cfg(test)]
mod tests;
