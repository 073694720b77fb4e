//! `dcview rollout`, as a pipeline runs it: exit codes, and what is said.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::cluster;
use super::fleet::Fleet;
use super::support::consul::Status;

/// What came of it.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dcview"));
    let home = std::env::temp_dir().join("dcview-rollout-tests");
    command.arg("rollout").args(args).env_clear().env("HOME", home);
    command.env("CONSUL_HTTP_ADDR", cluster().dc("dc-1").http_addr());
    command
}

#[track_caller]
fn run(args: &[&str]) -> Ended {
    let output = command(args).output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The program while it waits.
struct Waiting {
    child: Child,
    err: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Waiting {
    fn start(args: &[&str]) -> Self {
        let mut command = command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let err = BufReader::new(child.stderr.take().expect("piped"));
        Self { child, err, said: String::new() }
    }

    /// Reads what it says until that contains a text; it must not end before.
    #[track_caller]
    fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            let read = self.err.read_line(&mut self.said).expect("text");
            assert!(read > 0, "it ended before it said '{text}': {}", self.said);
        }
    }

    fn end(mut self) -> Ended {
        std::io::Read::read_to_string(&mut self.err, &mut self.said).expect("text");
        let output = self.child.wait_with_output().expect("its end");
        let out = String::from_utf8(output.stdout).expect("text");
        Ended { code: output.status.code(), out, err: self.said }
    }
}

#[test]
fn one_look_says_which_versions_there_are() {
    let fleet = Fleet::small("look", 2);
    let one = run(&["look", "-o", "json"]);
    assert_eq!((one.code, one.err.as_str()), (Some(0), ""), "{}", one.out);
    let told: Value = serde_json::from_str(&one.out).expect("JSON");
    assert_eq!((&told["state"], &told["progress"]), (&"steady".into(), &1.0.into()));
    fleet.in_place("dc-2", 1, "v2", Status::Critical);
    let two = run(&["look", "-o", "json"]);
    assert_eq!(two.code, Some(5), "{}", two.err);
    let told: Value = serde_json::from_str(&two.out).expect("JSON");
    assert_eq!((&told["service"], &told["state"]), (&"look".into(), &"mixed".into()));
    assert_eq!((&told["target"], &told["progress"]), (&"v2".into(), &0.167.into()));
    let v2 = &told["versions"][1];
    assert_eq!(v2["version"], "v2");
    let place = &v2["datacenters"][0];
    assert_eq!(v2["datacenters"].as_array().map(Vec::len), Some(1));
    for (field, value) in [("instances", 1), ("passing", 0), ("warning", 0), ("critical", 1)] {
        assert_eq!(place[field], value, "{field}");
    }
    assert_eq!(place["datacenter"], "dc-2");
    let table = run(&["look"]);
    assert!(table.out.starts_with("look: mixed"), "{}", table.out);
    assert!(table.out.contains("VERSION  DATACENTER  INSTANCES"), "{}", table.out);
    // One datacenter alone may be of one version.
    assert_eq!(run(&["look", "--dc", "dc-1"]).code, Some(0));
    assert_eq!(run(&["look", "--dc", "dc-1", "--version", "v2"]).code, Some(5));
    let absent = run(&["nothing-of-the-kind"]);
    assert_eq!(absent.code, Some(1));
    assert!(absent.err.contains("no service 'nothing-of-the-kind'"), "{}", absent.err);
    assert_eq!(run(&["look", "--wait", "--timeout", "soon"]).code, Some(2));
}

#[test]
fn a_pipeline_waits_until_the_version_is_everywhere() {
    let fleet = Fleet::small("cart", 3);
    // It starts before the first new instance is there.
    let mut waiting = Waiting::start(&["cart", "--version", "v2", "--wait", "-o", "json"]);
    waiting.until("waiting for v2: 0 of 9 on v2");
    for dc in ["dc-1", "dc-2", "dc-3"] {
        (1..=3).for_each(|i| fleet.in_place(dc, i, "v2", Status::Passing));
    }
    let ended = waiting.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("done in ") && ended.err.contains("all 9 on v2"), "{}", ended.err);
    let told: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!((&told["state"], &told["progress"]), (&"done".into(), &1.0.into()));
    assert_eq!(run(&["cart", "--wait"]).code, Some(0), "there is nothing to wait for");
    assert_eq!(run(&["cart", "--wait", "--version", "v2"]).code, Some(0));
}

#[test]
fn a_pipeline_hears_which_instances_fail() {
    let fleet = Fleet::small("pay", 3);
    let mut waiting = Waiting::start(&["pay", "--version", "v2", "--wait", "--grace", "1s"]);
    waiting.until("waiting for v2");
    fleet.in_place("dc-1", 1, "v2", Status::Passing);
    fleet.in_place("dc-1", 2, "v2", Status::Critical);
    let ended = waiting.end();
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let line = "dc-1: pay-2 on pay-node-2 is critical: HTTP GET /healthz: 503 no such table";
    assert!(ended.err.contains(line), "{}", ended.err);
    assert!(ended.out.starts_with("pay: v2 is failing: 1 critical"), "{}", ended.out);
}

#[test]
fn the_time_may_be_over_first_and_a_halt_is_a_failure() {
    let fleet = Fleet::small("slow", 3);
    fleet.in_place("dc-1", 1, "v2", Status::Passing);
    fleet.in_place("dc-1", 2, "v2", Status::Passing);
    let late = run(&["slow", "--wait", "--timeout", "1s"]);
    assert_eq!(late.code, Some(6), "{}", late.err);
    assert!(late.err.contains("the time is over"), "{}", late.err);
    let stalled = run(&["slow", "--wait", "--stall-after", "1s"]);
    assert_eq!(stalled.code, Some(1), "{}", stalled.err);
    assert!(stalled.out.contains("unchanged for >= 1s: 2 of 9 on v2"), "{}", stalled.out);
}

#[test]
fn what_goes_back_has_failed_unless_that_is_asked_for() {
    let fleet = Fleet::small("undo", 2);
    fleet.in_place("dc-1", 1, "v2", Status::Passing);
    fleet.in_place("dc-1", 2, "v2", Status::Passing);
    let mut failing = Waiting::start(&["undo", "--wait"]);
    let mut asked = Waiting::start(&["undo", "--wait", "--version", "v1"]);
    failing.until("2 of 6 on v2");
    asked.until("4 of 6 on v1");
    (1..=2).for_each(|i| fleet.in_place("dc-1", i, "v1", Status::Passing));
    let (failing, asked) = (failing.end(), asked.end());
    assert_eq!((failing.code, asked.code), (Some(1), Some(0)), "{} {}", failing.err, asked.err);
}
