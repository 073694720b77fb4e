//! `dcview kv` in a terminal: it shows the change and asks; `edit` opens an editor.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::cluster;
use super::support::screen::{Launch, Screen};

fn launch(args: &[&str]) -> Launch {
    Launch::dcview(args).size(100, 30).env("CONSUL_HTTP_ADDR", &cluster().dc("dc-1").http_addr())
}

fn value(key: &str) -> String {
    cluster().dc("dc-1").http().get(&format!("/v1/kv/{key}?raw")).expect("an answer").body
}

fn put(key: &str, text: &str) {
    cluster().dc("dc-1").http().put_text(&format!("/v1/kv/{key}"), text).expect("an answer");
}

#[test]
fn a_put_shows_the_difference_and_asks() {
    put("ask/a", "one");
    let mut screen: Screen = launch(&["kv", "put", "ask/a", "two"]).start();
    screen.wait_for("[y/N]");
    let shown = screen.text();
    assert!(shown.contains("-one") && shown.contains("+two") && shown.contains("dc-1"), "{shown}");
    screen.send("n\r");
    assert_eq!(screen.exit(), 2);
    assert_eq!(value("ask/a"), "one");
    let mut screen = launch(&["kv", "put", "ask/a", "two"]).start();
    screen.wait_for("[y/N]");
    screen.send("y\r");
    assert_eq!(screen.exit(), 0);
    assert_eq!(value("ask/a"), "two");
}

#[test]
fn a_protected_datacenters_name_is_typed() {
    let launch = launch(&["--dc", "dc-1", "kv", "put", "ask/guarded", "x"]);
    let dir = launch.home().join(".config/dcview");
    fs::create_dir_all(&dir).expect("a directory");
    fs::write(dir.join("config.toml"), "[datacenters.dc-1]\nprotected = true\n").expect("settings");
    let mut screen = launch.start();
    screen.wait_for("Type its name");
    screen.send("dc-1\r");
    assert_eq!(screen.exit(), 0);
    assert_eq!(value("ask/guarded"), "x");
}

/// An editor that does this to the file.
fn editor(launch: &Launch, script: &str) -> String {
    let path = launch.home().join("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("an editor");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("runnable");
    path.display().to_string()
}

#[test]
fn an_edit_keeps_what_was_typed_through_a_conflict_and_leaves_no_file() {
    put("ask/edit", "one");
    let launch = launch(&["kv", "edit", "ask/edit"]);
    let home = launch.home().to_owned();
    let seen = home.join("seen");
    // The editor adds a line end, as editors do, and notes the file and its mode.
    let script = format!("stat -c '%a %n' \"$1\" >'{}'; echo mine >\"$1\"", seen.display());
    let editor = editor(&launch, &script);
    let mut screen = launch.env("EDITOR", &editor).start();
    screen.wait_for("[y/N]");
    put("ask/edit", "theirs");
    screen.send("y\r");
    screen.wait_for("offered at the next edit");
    let noted = fs::read_to_string(&seen).expect("the editor ran");
    let (mode, file) = noted.trim().split_once(' ').expect("a mode and a name");
    assert_eq!(mode, "600");
    assert!(!std::path::Path::new(file).exists());
    assert_eq!(fs::read_dir(home.join(".local/state/dcview/drafts")).expect("drafts").count(), 1);
    assert_eq!(value("ask/edit"), "theirs");
    assert_eq!(screen.exit(), 5);

    // The next edit begins with what was typed, and is now made on what they wrote.
    let state = home.join(".local/state");
    let again = Launch::dcview(&["kv", "edit", "ask/edit"])
        .size(100, 30)
        .env("CONSUL_HTTP_ADDR", &cluster().dc("dc-1").http_addr())
        .env("HOME", &home.display().to_string())
        .env("XDG_STATE_HOME", &state.display().to_string())
        .env("EDITOR", "true");
    let mut screen = again.start();
    let shown = screen.wait_for("[y/N]");
    assert!(shown.contains("-theirs") && shown.contains("+mine"), "{shown}");
    screen.send("y\r");
    assert_eq!(screen.exit(), 0);
    assert_eq!(value("ask/edit"), "mine", "without the line end that the editor added");
    assert_eq!(fs::read_dir(state.join("dcview/drafts")).expect("drafts").count(), 0);
}
