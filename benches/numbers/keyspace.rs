//! Keys: a folder of 200,000 of them, a large value, a search in all values, a difference of two
//! prefixes - each beside the bare requests that it depends on, in turns.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::process::Process;
use crate::report::{Figure, Report, Unit, ms};
use crate::sample::Sample;
use crate::session::Session;
use crate::support::consul::{Cluster, Http, Plan};

/// The datacenters: as many as the search over all keys is promised for.
pub const DCS: [&str; 5] = ["dc-1", "dc-2", "dc-3", "dc-4", "dc-5"];
/// Keys in the folder of each datacenter.
pub const KEYS: usize = 200_000;
/// The folder.
const FOLDER: &str = "big/";
/// About as much as 46 MB for all keys.
const VALUE: usize = 230;
/// The large value.
const LARGE: &str = "json/large.json";
const ROUNDS: usize = 7;

const FOLDER_OVER_BARE: f64 = 1.2;
const FOLDER_MB: f64 = 60.0;
const PAINTED_MS: f64 = 50.0;
const PRESSED_MS: f64 = 33.0;
const SEARCH_OVER_BARE: f64 = 1.5;
const DIFF_OVER_BARE: f64 = 1.5;
/// A page of a listing and what reads it, above an idle program.
const SEARCH_MB: f64 = 40.0;

/// Starts the datacenters, fills and measures them.
pub fn measure(report: &mut Report) {
    report.section(&format!("keys: Consul, {} x {} keys", DCS.len(), KEYS));
    let cluster = Cluster::start(DCS.iter().fold(Plan::new(), |plan, dc| plan.dc(dc, 1)));
    thread::scope(|scope| {
        for dc in cluster.dcs() {
            scope.spawn(|| dc.transact(&operations()));
        }
    });
    let (http, agent) = (cluster.dc(DCS[0]).http(), cluster.dc(DCS[0]).http_addr());
    http.put_text(&format!("/v1/kv/{LARGE}"), &large()).expect("an answer");
    folder(&http, &agent, report);
    value(&http, &agent, report);
    finding(&agent, report);
    search(&http, &agent, report);
    difference(&http, &agent, report);
}

fn operations() -> Vec<Value> {
    let value = |number: usize| {
        let text = format!("{{\"number\": {number}, \"text\": \"");
        format!("{text:x<VALUE$}\"}}")
    };
    let op = |number: usize| {
        json!({ "KV": { "Verb": "set", "Key": format!("{FOLDER}key-{number:06}"),
            "Value": STANDARD.encode(value(number)) } })
    };
    (0..KEYS).map(op).collect()
}

/// A JSON text of just under 512 KiB.
fn large() -> String {
    let line = |number: usize| format!("  \"name-{number:05}\": {{ \"is\": [true, {number}] }}");
    let lines: Vec<String> = (0..12_000).map(line).collect();
    let mut text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    assert!(text.len() < 512 << 10, "{}", text.len());
    text.insert_str(text.len() - 3, &" ".repeat((512 << 10) - text.len()));
    text
}

/// The time of a bare request.
fn bare(http: &Http, path: &str) -> Duration {
    let started = Instant::now();
    let answer = http.get(path).expect("an answer to a bare request");
    assert_eq!(answer.status, 200, "{path}");
    started.elapsed()
}

fn folder(http: &Http, agent: &str, report: &mut Report) {
    let session = Session::with(&["--http-addr", agent, "--dc", DCS[0]]);
    session.screen.wait_for("worst services");
    session.go("kv", "json/");
    thread::sleep(Duration::from_secs(1));
    let before = session.process().memory();
    let (mut requests, mut folders) = (Sample::default(), Sample::default());
    let mut wholes = Sample::default();
    for _ in 0..ROUNDS {
        requests.add(bare(http, &format!("/v1/kv/{FOLDER}?keys&separator=/")));
        session.screen.send(&format!(":kv {FOLDER}"));
        session.screen.wait_for(&format!(":kv {FOLDER}"));
        let entered = Instant::now();
        session.screen.send("\r");
        session.screen.wait_for("key-000000");
        folders.add(entered.elapsed());
        session.screen.wait_for("[200,000]");
        wholes.add(entered.elapsed());
        session.go("kv", "json/");
    }
    report.note("bare listing, median", requests.middle());
    let target = FOLDER_OVER_BARE * ms(requests.median());
    report.at_most("first rows of 200,000 keys, median", folders.middle(), target);
    report.note("all of them, median", wholes.middle());
    session.go(&format!("kv {FOLDER}"), "key-000000");
    thread::sleep(Duration::from_secs(2));
    let more = Figure::new(session.process().memory() - before, Unit::Mb);
    let beside = format!("{before:.1} before");
    report.at_most("memory more with it open", more.beside(beside), FOLDER_MB);
}

fn value(http: &Http, agent: &str, report: &mut Report) {
    let session = Session::with(&["--http-addr", agent, "--dc", DCS[0]]);
    session.screen.wait_for("worst services");
    let (mut requests, mut painted) = (Sample::default(), Sample::default());
    for _ in 0..ROUNDS {
        requests.add(bare(http, &format!("/v1/kv/{LARGE}")));
        session.screen.send(&format!(":key {LARGE}"));
        session.screen.wait_for(&format!(":key {LARGE}"));
        let entered = Instant::now();
        session.screen.send("\r");
        session.screen.wait_for("name-00001");
        painted.add(entered.elapsed());
        session.go("kv", "json/");
    }
    report.note("bare read of a 512 KiB value, median", requests.middle());
    let after = painted.median().saturating_sub(requests.median());
    let figure = Figure::time(after).beside(format!("all of it: {}", painted.tail()));
    report.at_most("painted after the answer, median", figure, PAINTED_MS);
}

/// Finds keys by fragments of their names, among those of all datacenters.
fn finding(agent: &str, report: &mut Report) {
    let session = Session::with(&["--http-addr", agent]);
    session.screen.wait_for("worst services");
    session.screen.send(":find");
    session.screen.wait_for(":find");
    let entered = Instant::now();
    session.screen.send("\r");
    let is_whole = |text: &str| text.contains("200,001 keys") && !text.contains("reading");
    session.screen.wait("the names of all keys", is_whole);
    report.note("names of all keys of five datacenters read", Figure::time(entered.elapsed()));
    let (mut presses, mut found) = (Sample::default(), Sample::default());
    for word in ["key-123456", "bigky199999", "ig/ke 0042"] {
        session.screen.send("/");
        let mut typed = String::new();
        for letter in word.chars() {
            typed.push(letter);
            let pressed = Instant::now();
            session.screen.send(&letter.to_string());
            session.screen.wait_for(&format!("find '{}'", typed.trim_end()));
            presses.add(pressed.elapsed());
        }
        let pressed = Instant::now();
        session.screen.send("\r");
        session
            .screen
            .wait("all hits", |text| text.contains(" of 200,001 keys") && !text.contains("+ of "));
        found.add(pressed.elapsed());
        session.screen.send("\x1b");
        // Alone, or it would be half of another key.
        session.screen.wait_gone("find '");
    }
    report.at_most("a key press to its frame, p99", presses.p99(), PRESSED_MS);
    report.note("all hits of what was typed, median", found.middle());
    report.note("memory with all names", Figure::new(session.process().memory(), Unit::Mb));
}

/// Runs dcview without a terminal; its time, exit code and the most memory seen.
fn run(agent: &str, args: &[&str]) -> (Duration, Option<i32>, f64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dcview"))
        .args(["--http-addr", agent, "--dc", DCS[0], "kv"])
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("dcview starts");
    let process = Process(child.id());
    let mut peak = 0.0_f64;
    loop {
        // Of a process that has ended nothing can be read.
        let now = process.peak();
        peak = if now.is_nan() { peak } else { peak.max(now) };
        if let Some(status) = child.try_wait().expect("a child") {
            return (started.elapsed(), status.code(), peak);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn search(http: &Http, agent: &str, report: &mut Report) {
    let (mut requests, mut searches, mut peak) = (Sample::default(), Sample::default(), 0.0_f64);
    for _ in 0..ROUNDS {
        requests.add(bare(http, &format!("/v1/kv/{FOLDER}?recurse")));
        let (time, code, most) = run(agent, &["search", "--values", "\"number\": 199999,", FOLDER]);
        assert_eq!(code, Some(0), "one value has it");
        searches.add(time);
        peak = peak.max(most);
    }
    report.note("bare read of all values, median", requests.middle());
    let target = SEARCH_OVER_BARE * ms(requests.median());
    report.at_most("search in all values, median", searches.middle(), target);
    report.at_most("its memory, peak", Figure::new(peak, Unit::Mb), SEARCH_MB);
}

fn difference(http: &Http, agent: &str, report: &mut Report) {
    let (mut requests, mut diffs, mut peak) = (Sample::default(), Sample::default(), 0.0_f64);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        thread::scope(|scope| {
            for dc in &DCS[..2] {
                scope.spawn(move || bare(http, &format!("/v1/kv/{FOLDER}?recurse&dc={dc}")));
            }
        });
        requests.add(started.elapsed());
        let args = ["diff", FOLDER, FOLDER, "--to-dc", DCS[1], "--brief"];
        let (time, code, most) = run(agent, &args);
        assert_eq!(code, Some(0), "they are the same");
        diffs.add(time);
        peak = peak.max(most);
    }
    report.note("bare read of both prefixes at once, median", requests.middle());
    let target = DIFF_OVER_BARE * ms(requests.median());
    report.at_most("difference of both, median", diffs.middle(), target);
    report.at_most("its memory, peak", Figure::new(peak, Unit::Mb), SEARCH_MB);
}
