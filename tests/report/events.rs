//! `dcview get events`: what happens while it watches, compared with what is done.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::run::Dcview;
use crate::support::consul::{Check, Cluster, Instance, Status};

/// `dcview get events --follow -o json` while it runs.
struct Following {
    child: Child,
    /// None once nobody reads.
    out: Option<BufReader<ChildStdout>>,
    err: BufReader<ChildStderr>,
}

impl Following {
    /// Starts it and waits until all datacenters of these are followed.
    fn start(dcview: &Dcview, args: &[&str], dcs: &[&str]) -> Self {
        let args = [&["get", "events", "--follow", "-o", "json"], args].concat();
        let mut child = dcview
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = child.stdout.take().map(BufReader::new);
        let mut err = BufReader::new(child.stderr.take().expect("piped"));
        let (mut waiting, mut said) = (dcs.to_vec(), String::new());
        while !waiting.is_empty() {
            let mut line = String::new();
            assert!(err.read_line(&mut line).expect("a line") > 0, "it ended early, after: {said}");
            said.push_str(&line);
            waiting.retain(|dc| !line.contains(&format!("{dc}: followed from")));
        }
        Self { child, out, err }
    }

    /// The next event, which is there as soon as it happened.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.out.as_mut().expect("a reader").read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("an object a line")
    }

    /// Interrupts it; gives its exit code and what it said to the end.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::INT).expect("it runs");
        self.end()
    }

    fn end(&mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.err.read_to_string(&mut rest).expect("text");
        (self.child.wait().expect("its end").code(), rest)
    }
}

fn own(status: Status, output: &str) -> Check {
    Check::of_service("ev-1:http", "ev-1", status).output(output)
}

/// What is done is told one by one, under the names that are documented, and it ends well.
pub fn what_happens_is_told_as_it_happens(cluster: &Cluster, dcview: &Dcview) {
    let dc = cluster.dc("dc-2");
    dc.seed(&[Instance::new("ev-n", "ev", "ev-1").check(own(Status::Passing, "ok"))]);
    let dcs = ["dc-1", "dc-2", "dc-3"];
    let mut following = Following::start(dcview, &["service=ev", "kind=check"], &dcs);
    let mut before = "passing";
    for (status, output) in
        [(Status::Critical, "a\nb"), (Status::Passing, "ok"), (Status::Warning, "slow")]
    {
        dc.set_check("ev-n", &own(status, output));
        let event = following.next();
        let text = |name: &str| event[name].as_str().unwrap_or_else(|| panic!("{name}: {event}"));
        assert_eq!((text("from"), text("to")), (before, status.as_str()), "{event}");
        assert_eq!((text("datacenter"), text("kind")), ("dc-2", "check"), "{event}");
        assert_eq!((text("service"), text("node"), text("check")), ("ev", "ev-n", "ev-1:http"));
        assert!(text("object").contains("ev-1 on ev-n"), "{event}");
        assert!(event["index"].as_u64().is_some_and(|index| index > 0), "{event}");
        chrono::DateTime::parse_from_rfc3339(text("at")).expect("a time");
        if status == Status::Critical {
            assert_eq!(text("detail"), output);
        }
        before = status.as_str();
    }
    assert_eq!(following.interrupt(), (Some(0), String::new()));
}

/// The reader leaves: it ends by itself with the next event, without a word.
pub fn it_ends_when_nobody_reads_any_more(cluster: &Cluster, dcview: &Dcview) {
    let dc = cluster.dc("dc-2");
    let mut following = Following::start(dcview, &["service=ev", "--dc", "dc-2"], &["dc-2"]);
    dc.set_check("ev-n", &own(Status::Critical, "down"));
    following.next();
    following.out = None;
    dc.set_check("ev-n", &own(Status::Passing, "ok"));
    assert_eq!(following.end(), (Some(0), String::new()));
}

/// A span is watched from now on and printed at its end; the past is not known and not made up.
pub fn a_span_is_watched_and_the_past_refused(cluster: &Cluster, dcview: &Dcview) {
    for args in
        [&["events"][..], &["events", "--follow", "--since", "15m"], &["events", "since=1h"]]
    {
        let ended = dcview.get(args);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains("Consul keeps no history"), "{ended:?}");
    }
    let dc = cluster.dc("dc-2");
    let command = ["get", "events", "--for", "3s", "--dc", "dc-2", "-o", "csv", "service=ev"];
    let mut child = dcview
        .command(&command)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stderr.take().expect("piped")).read_line(&mut line).expect("a line");
    assert!(line.contains("dc-2: followed from"), "{line}");
    dc.set_check("ev-n", &own(Status::Critical, "down"));
    let mut out = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
    assert_eq!(child.wait().expect("its end").code(), Some(0));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("at,datacenter,kind,"), "{out}");
    assert!(lines[1].contains(",dc-2,check,") && lines[1].contains("passing,critical"), "{out}");
}

#[test]
fn of_a_recording_the_last_minutes_are_those_before_its_end() {
    // Of a day long ago.
    const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/recording-1.dcv");
    let dcview = Dcview::of("127.0.0.1:1");
    let told = |args: &[&str]| {
        let ended = dcview.get(&[&["events", "--from", OLD, "-o", "json"], args].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let all: Vec<serde_json::Value> = serde_json::from_str(&ended.out).expect("JSON");
        all.len()
    };
    let all = told(&[]);
    assert!(all > 0);
    assert_eq!(told(&["--since", "1h"]), all);
    assert_eq!(told(&["since=1h"]), all);
    assert!(told(&["--since", "1s"]) < all);
}
