//! What can go wrong under an edit: lost answers, lost processes, full disks, refusals, odd bytes.

use dcview::domain::kv::Op;
use serde_json::json;

use super::desk::{Desk, get, put};
use super::interrupted::{Fault, agent};
use super::support::consul::{Cluster, Plan};
use super::support::fault::Reply;
use super::support::screen::{Launch, Screen, keys};
use super::support::wait::wait;
use super::{client, cluster, one};

fn address() -> String {
    cluster().dc("dc-1").http_addr()
}

/// A dcview on a key's page whose journal and drafts are kept in this directory.
fn with_state(state: &std::path::Path, args: &[&str]) -> Screen {
    let launch = Launch::dcview(args).env("CONSUL_HTTP_ADDR", &address());
    launch.env("XDG_STATE_HOME", &state.display().to_string()).size(100, 30).start()
}

#[test]
fn a_lost_answer_is_unknown_and_read_back_whichever_it_was() {
    put("lost/after", "old\n");
    let server = agent(Fault::After(|| Reply::Reset));
    let desk = Desk::at(&server.url(), "lost/after");
    desk.edit("old");
    desk.replace("new\n");
    desk.save("new");
    desk.screen.wait_for("written to dc-1: lost/after");
    assert_eq!(get("lost/after"), "new\n");

    put("lost/before", "old\n");
    let server = agent(Fault::Before(|| Reply::Reset));
    let desk = Desk::at(&server.url(), "lost/before");
    desk.edit("old");
    desk.replace("new\n");
    desk.save("new");
    let text = desk.screen.wait_for("not written");
    assert!(text.contains("─ review dc-1 lost/before"), "the text is still there: {text}");
    assert_eq!(get("lost/before"), "old\n");
}

#[test]
fn an_edit_that_was_open_when_the_process_died_is_offered_again() {
    put("dead/a", "old\n");
    let state = tempfile::tempdir().expect("a directory");
    for how in ["KILL", "HUP"] {
        let mut screen = with_state(state.path(), &["--dc", "dc-1", "-c", "key dead/a"]);
        screen.wait("the value", |s| s.contains("old") && s.contains("modify"));
        screen.send("e");
        screen.wait_for("─ edit dc-1");
        screen.paste(&format!("typed-{how} "));
        screen.wait_for(&format!("typed-{how}"));
        let drafts = state.path().join("dcview/drafts");
        let is_kept = || {
            let files = std::fs::read_dir(&drafts).into_iter().flatten().flatten();
            // One that is being written is not kept yet.
            let whole = files.filter(|file| file.path().extension().is_some_and(|it| it == "json"));
            let mut texts = whole.filter_map(|file| std::fs::read_to_string(file.path()).ok());
            texts.any(|text| text.contains(&format!("typed-{how}")))
        };
        wait(super::support::screen::PATIENCE, "the draft on disk", is_kept);
        screen.signal(how);
        screen.status();

        let screen = with_state(state.path(), &["--dc", "dc-1"]);
        screen.wait_for("1 edit was left open");
        screen.send(":drafts\r");
        screen.wait_for(&format!("+typed-{how} old"));
        screen.send("e");
        screen.wait_for("─ edit dc-1 dead/a");
        screen.send("\x13");
        screen.wait_for("─ review");
        screen.send(keys::ESC);
        screen.wait_for("─ edit");
        screen.send(keys::ESC);
        screen.wait_for("not saved");
        screen.send("d");
        screen.wait_for("─ key dead/a");
        wait(super::support::screen::PATIENCE, "the draft gone", || !is_kept());
    }
    assert_eq!(get("dead/a"), "old\n");
}

#[test]
fn a_full_disk_is_said_before_the_write_and_stops_it_unless_insisted() {
    put("full/tui", "old\n");
    let program = env!("CARGO_BIN_EXE_dcview");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let args = ["-c", script, program, "--dc", "dc-1", "-c", "key full/tui"];
    let desk = Desk::start(Launch::program("sh", &args), &address());
    desk.edit("old");
    desk.replace("new\n");
    desk.screen.wait_for("new");
    desk.save("+new");
    desk.screen.wait_for("cannot be journalled");
    assert_eq!(get("full/tui"), "old\n");
    desk.screen.send("y");
    desk.screen.wait_for("written to dc-1");
    assert_eq!(get("full/tui"), "new\n");
}

#[test]
fn a_token_that_may_only_read_is_refused_and_not_in_conflict() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    dc.http().put_text("/v1/kv/open/a", "old\n").expect("an answer");
    let rules = json!({ "Name": "reader", "Rules":
        r#"key_prefix "" { policy = "read" } node_prefix "" { policy = "read" }"# });
    let policy = dc.http().put("/v1/acl/policy", &rules).expect("an answer").json();
    let token = json!({ "Policies": [{ "ID": policy["ID"] }] });
    let token = dc.http().put("/v1/acl/token", &token).expect("an answer").json();
    let secret = token["SecretID"].as_str().expect("a token");
    let launch = Launch::dcview(&["-c", "key open/a"]).env("CONSUL_HTTP_TOKEN", secret);
    let desk = Desk::start(launch, &dc.http_addr());
    desk.edit("old");
    desk.replace("new\n");
    desk.save("new");
    let text = desk.screen.wait_for("not written:");
    assert!(text.contains("─ review dc-1 open/a"), "{text}");
    assert!(!text.contains(secret) && !desk.journal().contains(secret));
}

#[test]
fn a_value_over_the_limit_is_refused_and_kept() {
    put("large/tui", "small\n");
    let desk = Desk::on("large/tui");
    desk.edit("small");
    let line = "0123456789abcdef".repeat(64) + "\n";
    desk.replace(&line.repeat(600));
    desk.review("@@");
    desk.yes();
    let text = desk.screen.wait_for("not written:");
    assert!(text.contains("─ review"), "{text}");
    assert_eq!(get("large/tui"), "small\n");
}

#[test]
fn bytes_that_are_no_text_are_shown_as_hex_and_not_edited() {
    let value: &[u8] = b"\xff\xfe\x00binary";
    let op = Op::create("raw/bytes".into(), value.to_vec(), 0);
    let made = tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(async { dcview::consul::write::apply(&client(), &one(op)).await });
    assert_eq!(made.word(), "written");
    let desk = Desk::on("raw/bytes");
    desk.screen.wait_for("ff fe 00 62");
    desk.screen.send("e");
    desk.screen.wait_for("the value is no text");
}

#[test]
fn escape_sequences_in_a_value_are_shown_and_kept() {
    put("raw/escape", "a\u{1b}[31mred\u{7}\n");
    let desk = Desk::on("raw/escape");
    desk.edit("a\\x1b[31mred");
    desk.screen.send("X");
    desk.save("Xa");
    desk.screen.wait_for("written to dc-1");
    assert_eq!(get("raw/escape"), "Xa\u{1b}[31mred\u{7}\n");
}

#[test]
fn the_operators_own_editor_gets_a_private_file_that_is_gone_afterwards() {
    put("ext/a.toml", "a = 1");
    let launch = Launch::dcview(&["--dc", "dc-1", "-c", "key ext/a.toml"]);
    let script = launch.home().join("editor.sh");
    let seen = launch.home().join("seen");
    let text = format!(
        "#!/bin/sh\nstat -c '%a %n' \"$1\" > {0}\nsed -i 's/1/2/' \"$1\"\necho >> \"$1\"\n",
        seen.display()
    );
    std::fs::write(&script, text).expect("a script");
    let launch = launch.env("EDITOR", &format!("sh {}", script.display()));
    let desk = Desk::start(launch, &address());
    desk.edit("a = 1");
    desk.screen.send("\x05");
    desk.screen.wait("what the editor made", |s| s.contains("─ review") && s.contains("+a = 2"));
    let seen = std::fs::read_to_string(&seen).expect("the editor ran");
    let (mode, file) = seen.trim().split_once(' ').expect("mode and name");
    assert_eq!(mode, "600");
    let file = std::path::Path::new(file);
    assert!(file.extension().is_some_and(|it| it == "toml") && !file.exists(), "{file:?}");
    desk.yes();
    desk.screen.wait_for("written to dc-1");
    assert_eq!(get("ext/a.toml"), "a = 2", "no line end where there was none");
}
