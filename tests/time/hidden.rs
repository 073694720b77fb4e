//! What happens while dcview cannot see it: it is told as between two times.

use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rustix::process::Signal;
use serde_json::Value;

use crate::done::deregister;
use crate::support::consul::{Cluster, Dc, Instance, Status, consul};
use crate::support::fault::Proxy;
use crate::support::wait::wait;
use crate::told::Told;

fn instance(id: &str, status: Status) -> Instance {
    Instance::new("hid-n", "hid", id).status(status, "down")
}

fn time(event: &Value, name: &str) -> Option<DateTime<Utc>> {
    event[name].as_str().map(|text| text.parse().expect("a time"))
}

/// It was between the two times, and the event says so.
fn assert_between(event: &Value, from: DateTime<Utc>, to: DateTime<Utc>) {
    let (after, at) = (time(event, "after"), time(event, "at").expect("a time"));
    assert!(after.is_some_and(|after| after <= to), "not an instant: {event}");
    assert!(at >= from, "{event}: {from} to {to}");
}

/// Returns when it was told that these came, and their node.
#[track_caller]
fn seen(told: &Told, dc: &str, ids: &[&str]) {
    told.wait_for(dc, "node", "hid-n", "joined");
    for id in ids {
        told.wait_for(dc, "instance", &format!("{id} on hid-n"), "registered");
    }
}

/// Nothing else was told of what has this in its name.
#[track_caller]
fn assert_only(told: &Told, dc: &str, name: &str, expected: &[&str]) {
    // Each was waited for: none is missing.
    let mut lines = told.lines_of(dc, name);
    lines.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(lines, expected, "in {dc}");
}

/// Everything changes in a datacenter that is dark: told between it was lost and is back.
pub fn a_datacenter_that_was_dark(cluster: &Cluster, told: &Told, proxy: &Proxy) {
    let dc = cluster.dc("dc-3");
    dc.seed(&[instance("hid-1", Status::Passing), instance("hid-2", Status::Critical)]);
    told.wait_for("dc-3", "check", "service:hid-2 of hid-2 on hid-n", "critical");
    seen(told, "dc-3", &["hid-1", "hid-2"]);
    told.forget();
    let from = Utc::now();
    proxy.cut();
    told.wait_for("dc-3", "datacenter", "datacenter", "dark");
    change(dc);
    let to = Utc::now();
    proxy.mend();
    let lost = told.wait_for("dc-3", "check", "service:hid-1 of hid-1 on hid-n", "critical");
    let well = told.wait_for("dc-3", "check", "service:hid-2 of hid-2 on hid-n", "passing");
    let come = told.wait("the new one", |it| {
        it["kind"] == "instance" && it["object"].as_str().is_some_and(|it| it.contains("new-1"))
    });
    for event in [&lost, &well, &come] {
        assert_between(event, from, to);
    }
    told.wait_for("dc-3", "datacenter", "datacenter", "live");
    told.wait_for("dc-3", "node", "new-n", "joined");
    let checks = [
        "check service:hid-1 of hid-1 on hid-n: passing > critical",
        "check service:hid-2 of hid-2 on hid-n: critical > passing",
    ];
    assert_only(told, "dc-3", "hid", &checks);
    let new = ["instance new-1 on new-n:  > registered", "node new-n:  > joined"];
    assert_only(told, "dc-3", "new-", &new);
    let there = ["datacenter datacenter: live > dark", "datacenter datacenter: dark > live"];
    assert_only(told, "dc-3", "datacenter", &there);
}

fn change(dc: &Dc) {
    dc.seed(&[
        instance("hid-1", Status::Critical),
        instance("hid-2", Status::Passing),
        Instance::new("new-n", "new", "new-1"),
    ]);
}

/// dcview stands still: what happened meanwhile was in that time.
pub fn dcview_itself_was_stopped(cluster: &Cluster, told: &Told) {
    let dc = cluster.dc("dc-1");
    dc.seed(&[instance("hid-1", Status::Passing)]);
    seen(told, "dc-1", &["hid-1"]);
    told.forget();
    told.signal(Signal::STOP);
    let (from, began) = (Utc::now(), Instant::now());
    dc.seed(&[instance("hid-1", Status::Critical)]);
    // As long as an operator's Ctrl-Z that was forgotten, in short.
    wait(Duration::from_secs(10), "some seconds", || began.elapsed() > Duration::from_secs(4));
    let to = Utc::now();
    told.signal(Signal::CONT);
    let event = told.wait_for("dc-1", "check", "service:hid-1 of hid-1 on hid-n", "critical");
    assert_between(&event, from, to);
    let check = "check service:hid-1 of hid-1 on hid-n: passing > critical";
    assert_only(told, "dc-1", "hid", &[check]);
}

/// Consul is restored from a snapshot: what differs is told, and nothing is taken for old.
pub fn an_index_that_went_backwards(cluster: &Cluster, told: &Told) {
    let dc = cluster.dc("dc-2");
    dc.seed(&[instance("hid-1", Status::Passing)]);
    seen(told, "dc-2", &["hid-1"]);
    let dir = tempfile::tempdir().expect("a directory");
    let snapshot = |what: &str| {
        let agent = format!("-http-addr={}", dc.http_addr());
        let file = dir.path().join("saved");
        let status = Command::new(consul()).args(["snapshot", what, &agent]).arg(file).output();
        assert!(status.expect("consul runs").status.success(), "snapshot {what}");
    };
    snapshot("save");
    dc.seed(&[instance("hid-1", Status::Critical), instance("hid-2", Status::Critical)]);
    told.wait_for("dc-2", "check", "service:hid-2 of hid-2 on hid-n", "critical");
    seen(told, "dc-2", &["hid-1", "hid-2"]);
    told.wait_for("dc-2", "check", "service:hid-1 of hid-1 on hid-n", "critical");
    told.forget();
    snapshot("restore");
    told.wait_for("dc-2", "check", "service:hid-1 of hid-1 on hid-n", "passing");
    let gone = "service:hid-2 of hid-2 on hid-n";
    told.wait("the check that is no longer", |it| it["object"] == gone && it["from"] == "critical");
    dc.seed(&[instance("hid-1", Status::Critical)]);
    told.wait_for("dc-2", "check", "service:hid-1 of hid-1 on hid-n", "critical");
    deregister(dc, "hid-n", ("ServiceID", "hid-1"));
    told.wait_for("dc-2", "instance", "hid-1 on hid-n", "");
    told.wait_for("dc-2", "instance", "hid-2 on hid-n", "");
    told.wait_for("dc-2", "check", "service:hid-1 of hid-1 on hid-n", "");
    let all = [
        "check service:hid-1 of hid-1 on hid-n: critical > passing",
        "check service:hid-2 of hid-2 on hid-n: critical > ",
        "instance hid-2 on hid-n: registered > ",
        "check service:hid-1 of hid-1 on hid-n: passing > critical",
        "check service:hid-1 of hid-1 on hid-n: critical > ",
        "instance hid-1 on hid-n: registered > ",
    ];
    assert_only(told, "dc-2", "hid", &all);
}
