//! The log file: in the state directory, for its owner only, never on the screen.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};
use tracing_subscriber::filter::LevelFilter;

use crate::config::Config;

/// A log larger than this begins anew; the one before it is kept beside it.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Starts to log as the settings say.
///
/// # Errors
/// When the file cannot be written, with its path.
pub fn start(config: &Config) -> Result<()> {
    let level: LevelFilter = config.log_level.as_str().parse().unwrap_or(LevelFilter::WARN);
    if level == LevelFilter::OFF {
        return Ok(());
    }
    let file = open(&config.log_file)
        .with_context(|| format!("opening the log file '{}'", config.log_file.display()))?;
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        // It would say on stderr, which is the screen, that the disk is full.
        .log_internal_errors(false)
        .with_writer(Mutex::new(file))
        // What cannot be logged must not be told on the screen.
        .log_internal_errors(false)
        .finish();
    // It can only be set before; then that one is kept.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LARGEST) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}
