//! The operator's way, on real Consul and in a real terminal: DRIFT is seen, its key opened, repaired;
//! a replicator is made to write everything again, and measured.

use serde_json::Value;

use super::scene::{Scene, cluster, delete, put};
use super::support::consul::Http;
use super::support::screen::{Launch, Screen};

/// A program on the first datacenter that is told where the statuses of one replication are, and of
/// no other; `more` of the settings may say where it comes from.
fn launch(scene: &Scene, more: &str, size: (u16, u16)) -> Launch {
    let address = cluster().dc("dc-1").http_addr();
    let status_dir = &scene.orders.status_dir;
    let config = format!(
        "[agent]\naddress = '{address}'\n\n[replication]\nstatus_dir = '{status_dir}'\n{more}"
    );
    let launch = Launch::dcview(&["-c", "repl consul-replicate"]).size(size.0, size.1);
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a configuration directory");
    std::fs::write(folder.join("config.toml"), config).expect("a settings file");
    launch
}

/// A screen that is told of one replication.
fn open(scene: &Scene, size: (u16, u16)) -> Screen {
    let prefix = &scene.orders.carried[0].source;
    let source = format!("\n[[replication.source]]\nprefix = '{prefix}'\nsource = 'dc-1'\n");
    launch(scene, &source, size).start()
}

/// The value of a key; none when it is not there.
fn value(http: &Http, key: &str) -> Option<String> {
    let answer = http.get(&format!("/v1/kv/{key}?raw")).expect("an answer");
    (answer.status == 200).then_some(answer.body)
}

/// The keys that dcview's journal tells of, with what was done.
fn journal(screen: &Screen) -> Vec<(String, bool)> {
    let file = screen.home().join(".local/state/dcview/journal.jsonl");
    let text = std::fs::read_to_string(file).expect("a journal");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines
        .filter(|line| line["line"] == "intent")
        .map(|line| {
            let key = line["key"].as_str().expect("a key").to_owned();
            (key, line["undoes"].is_string())
        })
        .collect()
}

#[test]
fn drift_is_seen_opened_and_repaired_without_the_replicator() {
    let mut scene = Scene::new("repair/");
    scene.set("host", "10.0.0.1");
    scene.set("port", "80");
    let replicator = scene.replicate();
    scene.in_sync();
    drop(replicator);
    put(&scene.destination, "repair/host", "10.9.9.9");
    put(&scene.destination, "repair/mine", "by hand");
    let screen = open(&scene, (80, 24));
    let text = screen.wait("the stream", |text| text.contains("DRIFT") && text.contains("repair/"));
    assert!(text.contains("edited in the destination"), "{text}");
    screen.send("\r");
    let text = screen.wait("its keys with their values", |text| {
        text.contains("-10.0.0.1") && text.contains("+10.9.9.9")
    });
    assert!(text.contains("drift") && text.contains("extra") && text.contains("mine"), "{text}");
    screen.send("p");
    let text = screen.wait("the plan", |text| text.contains("do this?"));
    let there = scene.destination.json("/v1/kv/repair/host");
    let sent = format!("cas repair/host at index {}", there[0]["ModifyIndex"]);
    assert!(text.contains("PUT /v1/txn?dc=dc-2") && text.contains(&sent), "{sent}:\n{text}");
    screen.send("y");
    screen.wait("what is left", |text| text.contains("EXTRA: 1 extra, 2 the same"));
    assert_eq!(value(&scene.destination, "repair/host").as_deref(), Some("10.0.0.1"));
    // What only the destination has goes the same way.
    screen.send("p");
    let text = screen.wait("the plan", |text| text.contains("do this?"));
    for said in [
        "delete 1 key of repair/ in dc-2 that repair/ @ dc-1 does not have",
        "1 key that repair/ @ dc-1 does not have: deleted in dc-2",
        "- delete-cas repair/mine at index",
    ] {
        assert!(text.contains(said), "'{said}':\n{text}");
    }
    screen.send("y");
    screen.wait("nothing is left", |text| text.contains("IN SYNC") && text.contains("no diff"));
    assert_eq!(value(&scene.destination, "repair/mine"), None);
    assert_eq!(journal(&screen), ["repair/host", "repair/mine"].map(|key| (key.into(), false)));
}

#[test]
fn a_resync_repairs_drift_and_leaves_nothing_behind() {
    let mut scene = Scene::new("resync/");
    scene.set("host", "10.0.0.1");
    scene.set("port", "80");
    let _replicator = scene.replicate();
    scene.in_sync();
    put(&scene.destination, "resync/host", "10.9.9.9");
    let screen = open(&scene, (200, 60));
    screen.wait("the stream", |text| text.contains("DRIFT") && text.contains("resync/"));
    screen.send("s");
    let status = scene.status();
    let text = screen.wait("the question", |text| text.contains("do this?"));
    for said in [
        "resync resync/ of dc-1 into dc-2",
        &format!("delete-cas {status} at index"),
        "cas resync/.dcview/nudge at index 0",
        "stays in dc-1",
    ] {
        assert!(text.contains(said), "'{said}':\n{text}");
    }
    screen.send("y");
    screen.wait("the end", |text| text.contains("resync/ resynced into dc-2 in"));
    screen.wait("the verdict", |text| text.contains("IN SYNC"));
    assert_eq!(value(&scene.destination, "resync/host").as_deref(), Some("10.0.0.1"));
    assert_eq!(value(&scene.source, "resync/.dcview/nudge"), None);
    let nudge = String::from("resync/.dcview/nudge");
    assert_eq!(journal(&screen), [(status, false), (nudge.clone(), false), (nudge, true)]);
}

#[test]
fn a_probe_is_measured_and_removed_from_both_sides() {
    let mut scene = Scene::new("probe/");
    scene.set("host", "10.0.0.1");
    let replicator = scene.replicate();
    scene.in_sync();
    let screen = open(&scene, (120, 30));
    screen.wait("the stream", |text| text.contains("IN SYNC") && text.contains("probe/"));
    screen.send("t");
    screen.wait("the question", |text| text.contains("cas probe/.dcview/probe at index 0"));
    screen.send("y");
    screen.wait("the time", |text| {
        text.contains("arrived in dc-2 after") && text.contains("removed from both")
    });
    for http in [&scene.source, &scene.destination] {
        assert_eq!(value(http, "probe/.dcview/probe"), None);
    }
    // Nothing of it is left to undo, and without a replicator it is not made twice either.
    drop(replicator);
    put(&scene.source, "probe/.dcview/probe", "from before");
    screen.send("t");
    screen.wait("the question", |text| text.contains("do this?"));
    screen.send("y");
    screen.wait("the refusal", |text| text.contains("already, from before: delete it first"));
    delete(&scene.source, "probe/.dcview/probe");
    screen.send("u");
    screen.wait("nothing to undo", |text| text.contains("nothing to undo"));
}

#[test]
fn a_source_is_guessed_until_it_is_taken_as_right_and_then_remembered() {
    let mut scene = Scene::new("guess/");
    for number in 0..9 {
        scene.set(&format!("key-{number}"), &number.to_string());
    }
    let replicator = scene.replicate();
    scene.in_sync();
    drop(replicator);
    let screen = launch(&scene, "", (120, 30)).start();
    screen.wait("the guess", |text| text.contains("dc-1? -> dc-2") && text.contains("guess/"));
    screen.send("s");
    screen.wait("no writing on a guess", |text| text.contains("its source is only a guess"));
    screen.send("a");
    screen.wait("the question", |text| text.contains("guess/ of dc-2 comes from dc-1"));
    screen.send("y");
    screen.wait("no guess any more", |text| {
        text.contains("IN SYNC") && !text.contains("dc-1?") && !text.contains("only a guess")
    });
    let kept = screen.home().join(".local/state/dcview");
    let files = std::fs::read_dir(kept).expect("the state directory").flatten();
    let said = |text: String| text.contains("guess/") && text.contains("dc-1");
    let mut texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    assert!(texts.any(said), "it is kept for next time");
    screen.send("s");
    screen.wait("the question", |text| text.contains("resync guess/ of dc-1 into dc-2"));
}

#[test]
fn a_replication_without_a_status_leaves_the_list_when_an_operator_says_that_it_is_over() {
    let mut scene = Scene::new("over/");
    scene.set("host", "10.0.0.1");
    let replicator = scene.replicate();
    scene.in_sync();
    drop(replicator);
    let screen = open(&scene, (120, 30));
    screen.wait("the stream", |text| text.contains("IN SYNC") && text.contains("over/"));
    delete(&scene.destination, &scene.status());
    screen.wait("that it is missed", |text| text.contains("its status is gone"));
    screen.send("a");
    screen
        .wait("the question", |text| text.contains("nothing replicates over/ into dc-2 any more"));
    screen.send("y");
    // Its verdict was true of what is no longer carried.
    screen.wait_gone("IN SYNC");
}
