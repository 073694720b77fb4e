//! Sources that are not what they were: restored, two at once, without a leader, gone.

use std::process::Command;
use std::time::{Duration, Instant};

use dcview::domain::replication::{Alarm, Class, Verdict};

use super::scene::{SOON, Scene, delete, differing, put, three};
use super::support::consul::{Cluster, Plan, consul};
use super::support::replicator::Replicator;
use super::support::wait::wait;

/// A federation of its own, until the process ends.
fn own(cluster: Cluster) -> &'static Cluster {
    Box::leak(Box::new(cluster))
}

/// Saves or restores all that a datacenter holds.
fn snapshot(what: &str, agent: &str, file: &std::path::Path) {
    let status = Command::new(consul())
        .args(["snapshot", what, &format!("-http-addr={agent}")])
        .arg(file)
        .output()
        .expect("consul runs");
    assert!(status.status.success(), "{status:?}");
}

#[test]
fn a_restored_source_drifts_and_is_said_to_be_restored() {
    let cluster = own(three());
    let mut scene = Scene::on(cluster, "restored/", "restored/");
    for name in ["a", "b", "c"] {
        scene.set(name, "1");
    }
    let _replicator = scene.replicate();
    scene.until("all three", |stream| stream.counts.same == 3);
    let dir = tempfile::tempdir().expect("a directory");
    let (file, agent) = (dir.path().join("saved"), cluster.dc("dc-1").http_addr());
    snapshot("save", &agent, &file);
    scene.set("a", "2");
    scene.delete("b");
    let before = scene.until("it is carried", |stream| {
        stream.verdict == Verdict::InSync
            && stream.counts.same == 2
            && stream.last_replicated == stream.source_index
    });
    snapshot("restore", &agent, &file);
    let held = || scene.source.get("/v1/kv/restored/a?raw").is_some_and(|a| a.body == "1");
    wait(SOON, "the source is as it was saved", held);
    let stream = scene.stream();
    let expected = [("a", Class::Drift), ("b", Class::Drift)];
    assert_eq!(differing(&stream), expected.map(|(name, class)| (name.to_owned(), class)));
    let restored = Alarm::SourceRestored {
        last_replicated: before.last_replicated.unwrap_or_default(),
        source_index: stream.source_index.unwrap_or_default(),
    };
    assert!(stream.alarms.contains(&restored), "{stream:#?}");
    let said = stream.facts.iter().any(|(_, said)| said.contains("was restored or rebuilt"));
    assert!(said, "{:?}", stream.facts);

    // The replicator reads anew within its wait, and its status says that it caught up. No look
    // may believe it.
    let started = Instant::now();
    loop {
        let stream = scene.stream();
        assert_eq!((stream.verdict, stream.counts.drift), (Verdict::Drift, 2), "{stream:#?}");
        if stream.last_replicated == stream.source_index {
            assert!(stream.alarms.contains(&restored), "{stream:#?}");
            break;
        }
        assert!(started.elapsed() < SOON, "{stream:#?}");
        std::thread::park_timeout(Duration::from_millis(200));
    }
}

#[test]
fn two_sources_on_one_status_are_an_alarm() {
    let mut scene = Scene::new("shared/");
    // So that the indexes of the two are far from each other.
    for number in 0..200 {
        put(&scene.source, "shared-not/filler", &number.to_string());
    }
    let from = |dc: &str| {
        let mut orders = scene.orders.clone();
        dc.clone_into(&mut orders.carried[0].from);
        orders
    };
    let (first, second) = (from("dc-1"), from("dc-3"));
    let other = super::scene::cluster().dc("dc-3").http();
    scene.set("a", "1");
    let _first = Replicator::start(&first);
    scene.in_sync();
    put(&other, "shared/b", "2");
    let _second = Replicator::start(&second);
    let stream = scene.until("the status jumped back", |stream| {
        stream.alarms.iter().any(|alarm| matches!(alarm, Alarm::SharedStatus { .. }))
    });
    let jumped = stream.alarms.iter().find_map(|alarm| match alarm {
        Alarm::SharedStatus { from, to } => Some((*from, *to)),
        _ => None,
    });
    let (from, to) = jumped.expect("as waited for");
    assert!(to < from, "{from} {to}");
    delete(&other, "shared/?recurse");
}

#[test]
fn a_source_without_a_leader_leaves_what_was_found() {
    let cluster = own(Cluster::start(Plan::new().dc("dc-1", 3).dc("dc-2", 1).dc("dc-3", 1)));
    let mut scene = Scene::on(cluster, "led/", "led/");
    scene.set("a", "1");
    let replicator = scene.replicate();
    let before = scene.in_sync();
    replicator.stop();
    let dc = cluster.dc("dc-1");
    for server in [1, 2] {
        dc.kill_server(server);
    }
    let stream = scene.until("the reason is told", |stream| stream.problem.is_some());
    let why = stream.problem.as_deref().unwrap_or_default();
    assert!(why.starts_with("dc-1: "), "{why}");
    assert_eq!((stream.verdict, stream.counts), (Verdict::InSync, before.counts));
    for server in [1, 2] {
        dc.restart_server(server);
    }
    dc.await_ready();
    let again = scene.until("it is compared again", |stream| stream.problem.is_none());
    assert!(again.at > stream.at && again.verdict == Verdict::InSync, "{again:#?}");
}

#[test]
fn a_destination_that_changes_its_leader_under_load_never_drifts() {
    let cluster = own(Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 3).dc("dc-3", 1)));
    let mut scene = Scene::on(cluster, "moved/", "moved/");
    let dc = cluster.dc("dc-2");
    let leader = dc.leader().expect("a leader");
    scene.asked = (leader + 1) % 3;
    scene.orders.http = dc.http_of((leader + 2) % 3);
    scene.set("0", "0");
    let _replicator = scene.replicate();
    scene.in_sync();
    let (started, mut looks, mut problems) = (Instant::now(), 0_usize, 0_usize);
    let mut number = 0_usize;
    let mut look_for = |scene: &mut Scene, time: Duration| {
        let end = Instant::now() + time;
        while Instant::now() < end {
            number += 1;
            scene.set(&(number % 20).to_string(), &number.to_string());
            let stream = scene.stream();
            assert_eq!((stream.counts.drift, &*stream.alarms), (0, &[][..]), "{stream:#?}");
            looks += 1;
            problems += usize::from(stream.problem.is_some());
        }
    };
    look_for(&mut scene, Duration::from_secs(1));
    dc.stop_server(leader);
    look_for(&mut scene, Duration::from_secs(6));
    let is_led = |other: usize| {
        let answer = dc.http_of((leader + other) % 3).get("/v1/status/leader");
        answer.is_some_and(|answer| answer.body.len() > 2)
    };
    wait(SOON, "another leader", || is_led(1) && is_led(2));
    // It takes itself for the leader until it finds out.
    dc.cont_server(leader);
    look_for(&mut scene, Duration::from_secs(3));
    scene.in_sync();
    println!("{looks} looks in {:?}: 0 false drifts, {problems} could not look", started.elapsed());
}

#[test]
fn a_dark_destination_leaves_what_was_found() {
    let cluster = own(Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1)));
    let mut scene = Scene::on(cluster, "dark/", "dark/");
    scene.set("a", "1");
    let replicator = scene.replicate();
    let before = scene.in_sync();
    replicator.stop();
    cluster.dc("dc-2").kill_server(0);
    let started = Instant::now();
    let stream = scene.until("the reason is told", |stream| stream.problem.is_some());
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    assert!(stream.problem.as_deref().is_some_and(|why| why.starts_with("dc-2: ")), "{stream:#?}");
    assert_eq!((stream.verdict, stream.counts), (Verdict::InSync, before.counts));
    assert!(stream.at >= before.at);
    cluster.dc("dc-2").restart_server(0);
    scene.changed();
    let stream = scene.stream();
    assert_eq!((stream.verdict, stream.problem.as_deref()), (Verdict::InSync, None));
}
