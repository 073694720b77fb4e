//! The journal on a real disk.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use bytes::Bytes;

use super::*;
use crate::domain::kv::{Entry, Op};

const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn how() -> Circumstances<'static> {
    Circumstances { at: AT, agent: "http://127.0.0.1:8500", undoes: None }
}

fn entry(key: &str, value: &'static [u8], modify_index: u64) -> Entry {
    Entry {
        key: key.into(),
        value: Bytes::from_static(value),
        flags: u64::MAX,
        modify_index,
        create_index: 1,
        lock_index: 0,
        session: None,
    }
}

fn write(op: Op) -> Write {
    Write::one("dc-1".into(), op)
}

/// The journal with one write that got this index.
fn after(op: Op, index: Option<u64>) -> Log {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    let ids = journal.begin(&write(op), &how()).unwrap();
    journal.end(&ids, AT, Fate::Written, &[index]).unwrap();
    journal.read().unwrap()
}

#[test]
fn an_intent_and_its_outcome_are_one_record() {
    let log = after(Op::edit(entry("a//\n", b"\xff\x00", 7), "new"), Some(9));
    let record = &log.records[0];
    assert_eq!((log.records.len(), log.damaged), (1, 0));
    assert_eq!(record.key.as_str(), "a//\n");
    assert_eq!(&*record.before.as_ref().unwrap().value, b"\xff\x00");
    assert_eq!(record.after.as_ref().unwrap().flags, u64::MAX);
    assert_eq!((record.index_before, record.index_after), (7, Some(9)));
    assert_eq!(record.outcome, Some(Fate::Written));
}

#[test]
fn a_destroyed_session_and_a_released_lock_are_kept_and_have_no_undo() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    journal.begin(&write(Op::create("a".into(), "x", 0)), &how()).unwrap();
    let (dc, session): (crate::domain::ids::Dc, crate::domain::ids::SessionId) =
        ("dc-1".into(), "s-1".into());
    let key = "job/.lock".into();
    let release =
        LockChange::Release { dc: dc.clone(), key, session: session.clone(), modify_index: 7 };
    for (change, index) in [(release, Some(9)), (LockChange::Destroy { dc, session }, None)] {
        let ids = journal.begin_lock(&change, &how()).unwrap();
        journal.end(&ids, AT, Fate::Written, &[index]).unwrap();
    }
    let log = journal.read().unwrap();
    let [_, release, destroy] = &log.records[..] else { panic!("three records") };
    assert_eq!(
        (release.act, release.index_before, release.index_after),
        (Act::Release, 7, Some(9))
    );
    assert_eq!((destroy.act, destroy.key.is_empty()), (Act::Destroy, true));
    assert_eq!(destroy.session, Some("s-1".into()));
    assert_eq!(undo(&[release]), Err(CannotUndo::Final));
    assert_eq!(undo(&[destroy]), Err(CannotUndo::Final));
    assert_eq!(log.last_to_undo(|_| true), Err(CannotUndo::Last("destroy")));
}

#[test]
fn it_is_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(&dir.path().join("state"));
    journal.begin(&write(Op::create("a".into(), "", 0)), &how()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(journal.file()), 0o600);
    assert_eq!(mode(&dir.path().join("state")), 0o700);
}

#[test]
fn an_interrupted_write_has_no_outcome() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    journal.begin(&write(Op::create("a".into(), "", 0)), &how()).unwrap();
    assert_eq!(journal.read().unwrap().records[0].outcome, None);
}

#[test]
fn a_damaged_tail_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    journal.begin(&write(Op::create("a".into(), "", 0)), &how()).unwrap();
    let whole = fs::read(journal.file()).unwrap();
    fs::write(journal.file(), [&whole[..], &whole[..20]].concat()).unwrap();
    journal.begin(&write(Op::create("b".into(), "", 0)), &how()).unwrap();
    let log = journal.read().unwrap();
    let keys: Vec<_> = log.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!((keys, log.damaged), (vec!["a", "b"], 1));
}

#[test]
fn what_cannot_be_kept_is_an_error_that_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join("state");
    fs::write(&in_the_way, "a file").unwrap();
    let journal = Journal::in_dir(&in_the_way);
    let error = journal.begin(&write(Op::create("a".into(), "", 0)), &how()).unwrap_err();
    assert!(error.to_string().contains("journal.jsonl"), "{error}");
}

#[test]
fn an_edit_is_undone_on_the_index_that_was_written() {
    let log = after(Op::edit(entry("a", b"old", 7), "new"), Some(9));
    let id = log.last_to_undo(|_| true).unwrap();
    let write = undo(&log.of_write(id)).unwrap();
    assert_eq!(write.ops[0].cas(), 9);
    assert_eq!(write.ops[0].after(), Some((&Bytes::from_static(b"old"), u64::MAX)));
}

#[test]
fn a_made_key_is_deleted_and_a_deleted_one_made_again() {
    let made = after(Op::create("a".into(), "new", 1), Some(9));
    let write = undo(&made.of_write(made.last_to_undo(|_| true).unwrap())).unwrap();
    assert!(matches!(&write.ops[0], Op::Delete { base } if base.modify_index == 9));
    let deleted = after(Op::Delete { base: entry("a", b"old", 7) }, None);
    let write = undo(&deleted.of_write(deleted.last_to_undo(|_| true).unwrap())).unwrap();
    assert_eq!((write.ops[0].cas(), write.ops[0].base()), (0, None));
}

#[test]
fn what_was_not_written_cannot_be_undone() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    let ids = journal.begin(&write(Op::create("a".into(), "", 0)), &how()).unwrap();
    let log = journal.read().unwrap();
    assert_eq!(log.last_to_undo(|_| true), Err(CannotUndo::Nothing));
    assert!(undo(&log.of_write(&ids[0])).is_err());
    journal.end(&ids, AT, Fate::Lost, &[]).unwrap();
    assert!(journal.read().unwrap().last_to_undo(|_| true).is_err());
}

#[test]
fn a_change_of_another_cluster_is_not_the_last_here() {
    let log = after(Op::create("a".into(), "new", 1), Some(9));
    let agents = |usual: &str, own: &[(&str, &str)]| Agents {
        usual: usual.to_owned(),
        own: own.iter().map(|(dc, address)| ((*dc).into(), (*address).to_owned())).collect(),
    };
    let (here, there) = ("http://127.0.0.1:8500", "http://127.0.0.1:9500");
    let last = |agents: &Agents| log.last_to_undo(|record| agents.made(record)).is_ok();
    assert!(last(&agents(here, &[])));
    assert!(!last(&agents(there, &[])));
    assert!(last(&agents(there, &[("dc-1", here)])));
    assert!(!last(&agents(here, &[("dc-1", there)])));
}

#[test]
fn an_undone_write_is_not_undone_again() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    let ids = journal.begin(&write(Op::create("a".into(), "", 0)), &how()).unwrap();
    journal.end(&ids, AT, Fate::Written, &[Some(9)]).unwrap();
    let log = journal.read().unwrap();
    let id = log.last_to_undo(|_| true).unwrap();
    let back = undo(&log.of_write(id)).unwrap();
    let ids = journal.begin(&back, &Circumstances { undoes: Some(id), ..how() }).unwrap();
    journal.end(&ids, AT, Fate::Written, &[]).unwrap();
    let log = journal.read().unwrap();
    assert!(log.is_undone(id));
    assert_eq!(log.last_to_undo(|_| true), Err(CannotUndo::Nothing));
}

#[test]
fn what_was_deleted_and_put_back_has_the_index_that_it_had_before() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::in_dir(dir.path());
    let at = |index| entry("p/main.ref", b"7d7af74", index);
    let done = |op: Op, undoes: Option<&str>, index: Option<u64>| {
        let how = Circumstances { undoes, ..how() };
        let ids = journal.begin(&write(op), &how).unwrap();
        journal.end(&ids, AT, Fate::Written, &[index]).unwrap();
        let log = journal.read().unwrap();
        log.records.last().unwrap().write.clone()
    };
    let back = || Op::create("p/main.ref".into(), "7d7af74", u64::MAX);
    let origin = |agent: &str, index| {
        let log = journal.read().unwrap();
        log.origin((&"dc-1".into(), agent), &"p/main.ref".into(), index)
    };
    let here = how().agent;
    let deleted = done(Op::Delete { base: at(40) }, None, None);
    done(back(), Some(&deleted), Some(50));
    assert_eq!((origin(here, 50), origin(here, 60)), (40, 60));
    assert_eq!(origin("http://elsewhere", 50), 50);
    // A second time, and then git2consul itself.
    let deleted = done(Op::Delete { base: at(50) }, None, None);
    done(back(), Some(&deleted), Some(70));
    assert_eq!((origin(here, 70), origin(here, 80)), (40, 80));
    // What was made anew as something else is no undo of it.
    let deleted = done(Op::Delete { base: at(80) }, None, None);
    done(Op::create("p/main.ref".into(), "29ebbd5", 0), Some(&deleted), Some(90));
    assert_eq!(origin(here, 90), 90);
}
