//! The support code's own async runtime, apart from any that a test runs in.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// Starts on first use and lives as long as the process.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    })
}
