//! Start: how long until the first frame, and until the overview of three large datacenters is
//! complete, beside the slowest of the bare requests that it depends on.
//!
//! Bare requests and starts take turns, so that both meet the same servers.

use crate::bare;
use crate::ground::Ground;
use crate::report::{Figure, Report, ms};
use crate::sample::Sample;
use crate::session::Session;

/// Starts up to the first frame.
const FRAMES: usize = 20;
/// Starts up to the whole overview.
const OVERVIEWS: usize = 7;
const FIRST_FRAME_MS: f64 = 50.0;
/// How much longer than the slowest bare request the overview may take.
const OVER_BARE: f64 = 1.3;

/// Measures on one ground.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("start: {}", ground.name()));
    let mut frames = Sample::default();
    for _ in 0..FRAMES {
        let session = Session::start(&ground.agent());
        session.await_frame();
        frames.add(session.age());
    }
    report.at_most("first frame, median", frames.middle(), FIRST_FRAME_MS);
    let (mut requests, mut overviews) = (Sample::default(), Sample::default());
    let http = ground.http();
    let mut slowest = String::new();
    for _ in 0..OVERVIEWS {
        let (time, path) = bare::slowest(&http);
        requests.add(time);
        slowest = path;
        let session = Session::start(&ground.agent());
        session.await_complete();
        overviews.add(session.age());
    }
    report.note("slowest bare request, median", requests.middle());
    report.note("  which was last", Figure::time(requests.worst()).beside(slowest));
    let target = OVER_BARE * ms(requests.median());
    report.at_most("complete overview, median", overviews.middle(), target);
}
