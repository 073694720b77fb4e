//! Load on the servers: what dcview's watch of the service summaries takes of a core while checks
//! keep changing.
//!
//! Two ways: the requests that dcview sends times what one costs (its processor time on an otherwise
//! quiet server), and the server's processor time with dcview less that without.

use std::thread;
use std::time::{Duration, Instant};

use crate::churn::Churn;
use crate::ground::{DCS, Ground};
use crate::meter::Meter;
use crate::process::share;
use crate::report::{Figure, Report, Unit, ms};
use crate::session::Session;

const SUMMARY: &str = "/v1/internal/ui/services";
/// The most that the summary watch may take.
const MOST: f64 = 10.0;
/// Changes a second: few enough that the server has time left, too many for any watch to rest.
const CHANGES: [usize; 2] = [20, 1_000];
/// How long each state is watched.
const WATCHED: Duration = Duration::from_secs(30);
/// Bare requests that are priced.
const PRICED: u32 = 5;

/// Measures on one ground.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("load on the server: {}", ground.name()));
    Churn::prepare(ground);
    ground.rest();
    let (price, answered) = price(ground);
    let beside = format!("processor time; answered in {:.0} ms", ms(answered));
    report.note("one bare summary", Figure::time(price).beside(beside));
    for a_second in CHANGES {
        thread::scope(|scope| {
            let churn = Churn::start(scope, ground, a_second);
            let (without, _) = watch(ground, None);
            let meter = Meter::to(&ground.agent());
            let session = Session::start(&meter.address());
            session.await_complete();
            let (with, asked) = watch(ground, Some(&meter));
            let cost = share(price * asked as u32, WATCHED);
            let sent = format!("{asked} requests in {} s", WATCHED.as_secs());
            let rate = format!("at {:.0} changes/s", churn.rate());
            let figure = Figure::new(cost, Unit::Core).beside(sent);
            report.at_most(&format!("summary watch {rate}"), figure, MOST);
            let more = Figure::new(with - without, Unit::Core);
            let beside = format!("{without:.1} without dcview, {with:.1} with");
            report.note(&format!("all of dcview {rate}"), more.beside(beside));
        });
    }
}

/// The processor time of one summary, and how long its answer takes.
fn price(ground: &Ground) -> (Duration, Duration) {
    let http = ground.http();
    let (cpu, started) = (ground.cpu(), Instant::now());
    for _ in 0..PRICED {
        http.json(SUMMARY);
    }
    let answered = started.elapsed() / PRICED;
    (ground.cpu().saturating_sub(cpu) / PRICED, answered)
}

/// Watches for a while: the servers' share of a core, and the summaries asked for.
fn watch(ground: &Ground, meter: Option<&Meter>) -> (f64, usize) {
    let asked = || meter.map_or(0, |meter| meter.count(DCS[0], SUMMARY));
    let (cpu, before, started) = (ground.cpu(), asked(), Instant::now());
    thread::sleep(WATCHED);
    (share(ground.cpu().saturating_sub(cpu), started.elapsed()), asked() - before)
}
