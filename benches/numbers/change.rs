//! Change to screen: from the acknowledgement of the write that makes a check critical to its
//! painted line in the list of failing checks.
//!
//! A bare blocking query of the critical checks is measured twice in the same run: alone, before
//! dcview starts, and beside dcview for the very same changes. The target follows the faster one.

use std::thread;
use std::time::{Duration, Instant};

use crate::bare::Follower;
use crate::ground::{BATCH, Ground, check_op, node_op, service_op};
use crate::report::{Figure, Report, ms};
use crate::sample::Sample;
use crate::session::Session;

/// Changes of each kind.
const FLIPS: usize = 30;
/// The least time between two, longer than any watch is paced by.
const APART: Duration = Duration::from_millis(400);
/// A frame, which comes on top of the target.
const FRAME_MS: f64 = 16.0;
const NODE: &str = "flip-node";

/// Measures on one ground.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("change to screen: {}", ground.name()));
    prepare(ground);
    ground.rest();
    let (mut alone, mut beside, mut screen) =
        (Sample::default(), Sample::default(), Sample::default());
    let follower = Follower::start(ground.http());
    for number in 0..FLIPS {
        let (id, acknowledged) = flip(ground, number);
        alone.add(follower.saw(&id).saturating_duration_since(acknowledged));
    }
    let session = Session::start(&ground.agent());
    session.await_complete();
    session.go_to_flat_checks();
    ground.rest();
    for number in FLIPS..2 * FLIPS {
        let (id, acknowledged) = flip(ground, number);
        session.screen.wait_for(&id);
        screen.add(acknowledged.elapsed());
        beside.add(follower.saw(&id).saturating_duration_since(acknowledged));
    }
    report.note("bare blocking query alone, median", alone.middle());
    report.note("bare blocking query beside dcview, median", beside.middle());
    let bare = alone.median().min(beside.median());
    report.at_most("painted cell, median", screen.middle(), 1.5 * ms(bare) + FRAME_MS);
    report.note("painted cell, p90", Figure::time(screen.quantile(0.9)));
}

/// Makes instances whose checks pass.
fn prepare(ground: &Ground) {
    let all = 0..2 * FLIPS;
    let services = all.clone().map(|n| service_op(NODE, "flip", &name(n)));
    let checks = all.map(|n| check_op(NODE, &name(n), &name(n), "passing"));
    let operations: Vec<_> = std::iter::once(node_op(NODE)).chain(services).chain(checks).collect();
    for batch in operations.chunks(BATCH) {
        ground.transact(batch);
    }
}

/// Makes a check critical after a while; gives its id and when the write was acknowledged.
fn flip(ground: &Ground, number: usize) -> (String, Instant) {
    // Uneven, so that no beat of dcview or Consul meets all of them at the same point.
    thread::sleep(APART + Duration::from_millis((number as u64 * 67) % 251));
    let id = name(number);
    ground.transact(&[check_op(NODE, &id, &id, "critical")]);
    (id, Instant::now())
}

/// All of one length, so that none is the beginning of another.
fn name(number: usize) -> String {
    format!("flip-{}", 1000 + number)
}
