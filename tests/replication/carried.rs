//! What the verdict is when something is not as it was carried.

use dcview::domain::replication::{Alarm, Class, Kind, Verdict, Waiting};
use dcview::replication::{Spec, follower};

use super::scene::{Scene, delete, differing, put};
use super::support::runtime::runtime;

#[test]
fn a_replication_is_found_by_its_status() {
    let mut scene = Scene::new("found/");
    scene.set("a", "1");
    let _replicator = scene.replicate();
    let stream = scene.in_sync();
    let id = &stream.id;
    assert_eq!(id.to_string(), "consul-replicate dc-1 -> dc-2 found/");
    assert_eq!((id.kind, stream.counts.same), (Kind::ConsulReplicate, 1));

    let mut statuses = follower(&scene.ground(), &Spec::Statuses("dc-2".into()));
    let seen = runtime().block_on(statuses.look());
    let status = scene.status().as_str().into();
    assert_eq!(seen.found, [Spec::Replicate { into: "dc-2".into(), status }]);
    let mut none = follower(&scene.ground(), &Spec::Statuses("dc-3".into()));
    assert_eq!(runtime().block_on(none.look()).found, []);
}

#[test]
fn what_is_changed_by_hand_in_the_destination_drifts() {
    let mut scene = Scene::new("edited/");
    for name in ["a", "b", "c"] {
        scene.set(name, "right");
    }
    let replicator = scene.replicate();
    scene.until("all three", |stream| stream.counts.same == 3);
    replicator.pause(true);
    put(&scene.destination, &scene.there("a"), "by hand");
    delete(&scene.destination, &scene.there("b"));
    put(&scene.destination, &scene.there("x"), "added");
    let stream = scene.stream();
    let expected = [("a", Class::Drift), ("b", Class::Drift), ("x", Class::Extra)];
    assert_eq!(differing(&stream), expected.map(|(name, class)| (name.to_owned(), class)));
    assert_eq!(stream.verdict, Verdict::Drift);
    assert_eq!(stream.alarms, [Alarm::EditedThere(1)]);
    assert!(stream.differing[0].is_edited_there && !stream.differing[1].is_edited_there);
    assert_eq!(stream.waiting, Waiting::Nothing);

    // The next change of the source deletes what was added, and heals nothing else.
    replicator.pause(false);
    scene.set("c", "new");
    let stream = scene.until("it ran", |s| s.counts.extra == 0 && s.counts.pending == 0);
    assert_eq!((stream.verdict, stream.counts.drift), (Verdict::Drift, 2));
    scene.set("a", "newer");
    scene.set("b", "newer");
    scene.in_sync();
}
