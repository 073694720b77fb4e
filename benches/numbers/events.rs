//! What is told of many changes: events against what was done, and the memory that history takes.
//!
//! Ten minutes of 1,000 changes a second. `dcview get events --follow` says what it saw, and each
//! check's events must be a chain that ends in what Consul says at the end: a transition that was
//! delivered and not told would break it. Changes that one answer of Consul holds together are one
//! transition: they are no loss, and are counted beside. At the same time dcview is open on the
//! timeline, where its memory is read and keys are pressed.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::churn::Churn;
use crate::ground::{DCS, Ground};
use crate::process::share;
use crate::report::{Figure, Report, Unit};
use crate::session::Session;

const CHANGES: usize = 1_000;
const LASTS: Duration = Duration::from_mins(10);
/// What history may take, as the settings have it.
const HISTORY_MB: f64 = 64.0;
/// How long no event may come until all of them are there.
const SILENCE: Duration = Duration::from_secs(15);

/// Measures on one ground.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("events: {}", ground.name()));
    Churn::prepare(ground);
    ground.rest();
    let teller = Teller::start(&ground.agent());
    let session = Session::start(&ground.agent());
    session.await_complete();
    session.go("timeline", "─ timeline");
    ground.rest();
    let process = session.process();
    let (memory, cpu) = (process.memory(), process.cpu());
    let (made, passed) = thread::scope(|scope| {
        let churn = Churn::start(scope, ground, CHANGES);
        let started = Instant::now();
        thread::sleep(LASTS);
        (churn.rate(), started.elapsed())
    });
    let spent = share(process.cpu().saturating_sub(cpu), passed);
    let told = teller.all();
    let (broken, wrong) = faults(&told, &states(ground));
    let changes = made * passed.as_secs_f64();
    let beside = format!("{} transitions told of {changes:.0} changes at {made:.0}/s", told.len());
    let lost = Figure::new(broken as f64, Unit::Count).beside(beside);
    report.at_most("transitions that were delivered and not told", lost, 0.0);
    report.at_most(
        "checks that end otherwise than told",
        Figure::new(wrong as f64, Unit::Count),
        0.0,
    );
    let grown = Figure::new(process.memory() - memory, Unit::Mb);
    let beside = format!("{memory:.1} before, peak {:.1}", process.peak());
    report.at_most("memory that history took", grown.beside(beside), HISTORY_MB);
    report.note("dcview's processor meanwhile", Figure::new(spent, Unit::Core));
}

/// One transition of a check: from and to, each failing or not.
type Told = (String, bool, bool);

/// `dcview get events --follow`, and what it says.
struct Teller {
    child: Child,
    lines: Receiver<String>,
}

impl Teller {
    /// Starts it; every datacenter is followed when this returns.
    fn start(agent: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dcview"))
            .args(["get", "events", "kind=check", "--follow", "-o", "json", "--http-addr", agent])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("dcview starts");
        let said = BufReader::new(child.stderr.take().expect("its errors"));
        let mut followed = said.lines().map_while(Result::ok);
        for _ in DCS {
            followed
                .by_ref()
                .find(|line| line.contains("followed"))
                .expect("a datacenter is followed");
        }
        thread::spawn(move || followed.for_each(|line| eprintln!("   {line}")));
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("its output"));
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// All that it told, once nothing comes any more.
    fn all(&self) -> Vec<Told> {
        let mut all = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(SILENCE) {
            let event: Value = serde_json::from_str(&line).expect("an event a line");
            let check = event["check"].as_str().unwrap_or_default();
            if check.starts_with("churn-") {
                all.push((check.to_owned(), is_failing(&event["from"]), is_failing(&event["to"])));
            }
        }
        all
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_failing(state: &Value) -> bool {
    matches!(state.as_str(), Some("critical" | "warning"))
}

/// Whether each of the checks fails, as Consul says.
fn states(ground: &Ground) -> HashMap<String, bool> {
    let mut states = HashMap::new();
    for (state, fails) in [("critical", true), ("passing", false)] {
        let path = format!("/v1/health/state/{state}?filter=CheckID+matches+%22churn-.*%22");
        let all = ground.http().json(&path);
        for check in all.as_array().into_iter().flatten() {
            states.insert(check["CheckID"].as_str().unwrap_or_default().to_owned(), fails);
        }
    }
    states
}

/// How many transitions do not begin where the one before ended, and how many checks are not as the
/// last one says.
fn faults(told: &[Told], states: &HashMap<String, bool>) -> (usize, usize) {
    let mut now: HashMap<&str, bool> = HashMap::new();
    let mut broken = 0;
    for (check, from, to) in told {
        let before = now.insert(check, *to).unwrap_or(false);
        broken += usize::from(before != *from);
    }
    let is_wrong = |(check, fails): &(&String, &bool)| {
        now.get(check.as_str()).copied().unwrap_or(false) != **fails
    };
    let wrong = states.iter().filter(is_wrong).count();
    (broken, wrong)
}
