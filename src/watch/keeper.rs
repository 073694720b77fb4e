//! Keeps tasks running: one that panics is reported and started again.
//!
//! Invariant: cancelling the keeper's token ends all its tasks, wherever they wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::backoff::Backoff;
use crate::domain::feed::Report;
use crate::domain::ids::Dc;

/// A pause before a task that panicked is tried again.
const LEAST: Duration = Duration::from_secs(1);

/// Starts tasks and keeps them running.
#[derive(Clone)]
pub(super) struct Keeper {
    pub token: CancellationToken,
    pub tracker: TaskTracker,
    pub out: mpsc::Sender<Report>,
}

impl Keeper {
    /// The same, but to be cancelled apart.
    pub fn child(&self) -> Self {
        Self { token: self.token.child_token(), ..self.clone() }
    }

    /// Runs what `make` makes until it ends or the keeper is cancelled; makes it again whenever it
    /// panics.
    pub fn keep<F>(&self, dc: &Dc, what: &'static str, make: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (token, out, dc) = (self.token.clone(), self.out.clone(), dc.clone());
        let again = async move {
            let mut backoff = Backoff::new(0);
            loop {
                let task = AbortOnDropHandle::new(tokio::spawn(make()));
                match task.await {
                    Err(died) if died.is_panic() => {
                        tracing::error!(dc = dc.as_str(), what, "a task died: {died}");
                        let report = Report::Restarted { dc: dc.clone(), what: Arc::from(what) };
                        if out.send(report).await.is_err() {
                            return;
                        }
                        sleep(backoff.next().max(LEAST)).await;
                    }
                    _ => return,
                }
            }
        };
        self.tracker.spawn(async move { token.run_until_cancelled(again).await });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_reported_and_started_again() {
        let (out, mut reports) = mpsc::channel(4);
        let (token, tracker) = (CancellationToken::new(), TaskTracker::new());
        let keeper = Keeper { token: token.clone(), tracker: tracker.clone(), out };
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        keeper.keep(&"dc-1".into(), "nodes", move || {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(run > 0, "the first run dies");
                std::future::pending::<()>().await;
            }
        });
        let report = reports.recv().await;
        assert!(matches!(report, Some(Report::Restarted { what, .. }) if &*what == "nodes"));
        while runs.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
            tokio::time::advance(LEAST).await;
        }
        token.cancel();
        tracker.close();
        tracker.wait().await;
    }
}
