//! Sessions and locks as an operator meets them: seen, released, destroyed.

use serde_json::{Value, json};

use crate::support::consul::Dc;
use crate::support::screen::{Launch, Screen, keys};
use crate::{SIZES, field, open, shows};

/// A session of the datacenter's first agent.
fn session(dc: &Dc, body: &Value) -> String {
    let made = dc.http().put("/v1/session/create", body).expect("an answer").json();
    made["ID"].as_str().expect("an id").to_owned()
}

fn put(dc: &Dc, path: &str, value: &str) {
    let answer = dc.http().put_text(&format!("/v1/kv/{path}"), value).expect("an answer");
    assert_eq!(answer.body.trim(), "true", "{path}");
}

fn entry(dc: &Dc, key: &str) -> Value {
    dc.http().json(&format!("/v1/kv/{key}"))[0].clone()
}

fn is_alive(dc: &Dc, id: &str) -> bool {
    dc.http().json(&format!("/v1/session/info/{id}"))[0].is_object()
}

#[test]
fn sessions_of_all_datacenters_are_seen_as_they_come_and_go() {
    let field = field::calm();
    let (near, far) = (field.dc("dc-1"), field.dc("dc-2"));
    let first = session(near, &json!({ "Name": "se-reports", "TTL": "90s" }));
    let screen = open(&near.http_addr(), &["-c", "sessions /se-"], SIZES[0]);
    screen.wait("the first", |text| shows(text, &["dc-1", "se-reports", "90s", "release"]));
    let second = session(far, &json!({ "Name": "se-batch", "Behavior": "delete" }));
    screen.wait("the second", |text| shows(text, &["dc-2", "se-batch", "dc-2-server-0", "delete"]));
    near.http().put(&format!("/v1/session/destroy/{first}"), &json!({})).expect("an answer");
    screen.wait_gone("se-reports");
    assert!(is_alive(far, &second) && screen.text().contains("se-batch"));
}

#[test]
fn keys_held_are_found_under_the_folder_that_was_named() {
    let field = field::calm();
    let dc = field.dc("dc-1");
    let id = session(dc, &json!({ "Name": "kh-runner" }));
    put(dc, &format!("kh/job/lock?acquire={id}"), "x");
    put(dc, "kh/plain", "x");
    let screen = open(&dc.http_addr(), &["-c", "sessions kh @dc-1 /kh-"], SIZES[0]);
    screen.wait("what was looked at", |text| {
        text.contains("looked at 2 keys under kh/; it holds 1 of them")
            && text.contains("kh/job/lock")
    });
    put(dc, &format!("kh/second?acquire={id}"), "x");
    screen.wait_for("looked at 3 keys under kh/; it holds 2 of them");
}

/// A screen on the locks of a folder with one lock, held; its session.
fn held(prefix: &str, args: &[&str]) -> (field::Calm, Screen, String) {
    let field = field::calm();
    let dc = field.dc("dc-1");
    let id = session(dc, &json!({ "Name": format!("{prefix}-runner"), "LockDelay": "1s" }));
    put(dc, &format!("{prefix}/.lock?acquire={id}&flags=3304740253564472344"), "who I am");
    let view = format!("locks {prefix} @dc-1");
    let screen = open(&dc.http_addr(), &[args, &["-c", &view]].concat(), SIZES[0]);
    let runner = format!("{prefix}-runner");
    screen.wait("the lock", |text| shows(text, &[".lock", "lock", "held", &runner]));
    (field, screen, id)
}

#[test]
fn a_lock_is_released_after_a_question_and_its_value_stays() {
    let (field, screen, id) = held("rl", &[]);
    let dc = field.dc("dc-1");
    let before = entry(dc, "rl/.lock");
    screen.send("R");
    let asked = screen.wait_for("do this?");
    assert!(asked.contains("release rl/.lock in dc-1") && asked.contains(&id), "{asked}");
    screen.send("n");
    screen.wait_for("nothing was changed");
    assert_eq!(entry(dc, "rl/.lock"), before);
    screen.send("R");
    screen.wait_for("do this?");
    screen.send("y");
    screen.wait("it is free", |text| shows(text, &[".lock", "free"]));
    let now = entry(dc, "rl/.lock");
    assert_eq!(
        (&now["Session"], &now["Value"], &now["Flags"]),
        (&Value::Null, &before["Value"], &before["Flags"])
    );
    assert!(is_alive(dc, &id), "its session goes on");
    screen.send(":journal\r");
    screen.wait("the journal", |text| shows(text, &["release", "rl/.lock", "written"]));
    screen.send("u");
    screen.wait_for("cannot be brought back");
}

#[test]
fn a_session_is_destroyed_from_its_lock_and_both_lists_show_it() {
    let (field, screen, id) = held("ds", &[]);
    let dc = field.dc("dc-1");
    screen.send("X");
    let asked = screen.wait_for("do this?");
    assert!(asked.contains(&format!("destroy session {id} in dc-1")), "{asked}");
    assert!(asked.contains("looked at 1 keys under ds/; it holds 1 of them"), "{asked}");
    assert!(asked.contains("for 1s (lock delay)"), "{asked}");
    screen.send("y");
    screen.wait("the lock is free", |text| shows(text, &[".lock", "free"]));
    assert!(!is_alive(dc, &id));
    assert_eq!(entry(dc, "ds/.lock")["Value"], "d2hvIEkgYW0=", "its value stays");
    screen.send(":sessions /ds-\r");
    screen.wait_for("no row matches");
}

#[test]
fn a_semaphores_slots_are_told_and_one_is_released() {
    let field = field::calm();
    let dc = field.dc("dc-1");
    let ids: Vec<String> =
        (0..3).map(|n| session(dc, &json!({ "Name": format!("sm-{n}") }))).collect();
    for id in &ids {
        put(dc, &format!("sm/{id}?acquire={id}&flags=16210313421097356768"), "");
    }
    let holders = json!({ "Limit": 2, "Holders": { &ids[0]: true, &ids[1]: true } });
    put(dc, "sm/.lock?flags=16210313421097356768", &holders.to_string());
    let screen = open(&dc.http_addr(), &["-c", "locks sm @dc-1"], SIZES[1]);
    screen.wait("the semaphore", |text| {
        shows(text, &["semaphore", "2 of 2 held", "sm-0", "sm-1"])
            && shows(text, &["contender", "waits", "sm-2"])
    });
    screen.send("R");
    screen.wait_for("release one of those");
    // The first contender, whose row comes after the record's.
    screen.send(&format!(":/{}\r", ids[0]));
    screen.wait_for("[2/4]");
    screen.send("GR");
    screen.wait_for(&format!("release sm/{} in dc-1", ids[0]));
    screen.send("y");
    screen.wait("its slot is dead until another clears it", |text| {
        shows(text, &["2 of 2 held, 1 dead"]) && shows(text, &["contender", "dead"])
    });
}

#[test]
fn read_only_refuses_and_a_protected_datacenter_wants_its_name() {
    let (field, screen, id) = held("ro", &["--read-only"]);
    let dc = field.dc("dc-1");
    for key in ["R", "X"] {
        screen.send(key);
        screen.wait_for("read-only: nothing may be changed");
    }
    drop(screen);
    let view = ["-c", "locks ro @dc-1"];
    let launch = Launch::dcview(&view).env("CONSUL_HTTP_ADDR", &dc.http_addr()).size(80, 24);
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a configuration directory");
    let text = "[datacenters.dc-1]\nprotected = true\n";
    std::fs::write(folder.join("config.toml"), text).expect("a settings file");
    let screen = launch.start();
    screen.wait("the lock", |text| shows(text, &[".lock", "held", "ro-runner"]));
    screen.send("X");
    screen.wait_for("'dc-1' is protected");
    screen.send(&format!("y{}", keys::ENTER));
    screen.wait_for("not its name");
    assert!(is_alive(dc, &id));
    screen.send("dc-1\r");
    screen.wait("the lock is free", |text| shows(text, &[".lock", "free"]));
    assert!(!is_alive(dc, &id));
}
