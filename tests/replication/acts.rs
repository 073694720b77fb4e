//! What is done about a stream where it does not go well, on real Consul: what is said, what is left
//! behind, and what the journal takes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dcview::consul::{Client, kv};
use dcview::domain::ids::{Dc, Key};
use dcview::domain::replication::StatusKey;
use dcview::journal::{CannotUndo, Committer, Journal, Log};
use dcview::replication::act::{Act, Ended, Hands, carry_out};
use tempfile::TempDir;

use super::scene::{Scene, cluster, put, writer};
use super::support::runtime::runtime;

/// What acts on a scene, with a journal of its own.
struct Stage {
    hands: Hands,
    state: TempDir,
}

impl Stage {
    fn new(waits: Duration) -> Self {
        let state = tempfile::tempdir().expect("a directory");
        let committer = |dc: &str| Committer {
            client: writer(&cluster().dc(dc).http_addr(), dc),
            journal: Journal::in_dir(state.path()),
            insist: false,
            told: None,
        };
        let hands = Hands { source: committer("dc-1"), destination: committer("dc-2"), waits };
        Self { hands, state }
    }

    fn act(&self, act: &Act) -> Ended {
        runtime().block_on(carry_out(act, &self.hands, |_| {}))
    }

    fn log(&self) -> Log {
        Journal::in_dir(self.state.path()).read().expect("a journal")
    }
}

fn is_there(client: &Client, key: &str) -> bool {
    runtime().block_on(kv::read(client, &Key::from(key))).expect("an answer").is_some()
}

/// A stream whose replicator is dead by now.
fn dead(prefix: &str) -> Scene {
    let mut scene = Scene::new(prefix);
    scene.set("host", "10.0.0.1");
    let replicator = scene.replicate();
    scene.in_sync();
    drop(replicator);
    scene
}

#[test]
fn a_resync_without_a_replicator_ends_says_what_it_did_and_takes_its_key_back() {
    let mut scene = dead("act-dead/");
    let stage = Stage::new(Duration::from_millis(300));
    let act = Act::resync(&scene.stream()).expect("an act");
    let Ended::Failed(said) = stage.act(&act) else { panic!("it cannot be done") };
    for part in ["the status is deleted in dc-2", "no run ended", "is it running?"] {
        assert!(said.contains(part), "'{part}': {said}");
    }
    assert!(!is_there(&stage.hands.source.client, "act-dead/.dcview/nudge"));
    // Only the deletion of the status is left to take back.
    let log = stage.log();
    let last = log.last_to_undo(|_| true).expect("a write").to_owned();
    let records = log.of_write(&last);
    assert_eq!(records[0].key.as_str(), scene.status());
    let back = dcview::journal::undo(&records).expect("an undo");
    let done = runtime().block_on(stage.hands.destination.commit_undo(&back, Some(&last)));
    assert_eq!(done.expect("kept").outcome.word(), "written");
    assert!(is_there(&stage.hands.destination.client, &scene.status()));
    assert_eq!(stage.log().last_to_undo(|_| true), Err(CannotUndo::Nothing));
}

#[test]
fn a_status_that_the_replicator_wrote_anew_is_not_put_back_over_it() {
    let mut scene = Scene::new("act-undo/");
    scene.set("host", "10.0.0.1");
    let _replicator = scene.replicate();
    scene.in_sync();
    let stage = Stage::new(Duration::from_secs(20));
    let ended = stage.act(&Act::resync(&scene.stream()).expect("an act"));
    assert!(matches!(&ended, Ended::Done(said) if said.contains("resynced")), "{ended:?}");
    let log = stage.log();
    let last = log.last_to_undo(|_| true).expect("a write").to_owned();
    let back = dcview::journal::undo(&log.of_write(&last)).expect("an undo");
    let done = runtime().block_on(stage.hands.destination.commit_undo(&back, Some(&last)));
    assert_eq!(done.expect("kept").outcome.word(), "lost");
}

#[test]
fn a_status_of_a_run_that_was_under_way_is_no_resync() {
    let mut scene = dead("act-race/");
    let act = Act::resync(&scene.stream()).expect("an act");
    let old = scene.destination.get(&format!("/v1/kv/{}?raw", scene.status())).expect("an answer");
    let stage = Stage::new(Duration::from_secs(20));
    let (http, status) = (scene.destination.clone(), scene.status());
    // The run that was under way: as soon as its status is gone it writes the old one again.
    let run = std::thread::spawn(move || {
        while http.get(&format!("/v1/kv/{status}")).expect("an answer").status == 200 {
            std::thread::park_timeout(Duration::from_millis(2));
        }
        put(&http, &status, &old.body);
    });
    let Ended::Failed(said) = stage.act(&act) else { panic!("it did nothing") };
    run.join().expect("the run");
    assert!(said.contains("a run that was under way wrote it again"), "{said}");
    assert!(!is_there(&stage.hands.source.client, "act-race/.dcview/nudge"));
}

#[test]
fn a_probe_that_does_not_arrive_is_taken_back() {
    let mut scene = dead("act-probe/");
    let stage = Stage::new(Duration::from_millis(300));
    let act = Act::probe(&scene.stream(), chrono::Utc::now()).expect("an act");
    let Ended::Failed(said) = stage.act(&act) else { panic!("nobody carries it") };
    assert!(said.contains("not in dc-2 within 0.3 s"), "{said}");
    assert!(!is_there(&stage.hands.source.client, "act-probe/.dcview/probe"));
    assert_eq!(stage.log().last_to_undo(|_| true), Err(CannotUndo::Nothing));
}

#[test]
fn nothing_is_written_without_a_journal_or_with_a_way_that_may_only_read() {
    let mut scene = dead("act-none/");
    let act = Act::resync(&scene.stream()).expect("an act");
    let stage = Stage::new(Duration::from_millis(300));
    let mut hands = stage.hands.clone();
    hands.destination.client = hands.destination.client.read_only();
    let Ended::Failed(said) = runtime().block_on(carry_out(&act, &hands, |_| {})) else {
        panic!("it may only read")
    };
    assert!(said.contains("read-only"), "{said}");
    // A file where the directory should be.
    let file = stage.state.path().join("file");
    std::fs::write(&file, "").expect("a file");
    hands = stage.hands.clone();
    hands.destination.journal = Journal::in_dir(&file);
    let ended = runtime().block_on(carry_out(&act, &hands, |_| {}));
    assert!(matches!(ended, Ended::NotJournalled(_)), "{ended:?}");
    assert!(is_there(&stage.hands.destination.client, &scene.status()));
    assert!(!is_there(&stage.hands.source.client, "act-none/.dcview/nudge"));
}

#[test]
fn a_reference_to_a_commit_is_deleted_as_it_was_shown_or_not_at_all() {
    let stage = Stage::new(Duration::ZERO);
    let http = cluster().dc("dc-2").http();
    put(&http, "act-git/main.ref", "1");
    let read = || {
        let key = Key::from("act-git/main.ref");
        runtime().block_on(kv::read(&stage.hands.destination.client, &key)).expect("an answer")
    };
    let modify_index = read().expect("a key").modify_index;
    let reference = StatusKey { key: "act-git/main.ref".into(), modify_index };
    let act = Act::Git { dc: Dc::from("dc-2"), reference };
    put(&http, "act-git/main.ref", "2");
    let Ended::Failed(said) = stage.act(&act) else { panic!("it changed") };
    assert!(said.contains("changed since it was shown; nothing was written"), "{said}");
    assert_eq!(&*read().expect("still there").value, b"2");
    let reference = StatusKey {
        key: "act-git/main.ref".into(),
        modify_index: read().expect("a key").modify_index,
    };
    let Ended::Failed(said) = stage.act(&Act::Git { dc: Dc::from("dc-2"), reference }) else {
        panic!("nobody writes it again")
    };
    assert!(said.contains("is git2consul running?"), "{said}");
    assert!(read().is_none());
}

#[test]
fn a_resync_from_git_says_when_the_reference_is_there_again() {
    let stage = Stage::new(Duration::from_secs(20));
    let http = cluster().dc("dc-2").http();
    let key = "act-git-again/main.ref";
    put(&http, key, "1");
    let entry = runtime().block_on(kv::read(&stage.hands.destination.client, &Key::from(key)));
    let modify_index = entry.expect("an answer").expect("a key").modify_index;
    let reference = StatusKey { key: key.into(), modify_index };
    let act = Act::Git { dc: Dc::from("dc-2"), reference };
    let is_whole = Arc::new(AtomicBool::new(false));
    let ended = runtime().block_on(carry_out(&act, &stage.hands, |_| {
        // It begins with an empty one, and writes the commit last.
        put(&http, key, "");
        let (http, is_whole) = (http.clone(), Arc::clone(&is_whole));
        std::thread::spawn(move || {
            // Time for who takes an empty one for the end.
            std::thread::park_timeout(Duration::from_millis(300));
            is_whole.store(true, Ordering::SeqCst);
            put(&http, key, "7d7af74");
        });
    }));
    assert!(is_whole.load(Ordering::SeqCst), "an empty one is no end: {ended:?}");
    let Ended::Done(said) = ended else { panic!("{ended:?}") };
    assert!(said.contains("wrote act-git-again/main.ref in dc-2 again after"), "{said}");
}
