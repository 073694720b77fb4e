//! Start: how long until the first frame, and until the overview of three large datacenters is
//! complete, beside the slowest of the bare requests that it depends on.
//!
//! Bare requests and starts take turns, so that both meet the same servers.

use std::net::{Ipv4Addr, TcpListener};

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

/// Measures the first frame, before an agent that takes connections and never answers, so that
/// nothing else is busy. It comes before everything else: once this program is large, the fork that
/// starts dcview takes longer than the frame.
pub fn measure_first_frame(report: &mut Report) {
    report.section("first frame");
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = silent.local_addr().expect("a bound address").to_string();
    let (mut frames, mut processor) = (Sample::default(), Sample::default());
    for _ in 0..FRAMES {
        let session = Session::start(&address);
        session.await_frame();
        frames.add(session.age());
        processor.add(session.process().cpu());
    }
    report.at_most("first frame, median", frames.middle(), FIRST_FRAME_MS);
    report.note("processor time until then, median", processor.middle());
}

/// Measures the overview on one ground.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("start: {}", ground.name()));
    let (mut requests, mut overviews) = (Sample::default(), Sample::default());
    let http = ground.http();
    let mut slowest = String::new();
    for _ in 0..OVERVIEWS {
        ground.rest();
        let (time, path) = bare::slowest(&http);
        requests.add(time);
        slowest = path;
        ground.rest();
        let session = Session::start(&ground.agent());
        session.await_complete();
        overviews.add(session.age());
    }
    let last = format!("{}; the last was {slowest}", requests.tail());
    report.note("slowest bare request, median", Figure::time(requests.median()).beside(last));
    let target = OVER_BARE * ms(requests.median());
    report.at_most("complete overview, median", overviews.middle(), target);
}
