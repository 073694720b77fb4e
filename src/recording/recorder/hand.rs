//! The thread that lives through what is recorded, and never waits for the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::disk::{Became, Ordered, weight};
use super::{EVERY, LARGE, Tell, Told};
use crate::past::Entry;
use crate::recording::roll::{Job, Roll};

/// Bytes that may wait for the disk.
const WAITING: usize = 32 << 20;

/// What comes to the roll.
pub(super) enum Input {
    Entry(Box<Entry>),
    End,
}

/// The thread that lives through what is recorded.
pub(super) struct Hand {
    /// What it makes.
    pub roll: Roll,
    /// Where it goes.
    pub jobs: Sender<Ordered>,
    /// What became of it.
    pub became: Receiver<Became>,
    /// Bytes that the disk has not taken yet.
    pub waiting: Arc<AtomicUsize>,
    /// While nothing is written.
    pub pause: Option<Pause>,
    /// The try that jobs belong to.
    pub attempt: u64,
    /// How long it waits after an error.
    pub again: Duration,
    /// Tells the operator.
    pub tell: Tell,
}

/// While nothing is written, until something was.
pub(super) struct Pause {
    /// From when on entries are missing.
    since: DateTime<Utc>,
    /// Until when they are missing, if what is tried now is written.
    until: DateTime<Utc>,
    /// When to try next.
    retry: Instant,
}

impl Hand {
    /// Records until it is told to end, or nobody is there any more.
    pub fn run(mut self, inputs: &Receiver<Input>) {
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
                        (self.tell)(Told::Resumed(until - since));
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
            (self.tell)(Told::Paused(why.to_owned()));
        }
        let since = before.map_or(since, |before| before.since.min(since));
        self.roll.pause(since, len, why);
        self.attempt += 1;
        self.pause = Some(Pause { since, until: since, retry: Instant::now() + self.again });
    }
}
