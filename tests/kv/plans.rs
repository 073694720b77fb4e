//! Plans: conflicts in the middle, going on afterwards, and undoing what was done.

use std::ops::ControlFlow;

use dcview::domain::kv::{Entry, Key};
use dcview::journal::undo;
use dcview::plan::apply::{Progress, Why, apply};
use dcview::plan::make::{self, Clash, Incoming, Rename};
use dcview::plan::{Plan, gather};

use super::{client, committer, entry, set};

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Makes `count` keys in a folder.
async fn seed(folder: &str, count: usize) -> Vec<Entry> {
    let client = client();
    let incoming = (0..count).map(|number| Incoming {
        key: Key::from(format!("{folder}{number:04}")),
        value: number.to_string().into(),
        flags: number as u64,
    });
    let plan = make::import(&"dc-1".into(), incoming, &[], Clash::Keep);
    let dir = tempfile::tempdir().expect("a directory");
    let report = apply(&plan, &committer(&client, &dir), go_on).await;
    assert_eq!((report.progress.done, &report.stopped), (count, &None));
    gather(&client, &folder.into()).await.expect("all")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_in_the_middle_stops_the_plan_and_making_it_again_does_the_rest() {
    let client = client();
    let source = seed("plan/from/", 200).await;
    let names = Rename::new("plan/from/".into(), "plan/to/".into()).expect("names");
    let plan = async |clash| -> Plan {
        let there = gather(&client, &"plan/to/".into()).await.expect("all");
        make::copy(&"dc-1".into(), &source, &names, &there, clash)
    };
    let first = plan(Clash::Keep).await;
    set(&client, "plan/to/0100", "theirs").await;
    let dir = tempfile::tempdir().expect("a directory");
    let committer = committer(&client, &dir);
    let mut told = Vec::new();
    let report = apply(&first, &committer, |progress| {
        told.push(progress.done);
        go_on(progress)
    })
    .await;
    assert_eq!((report.progress.done, told), (64, vec![0, 64]));
    let stopped = report.stopped.expect("stopped");
    assert!(stopped.keys.contains(&"plan/to/0100".into()));
    assert!(matches!(stopped.why, Why::Write(it) if it.outcome.word() == "lost"));
    assert_eq!(&*entry(&client, "plan/to/0100").await.expect("there").value, b"theirs");

    assert_eq!(plan(Clash::Keep).await.blocked, [Key::from("plan/to/0100")]);
    let second = plan(Clash::Replace).await;
    assert_eq!(
        (second.counts().added, second.counts().changed, second.counts().same),
        (135, 1, 64)
    );
    let report = apply(&second, &committer, go_on).await;
    assert_eq!((report.progress.done, report.stopped), (136, None));
    let copied = gather(&client, &"plan/to/".into()).await.expect("all");
    let same = |(a, b): (&Entry, &Entry)| a.holds(&b.value, b.flags);
    assert!(copied.len() == 200 && source.iter().zip(&copied).all(same));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_moved_key_by_key_and_one_write_of_it_is_undone() {
    let client = client();
    let source = seed("move/from/", 40).await;
    let names = Rename::new("move/from/".into(), "move/to/".into()).expect("names");
    let plan = make::rename(&"dc-1".into(), &source, &names, &[], Clash::Keep).expect("a plan");
    let dir = tempfile::tempdir().expect("a directory");
    let committer = committer(&client, &dir);
    let report = apply(&plan, &committer, go_on).await;
    assert_eq!((report.progress.done, report.stopped), (80, None));
    assert!(gather(&client, &"move/from/".into()).await.expect("all").is_empty());
    assert_eq!(gather(&client, &"move/to/".into()).await.expect("all").len(), 40);

    let log = committer.journal.read().expect("a journal");
    let id = log.last_to_undo(|_| true).expect("a write");
    let back = undo(&log.of_write(id)).expect("an undo");
    let count = back.ops.len();
    assert_eq!(
        committer.commit_undo(&back, Some(id)).await.expect("kept").outcome.word(),
        "written"
    );
    let now = gather(&client, &"move/from/".into()).await.expect("all");
    assert_eq!(now.len(), count / 2);
    let log = committer.journal.read().expect("a journal");
    assert!(log.is_undone(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_folder_leaves_what_changed_meanwhile() {
    let client = client();
    let entries = seed("delete/me/", 100).await;
    let plan = make::delete(&"dc-1".into(), entries);
    set(&client, "delete/me/0007", "theirs").await;
    set(&client, "delete/me/new", "theirs").await;
    let dir = tempfile::tempdir().expect("a directory");
    let report = apply(&plan, &committer(&client, &dir), go_on).await;
    assert_eq!((report.progress.done, &report.stopped), (99, &None));
    assert_eq!(report.left, [Key::from("delete/me/0007")]);
    let left = gather(&client, &"delete/me/".into()).await.expect("all");
    let left: Vec<_> = left.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(left, ["delete/me/0007", "delete/me/new"]);
}
