//! Where the Consul program is.
//!
//! Looked for in `$DCVIEW_CONSUL`, on `PATH`, in the cache that `tests/run.sh` fills. It is never
//! downloaded here, and its absence is a failure, never a skipped test.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The program to start; panics with what to do when there is none.
#[track_caller]
pub fn consul() -> &'static Path {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find).as_deref().unwrap_or_else(|| {
        panic!(
            "these tests need a real Consul: run 'tests/run.sh' once, which fetches one into \
             '{}', or name yours in DCVIEW_CONSUL",
            cache().display()
        )
    })
}

fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("DCVIEW_CONSUL").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|dir| dir.join("consul"))
        .chain([cache().join("usr/bin/consul")])
        .find(|candidate| candidate.is_file())
}

fn cache() -> PathBuf {
    env::var_os("DCVIEW_CACHE")
        .filter(|dir| !dir.is_empty())
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/consul"), PathBuf::from)
}
