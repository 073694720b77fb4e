//! A rollout of forty instances on the screen: once well, once failing half-way and taken back.

use super::cluster;
use super::fleet::{COUNTS, Fleet};
use super::support::consul::{Instance, Status};
use super::support::screen::{Launch, Screen, keys};

/// A screen whose settings call a new version failing after two seconds.
fn open(args: &[&str]) -> Screen {
    let launch = Launch::dcview(args).env("CONSUL_HTTP_ADDR", &cluster().dc("dc-1").http_addr());
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a configuration directory");
    std::fs::write(folder.join("config.toml"), "[rollout]\ngrace = 2\n").expect("settings");
    launch.size(120, 40).start()
}

/// Shows the rollout of a service by the key on its list, and waits until all are known.
fn watch(service: &str) -> Screen {
    let screen = open(&["-c", &format!("services /{service}")]);
    screen.wait(&format!("the row of {service}"), |text| {
        text.lines().any(|line| line.contains(service) && line.contains("14/14"))
    });
    screen.send("w");
    screen.wait_for(&format!("rollout {service}"));
    screen.wait("all forty", |text| text.contains("instances (right: steps) [40]"));
    screen
}

#[test]
fn a_rollout_is_watched_through_three_datacenters_to_its_end() {
    let fleet = Fleet::new("billing");
    let screen = watch("billing");
    screen.wait_for("one version: nothing is rolled out");
    // Other instances come for them in the first datacenter; in the others they change in place.
    (1..=14).for_each(|i| fleet.replace("dc-1", i, "v2"));
    let text = screen.wait_for("rolling: 14 of 40 on v2");
    assert!(text.contains("dc-2, dc-3 not begun"), "{text}");
    screen.wait("dc-1 is done", |text| {
        text.lines()
            .any(|line| line.contains("dc-1 ") && line.contains("100%") && line.contains("done"))
    });
    (1..=13).for_each(|i| fleet.in_place("dc-2", i, "v2", Status::Passing));
    screen.wait_for("rolling: 27 of 40 on v2");
    (1..=12).for_each(|i| fleet.in_place("dc-3", i, "v2", Status::Passing));
    let text = screen.wait_for("rolling: 39 of 40 on v2");
    assert!(text.contains("/min") && text.contains("left"), "{text}");
    fleet.in_place("dc-3", 13, "v2", Status::Passing);
    let text = screen.wait_for("all 40 on v2");
    assert!(text.contains("✓ done in "), "{text}");
    // It stays in the history, with how long it took.
    screen.send(":rollouts\r");
    screen.wait("it is in the history", |text| {
        text.lines().any(|line| line.contains("✓ done") && line.contains("v1 -> v2"))
    });
}

#[test]
fn a_rollout_that_nobody_watches_is_noticed_with_what_was_there_before() {
    let dc = cluster().dc("dc-1");
    let web = |id: &str, version| Instance::new("calm-node", "calm", id).meta("version", version);
    let mixed = |id: &str, version| Instance::new("zz-node", "zz", id).meta("version", version);
    dc.seed(&[web("calm-1", "v1"), web("calm-2", "v1")]);
    // Of two versions, and read last of all: when it is listed, all are known.
    dc.seed(&[mixed("zz-1", "v1"), mixed("zz-2", "v2")]);
    let screen = open(&["-c", "rollouts"]);
    screen.wait("zz is known", |text| text.lines().any(|line| line.contains(" zz ")));
    dc.seed(&[web("calm-1", "v2")]);
    let row = |words: [&'static str; 4]| {
        move |text: &str| text.lines().any(|line| words.iter().all(|word| line.contains(word)))
    };
    screen.wait("half of it", row([" calm ", "v1 -> v2", "50%", "1/2"]));
    dc.seed(&[web("calm-2", "v2")]);
    screen.wait("all of it", row([" calm ", "✓ done", "100%", "2/2"]));
    // It began while dcview looked: how long it took is exact.
    let text = screen.text();
    let line = text.lines().find(|line| line.contains(" calm ")).expect("its row");
    assert!(!line.contains(">="), "{text}");
}

#[test]
fn a_new_version_that_fails_half_way_is_named_and_taken_back() {
    let fleet = Fleet::new("orders");
    let screen = watch("orders");
    (1..=14).for_each(|i| fleet.in_place("dc-1", i, "v2", Status::Passing));
    screen.wait_for("rolling: 14 of 40 on v2");
    (1..=6).for_each(|i| fleet.in_place("dc-2", i, "v2", Status::Critical));
    let text = screen.wait_for("v2 is failing: 6 critical");
    for shown in ["orders-1 on orders-node-1 in dc-2", "503 no such table", "20 of 40 on v2"] {
        assert!(text.contains(shown), "{shown}:\n{text}");
    }
    // The failing ones are first, each with what its check says.
    let rows = text.lines().filter(|line| line.contains("✗ critical") && line.contains("503"));
    assert_eq!(rows.count(), 6, "{text}");
    screen.send(keys::ENTER);
    screen.wait("the page of a failing instance", |text| {
        text.contains(" @ dc-2 [3]") && text.contains("service:orders-")
    });
    screen.send("w");
    screen.wait_for("v2 is failing");
    for (dc, count) in [("dc-2", 6), ("dc-1", 14)] {
        (1..=count).for_each(|i| fleet.in_place(dc, i, "v1", Status::Passing));
    }
    screen.wait_for("went back to v1 after ");
    screen.send(keys::RIGHT);
    screen.wait("its steps", |text| text.contains("v1 0 ->") || text.contains("v1 12 ->"));
    assert_eq!(COUNTS.iter().map(|(_, n)| n).sum::<usize>(), 40);
}
