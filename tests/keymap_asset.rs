//! The default keymap file and the README's table of keys say what the table of actions says.

use std::path::Path;

use dcview::app::keymap;

/// With this variable set to `1` the file is written instead of compared.
const WRITE: &str = "DCVIEW_WRITE_ASSETS";

#[test]
fn the_keymap_file_is_the_one_made_from_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/keymap.toml");
    if std::env::var(WRITE).is_ok_and(|value| value == "1") {
        std::fs::write(&path, keymap::toml()).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        file == keymap::toml(),
        "assets/keymap.toml differs from the table of actions; write it with \
         {WRITE}=1 cargo test --test keymap_asset"
    );
}

/// Where the README's table begins and ends.
const MARKS: (&str, &str) = ("<!-- keys -->\n", "<!-- /keys -->");

#[test]
fn the_readme_lists_the_keys_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = readme.split_once(MARKS.0).expect("the table's beginning is marked");
    let (table, tail) = rest.split_once(MARKS.1).expect("the table's end is marked");
    if std::env::var(WRITE).is_ok_and(|value| value == "1") {
        let text = format!("{head}{}{}{}{tail}", MARKS.0, keymap::markdown(), MARKS.1);
        return std::fs::write(&path, text).unwrap();
    }
    assert!(
        table == keymap::markdown(),
        "the README's table of keys differs from the table of actions; write it with \
         {WRITE}=1 cargo test --test keymap_asset"
    );
}
