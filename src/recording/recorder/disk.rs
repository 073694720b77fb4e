//! The thread that writes, and may wait for as long as the disk likes.
//!
//! Invariant: after a job that failed, none of the same try is done: what follows cannot be understood
//! without it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use chrono::{DateTime, Utc};

use crate::recording::files::{Files, Medium};
use crate::recording::roll::Job;

/// A job, and the try that it belongs to: what failed ends its try.
pub(super) struct Ordered {
    /// The try.
    pub attempt: u64,
    /// The job.
    pub job: Job,
}

/// What became of the jobs of one try.
pub(super) enum Became {
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

/// Does jobs until there are none any more, and says then that it is done.
pub(super) fn write<M: Medium>(
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
pub(super) fn weight(job: &Job) -> usize {
    match job {
        Job::Append(_, bytes) => bytes.len(),
        Job::Turn(_) => 0,
    }
}
