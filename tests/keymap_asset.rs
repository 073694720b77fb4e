//! The default keymap file says what the table of actions says.

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
