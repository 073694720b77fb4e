//! How a stream learns where it comes from, who runs it, and when to look again.

use std::time::{Duration, Instant};

use dcview::domain::ids::Dc;
use dcview::domain::replication::{Source, Verdict};
use dcview::replication::{Memory, Spec, follower};

use super::scene::{Scene, cluster, put};
use super::support::runtime::runtime;

#[test]
fn a_source_that_nobody_named_is_proposed_until_it_is_confirmed() {
    let mut scene = Scene::new("proposed/");
    scene.set("a", "1");
    scene.set("b", "1");
    // Another that has a little of it, and would be first by name.
    put(&cluster().dc("dc-3").http(), "proposed/a", "1");
    let _replicator = scene.replicate();
    scene.until("both", |stream| stream.counts.same == 2);
    scene.told.sources.clear();
    let dir = tempfile::tempdir().expect("a directory");
    let ground = dcview::replication::Ground {
        memory: Memory::new(&dir.path().join("sources.json")),
        ..scene.ground()
    };
    let spec = Spec::Replicate { into: "dc-2".into(), status: scene.status().as_str().into() };
    let mut follower = follower(&ground, &spec);
    let mut look = || runtime().block_on(follower.look()).streams.remove(0);
    let stream = look();
    assert_eq!((stream.id.source.as_ref(), stream.is_proposed), (Some(&Dc::from("dc-1")), true));
    assert_eq!(stream.verdict, Verdict::InSync);

    let source = Source::confirming(&stream.id).expect("it has a source");
    ground.memory.remember(source, "http://any").expect("a file");
    let stream = look();
    assert!(!stream.is_proposed && stream.verdict == Verdict::InSync, "{stream:#?}");
}

#[test]
fn a_source_that_nothing_speaks_for_is_not_guessed() {
    let mut scene = Scene::new("unknown/");
    scene.told.sources.clear();
    let status =
        "{ \"LastReplicated\": 9, \"Source\": \"unknown/\", \"Destination\": \"unknown/\" }";
    put(&scene.destination, &scene.status(), status);
    put(&scene.destination, "unknown/a", "1");
    let stream = scene.stream();
    assert_eq!((&stream.id.source, stream.verdict), (&None, Verdict::Unknown));
    assert_eq!((stream.is_proposed, stream.last_replicated), (false, Some(9)));
}

#[test]
fn who_holds_the_lock_is_told() {
    let mut scene = Scene::new("locked/");
    scene.set("a", "1");
    let _replicator = scene.replicate();
    scene.in_sync();
    let session = scene.destination.put_text("/v1/session/create", "{}").expect("an answer");
    let session = session.json()["ID"].as_str().expect("an id").to_owned();
    let path = format!("/v1/kv/{}.lock?acquire={session}", scene.told.lock);
    scene.destination.put_text(&path, "").expect("an answer");
    let held = ("lock", "held on dc-2-server-0".to_owned());
    scene.until("the holder is told", |stream| stream.facts.contains(&held));
}

#[test]
fn a_change_wakes_within_a_second() {
    let mut scene = Scene::new("woken/");
    for number in 0..200 {
        scene.set(&format!("key-{number}"), "1");
    }
    let replicator = scene.replicate();
    scene.until("all", |stream| stream.counts.same == 200);
    replicator.stop();
    let spec = Spec::Replicate { into: "dc-2".into(), status: scene.status().as_str().into() };
    let mut follower = follower(&scene.ground(), &spec);
    runtime().block_on(follower.look());
    let mut slowest = Duration::ZERO;
    for round in 0..10 {
        let started = Instant::now();
        let (http, key) = match round % 2 {
            0 => (&scene.source, format!("woken/key-{round}")),
            _ => (&scene.destination, scene.there(&format!("key-{round}"))),
        };
        let stream = runtime().block_on(async {
            let changed = follower.changed();
            tokio::join!(changed, async { put(http, &key, "2") });
            follower.look().await.streams.remove(0)
        });
        slowest = slowest.max(started.elapsed());
        let differ = stream.counts.drift + stream.counts.pending;
        assert_eq!(differ, round + 1, "{stream:#?}");
    }
    println!("a change to its verdict, slowest of 10: {slowest:?}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}
