//! A replicator that does not run: how much waits, since when, and what happens at its return.

use std::time::Duration;

use chrono::Utc;
use dcview::domain::replication::{Alarm, Class, Verdict, Waiting};

use super::scene::{Scene, delete, differing};

#[test]
fn what_waits_for_a_killed_replicator_is_counted_and_dated() {
    let mut scene = Scene::new("killed/");
    scene.told.stall_after = Duration::from_millis(300);
    scene.set("a", "1");
    let replicator = scene.replicate();
    scene.in_sync();
    replicator.stop();
    let wrote = Utc::now();
    scene.set("b", "1");
    let stream = scene.stream();
    assert_eq!((stream.verdict, stream.counts.pending), (Verdict::Lagging, 1));
    let Waiting::Since(since) = stream.waiting else { panic!("{stream:#?}") };
    let off = (since - wrote).abs().to_std().unwrap_or_default();
    println!("the age of what waits is {off:?} off");
    assert!(off < Duration::from_secs(1), "{since} is not {wrote}");
    scene.set("c", "1");
    scene.delete("a");
    let stream = scene.until("it stalls", |stream| stream.stalled_for.is_some());
    assert_eq!(stream.waiting, Waiting::Since(since), "the oldest counts");
    let expected = [("a", Class::Extra), ("b", Class::Pending), ("c", Class::Pending)];
    assert_eq!(differing(&stream), expected.map(|(name, class)| (name.to_owned(), class)));
    assert_eq!(stream.differing[1].since, Some(since));

    let _replicator = scene.replicate();
    scene.in_sync();
    // The keys arrive before the status says so.
    let stream = scene.until("caught up", |s| s.last_replicated == s.source_index);
    assert_eq!((stream.counts.same, stream.waiting), (2, Waiting::Nothing));
    assert_eq!((stream.verdict, stream.stalled_for), (Verdict::InSync, None));
}

#[test]
fn what_waited_before_the_first_look_has_no_known_age() {
    let mut scene = Scene::new("before/");
    scene.set("a", "1");
    let replicator = scene.replicate();
    scene.in_sync();
    replicator.stop();
    scene.set("b", "1");
    let mut scene = Scene::new("before/");
    let stream = scene.stream();
    assert_eq!((stream.verdict, stream.waiting), (Verdict::Lagging, Waiting::Unknown));
    assert_eq!(stream.lag(Utc::now()), None);
}

#[test]
fn an_emptied_source_alarms_before_anything_is_deleted() {
    let mut scene = Scene::new("emptied/");
    for number in 0..10 {
        scene.set(&number.to_string(), "1");
    }
    let replicator = scene.replicate();
    scene.until("all ten", |stream| stream.counts.same == 10);
    replicator.pause(true);
    delete(&scene.source, "emptied/?recurse");
    let stream = scene.stream();
    assert_eq!(stream.verdict, Verdict::Extra);
    assert_eq!(stream.alarms, [Alarm::MassDelete { deletes: 10, of: 10, source: 0 }]);
    assert!(stream.alarms[0].is_ahead());
    let there = scene.destination.json("/v1/kv/emptied/?keys");
    assert_eq!(there.as_array().map(Vec::len), Some(10), "nothing is deleted yet");
    replicator.pause(false);
    let stream = scene.in_sync();
    assert_eq!((stream.counts.same, &*stream.alarms), (0, &[][..]));
}
