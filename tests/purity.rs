//! The synchronous core stays pure: no runtime, no lock, no clock, no IO in its source.
//!
//! It reads the source as text, tests left out by their files' names and `#[cfg(test)]`.

use std::path::{Path, PathBuf};

/// The rooms of the core.
const CORE: [&str; 8] = ["domain", "store", "past", "table", "editor", "app", "views", "ui"];
/// What none of their files may contain outside comments.
const FORBIDDEN: [&str; 13] = [
    "async ",
    ".await",
    "Mutex",
    "RwLock",
    "tokio::",
    "reqwest",
    "Utc::now",
    "Local::now",
    "Instant::now",
    "SystemTime",
    "std::fs",
    "std::net",
    "std::env",
];

/// Every Rust file of a room: `room.rs` and all below `room/`.
fn files(room: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![source.join(format!("{room}.rs"))];
    let mut folders = vec![source.join(room)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    found.retain(|path| path.exists());
    found
}

/// The source without its comments, up to the tests at the end of the file.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    before_tests.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_core_knows_no_runtime_no_lock_no_clock_and_no_io() {
    for room in CORE {
        for path in files(room) {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = code(&text);
            for word in FORBIDDEN {
                assert!(!code.contains(word), "{} contains '{word}'", path.display());
            }
        }
    }
}

#[test]
fn the_scan_finds_the_core() {
    for room in ["domain", "table", "editor", "app", "ui"] {
        assert!(files(room).len() > 1, "{room}");
    }
}
