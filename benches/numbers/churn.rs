//! A datacenter in which many checks change every second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::ground::{BATCH, Ground, check_op, node_op, service_op};

/// Checks that take part, each changing every two seconds at 1,000 changes a second.
const CHECKS: usize = 2_000;
/// Nodes that they are on.
const NODES: usize = 100;

/// Changes that go on until this is dropped.
pub struct Churn<'scope> {
    is_over: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
    started: Instant,
    writer: Option<ScopedJoinHandle<'scope, ()>>,
}

impl<'scope> Churn<'scope> {
    /// Registers the instances whose checks will change.
    pub fn prepare(ground: &Ground) {
        let nodes = (0..NODES).map(|number| node_op(&node(number)));
        let services = (0..CHECKS).map(|n| service_op(&node(n), &service(n), &name(n)));
        for batch in nodes.chain(services).collect::<Vec<_>>().chunks(BATCH) {
            ground.transact(batch);
        }
    }

    /// Starts so many changes a second in the first datacenter.
    pub fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        ground: &'env Ground,
        a_second: usize,
    ) -> Self {
        let (is_over, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (ends, counts) = (Arc::clone(&is_over), Arc::clone(&made));
        // A tenth of a second's worth at once, or as much as Consul takes.
        let batch = (a_second / 10).clamp(1, BATCH);
        let pause = Duration::from_secs_f64(batch as f64 / a_second as f64);
        let started = Instant::now();
        let writer = scope.spawn(move || {
            let mut next = started;
            let mut number = 0;
            while !ends.load(Ordering::Relaxed) {
                let changes = (number..number + batch).map(change).collect::<Vec<_>>();
                ground.transact(&changes);
                number += batch;
                counts.fetch_add(batch, Ordering::Relaxed);
                next += pause;
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        });
        Self { is_over, made, started, writer: Some(writer) }
    }

    /// How many changes a second there really were.
    pub fn rate(&self) -> f64 {
        self.made.load(Ordering::Relaxed) as f64 / self.started.elapsed().as_secs_f64()
    }
}

impl Drop for Churn<'_> {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(writer) = self.writer.take() {
            writer.join().expect("the writer of changes");
        }
    }
}

/// Turns a check round: every second one fails at any time.
fn change(number: usize) -> serde_json::Value {
    let (check, round) = (number % CHECKS, number / CHECKS);
    let status = if (check + round).is_multiple_of(2) { "critical" } else { "passing" };
    check_op(&node(check), &name(check), &name(check), status)
}

fn node(number: usize) -> String {
    format!("churn-node-{:03}", number % NODES)
}

fn service(number: usize) -> String {
    format!("churn-{:02}", number % 40)
}

fn name(number: usize) -> String {
    format!("{}-{number:04}", service(number))
}
