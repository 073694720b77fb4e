//! What is recorded can be looked at later: with the same views, to the moment, after a kill, and on
//! a disk that was full for a while.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dcview::past::What;
use dcview::recording::{Recording, read};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tempfile::TempDir;

use crate::support::consul::Status;
use crate::support::screen::{Launch, Screen, keys};
use crate::support::wait::wait_some;
use crate::{SIZES, acl, field, flipped, instance, open, shows};

/// The longest that something is waited for that does not come on screen.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

fn dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn name(path: &Path) -> &str {
    path.to_str().expect("a name")
}

/// A screen on a recording.
fn replay(path: &Path, args: &[&str], size: (u16, u16)) -> Screen {
    let args = [&["replay", name(path)], args].concat();
    let screen = Screen::start(&args, &[], size);
    screen.wait_for(" REPLAY ");
    screen
}

/// The program without a terminal.
fn run(args: &[&str]) -> Output {
    let home = dir();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dcview"));
    command.args(args).env_clear().env("HOME", home.path());
    command.output().expect("the program")
}

/// What a screen says of what its filter shows: without the lines at the top and the bottom, which say
/// whether it is a recording and how far, and without the lengths of frames, how many rows there are
/// of others, and rows that are empty: the scrubber takes the place of one.
fn content(text: &str) -> String {
    let lines = text.lines().skip(1).filter(|line| !line.contains(" REPLAY "));
    let body: Vec<String> = lines
        .map(|line| line.replace(" as it was", " live").replace('─', ""))
        .map(|line| match line.split_once('/').zip(line.split_once(']')) {
            Some(((before, _), (_, after))) if line.starts_with('┌') => {
                format!("{before}]{after}")
            }
            _ => line,
        })
        .filter(|line| line.starts_with('│') || line.starts_with('┌'))
        .filter(|line| !line.chars().all(|c| matches!(c, '│' | ' ')))
        .collect();
    body.join("\n")
}

/// Leaves the program and waits for its end.
fn quit(mut screen: Screen) {
    screen.send(keys::CTRL_C);
    assert_eq!(screen.exit(), 0);
}

#[test]
fn a_recording_shows_what_the_screen_showed_at_the_same_moment() {
    let field = field::calm();
    let (dc, dir) = (field.dc("dc-2"), dir());
    dc.seed(&[instance("rc-api", Status::Passing, "fine")]);
    let path = dir.path().join("incident");
    let args = ["--record", name(&path), "-c", "checks /rc-"];
    let screen = open(&field.dc("dc-1").http_addr(), &args, SIZES[1]);
    screen.wait("live lists", |text| text.contains("</rc-> live"));
    dc.set_check("rc-api-node", &flipped("rc-api", Status::Critical, "connection refused"));
    let failing = screen.wait("the check, as it was seen to fail", |text| {
        shows(text, &["dc-2", "critical", "rc-api", "1/1 inst", "3s", "refused", "✓✗ 1"])
    });
    screen.send(":services /rc-\r");
    screen.wait("the service", |text| shows(text, &["rc-api", "critical", "0/1"]));
    dc.set_check("rc-api-node", &flipped("rc-api", Status::Passing, "fine again"));
    let well =
        screen.wait("its recovery", |text| shows(text, &["rc-api", "passing", "1/1", "✓✗✓ 2"]));
    quit(screen);
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let screen = replay(&path, &["-c", "checks /rc-"], SIZES[1]);
    let expected = content(&failing);
    screen.wait("the very screen of then", |text| content(text) == expected);
    screen.send("p");
    screen.wait_for("paused");
    screen.send(":services /rc-\r");
    screen.wait("what failed", |text| shows(text, &["rc-api", "critical", "0/1"]));
    screen.send("p");
    let expected = content(&well);
    screen.wait("the very screen of its recovery", |text| content(text) == expected);
    screen.send(keys::END);
    screen.wait_for(" end ");
    // Step by step back to the failure, and out of it.
    screen.send("[");
    screen.wait("the failure", |text| shows(text, &["rc-api", "critical", "0/1"]));
    screen.send("]");
    screen.wait("the recovery", |text| shows(text, &["rc-api", "passing", "1/1"]));
    screen.send("e");
    screen.wait_for("nothing can be changed");
    screen.send("\x12");
    screen.wait_for("no server is asked");
    quit(screen);
}

#[test]
fn a_killed_program_loses_at_most_the_last_second() {
    let field = field::calm();
    let (dc, dir) = (field.dc("dc-2"), dir());
    dc.seed(&[instance("rk-api", Status::Passing, "fine")]);
    let path = dir.path().join("killed");
    let args = ["--record", name(&path), "-c", "checks /rk-"];
    let mut screen = open(&field.dc("dc-1").http_addr(), &args, SIZES[0]);
    screen.wait("live lists", |text| text.contains("</rk-> live"));
    dc.set_check("rk-api-node", &flipped("rk-api", Status::Critical, "down"));
    screen.wait("a second after it failed", |text| shows(text, &["rk-api", "critical", "1s"]));
    let killed = chrono::Utc::now();
    screen.signal("KILL");
    screen.status();
    let recording = Recording::open(&path).expect("a recording");
    // Something is recorded every second: what came up to a second before is there.
    let last = killed - recording.span().to;
    assert!(last <= chrono::TimeDelta::seconds(2), "the last that came is {last} old");
    assert_eq!(recording.damages().len(), 0);
    let screen = replay(&path, &["--speed", "60", "-c", "checks /rk-"], SIZES[0]);
    screen.wait("the failure at its end", |text| {
        text.contains(" end ") && shows(text, &["rk-api", "critical"])
    });

    // The next run goes on in the same file, which has a hole between the two.
    let again = open(&field.dc("dc-1").http_addr(), &args, SIZES[0]);
    again.wait("the check", |text| shows(text, &["rk-api", "critical"]));
    let second = run(&["--record", name(&path)]);
    assert_eq!(second.status.code(), Some(2));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("another dcview records to"), "{said}");
    quit(again);
    let recording = Recording::open(&path).expect("a recording");
    assert!(recording.holes().iter().any(|hole| hole.why == "dcview did not run"));
    assert!(recording.span().to > killed);
}

#[test]
fn no_token_is_in_it_and_no_value_unless_it_is_asked_for() {
    let dc = acl::guarded().dc("dc-1");
    let put = |key: &str, value: &str| {
        dc.http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
    };
    put("rt/password", "correct-horse-battery");
    let dir = dir();
    let record = |file: &str, args: &[&str]| {
        let path = dir.path().join(file);
        let args = [&["--record", name(&path), "-c", "key rt/password"], args].concat();
        let screen = acl::open_as(acl::guarded().token(), &args, SIZES[0]);
        screen.wait_for("correct-horse-battery");
        screen.send(":checks\r");
        screen.wait_for("checks by service");
        screen.send(":key rt/password\r");
        screen.wait_for("correct-horse-battery");
        quit(screen);
        path
    };
    let without = record("without", &[]);
    let with = record("with", &["--record-values"]);
    let all = |path: &Path| {
        let entries: Vec<_> = read(path).expect("a recording").flatten().collect();
        assert!(entries.iter().any(|entry| matches!(entry.what, What::Report(_))));
        format!("{entries:?}")
    };
    let (without_text, with_text) = (all(&without), all(&with));
    let token = acl::guarded().token();
    assert!(!without_text.contains(token) && !with_text.contains(token));
    assert!(!without_text.contains("correct-horse-battery"));
    assert!(!without_text.contains(&format!("{:?}", b"correct-horse-battery")));
    assert!(with_text.contains("correct-horse-battery"));
    let screen = replay(&without, &["-c", "key rt/password", "--at", "0s"], SIZES[0]);
    screen.wait_for("value not recorded");
    let screen = replay(&with, &["-c", "key rt/password", "--at", "0s"], SIZES[0]);
    screen.wait_for("correct-horse-battery");
}

/// A recording of the demo, which needs no server.
fn demo(path: &Path, args: &[&str]) -> Screen {
    let args = [&["demo", "--speed", "20", "--record", name(path)], args].concat();
    let screen = Screen::start(&args, &[], SIZES[0]);
    screen.wait("datacenters", |text| shows(text, &["│ dc-3"]));
    screen
}

#[test]
fn a_full_disk_is_said_once_and_recording_goes_on_when_there_is_room() {
    let dir = dir();
    let path = dir.path().join("full");
    let program = env!("CARGO_BIN_EXE_dcview");
    let script = "ulimit -S -f 24; exec \"$0\" demo --speed 20 --record \"$1\"";
    let screen = Launch::program("sh", &["-c", script, program, name(&path)]).start();
    screen.wait_for("recording pauses: File too large");
    screen.send(keys::ESC);
    screen.wait_gone("recording pauses");
    let before = Recording::open(&path).expect("a recording");
    assert_eq!(before.damages().len(), 0, "no half of a frame is left");
    let pid = i32::try_from(screen.pid()).ok().and_then(Pid::from_raw).expect("an id");
    let free = Rlimit { current: None, maximum: None };
    prlimit(Some(pid), Resource::Fsize, free).expect("another limit");
    screen.wait_for("recording goes on");
    quit(screen);
    let recording = Recording::open(&path).expect("a recording");
    let hole = recording.holes().iter().find(|hole| hole.why.contains("File too large"));
    let hole = hole.expect("the gap, marked");
    assert!(hole.from <= before.span().to + chrono::TimeDelta::seconds(1));
    assert!(recording.span().to >= hole.to && recording.damages().len() == 0);
}

#[test]
fn what_is_no_recording_is_said_and_left_alone() {
    let dir = dir();
    let file = |name: &str, content: &[u8]| -> PathBuf {
        let path = dir.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    };
    let notes = file("notes.txt", b"milk, eggs, and a much longer line of text");
    let empty = file("empty", b"");
    let missing = dir.path().join("missing");
    for (args, expected) in [
        (vec!["replay", name(&notes)], "is no recording of dcview"),
        (vec!["replay", name(&empty)], "is empty: nothing was recorded to it"),
        (vec!["replay", name(&missing)], "No such file or directory"),
        (vec!["replay", name(dir.path())], "cannot read"),
        (vec!["--record", name(&notes)], "is no recording: give another name"),
        (vec!["--record", name(dir.path())], "cannot record to"),
        (vec!["--record", "/dev/full"], "is no file"),
        (vec!["get", "nodes", "--record", "x"], "unexpected argument"),
        (vec!["--record", "x", "get", "nodes"], "opens none"),
        (vec!["--record-values"], "--record <FILE>"),
        (vec!["--record", "x", "--record-size", "1"], "at least 1MB"),
    ] {
        let done = run(&args);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
    }
    assert_eq!(fs::read(&notes).expect("a file"), b"milk, eggs, and a much longer line of text");
}

#[test]
fn a_damaged_recording_shows_the_rest_and_says_what_is_missing() {
    let dir = dir();
    let path = dir.path().join("damaged");
    let screen = demo(&path, &[]);
    let size = || fs::metadata(&path).map_or(0, |about| about.len());
    wait_some(PATIENCE, "some seconds of it", || (size() > 30_000).then_some(()));
    quit(screen);
    let mut bytes = fs::read(&path).expect("a file");
    let length = bytes.len();
    bytes[length / 2] ^= 0x10;
    bytes.truncate(length - 100);
    fs::write(&path, &bytes).expect("a file");
    let screen = replay(&path, &["--speed", "5"], SIZES[1]);
    screen.wait_for("is damaged:");
    screen.wait_for("and 1 more place");
    screen.wait("that it may be incomplete", |text| text.contains("damaged: it may be incomplete"));
    screen.wait("its end", |text| text.contains(" end ") && shows(text, &["│ dc-3"]));
}

#[test]
fn a_recorder_that_dies_is_said_and_the_screen_lives_on() {
    let dir = dir();
    let path = dir.path().join("dies");
    let args = ["demo", "--record", name(&path)];
    let screen = Screen::start(&args, &[("DCVIEW_PANIC", "recorder")], SIZES[0]);
    screen.wait_for("recording ended: it stopped unexpectedly");
    screen.send(keys::ESC);
    screen.wait_gone("recording ended");
    screen.wait("datacenters", |text| shows(text, &["│ dc-3"]));
    quit(screen);
}
