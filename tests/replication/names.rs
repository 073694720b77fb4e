//! What belongs together: other names in the destination, what is left out, prefixes that are no
//! folders, flags.

use dcview::consul::encode_path;
use dcview::domain::replication::{Class, Verdict};

use super::scene::{Scene, cluster, differing, put};

#[test]
fn a_rename_and_what_is_left_out() {
    let mut scene = Scene::on(cluster(), "named/", "renamed/to/").exclude("named/own");
    scene.set("a", "1");
    scene.set("own/b", "1");
    put(&scene.destination, "renamed/to/own/c", "kept");
    let _replicator = scene.replicate();
    let stream = scene.in_sync();
    assert_eq!(stream.id.to_string(), "consul-replicate dc-1 -> dc-2 named/ -> renamed/to/");
    assert_eq!(stream.counts.same, 1);
    let said: Vec<_> = stream.facts.iter().filter(|(label, _)| *label == "left out").collect();
    assert_eq!(said, [&("left out", "named/own (1 in the source)".to_owned())]);
    // The index moves with what is left out too.
    scene.set("own/b", "2");
    let before = stream.source_index;
    let stream = scene.until("it is past it", |stream| {
        stream.source_index > before && stream.last_replicated == stream.source_index
    });
    assert_eq!(stream.verdict, Verdict::InSync);
}

#[test]
fn a_prefix_that_is_no_folder_takes_what_begins_so() {
    let mut scene = Scene::on(cluster(), "glob", "backup");
    put(&scene.source, "glob/a", "1");
    put(&scene.source, "globalization", "1");
    let replicator = scene.replicate();
    let stream = scene.until("both", |stream| stream.counts.same == 2);
    assert_eq!(stream.verdict, Verdict::InSync);
    replicator.pause(true);
    put(&scene.destination, "backupalization", "2");
    assert_eq!(differing(&scene.stream()), [("alization".to_owned(), Class::Drift)]);
}

#[test]
fn keys_that_differ_in_their_flags_alone_differ() {
    let mut scene = Scene::new("flags/");
    scene.set("a", "1");
    let replicator = scene.replicate();
    scene.in_sync();
    replicator.stop();
    let path = format!("/v1/kv/{}?flags=18446744073709551615", encode_path("flags/a"));
    scene.destination.put_text(&path, "1").expect("an answer");
    let stream = scene.stream();
    assert_eq!((stream.verdict, stream.counts.drift), (Verdict::Drift, 1));
    assert_eq!(stream.differing[0].destination.map(|stamp| stamp.flags), Some(u64::MAX));
}

#[test]
fn an_empty_prefix_beside_busy_ones_does_not_lag() {
    let mut scene = Scene::new("empty/");
    scene.set("a", "1");
    let _replicator = scene.replicate();
    scene.in_sync();
    scene.delete("a");
    scene.until("it is empty", |s| s.counts.same == 0 && s.verdict == Verdict::InSync);
    // A prefix that never had a key has no tombstone either: the index of all keys is its own.
    let mut scene = Scene::new("never/");
    let status = "{ \"LastReplicated\": 1, \"Source\": \"never/\", \"Destination\": \"never/\" }";
    put(&scene.destination, &scene.status(), status);
    for number in 0..20 {
        put(&scene.source, "busy/key", &number.to_string());
        let stream = scene.stream();
        assert_eq!((stream.verdict, stream.counts.pending), (Verdict::InSync, 0));
        assert!(stream.source_index > stream.last_replicated);
        let (_, said) = &stream.facts[0];
        assert!(said.ends_with("an empty prefix has the index of all keys there are"), "{said}");
    }
}
