//! What happened, as the timeline tells it: compared with what was done, and exported.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::consul::Status;
use crate::support::screen::{Screen, keys};
use crate::{SIZES, field, flipped, instance, open, shows};

/// What is done to the check of `tl-api` in dc-2, each once the one before was seen.
const DONE: [(Status, &str); 4] = [
    (Status::Critical, "refused | first"),
    (Status::Warning, "slow"),
    (Status::Passing, "fine"),
    (Status::Critical, "refused again"),
];

/// Exports what is shown and gives what the file holds.
fn export(screen: &Screen, path: &Path) -> String {
    let file = path.display();
    screen.send(&format!(":export-events {file}\r"));
    let done = format!("events written to {file}");
    screen.wait("the export", |text| text.contains(&done));
    std::fs::read_to_string(path).expect("the file that was written")
}

/// The states before and after of events as JSON.
fn changes(events: &[Value]) -> Vec<(String, String)> {
    let text = |it: &'_ Value, name: &str| it[name].as_str().map(str::to_owned).expect("text");
    events.iter().map(|it| (text(it, "from"), text(it, "to"))).collect()
}

#[test]
fn the_timeline_tells_what_was_done_and_is_exported_as_it_is_shown() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    dc.seed(&[instance("tl-api", Status::Passing, "fine")]);
    let folder = tempfile::tempdir().expect("a folder");
    let recording = folder.path().join("recording");
    let recording = recording.to_str().expect("a path");
    let args = ["--record", recording, "-c", "timeline service=tl-api kind=check"];
    let mut screen = open(&field.dc("dc-1").http_addr(), &args, SIZES[1]);
    screen.wait("all followed", |text| text.contains("live") && !text.contains("loading"));
    let mut before = "passing";
    for (place, (status, output)) in DONE.into_iter().enumerate() {
        dc.set_check("tl-api-node", &flipped("tl-api", status, output));
        let change = format!("{before} -> {}", status.as_str());
        before = status.as_str();
        let count = format!("[{}]", place + 1);
        screen.wait("the change", |text| {
            text.contains(&count) && shows(text, &["dc-2", "tl-api-1", &change])
        });
    }

    let json = export(&screen, &folder.path().join("incident.json"));
    let read: Value = serde_json::from_str(&json).expect("JSON");
    let events = read["events"].as_array().expect("events");
    let told = changes(events);
    // None missing, none invented.
    let steps = ["passing"].into_iter().chain(DONE.iter().map(|(status, _)| status.as_str()));
    let steps: Vec<&str> = steps.collect();
    let done: Vec<(String, String)> =
        steps.windows(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
    assert_eq!(told, done);
    assert!(events.iter().all(|it| it["datacenter"] == "dc-2" && it["service"] == "tl-api"));
    assert_eq!(events[0]["detail"], "refused | first");

    let csv = export(&screen, &folder.path().join("incident.csv"));
    assert_eq!(csv.trim_end().lines().count(), events.len() + 1, "{csv}");
    let markdown = export(&screen, &folder.path().join("incident.md"));
    let rows = markdown.lines().filter(|line| line.contains("| dc-2 | check |"));
    assert_eq!(rows.count(), DONE.len(), "{markdown}");
    assert!(markdown.contains("refused \\| first"), "{markdown}");
    screen.send(&format!(":export-events {}\r", folder.path().join("incident.md").display()));
    screen.wait("nothing is overwritten", |text| text.contains("is there already and is not"));

    screen.send(":checks /tl-api\r");
    screen.wait("the failing check", |text| shows(text, &["tl-api", "critical", "1/1 inst", "4"]));
    screen.send("t");
    let text = screen.wait("what changed before", |text| text.contains("before tl-api critical"));
    assert!(shows(&text, &["service", "passing -> critical", "tl-api-1"]), "{text}");
    screen.send("\r");
    screen.wait("its object", |text| text.contains("instance tl-api-1 on tl-api-node @ dc-2"));

    // What was recorded is told again, and no server is asked.
    screen.send(keys::CTRL_C);
    assert_eq!(screen.exit(), 0);
    let query =
        ["get", "events", "service=tl-api", "kind=check", "--from", recording, "-o", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_dcview"))
        .args(query)
        .env_clear()
        .env("HOME", folder.path())
        .env("CONSUL_HTTP_ADDR", "127.0.0.1:1")
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{output:?}");
    let again: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(changes(&again), done);
}
