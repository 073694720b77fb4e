//! git2consul's keys, laid by hand as it leaves them, and brought to a second datacenter by hand as
//! consul-replicate does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::Dcview;
use crate::support::consul::{Cluster, Dc, Plan};

pub const FIRST: &str = "7d7af742d4fbd52e1d0b9846d4e264ad36ed0046";
pub const SECOND: &str = "29ebbd5a047dc70fdbb72a412b9d5ab3dafdd546";
/// Far less than the limit of the run that must end early.
const LONG: Duration = Duration::from_secs(150);
pub const STATUS: &str = "service/consul-replicate/statuses/0094f930b016e3f94efbcda42673bc88";

pub fn put(dc: &Dc, key: &str, value: &str) {
    let put = dc.http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
    assert_eq!(put.status, 200, "{key}");
}

pub fn delete(dc: &Dc, key: &str) {
    assert_eq!(dc.http().delete(&format!("/v1/kv/{key}")).expect("an answer").status, 200);
}

/// The index of the newest key under a prefix: what a run writes down.
pub fn newest(dc: &Dc, prefix: &str) -> u64 {
    dc.http().get(&format!("/v1/kv/{prefix}?recurse")).and_then(|it| it.index()).expect("an index")
}

/// One run of a replicator: copies what is newer than its status, and writes its status last.
pub fn status(dc: &Dc, passed: u64) {
    let text =
        json!({ "LastReplicated": passed, "Source": "platform-config/", "Destination": "copy/" });
    put(dc, STATUS, &text.to_string());
}

fn row(dcview: &Dcview, of: &str, destination: &str) -> Option<Value> {
    let rows = dcview.streams("git");
    rows.into_iter().find(|row| row["prefix"] == of && row["destination"] == destination)
}

#[track_caller]
fn says(dcview: &Dcview, (of, destination): (&str, &str), verdict: &str, evidence: &str) -> Value {
    let row = row(dcview, of, destination).expect("the branch");
    let told = row["evidence"].as_str().expect("a text");
    assert!(row["verdict"] == verdict && told.contains(evidence), "{verdict} {evidence}: {row}");
    row
}

pub fn configure(dc: &Dc) {
    let repos = json!({ "version": "1.0", "repos": [
        { "name": "platform-config", "url": "u", "branches": ["main"], "hooks": [] },
        { "name": "app-config", "url": "u", "branches": ["main"], "include_branch_name": false,
          "mountpoint": "cfg/global", "source_root": "svc", "expand_keys": true },
    ]});
    put(dc, "git2consul/config", &repos.to_string());
}

#[test]
fn a_commit_is_told_from_an_edit_where_git2consul_runs() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    let dcview = Dcview::of(&dc.http_addr());
    assert_eq!(dcview.streams("git"), Vec::<Value>::new(), "without a configuration");
    configure(dc);
    let main = ("platform-config/main", "dc-1");
    says(&dcview, main, "lagging", "'platform-config/main.ref' is missing");

    put(dc, "platform-config/main.ref", "");
    put(dc, "platform-config/main/svc/web/haproxy.cfg", "maxconn 4096");
    put(dc, "platform-config/main/README", "top");
    says(&dcview, main, "lagging", "its '.ref' is empty");
    put(dc, "platform-config/main.ref", FIRST);
    let row = says(&dcview, main, "in_sync", "commit 7d7af74, 2 keys, none written after it");
    assert_eq!((&row["source"], &row["facts"]["commit"]), (&"dc-1".into(), &FIRST.into()));

    put(dc, "platform-config/main/svc/web/haproxy.cfg", "maxconn 1");
    let row = says(&dcview, main, "drift", "1 of 2 keys written after commit 7d7af74");
    assert_eq!(row["drift"], 1);
    let ended = dcview.run(&["--stream", "git", "--fail-on", "drift"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("git dc-1 -> dc-1 platform-config/main"), "{ended:?}");

    put(dc, "platform-config/main/README", "top 2");
    put(dc, "platform-config/main.ref", SECOND);
    says(&dcview, main, "in_sync", "commit 29ebbd5, 2 keys");

    // Nothing but an index is left of what was deleted before dcview looked.
    delete(dc, "platform-config/main/README");
    let unsure = says(&dcview, main, "unknown", "which one cannot be told");
    assert_eq!((&unsure["drift"], &unsure["same"]), (&Value::Null, &1.into()));
    let ended = dcview.run(&["--stream", "git", "--fail-on", "drift"]);
    assert!(ended.code == 3 && ended.err.contains("platform-config/main"), "{ended:?}");
    put(dc, "platform-config/main/README", "top 2");
    put(dc, "platform-config/main.ref", FIRST);
    says(&dcview, main, "in_sync", "commit 7d7af74, 2 keys");

    // With a source_root the '.ref' is there before its files: no edit.
    put(dc, "cfg/global/app-config/main.ref", FIRST);
    put(dc, "cfg/global/app-config/web/haproxy.cfg", "maxconn 4096");
    let app = ("app-config/main", "dc-1");
    let row = says(&dcview, app, "in_sync", "commit 7d7af74, 1 key; with a source_root");
    assert_eq!(row["facts"]["source root"], "svc/");
}

#[test]
fn a_commit_is_live_in_another_datacenter_once_all_of_it_is_there() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    let (first, second) = (cluster.dc("dc-1"), cluster.dc("dc-2"));
    let dcview = Dcview::of(&first.http_addr());
    let there = ("platform-config/main", "dc-2");
    configure(first);
    // Nothing else waits.
    put(first, "cfg/global/app-config/main.ref", FIRST);
    put(first, "cfg/global/app-config/x", "1");
    for (key, value) in [("main/README", "top"), ("main/svc/x", "1"), ("main.ref", FIRST)] {
        put(first, &format!("platform-config/{key}"), value);
        put(second, &format!("copy/{key}"), value);
    }
    assert_eq!(row(&dcview, there.0, "dc-2"), None, "nothing says that it is brought there");
    status(second, newest(first, "platform-config/"));
    let row_of =
        says(&dcview, there, "in_sync", "commit 7d7af74 is live: nothing pending, no drift");
    assert_eq!((&row_of["source"], &row_of["to"]), (&"dc-1".into(), &"copy/main/".into()));
    assert_eq!((&row_of["is_proposed"], &row_of["same"]), (&true.into(), &2.into()));

    // A second commit; its '.ref' arrives before its files.
    put(first, "platform-config/main/svc/x", "2");
    put(first, "platform-config/main.ref", SECOND);
    says(&dcview, there, "lagging", "the '.ref' here is that of 7d7af74");
    put(second, "copy/main.ref", SECOND);
    let lagging = says(&dcview, there, "lagging", "commit 29ebbd5 is on its way, 1 pending");
    assert!(lagging["evidence"].as_str().unwrap().ends_with("the '.ref' of 29ebbd5 is here"));
    assert_eq!(dcview.run(&["--stream", "git", "--max-lag", "1s"]).code, 1);
    put(second, "copy/main/svc/x", "2");
    says(&dcview, there, "lagging", "on its way");
    let guessed = dcview.run(&["--stream", "git", "--fail-on", "extra"]);
    assert!(guessed.code == 3 && guessed.err.contains("only a guess"), "{guessed:?}");
    let dcview =
        dcview.settings("[[replication.source]]\nprefix = 'platform-config/'\nsource = 'dc-1'\n");
    // What arrives in time is no failure, and ends the wait.
    let began = Instant::now();
    let patient = std::thread::scope(|scope| {
        let run = scope.spawn(|| dcview.run(&["--stream", "git", "--max-lag", "300s"]));
        status(second, newest(first, "platform-config/"));
        run.join().expect("its end")
    });
    assert!(patient.code == 0 && began.elapsed() < LONG, "{patient:?}");
    let live = says(&dcview, there, "in_sync", "commit 29ebbd5 is live");
    assert!(live["last_replicated"].as_u64() >= live["source_index"].as_u64(), "{live}");

    put(second, "copy/main/README", "edited");
    let row_of = says(&dcview, there, "drift", "1 key different for good");
    assert_eq!(row_of["pending"], 0);
    put(second, "copy/main/README", "top");
    put(second, "copy/main/more", "x");
    says(&dcview, there, "extra", "commit 29ebbd5 is live; 1 key only here");
    delete(second, "copy/main/more");

    // What was edited where git2consul runs, and carried on, is no commit anywhere.
    put(first, "platform-config/main/README", "by hand");
    put(second, "copy/main/README", "by hand");
    status(second, newest(first, "platform-config/"));
    says(&dcview, there, "drift", "the same as in dc-1: there 1 of 2 keys written");
    put(first, "platform-config/main.ref", FIRST);
    put(second, "copy/main.ref", FIRST);
    status(second, newest(first, "platform-config/"));
    says(&dcview, there, "in_sync", "commit 7d7af74 is live");

    // Told by the settings, it is no guess; told to come from elsewhere, it is no stream.
    let told = |dc: &str| {
        let text =
            format!("[[replication.source]]\nprefix = \"platform-config/\"\nsource = \"{dc}\"\n");
        Dcview::of(&first.http_addr()).settings(&text)
    };
    assert_eq!(row(&told("dc-1"), there.0, "dc-2").expect("the branch")["is_proposed"], false);
    assert_eq!(row(&told("dc-9"), there.0, "dc-2"), None);

    // A configuration that was copied is no git2consul.
    put(second, "copy/config", &first.http().get("/v1/kv/git2consul/config?raw").unwrap().body);
    let settings = "[replication]\ngit2consul = \"copy/config\"\n";
    let copied = Dcview::of(&first.http_addr()).settings(settings);
    assert_eq!(copied.streams("git"), Vec::<Value>::new());
}
