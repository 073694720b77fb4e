//! `dcview kv` as scripts use it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::cluster;
use super::program::Program;
use super::support::fault::Proxy;

#[test]
fn put_get_ls_rm_and_undo() {
    let program = Program::new();
    let put = program.run(&["kv", "put", "first/a", "one", "--force"]);
    assert!(put.code == 0 && put.err.contains("written to 'dc-1': first/a"), "{put:?}");
    assert_eq!(program.run(&["kv", "get", "first/a"]).out, "one");
    assert_eq!(program.run(&["kv", "ls", "first/"]).out, "first/a\n");
    let removed = program.run(&["kv", "rm", "first/a", "--force"]);
    assert!(removed.code == 0 && removed.err.contains("deleted in 'dc-1': first/a"), "{removed:?}");
    assert_eq!(program.run(&["kv", "get", "first/a"]).code, 1);
    assert_eq!(program.run(&["kv", "undo", "--force"]).code, 0, "the deletion");
    assert_eq!(program.run(&["kv", "get", "first/a"]).out, "one");
    let undone = program.run(&["kv", "undo", "--force"]);
    assert_eq!(undone.code, 5, "made again, it has another index: {undone:?}");
    let journal = program.run(&["kv", "journal", "-o", "json"]);
    let rows: Vec<Value> =
        journal.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let fates: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap_or("")).collect();
    assert_eq!(fates, ["written", "undone", "written", "conflict"]);
    let mode = |path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(program.state().join("journal.jsonl")), 0o600);
}

#[test]
fn an_edit_and_a_creation_are_undone() {
    let program = Program::new();
    program.run(&["kv", "put", "cmd/undo", "one", "--flags", "7", "--force"]);
    program.run(&["kv", "put", "cmd/undo", "two", "--force"]);
    assert_eq!(program.run(&["kv", "undo", "--force"]).code, 0);
    let got = program.run(&["kv", "get", "cmd/undo", "-o", "json"]);
    let entry: Value = serde_json::from_str(&got.out).expect("JSON");
    assert_eq!((&entry["value"], &entry["flags"]), (&"one".into(), &7.into()));
}

#[test]
fn only_what_was_done_through_this_agent_and_in_this_datacenter_is_undone() {
    let program = Program::new();
    program.run(&["--dc", "dc-2", "kv", "put", "cmd/there", "one", "--force"]);
    program.run(&["--dc", "dc-1", "kv", "put", "cmd/here", "two", "--force"]);
    let id = |program: &Program| {
        let journal = program.run(&["kv", "journal", "-o", "json"]).out;
        let first: Value =
            serde_json::from_str(journal.lines().next().expect("a row")).expect("JSON");
        first["write"].as_str().expect("an id").to_owned()
    };
    let id = id(&program);
    let other = program.moved_to(&cluster().dc("dc-3").http_addr());
    let last = other.run(&["kv", "undo", "--force"]);
    assert!(last.code == 1 && last.err.contains("nothing to undo"), "{last:?}");
    let named = other.run(&["kv", "undo", &id, "--force"]);
    assert!(named.code == 2 && named.err.contains("was made through http://"), "{named:?}");
    let back = other.moved_to(&cluster().dc("dc-1").http_addr());
    assert_eq!(back.run(&["kv", "undo", "--dc", "dc-3", "--force"]).code, 1);
    let undone = back.run(&["kv", "undo", "--dc", "dc-2", "--force"]);
    assert!(undone.code == 0 && undone.err.contains("undone in 'dc-2'"), "{undone:?}");
    assert_eq!(back.run(&["kv", "get", "cmd/here"]).out, "two");
}

#[test]
fn a_value_comes_from_stdin_or_a_file_byte_for_byte() {
    let program = Program::new();
    let value = b"\xff\x00\r\nend";
    assert_eq!(program.run_with(&["kv", "put", "cmd/bytes", "-", "--force"], value).code, 0);
    let got = program.run(&["kv", "get", "cmd/bytes", "-o", "json"]);
    assert!(got.out.contains("\"value_base64\": \"/wANCmVuZA==\""), "{got:?}");
    let file = program.home().join("value");
    fs::write(&file, "from a file\n").expect("a file");
    let argument = format!("@{}", file.display());
    assert_eq!(program.run(&["kv", "put", "cmd/bytes", &argument, "--force"]).code, 0);
    assert_eq!(program.run(&["kv", "get", "cmd/bytes"]).out, "from a file\n");
}

#[test]
fn without_a_terminal_a_put_wants_force_or_an_index() {
    let program = Program::new();
    let put = program.run(&["kv", "put", "cmd/cas", "x"]);
    assert!(put.code == 2 && put.err.contains("--force"), "{put:?}");
    assert_eq!(program.run(&["kv", "put", "cmd/cas", "x", "--cas", "0"]).code, 0);
    assert_eq!(program.run(&["kv", "put", "cmd/cas", "y", "--cas", "0"]).code, 5);
    let got = program.run(&["kv", "get", "cmd/cas", "-o", "json"]);
    let entry: Value = serde_json::from_str(&got.out).expect("JSON");
    let index = entry["modify_index"].to_string();
    assert_eq!(program.run(&["kv", "put", "cmd/cas", "y", "--cas", &index]).code, 0);
    assert_eq!(program.run(&["kv", "put", "cmd/cas", "z", "--cas", &index]).code, 5);
}

#[test]
fn read_only_sends_nothing_at_all() {
    let network = Proxy::to(&cluster().dc("dc-1").http_addr());
    let program = Program::at(&network.url());
    for command in [
        &["kv", "put", "cmd/ro", "x", "--force"][..],
        &["kv", "rm", "cmd/ro", "--force"],
        &["kv", "edit", "cmd/ro"],
        &["kv", "cp", "a/", "b/", "--force"],
        &["kv", "import", "-", "--force"],
        &["kv", "undo", "--force"],
    ] {
        let ran = program.run(&[&["--read-only"], command].concat());
        assert!(ran.code == 2 && ran.err.contains("read-only"), "{ran:?}");
    }
    assert_eq!(network.made(), 0);
}

#[test]
fn a_protected_datacenter_wants_its_name() {
    let program = Program::new().settings("[datacenters.dc-1]\nprotected = true\n");
    let put = program.run(&["--dc", "dc-1", "kv", "put", "cmd/guarded", "x", "--force"]);
    assert!(put.code == 2 && put.err.contains("--yes-i-mean dc-1"), "{put:?}");
    let wrong =
        ["--dc", "dc-1", "kv", "put", "cmd/guarded", "x", "--force", "--yes-i-mean", "dc-2"];
    assert_eq!(program.run(&wrong).code, 2);
    let right =
        ["--dc", "dc-1", "kv", "put", "cmd/guarded", "x", "--force", "--yes-i-mean", "dc-1"];
    assert_eq!(program.run(&right).code, 0);
}

#[test]
fn an_unwritable_journal_stops_the_write_unless_one_insists() {
    let program = Program::new();
    fs::create_dir_all(program.home().join(".local/state")).expect("a directory");
    fs::write(program.state(), "in the way").expect("a file");
    let put = program.run(&["kv", "put", "cmd/nojournal", "x", "--force"]);
    assert!(put.code == 2 && put.err.contains("journal"), "{put:?}");
    assert_eq!(program.run(&["kv", "get", "cmd/nojournal"]).code, 1, "nothing was written");
    let put = program.run(&["kv", "put", "cmd/nojournal", "x", "--force", "--insist"]);
    assert!(put.code == 0 && put.err.contains("no undo"), "{put:?}");
    assert_eq!(program.run(&["kv", "get", "cmd/nojournal"]).out, "x");
}

#[test]
fn a_full_disk_stops_the_write() {
    let program = Program::new();
    program.run(&["kv", "put", "cmd/before", "x", "--force"]);
    let journal = program.state().join("journal.jsonl");
    let before = fs::read(&journal).expect("a journal");
    let program = program.on_full_disk();
    let put = program.run(&["kv", "put", "cmd/full", "x", "--force"]);
    assert!(put.code == 2 && put.err.contains("nothing was written"), "{put:?}");
    assert_eq!(program.run(&["kv", "get", "cmd/full"]).code, 1);
    assert_eq!(fs::read(&journal).expect("a journal"), before, "no half of a line stays");
}

#[test]
fn folders_are_copied_to_another_datacenter_compared_exported_and_imported() {
    let program = Program::new();
    for (key, value) in [("many/a", "1\n2\n3\n"), ("many/b/c", "x"), ("many/n\nl", "y")] {
        assert_eq!(program.run(&["kv", "put", key, value, "--flags", "3", "--force"]).code, 0);
    }
    let to = ["--to-dc", "dc-2"];
    let copied = program.run(&[&["kv", "cp", "many/", "many/", "--force"][..], &to].concat());
    assert!(copied.code == 0 && copied.err.contains("3 of 3"), "{copied:?}");
    let diff = [&["kv", "diff", "many/", "many/"][..], &to].concat();
    let same = program.run(&diff);
    assert!(same.code == 0 && same.out.is_empty(), "{same:?}");
    program.run(&["--dc", "dc-2", "kv", "put", "many/a", "1\n2!\n3\n", "--force"]);
    let differs = program.run(&diff);
    assert!(differs.code == 1 && differs.out.contains("~ a\n"), "{differs:?}");
    assert!(differs.out.contains("-2\n+2!\n"), "{differs:?}");

    let export = program.run(&["kv", "export", "many/"]);
    assert!(export.out.contains("\"flags\": 3"), "{export:?}");
    let args = ["--dc", "dc-3", "kv", "import", "-", "--force"];
    assert_eq!(program.run_with(&args, export.out.as_bytes()).code, 0);
    assert_eq!(program.run(&["--dc", "dc-3", "kv", "export", "many/"]).out, export.out);
    assert_eq!(program.run(&["kv", "export", "many/", "--dir", "out"]).code, 0);
    assert_eq!(program.run(&["kv", "diff", "many/", "@out"]).code, 0);
    let args = ["--dc", "dc-3", "kv", "import", "out", "--prefix", "again/", "--force"];
    assert_eq!(program.run(&args).code, 0);
    assert_eq!(program.run(&["--dc", "dc-3", "kv", "ls", "-r", "again/"]).out.lines().count(), 3);
    let removed = program.run(&["--dc", "dc-3", "kv", "rm", "-r", "again/", "--force"]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(program.run(&["--dc", "dc-3", "kv", "ls", "again/"]).code, 1);
}

#[test]
fn keys_and_values_are_found() {
    let program = Program::new();
    for (key, value) in [("find/billing/timeout", "retry = 30\n"), ("find/web", "port\n= 8080\n")] {
        program.run(&["kv", "put", key, value, "--force"]);
    }
    let out = |args: &[&str]| program.run(&[&["kv", "search"], args].concat()).out;
    assert_eq!(out(&["TIMEOUT", "find/"]), "");
    assert_eq!(out(&["timeout", "find/"]), "find/billing/timeout\n");
    assert_eq!(out(&["blto", "find/", "--fuzzy"]), "find/billing/timeout\n");
    assert_eq!(out(&["8080", "find/", "--values"]), "find/web:2: = 8080\n");
    assert_eq!(
        out(&[r"= \d{2}$", "find/", "--values", "--regex"]),
        "find/billing/timeout:1: retry = 30\n"
    );
    assert_eq!(program.run(&["kv", "search", "nothing", "find/"]).code, 1);
}

#[test]
fn an_unknown_datacenter_is_a_usage_error_that_names_those_that_are_known() {
    let program = Program::new();
    for command in [&["get", "same"][..], &["ls"], &["export"], &["put", "a", "x", "--force"]] {
        let ran = program.run(&[&["kv"], command, &["--dc", "dc-9"]].concat());
        let text = "dcview: unknown datacenter 'dc-9'; known are dc-1, dc-2, dc-3\n";
        assert_eq!((ran.code, ran.err.as_str()), (2, text), "{command:?}");
    }
    let copy = program.run(&["kv", "cp", "a", "b", "--to-dc", "dc-9", "--force"]);
    assert!(copy.code == 2 && copy.err.contains("known are dc-1"), "{copy:?}");
    let misnamed = Program::new().settings("[datacenters.acl]\nprotected = true\n");
    let ran = misnamed.run(&["kv", "get", "same", "--dc", "acl"]);
    assert!(ran.code == 2 && ran.err.contains("[datacenters.NAME]"), "{ran:?}");
}

#[test]
fn what_cannot_be_reached_is_exit_code_3_and_nonsense_2() {
    let program = Program::at(&super::support::fault::refused_addr().to_string());
    assert_eq!(program.run(&["--dc", "dc-1", "kv", "get", "a"]).code, 3);
    assert_eq!(program.run(&["--dc", "dc-1", "kv", "put", "a", "x", "--force"]).code, 3);
    assert_eq!(program.run(&["kv", "nonsense"]).code, 2);
    for command in [&["kv", "put", "", "x", "--force"][..], &["kv", "edit", "", "--force"]] {
        let ran = program.run(command);
        assert!(ran.code == 2 && ran.err.contains("needs a name"), "{ran:?}");
    }
}
