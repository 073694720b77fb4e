//! `dcview kv edit` without a terminal: nothing is started, and no old text is written, unasked.

use std::fs;

use super::program::Program;

fn value(program: &Program, key: &str) -> String {
    program.run(&["kv", "get", key]).out
}

/// A program that left an edit of this key unsaved: its journal could not be kept.
fn with_draft(key: &str) -> Program {
    let program = Program::new().env("EDITOR", "echo forgotten >>");
    program.run(&["kv", "put", key, "1\n", "--force"]);
    let journal = program.state().join("journal.jsonl");
    let aside = program.home().join("aside");
    fs::rename(&journal, &aside).expect("a journal");
    fs::create_dir(&journal).expect("in the way");
    let failed = program.run(&["kv", "edit", key, "--force"]);
    assert!(failed.code == 2 && failed.err.contains("the text is kept"), "{failed:?}");
    fs::remove_dir(&journal).expect("out of the way");
    fs::rename(&aside, &journal).expect("the journal");
    assert_eq!(value(&program, key), "1\n");
    program.env("EDITOR", "sed -i s/1/9/")
}

#[test]
fn a_text_that_was_not_saved_is_not_written_by_the_next_script() {
    let program = with_draft("script/refused");
    let edited = program.run(&["kv", "edit", "script/refused", "--force"]);
    assert!(edited.code == 2 && edited.err.contains("'--draft take'"), "{edited:?}");
    assert_eq!(value(&program, "script/refused"), "1\n");
    let forgot = program.run(&["kv", "edit", "script/refused", "--force", "--draft", "forget"]);
    assert_eq!(forgot.code, 0, "{forgot:?}");
    assert_eq!(value(&program, "script/refused"), "9\n");
    assert_eq!(program.run(&["kv", "edit", "script/refused", "--force"]).code, 0, "it is gone");
}

#[test]
fn it_is_gone_on_with_when_asked_for() {
    let program = with_draft("script/taken");
    let took = program.run(&["kv", "edit", "script/taken", "--force", "--draft", "take"]);
    assert!(took.code == 0 && took.err.contains("going on with"), "{took:?}");
    assert_eq!(value(&program, "script/taken"), "9\nforgotten\n");
}

#[test]
fn no_editor_is_started_that_nobody_chose_or_whose_text_could_not_be_written() {
    let program = Program::new();
    program.run(&["kv", "put", "script/none", "1\n", "--force"]);
    let edited = program.run(&["kv", "edit", "script/none", "--force"]);
    assert!(edited.code == 2 && edited.out.is_empty(), "{edited:?}");
    assert!(edited.err.contains("set VISUAL or EDITOR"), "{edited:?}");
    let program = program.env("EDITOR", "touch started;");
    let edited = program.run(&["kv", "edit", "script/none"]);
    assert!(edited.code == 2 && edited.err.contains("--force"), "{edited:?}");
    assert!(!program.home().join("started").exists());
}
