//! Memory, and what an idle dcview costs: processor, terminal, requests.

use std::thread;
use std::time::{Duration, Instant};

use crate::ground::{DCS, Ground};
use crate::meter::Meter;
use crate::process::share;
use crate::report::{Figure, Report, Unit};
use crate::session::Session;

const DEMO_MB: f64 = 40.0;
const LARGE_MB: f64 = 150.0;
const IDLE_CORE: f64 = 0.5;
const IDLE_BYTES: f64 = 100.0;
const IDLE_REQUESTS: f64 = 1.0;
/// How long the demo has lived when it is looked at.
const DEMO_AGE: Duration = Duration::from_secs(20);
/// How long a view is open before its memory counts.
const SETTLED: Duration = Duration::from_secs(2);
/// How long an idle dcview is watched.
const WATCHED: Duration = Duration::from_secs(30);

/// Measures the demo.
pub fn measure_demo(report: &mut Report) {
    report.section("memory: dcview demo");
    let session = Session::with(&["demo"]);
    session.await_complete();
    thread::sleep(DEMO_AGE.saturating_sub(session.age()));
    let process = session.process();
    let peak = format!("peak {:.1}", process.peak());
    let now = Figure::new(process.memory(), Unit::Mb);
    report.at_most("memory after 20 s", now.beside(peak), DEMO_MB);
}

/// Measures on one ground: each view open in turn, then idle.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("memory and idling: {}", ground.name()));
    ground.rest();
    let meter = Meter::to(&ground.agent());
    let session = Session::start(&meter.address());
    session.await_complete();
    visit(&session, report);
    session.go("overview", "worst services");
    ground.rest();
    idle(&session, &meter, report);
}

fn visit(session: &Session, report: &mut Report) {
    let process = session.process();
    let mut look = |view: &str| {
        thread::sleep(SETTLED);
        let now = Figure::new(process.memory(), Unit::Mb);
        report.at_most(&format!("memory with {view} open"), now, LARGE_MB);
    };
    look("overview");
    session.go("services", "─ services");
    look("services");
    session.screen.send("\r");
    session.screen.wait_for("─ service ");
    look("a service");
    session.go("checks", "by service");
    look("checks by service");
    session.screen.send("x");
    look("checks unfolded");
    session.go("nodes", "─ nodes");
    look("nodes");
    session.screen.send("\r");
    session.screen.wait_for("─ node ");
    look("a node");
    session.screen.send("\x10service");
    session.screen.wait_for("find anything [");
    look("the finder");
    session.screen.send("\x1b");
    // Alone, or it would be half of another key.
    session.screen.wait_gone("find anything [");
    report.at_most("peak of all that", Figure::new(process.peak(), Unit::Mb), LARGE_MB);
}

fn idle(session: &Session, meter: &Meter, report: &mut Report) {
    let process = session.process();
    let requests = || DCS.map(|dc| meter.count(dc, "/"));
    let (cpu, bytes, before) = (process.cpu(), session.screen.bytes(), requests());
    let started = Instant::now();
    thread::sleep(WATCHED);
    let passed = started.elapsed();
    let seconds = passed.as_secs_f64();
    let spent = share(process.cpu().saturating_sub(cpu), passed);
    report.at_most("idle: processor", Figure::new(spent, Unit::Core), IDLE_CORE);
    let written = (session.screen.bytes() - bytes) as f64 / seconds;
    report.at_most("idle: to the terminal", Figure::new(written, Unit::Bytes), IDLE_BYTES);
    for ((dc, before), after) in DCS.iter().zip(before).zip(requests()) {
        let asked = Figure::new((after - before) as f64 / seconds, Unit::Requests);
        report.at_most(&format!("idle: requests to {dc}"), asked, IDLE_REQUESTS);
    }
}
