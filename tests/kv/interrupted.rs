//! Writes whose answer gets lost, and processes that die in the middle.

use std::time::Duration;

use dcview::consul::write::{Outcome, Settled, apply, settle};
use dcview::domain::ids::Dc;
use dcview::domain::kv::{Op, SessionId};
use dcview::domain::lock::LockChange;
use dcview::journal::Fate;
use serde_json::json;

use super::program::Program;
use super::support::consul::Http;
use super::support::fault::{FaultServer, Reply};
use super::support::wait::wait;
use super::{client, client_at, cluster, committer, entry, one, set};

/// What becomes of a transaction on its way.
#[derive(Clone, Copy)]
pub enum Fault {
    /// It is made, and the answer is lost.
    After(fn() -> Reply),
    /// It never arrives.
    Before(fn() -> Reply),
}

/// An agent before the real one that fails at transactions.
pub fn agent(fault: Fault) -> FaultServer {
    let real = cluster().dc("dc-1").http();
    FaultServer::start(move |request| {
        if request.method != "PUT" {
            return passed(real.get(&request.path));
        }
        // The end of a session is asked for without a body.
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        match fault {
            Fault::Before(reply) => reply(),
            Fault::After(reply) => {
                real.put(&request.path, &body).expect("an answer");
                reply()
            }
        }
    })
}

fn passed(answer: Option<super::support::consul::Answer>) -> Reply {
    let answer = answer.expect("an answer");
    let index = answer.index().unwrap_or(1).to_string();
    let headers = vec![("X-Consul-Index".to_owned(), index)];
    Reply::Answer { status: answer.status, headers, body: answer.body }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_unknown_and_settled_by_reading() {
    let base = set(&client(), "cut/after", "old").await;
    let server = agent(Fault::After(|| Reply::Reset));
    let client = client_at(&server.url());
    let write = one(Op::edit(base, "new"));
    let outcome = apply(&client, &write).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    let now = entry(&client, "cut/after").await.expect("there");
    let written = Settled::Written { indexes: vec![Some(now.modify_index)] };
    assert_eq!(settle(&client, &write).await, written);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_never_arrived_is_settled_as_not_written() {
    let base = set(&client(), "cut/before", "old").await;
    let server = agent(Fault::Before(|| Reply::Reset));
    let dir = tempfile::tempdir().expect("a directory");
    let committer = committer(&client_at(&server.url()), &dir);
    let committed = committer.commit(&one(Op::edit(base, "new"))).await.expect("a journal");
    assert_eq!(committed.settled, Some(Settled::NotWritten));
    let log = committer.journal.read().expect("a journal");
    assert_eq!(log.records[0].outcome, Some(Fate::NotWritten));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_somebody_overtook_stays_unknown() {
    let base = set(&client(), "cut/over", "old").await;
    let server = agent(Fault::Before(|| Reply::Reset));
    let client = client_at(&server.url());
    let write = one(Op::edit(base, "mine"));
    assert_eq!(apply(&client, &write).await.word(), "unknown");
    set(&super::client(), "cut/over", "theirs").await;
    assert_eq!(settle(&client, &write).await, Settled::Overtaken { key: "cut/over".into() });
}

/// A session that holds this key, as a change that takes the lock away and one that ends it.
async fn held(key: &str) -> [LockChange; 2] {
    let http = cluster().dc("dc-1").http();
    let made = http.put("/v1/session/create", &json!({})).expect("an answer").json();
    let session = SessionId::from(made["ID"].as_str().expect("an id"));
    http.put_text(&format!("/v1/kv/{key}?acquire={session}"), "held").expect("an answer");
    let modify_index = entry(&client(), key).await.expect("there").modify_index;
    let dc = Dc::from("dc-1");
    let release = LockChange::Release {
        dc: dc.clone(),
        key: key.into(),
        session: session.clone(),
        modify_index,
    };
    [release, LockChange::Destroy { dc, session }]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_and_an_end_whose_answer_got_lost_are_settled_by_reading() {
    for (fault, fate) in [
        (Fault::After(|| Reply::Reset), Fate::Written),
        (Fault::Before(|| Reply::Reset), Fate::NotWritten),
    ] {
        let server = agent(fault);
        let dir = tempfile::tempdir().expect("a directory");
        let committer = committer(&client_at(&server.url()), &dir);
        for change in held("cut/lock").await {
            let committed = committer.commit_lock(&change).await.expect("a journal");
            assert_eq!(committed.outcome.word(), "unknown", "{change:?}");
            assert_eq!(committed.fate(), fate, "{change:?}");
        }
        let fates = committer.journal.read().expect("a journal").records;
        let fates: Vec<_> = fates.iter().map(|record| record.outcome).collect();
        assert_eq!(fates, [Some(fate); 2]);
        cluster().dc("dc-1").http().delete("/v1/kv/cut/lock").expect("an answer");
    }
}

#[test]
fn a_destroy_that_was_killed_is_settled_by_the_journal() {
    let http = cluster().dc("dc-1").http();
    let made = http.put("/v1/session/create", &json!({})).expect("an answer").json();
    let id = made["ID"].as_str().expect("an id");
    let server = agent(Fault::After(|| Reply::Silence));
    let program = Program::at(&server.url());
    let mut child = program.start(&["--dc", "dc-1", "kv", "destroy", id, "--force"]);
    let path = format!("/v1/session/info/{id}");
    wait(Duration::from_secs(30), "the session ends", || http.json(&path)[0].is_null());
    child.kill().expect("killed");
    child.wait().expect("gone");
    let program = program.moved_to(&cluster().dc("dc-1").http_addr());
    let journal = program.run(&["kv", "journal"]);
    assert!(journal.out.contains("destroy") && journal.out.contains("interrupted"), "{journal:?}");
    let journal = program.run(&["kv", "journal", "--settle"]);
    assert!(journal.out.contains("  written  ") && journal.out.contains(id), "{journal:?}");
}

#[test]
fn a_process_killed_before_its_write_arrives_leaves_an_intent_that_can_be_settled() {
    killed("killed/before", Fault::Before(|| Reply::Silence), "not-written");
}

#[test]
fn a_process_killed_after_its_write_leaves_an_intent_that_can_be_settled_and_undone() {
    let program = killed("killed/after", Fault::After(|| Reply::Silence), "written");
    // The agent that was cut off is at its address again.
    let journal = program.state().join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).expect("a journal");
    let (before, rest) = text.split_once("\"agent\":\"").expect("an agent");
    let (_, after) = rest.split_once('"').expect("its address");
    let here = format!("http://{}", cluster().dc("dc-1").http_addr());
    std::fs::write(&journal, format!("{before}\"agent\":\"{here}\"{after}")).expect("written");
    let undone = program.run(&["kv", "undo", "--force"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(program.run(&["kv", "get", "killed/after"]).out, "old");
}

/// Kills a 'put' while the transaction hangs, and looks what the journal makes of it.
fn killed(key: &str, fault: Fault, fate: &str) -> Program {
    let http: Http = cluster().dc("dc-1").http();
    http.put_text(&format!("/v1/kv/{key}"), "old").expect("an answer");
    let server = agent(fault);
    let program = Program::at(&server.url());
    let mut child = program.start(&["--dc", "dc-1", "kv", "put", key, "new", "--force"]);
    let path = format!("/v1/kv/{key}?raw");
    let value = || http.get(&path).expect("an answer").body;
    let is_sent = || server.requests().iter().any(|request| request.method == "PUT");
    wait(Duration::from_secs(30), "the write is sent, and made if it should be", || {
        is_sent() && (fate != "written" || value() == "new")
    });
    child.kill().expect("killed");
    child.wait().expect("gone");

    let program = program.moved_to(&cluster().dc("dc-1").http_addr());
    let journal = program.run(&["kv", "journal"]);
    assert!(journal.out.contains("interrupted") && journal.out.contains(key), "{journal:?}");
    let journal = program.run(&["kv", "journal", "--settle"]);
    assert!(journal.out.contains(&format!("  {fate}  ")), "{journal:?}");
    program
}
