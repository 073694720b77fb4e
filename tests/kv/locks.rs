//! `dcview kv sessions|locks|release|destroy`: as scripts use them, and in a terminal.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::cluster;
use super::program::Program;
use super::support::consul::{Answer, consul};
use super::support::fault::Proxy;
use super::support::screen::Launch;
use super::support::wait::wait;

/// A session of the first datacenter's agent.
fn session(body: &Value) -> String {
    let made = cluster().dc("dc-1").http().put("/v1/session/create", body).expect("an answer");
    made.json()["ID"].as_str().expect("an id").to_owned()
}

fn put(path: &str, value: &str) -> Answer {
    cluster().dc("dc-1").http().put_text(&format!("/v1/kv/{path}"), value).expect("an answer")
}

fn get(key: &str) -> Value {
    cluster().dc("dc-1").http().json(&format!("/v1/kv/{key}"))[0].clone()
}

fn rows(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn is_alive(id: &str) -> bool {
    cluster().dc("dc-1").http().json(&format!("/v1/session/info/{id}"))[0].is_object()
}

#[test]
fn sessions_are_listed_with_the_keys_under_a_prefix_only_when_asked() {
    let id = session(&json!({ "Name": "lists", "TTL": "60s", "LockDelay": "1500ms" }));
    put(&format!("slist/a?acquire={id}"), "x");
    put("slist/plain", "x");
    let program = Program::new();
    let own = |out: &str| {
        let rows = rows(out);
        rows.into_iter().find(|row| row["id"] == *id).expect("the session")
    };
    let plain = program.run(&["kv", "sessions", "-o", "json"]);
    let row = own(&plain.out);
    assert_eq!((&row["datacenter"], &row["node"]), (&json!("dc-1"), &json!("dc-1-server-0")));
    assert_eq!((&row["ttl"], &row["lock_delay_ms"]), (&json!("60s"), &json!(1_500)));
    assert_eq!((&row["behavior"], &row["checks"]), (&json!("release"), &json!(["serfHealth"])));
    assert_eq!((&row["keys"], &row["keys_under"]), (&Value::Null, &Value::Null));
    assert_eq!((plain.code, plain.err.as_str()), (0, ""));
    let looked = program.run(&["kv", "sessions", "slist/", "-o", "json"]);
    let row = own(&looked.out);
    assert_eq!((&row["keys"], &row["keys_under"]), (&json!(["slist/a"]), &json!("slist/")));
    assert!(looked.err.contains("looked at 2 keys under slist/"), "{looked:?}");
    let text = program.run(&["kv", "sessions", "slist/"]);
    assert!(text.out.lines().next().is_some_and(|line| line.ends_with("KEYS")), "{text:?}");
    assert!(text.out.contains("slist/a"), "{text:?}");
}

/// `consul lock` on a prefix, until it is dropped.
struct Lock(Child);

impl Lock {
    fn start(args: &[&str]) -> Self {
        let lock = Command::new(consul())
            .arg("lock")
            .args(args)
            .args(["sleep", "600"])
            .env("CONSUL_HTTP_ADDR", cluster().dc("dc-1").http_addr())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(lock.expect("consul lock starts"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Its own child ends with its session, or when it is interrupted; killed, it would stay.
        let pid = self.0.id().to_string();
        let _ = Command::new("kill").args(["-s", "INT", &pid]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn what_consul_lock_holds_and_waits_for_is_listed() {
    let _locks = [
        Lock::start(&["held/a"]),
        Lock::start(&["held/a"]),
        Lock::start(&["-n", "2", "held/sem"]),
        Lock::start(&["-n", "2", "held/sem"]),
        Lock::start(&["-n", "2", "held/sem"]),
    ];
    let program = Program::new();
    let listed = || {
        let listed = program.run(&["kv", "locks", "held/", "-o", "json"]);
        rows(&listed.out)
    };
    let of = |rows: &[Value], key: &str| {
        rows.iter().find(|row| row["key"] == *key).cloned().unwrap_or_default()
    };
    let is_settled = || {
        let rows = listed();
        let (lock, semaphore) = (of(&rows, "held/a/.lock"), of(&rows, "held/sem/.lock"));
        lock["waiting"].as_array().is_some_and(|waiting| waiting.len() == 1)
            && semaphore["state"] == "2 of 2 held"
            && semaphore["waiting"].as_array().is_some_and(|waiting| waiting.len() == 1)
    };
    wait(super::support::screen::PATIENCE, "two hold and one waits, of both", is_settled);
    let rows = listed();
    let (lock, semaphore) = (of(&rows, "held/a/.lock"), of(&rows, "held/sem/.lock"));
    assert_eq!((&lock["kind"], &lock["state"]), (&json!("lock"), &json!("held")));
    assert_eq!(lock["holders"][0]["node"], "dc-1-server-0");
    assert_eq!((&lock["is_waiting_guessed"], &lock["limit"]), (&json!(true), &Value::Null));
    assert_eq!((&semaphore["kind"], &semaphore["limit"]), (&json!("semaphore"), &json!(2)));
    assert_eq!(semaphore["is_waiting_guessed"], false);
    let states = |state: &str| {
        rows.iter().filter(|row| row["kind"] == "contender" && row["state"] == *state).count()
    };
    assert_eq!((states("holds"), states("waits")), (2, 1), "{rows:?}");
    let text = program.run(&["kv", "locks", "held/"]);
    assert!(text.out.contains("2 of 2 held") && text.out.contains("~1"), "{text:?}");
    assert_eq!(program.run(&["kv", "locks", "nothing/here/"]).code, 1);
}

#[test]
fn a_release_frees_the_lock_and_leaves_value_and_flags() {
    let (id, other) = (session(&json!({ "Name": "loser" })), session(&json!({})));
    put(&format!("free/lock?acquire={id}&flags=7"), "held");
    let program = Program::new();
    let unasked = program.run(&["kv", "release", "free/lock"]);
    assert!(unasked.code == 2 && unasked.err.contains("--force"), "{unasked:?}");
    assert_eq!(get("free/lock")["Session"], *id);
    let released = program.run(&["kv", "release", "free/lock", "--force"]);
    assert!(released.code == 0 && released.err.contains("released in 'dc-1'"), "{released:?}");
    let now = get("free/lock");
    assert_eq!((&now["Session"], &now["Flags"]), (&Value::Null, &json!(7)));
    assert_eq!(now["Value"], "aGVsZA==");
    assert!(is_alive(&id), "its session goes on");
    assert_eq!(put(&format!("free/lock?acquire={other}"), "held").body.trim(), "true", "at once");
    assert_eq!(program.run(&["kv", "release", "free/nothing", "--force"]).code, 1);
    put("free/plain", "x");
    let plain = program.run(&["kv", "release", "free/plain", "--force"]);
    assert!(plain.code == 1 && plain.err.contains("no session holds"), "{plain:?}");
    put("free/.lock?flags=16210313421097356768", r#"{"Limit":1,"Holders":{}}"#);
    let semaphore = program.run(&["kv", "release", "free/.lock", "--force"]);
    assert!(semaphore.code == 1 && semaphore.err.contains("a semaphore's record"), "{semaphore:?}");
}

#[test]
fn a_destroyed_sessions_keys_are_released_or_deleted_and_the_journal_tells() {
    let id = session(&json!({ "Name": "keeper", "LockDelay": "1ms" }));
    let deleter = session(&json!({ "Behavior": "delete" }));
    put(&format!("end/a?acquire={id}"), "stays");
    put(&format!("end/b?acquire={deleter}"), "goes");
    let program = Program::new();
    assert_eq!(program.run(&["kv", "destroy", &id]).code, 2, "nobody was asked");
    assert!(is_alive(&id));
    for id in [&id, &deleter] {
        let done = program.run(&["kv", "destroy", id, "--force"]);
        assert!(done.code == 0 && done.err.contains(&format!("session {id}")), "{done:?}");
        assert!(!is_alive(id));
    }
    let now = get("end/a");
    assert_eq!((&now["Session"], &now["Value"]), (&Value::Null, &json!("c3RheXM=")));
    let gone = cluster().dc("dc-1").http().get("/v1/kv/end/b").expect("an answer");
    assert_eq!(gone.status, 404);
    assert_eq!(program.run(&["kv", "destroy", &id, "--force"]).code, 1, "it is gone");
    assert_eq!(program.run(&["kv", "destroy", "no-uuid", "--force"]).code, 2);
    let journal = rows(&program.run(&["kv", "journal", "-o", "json"]).out);
    let told: Vec<_> =
        journal.iter().map(|row| (row["act"].as_str(), row["outcome"].as_str())).collect();
    assert_eq!(told, [(Some("destroy"), Some("written")); 2]);
    assert_eq!(journal[0]["session"], *id);
    let undo = program.run(&["kv", "undo", "--force"]);
    assert!(undo.code == 2 && undo.err.contains("a destroy, cannot be taken back"), "{undo:?}");
}

#[test]
fn a_terminal_is_shown_the_session_and_its_keys_and_asked() {
    let id = session(&json!({ "Name": "asked-of", "Behavior": "delete", "LockDelay": "5s" }));
    put(&format!("asked/a?acquire={id}"), "x");
    let address = cluster().dc("dc-1").http_addr();
    let launch =
        |args: &[&str]| Launch::dcview(args).size(110, 30).env("CONSUL_HTTP_ADDR", &address);
    let mut screen = launch(&["kv", "destroy", &id, "--keys-under", "asked/"]).start();
    let shown = screen.wait_for("[y/N]");
    for said in ["asked-of on dc-1-server-0", "ALL KEYS", "5s", "holds 1 of them", "asked/a"] {
        assert!(shown.contains(said), "'{said}':\n{shown}");
    }
    screen.send("n\r");
    assert_eq!(screen.exit(), 2);
    assert!(is_alive(&id));
    let mut screen = launch(&["kv", "release", "asked/a"]).start();
    let shown = screen.wait_for("[y/N]");
    assert!(shown.contains("asked-of on dc-1-server-0") && shown.contains(&id), "{shown}");
    screen.send("y\r");
    assert_eq!(screen.exit(), 0);
    assert_eq!(get("asked/a")["Session"], Value::Null);
}

#[test]
fn where_nothing_may_be_changed_nothing_is_sent_and_a_protected_datacenter_wants_its_name() {
    let id = session(&json!({}));
    put(&format!("guarded/a?acquire={id}"), "x");
    let network = Proxy::to(&cluster().dc("dc-1").http_addr());
    let program = Program::at(&network.url());
    for command in [&["kv", "release", "guarded/a"][..], &["kv", "destroy", &id]] {
        let ran = program.run(&[&["--read-only"], command, &["--force"]].concat());
        assert!(ran.code == 2 && ran.err.contains("read-only"), "{ran:?}");
    }
    assert_eq!(network.made(), 0);
    let program = Program::new().settings("[datacenters.dc-1]\nprotected = true\n");
    let args = ["--dc", "dc-1", "kv", "destroy", &id, "--force"];
    let refused = program.run(&args);
    assert!(refused.code == 2 && refused.err.contains("--yes-i-mean dc-1"), "{refused:?}");
    assert!(is_alive(&id));
    assert_eq!(program.run(&[&args[..], &["--yes-i-mean", "dc-1"]].concat()).code, 0);
    assert!(!is_alive(&id));
}

#[test]
fn an_unwritable_journal_stops_a_release_unless_one_insists() {
    let id = session(&json!({}));
    put(&format!("nojournal/a?acquire={id}"), "x");
    let program = Program::new();
    std::fs::create_dir_all(program.home().join(".local/state")).expect("a directory");
    std::fs::write(program.state(), "in the way").expect("a file");
    assert!(Path::new(&program.state()).is_file());
    let args = ["kv", "release", "nojournal/a", "--force"];
    let stopped = program.run(&args);
    assert!(stopped.code == 2 && stopped.err.contains("journal"), "{stopped:?}");
    assert_eq!(get("nojournal/a")["Session"], *id);
    assert_eq!(program.run(&[&args[..], &["--insist"]].concat()).code, 0);
    assert_eq!(get("nojournal/a")["Session"], Value::Null);
}
