//! Replications without a status: what was resynced while its replicator is dead, or never ran.

use dcview::domain::ids::Key;
use dcview::domain::replication::{Source, Stream, Verdict, Waiting};
use dcview::replication::{Follower, Ground, Memory, Spec, follower};

use super::scene::{Scene, delete, put};
use super::support::runtime::runtime;

fn found(follower: &mut Box<dyn Follower>) -> Vec<Spec> {
    runtime().block_on(follower.look()).found
}

fn look(ground: &Ground, spec: &Spec) -> Stream {
    let seen = runtime().block_on(follower(ground, spec).look());
    seen.streams.into_iter().next().expect("a stream")
}

/// A stream of three keys whose replicator is dead by now, and of which one is missing there.
fn dead(prefix: &str) -> Scene {
    let mut scene = Scene::new(prefix);
    for name in ["a", "b", "c"] {
        scene.set(name, "1");
    }
    let replicator = scene.replicate();
    scene.until("all", |stream| stream.counts.same == 3);
    drop(replicator);
    delete(&scene.destination, &scene.there("b"));
    scene.until("one is missing", |stream| stream.verdict == Verdict::Drift);
    scene
}

#[test]
fn a_replication_whose_status_is_deleted_stays_with_what_is_missing() {
    let mut scene = dead("gone/");
    let ground = scene.ground();
    let mut statuses = follower(&ground, &Spec::Statuses("dc-2".into()));
    let spec = Spec::Replicate { into: "dc-2".into(), status: Key::from(scene.status()) };
    assert_eq!(found(&mut statuses), std::slice::from_ref(&spec));
    let status = scene.destination.get(&format!("/v1/kv/{}?raw", scene.status()));
    let status = status.expect("an answer").body;

    delete(&scene.destination, &scene.status());
    assert_eq!(found(&mut statuses), [spec], "its keys are still missing");
    let stream = scene.stream();
    assert_eq!((stream.verdict, stream.counts.pending), (Verdict::Lagging, 1));
    assert_eq!((stream.last_replicated, stream.alarms.len()), (None, 0));
    assert!(stream.evidence.starts_with("its status is gone"), "{}", stream.evidence);
    assert!(matches!(stream.waiting, Waiting::Since(_)), "{:?}", stream.waiting);
    let stalled = scene.until("it does not move", Stream::is_stalled);
    assert_eq!(stalled.verdict, Verdict::Lagging);

    // A key that comes now is dated, and stays so when the status is put back.
    scene.set("d", "1");
    let Waiting::Since(since) = stalled.waiting else { panic!("{stalled:?}") };
    put(&scene.destination, &scene.status(), &status);
    let back = scene.until("it is back", |stream| stream.status.is_some());
    assert_eq!((back.verdict, back.counts.pending), (Verdict::Drift, 1));
    assert!(matches!(back.waiting, Waiting::Since(at) if at > since), "{:?}", back.waiting);
}

#[test]
fn what_an_operator_confirmed_is_missed_by_whoever_looks_for_the_first_time() {
    let mut scene = dead("missed/");
    let stream = scene.stream();
    delete(&scene.destination, &scene.status());
    let dir = tempfile::tempdir().expect("a directory");
    let memory = Memory::new(&dir.path().join("sources.json"));
    let ground = Ground { memory: memory.clone(), ..scene.ground() };
    let found = || found(&mut follower(&ground, &Spec::Statuses("dc-2".into())));
    assert!(found().is_empty(), "nothing says that it should be there");

    let source = Source::confirming(&stream.id).expect("its source is known");
    let agent = ground.clients["dc-2"].agent().address().to_string();
    memory.remember(source.clone(), "http://elsewhere:8500").expect("a file");
    assert!(found().is_empty(), "another cluster's");
    memory.remember(source.clone(), &agent).expect("a file");
    let [missing] = &found()[..] else { panic!("{:?}", found()) };
    let seen = look(&ground, missing);
    assert_eq!((&seen.id, seen.verdict, seen.counts.pending), (&stream.id, Verdict::Lagging, 1));
    assert!(seen.evidence.starts_with("it has no status"), "{}", seen.evidence);

    memory.end(source, &agent).expect("a file");
    assert!(found().is_empty(), "the operator said that it is over");
}

#[test]
fn what_the_settings_bring_to_one_datacenter_is_missed_there() {
    let mut scene = dead("settled/");
    delete(&scene.destination, &scene.status());
    scene.told.sources[0].destination = Some("dc-2".into());
    let ground = scene.ground();
    let [missing] = &found(&mut follower(&ground, &Spec::Statuses("dc-2".into())))[..] else {
        panic!("it is named")
    };
    assert_eq!(look(&ground, missing).verdict, Verdict::Lagging);
    assert!(found(&mut follower(&ground, &Spec::Statuses("dc-3".into()))).is_empty());
}

#[test]
fn who_begins_anew_still_knows_a_status_that_was_seen() {
    let scene = dead("anew/");
    let ground = scene.ground();
    let begin = || found(&mut follower(&ground, &Spec::Statuses("dc-2".into())));
    let [spec] = &begin()[..] else { panic!("one status") };
    delete(&scene.destination, &scene.status());
    // Another datacenter came: all that was followed is followed anew.
    assert_eq!(begin(), std::slice::from_ref(spec));
    assert_eq!(look(&ground, spec).verdict, Verdict::Lagging);
}

#[test]
fn two_that_come_from_one_prefix_are_missed_each_by_itself() {
    let mut scene = dead("twice/");
    let id = scene.stream().id;
    delete(&scene.destination, &scene.status());
    // The settings do not say under which prefix it arrives.
    scene.told.sources[0].destination = Some("dc-2".into());
    let dir = tempfile::tempdir().expect("a directory");
    let memory = Memory::new(&dir.path().join("sources.json"));
    let ground = Ground { memory: memory.clone(), ..scene.ground() };
    let agent = ground.clients["dc-2"].agent().address().to_string();
    for to in ["twice/", "mirror/"] {
        let source = Source { to: Some(to.into()), ..Source::ending(&id) };
        memory.remember(source, &agent).expect("a file");
    }
    let found = found(&mut follower(&ground, &Spec::Statuses("dc-2".into())));
    let to = |spec: &Spec| match spec {
        Spec::Missing { source, .. } => source.status().destination,
        other => panic!("{other:?}"),
    };
    let mut all: Vec<String> = found.iter().map(to).collect();
    all.sort_unstable();
    assert_eq!(all, ["mirror/", "twice/"]);
}

#[test]
fn what_is_there_by_now_takes_the_place_of_what_was_missed() {
    let mut scene = dead("again/");
    scene.told.sources[0].destination = Some("dc-2".into());
    let status = scene.status();
    delete(&scene.destination, &status);
    let ground = scene.ground();
    let mut statuses = follower(&ground, &Spec::Statuses("dc-2".into()));
    let [missing] = &found(&mut statuses)[..] else { panic!("it is named") };
    let value = r#"{"LastReplicated": 9, "Source": "again/", "Destination": "again/"}"#;
    put(&scene.destination, &status, value);
    let now = found(&mut statuses);
    assert_eq!(now, [Spec::Replicate { into: "dc-2".into(), status: status.as_str().into() }]);
    assert_eq!(ground.successor(missing, &now).as_ref(), now.first());
    assert_eq!(ground.successor(&now[0], &now), None, "only what was missed has one");
}
