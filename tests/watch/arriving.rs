//! A long listing is shown while it arrives, and is never taken for the whole.

use std::sync::Arc;

use dcview::domain::feed::{List, Subject};
use dcview::domain::freshness::State;
use dcview::domain::ids::Key;
use dcview::domain::kv::Folder;
use tokio::sync::watch;

use crate::broken::agent;
use crate::mirror::{Mirror, Told};
use crate::support::fault::{FaultServer, Reply};

const PATH: &str = "/v1/kv/big/";
const ROWS: usize = 20_000;

fn long() -> String {
    let names: Vec<String> = (0..ROWS).map(|row| format!("\"big/key-{row:06}\"")).collect();
    format!("[{}]", names.join(","))
}

/// A datacenter that stops in the middle of a long listing until that is let go.
fn stopping(then: Vec<Reply>) -> (FaultServer, watch::Sender<bool>) {
    let (go, is_let_go) = watch::channel(false);
    let body = long();
    let halted = Reply::Halted { after: body.len() / 2, body, index: 7, is_let_go };
    (agent(PATH, [halted].into_iter().chain(then).collect()), go)
}

fn subject() -> Subject {
    Subject::Folder("big/".into())
}

/// Shows the folder, and waits for its first rows.
fn first_rows(server: &FaultServer) -> Mirror {
    let mirror = Mirror::of_agent(&server.addr().to_string());
    mirror.wait_dc("dc-1", "all is live", Told::is_whole);
    mirror.show(Some("dc-1"), &[("dc-1", subject())]);
    mirror.wait_dc("dc-1", "the first rows", |told| !listings(told).is_empty());
    mirror.look("dc-1", |told| {
        let begun = &listings(told)[0];
        assert!(begun.is_beginning() && (256..ROWS / 2).contains(&begun.len()), "{}", begun.len());
        assert_eq!(begun.row(0).map(|row| row.name), Some("key-000000"));
        assert_eq!(told.state(&List::Subject(subject())), State::Loading);
    });
    mirror
}

fn listings(told: &Told) -> &[Arc<Folder>] {
    told.folders.get(&Key::from("big/")).map(Vec::as_slice).unwrap_or_default()
}

/// True when the whole is told, after one beginning and nothing else.
fn is_whole(told: &Told) -> bool {
    let all = listings(told);
    let is_live = told.is_live(&List::Subject(subject()));
    is_live && all.len() == 2 && !all[1].is_beginning() && all[1].len() == ROWS
}

fn indexes(server: &FaultServer) -> Vec<Option<String>> {
    let requests = server.requests();
    let of_folder = requests.iter().filter(|request| request.path.starts_with(PATH));
    of_folder.map(|request| request.query("index").map(str::to_owned)).collect()
}

#[test]
fn the_first_rows_come_before_the_rest_and_the_whole_after_it() {
    let (server, go) = stopping(Vec::new());
    let mirror = first_rows(&server);
    go.send_replace(true);
    mirror.wait_dc("dc-1", "the whole", is_whole);
    let follows = || indexes(&server) == [None, Some("7".to_owned())];
    crate::support::wait::wait(crate::mirror::SOON, "it is followed from its index", follows);
}

#[test]
fn a_listing_that_breaks_off_stays_a_beginning_until_it_is_read_whole() {
    let (server, go) = stopping(vec![
        Reply::Truncated { body: long(), after: 200_000 },
        Reply::json(&long(), 8),
        Reply::json("[\"big/key-000001\"]", 9),
    ]);
    let mirror = first_rows(&server);
    drop(go);
    let list = List::Subject(subject());
    let is_broken = |told: &Told| matches!(told.state(&list), State::Stale { since: None, .. });
    mirror.wait_dc("dc-1", "why there is no more", is_broken);
    mirror.look("dc-1", |told| assert!(listings(told).iter().all(|it| it.is_beginning())));
    mirror.wait_dc("dc-1", "all of it, and what it is now", |told| {
        let whole = listings(told).iter().skip_while(|it| it.is_beginning());
        let whole: Vec<_> = whole.map(|it| (it.len(), it.is_beginning())).collect();
        whole == [(ROWS, false), (1, false)]
    });
    assert_eq!(indexes(&server)[..3], [None, None, None], "an answer that is none has no index");
}
