//! Editing a key in its pane, as an operator does: two of them at once, third parties, bytes kept.

use super::cluster;
use super::desk::{Desk, get, http, put};
use super::support::screen::{Launch, keys};

#[test]
fn of_two_dcviews_on_one_key_one_meets_the_conflict_and_no_value_disappears() {
    put("two/a", "first: 1\nmiddle: x\nmore: y\nlast: 1\n");
    let (ours, theirs) = (Desk::on("two/a"), Desk::on("two/a"));
    ours.edit("first: 1");
    theirs.edit("first: 1");
    theirs.replace("first: 1\nmiddle: x\nmore: y\nlast: 2\n");
    theirs.save("last: 2");
    theirs.screen.wait_for("written to dc-1: two/a");
    // The one that is still at it is told while it types, and again when it saves.
    ours.screen.wait_for("changed meanwhile");
    ours.replace("first: 9\nmiddle: x\nmore: y\nlast: 1\n");
    ours.save("first: 9");
    let conflict = ours.screen.wait_for("the changes do not touch");
    assert!(conflict.contains("─ conflict dc-1 two/a"), "{conflict}");
    assert_eq!(get("two/a"), "first: 1\nmiddle: x\nmore: y\nlast: 2\n", "nothing was written");
    ours.screen.send("m");
    ours.screen.wait("the merge to be reviewed", |s| s.contains("─ review dc-1 two/a"));
    ours.yes();
    ours.screen.wait_for("written to dc-1: two/a");
    assert_eq!(get("two/a"), "first: 9\nmiddle: x\nmore: y\nlast: 2\n");
}

#[test]
fn changes_of_the_same_line_are_merged_by_the_operator_and_markers_are_not_saved_unseen() {
    put("two/b", "a: 1\n");
    let desk = Desk::on("two/b");
    desk.edit("a: 1");
    desk.replace("a: mine\n");
    put("two/b", "a: theirs\n");
    desk.save("a: mine");
    let text = desk.screen.wait_for("1 place changed by both");
    assert!(text.contains("+a: mine") && text.contains("-a: theirs"), "{text}");
    let marked = |text: &str| {
        let markers = ["<<<<<<< theirs", "||||||| as it was read", "=======", ">>>>>>> yours"];
        let at = markers.map(|marker| text.find(marker));
        at.iter().all(Option::is_some) && at.is_sorted()
    };
    assert!(marked(&text), "{text}");
    desk.screen.send("m");
    desk.screen.wait_for("both changed the same lines");
    desk.screen.send("e");
    desk.screen.wait("the same marks in the text", marked);
    desk.screen.send("\x13");
    desk.screen.wait_for("a conflict marker is left in the text");
    desk.screen.send(keys::ESC);
    desk.screen.wait_for("─ edit dc-1");
    desk.replace("a: both\n");
    desk.save("a: both");
    desk.screen.wait_for("written to dc-1: two/b");
    assert_eq!(get("two/b"), "a: both\n");
}

#[test]
fn a_key_that_somebody_deletes_or_makes_again_meanwhile_is_a_conflict() {
    put("gone/a", "was here\n");
    let desk = Desk::on("gone/a");
    desk.edit("was here");
    desk.replace("mine\n");
    http().delete("/v1/kv/gone/a").expect("an answer");
    desk.screen.wait_for("deleted meanwhile");
    desk.save("mine");
    desk.screen.wait_for("now: deleted");
    put("gone/a", "made again\n");
    desk.screen.send("o");
    desk.screen.wait_for("─ review dc-1");
    desk.yes();
    // It was made again since: the second look is a conflict too.
    desk.screen.wait_for("made again");
    assert_eq!(get("gone/a"), "made again\n");
    desk.screen.send("o");
    desk.screen.wait_for("-made again");
    desk.yes();
    desk.screen.wait_for("written to dc-1: gone/a");
    assert_eq!(get("gone/a"), "mine\n");
}

#[test]
fn bytes_that_were_not_touched_stay_and_so_do_the_flags() {
    http().put_text("/v1/kv/bytes/a?flags=42", "one\r\ntwo\r\nthree").expect("an answer");
    let desk = Desk::on("bytes/a");
    desk.edit("three");
    desk.screen.send("X");
    desk.save("Xone");
    desk.screen.wait_for("written to dc-1");
    assert_eq!(get("bytes/a"), "Xone\r\ntwo\r\nthree");
    let entry = http().get("/v1/kv/bytes/a").expect("an answer").body;
    assert!(entry.contains("\"Flags\":42"), "{entry}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_saved_only_when_insisted() {
    put("syntax/a.json", "{\"a\": 1}");
    let desk = Desk::on("syntax/a.json");
    desk.edit("\"a\": 1");
    desk.replace("{\"a\": }");
    desk.review("{\"a\": }");
    desk.screen.wait_for("line 1, column 7");
    desk.yes();
    desk.screen.wait_for("write it all the same");
    assert_eq!(get("syntax/a.json"), "{\"a\": 1}");
    desk.yes();
    desk.screen.wait_for("written to dc-1");
    assert_eq!(get("syntax/a.json"), "{\"a\": }");
}

#[test]
fn a_new_key_is_made_and_a_change_is_undone_from_the_journal() {
    let desk = Desk::on("fresh/a");
    desk.screen.wait_for("missing");
    desk.screen.send("e");
    desk.screen.wait_for("a new key");
    desk.screen.paste("hello\n");
    desk.save("hello");
    desk.screen.wait_for("written to dc-1: fresh/a");
    desk.edit("hello");
    desk.replace("second\n");
    desk.save("second");
    desk.screen.wait("the second", |s| s.contains("written to dc-1") && s.contains("second"));
    desk.screen.send(":journal\r");
    desk.screen.wait("both", |s| s.contains("─ journal [2]") && s.contains("create"));
    desk.screen.send("u");
    desk.screen.wait("what undoing does", |s| s.contains("-second") && s.contains("y yes"));
    desk.screen.send("y");
    desk.screen.wait_for("undone");
    assert_eq!(get("fresh/a"), "hello\n");
    // All three are events too.
    desk.screen.send(":timeline kind=write\r");
    desk.screen.wait("the writes", |s| s.matches("fresh/a").count() >= 3 && s.contains("[3] live"));
}

#[test]
fn an_undo_of_what_somebody_changed_since_writes_nothing() {
    put("since/a", "old\n");
    let desk = Desk::on("since/a");
    desk.edit("old");
    desk.replace("new\n");
    desk.save("new");
    desk.screen.wait_for("written to dc-1");
    put("since/a", "theirs\n");
    desk.screen.send(":journal\r");
    desk.screen.wait("the row", |s| s.contains("─ journal [1]"));
    desk.screen.send("u");
    desk.screen.wait_for("y yes");
    desk.screen.send("y");
    desk.screen.wait_for("changed since it was read");
    assert_eq!(get("since/a"), "theirs\n");
}

#[test]
fn the_last_change_is_undone_from_anywhere() {
    put("last/a", "old\n");
    let desk = Desk::on("last/a");
    desk.edit("old");
    desk.replace("new\n");
    desk.save("new");
    desk.screen.wait_for("written to dc-1");
    desk.screen.send(":undo\r");
    desk.screen.wait("the question", |s| s.contains("undo: change last/a") && s.contains("+old"));
    desk.screen.send("y");
    desk.screen.wait_for("done: undo: change last/a");
    assert_eq!(get("last/a"), "old\n");
    desk.screen.send(":undo\r");
    desk.screen.wait_for("there is nothing to undo");
}

#[test]
fn a_key_is_deleted_after_a_question_and_can_be_had_back() {
    put("rm/a", "dear\n");
    let desk = Desk::on("rm/a");
    desk.screen.wait("the value", |s| s.contains("dear") && s.contains("modify"));
    desk.screen.send(keys::DELETE);
    desk.screen.wait("the question", |s| s.contains("delete rm/a in dc-1") && s.contains("y yes"));
    desk.screen.send("n");
    desk.screen.wait_for("nothing was changed");
    assert_eq!(get("rm/a"), "dear\n");
    desk.screen.send(keys::DELETE);
    desk.screen.wait_for("y yes");
    desk.screen.send("y");
    desk.screen.wait_for("missing");
    desk.screen.send(":journal\r");
    desk.screen.wait_for("> - written");
    desk.screen.send("u");
    desk.screen.wait_for("y yes");
    desk.screen.send("y");
    desk.screen.wait_for("undone");
    assert_eq!(get("rm/a"), "dear\n");
}

#[test]
fn a_protected_datacenter_wants_its_name() {
    put("guard/a", "old\n");
    let launch = Launch::dcview(&["--dc", "dc-1", "-c", "key guard/a"]);
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a directory");
    let settings = "[datacenters.dc-1]\nprotected = true\n";
    std::fs::write(folder.join("config.toml"), settings).expect("settings");
    let desk = Desk::start(launch, &cluster().dc("dc-1").http_addr());
    desk.edit("old");
    desk.replace("new\n");
    desk.save("new");
    desk.screen.wait_for("dc-1 is protected");
    desk.screen.send("dc-2\r");
    desk.screen.wait_for("not its name");
    assert_eq!(get("guard/a"), "old\n");
    desk.screen.send("dc-1\r");
    desk.screen.wait_for("written to dc-1");
    assert_eq!(get("guard/a"), "new\n");
}

#[test]
fn read_only_has_no_verb_and_writes_nothing() {
    put("ro/tui", "old\n");
    let launch = Launch::dcview(&["--dc", "dc-1", "--read-only", "-c", "key ro/tui"]);
    let desk = Desk::start(launch, &cluster().dc("dc-1").http_addr());
    desk.screen.wait_for("old");
    desk.screen.send("e");
    desk.screen.wait_for("read-only");
    desk.screen.send("?");
    let help = desk.screen.wait_for("─ help");
    assert!(!help.contains("kv-edit"), "{help}");
    assert_eq!(get("ro/tui"), "old\n");
}

#[test]
fn a_locked_and_a_managed_key_ask_once_more_and_say_why() {
    let made = http().put("/v1/session/create", &serde_json::json!({ "Name": "migration" }));
    let id = made.expect("an answer").json()["ID"].as_str().expect("an id").to_owned();
    http().put_text(&format!("/v1/kv/lk/a?acquire={id}"), "held\n").expect("an answer");
    let desk = Desk::on("lk/a");
    desk.edit("held");
    desk.replace("mine\n");
    desk.save("mine");
    desk.screen.wait("who holds it", |s| s.contains("its lock is held") && s.contains("migration"));
    assert_eq!(get("lk/a"), "held\n");
    desk.screen.send("y");
    desk.screen.wait_for("written to dc-1");
    let entry = http().get("/v1/kv/lk/a").expect("an answer").body;
    assert!(entry.contains(&id), "the holder keeps its lock: {entry}");

    put("consul-template/dedup/0123456789abcdef0123456789abcdef/data", "shared-data\n");
    let desk = Desk::on("consul-template/dedup/0123456789abcdef0123456789abcdef/data");
    desk.edit("shared-data");
    desk.replace("other\n");
    desk.save("other");
    desk.screen.wait_for("consul-template shares the data");
    desk.screen.send(keys::ESC);
    desk.screen.wait_for("─ review");
}
