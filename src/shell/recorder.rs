//! Recording what the screen shows, if that is asked for.
//!
//! The loop hands over everything that changes the store, and all that happens. What the operator
//! should know of it comes back as messages.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use tokio::sync::mpsc::UnboundedSender;

use crate::app::msg::Msg;
use crate::cli::Record;
use crate::clock;
use crate::domain::feed::{Report, Scope};
use crate::past::What;
use crate::recording::recorder::{Options, Recorder, Told};
use crate::ui::text::long_age;

/// A recording under way, or none.
pub struct Recording(Option<Recorder>);

impl Recording {
    /// Begins to record if that is asked for.
    ///
    /// # Errors
    /// When the file cannot be recorded to.
    pub fn start(
        asked: &Record,
        run: DateTime<Utc>,
        results: UnboundedSender<Msg>,
    ) -> Result<Self> {
        let Some(path) = asked.file.clone() else { return Ok(Self(None)) };
        let (size, files) = (asked.size.unwrap_or(u64::MAX), usize::from(asked.files.unwrap_or(1)));
        let options = Options { path, size, files, has_values: asked.values, run };
        // The loop is gone only when the program ends.
        let tell = move |told: Told| drop(results.send(msg(told)));
        let recorder = Recorder::start(&options, Arc::new(tell)).context("--record")?;
        Ok(Self(Some(recorder)))
    }

    /// Records what the watch layer told.
    pub fn report(&mut self, report: &Report) {
        self.note(|| What::Report(report.clone()));
    }

    /// Records what is shown from now on.
    pub fn scope(&mut self, scope: &Scope) {
        self.note(|| What::Scope(scope.clone()));
    }

    /// Records that a second passed.
    pub fn tick(&mut self) {
        self.note(|| What::Tick);
    }

    fn note(&mut self, what: impl FnOnce() -> What) {
        if let Some(recorder) = &mut self.0 {
            recorder.note(clock::now(), what());
        }
    }

    /// Writes what is left.
    pub fn end(self) {
        if let Some(recorder) = self.0 {
            recorder.end();
        }
    }
}

fn msg(told: Told) -> Msg {
    match told {
        Told::Paused(why) => {
            Msg::Failed(format!("recording pauses: {why}; it goes on when it can"))
        }
        Told::Resumed(missing) => {
            let missing = long_age(missing.to_std().unwrap_or_default());
            Msg::Said(format!("recording goes on; {missing} are missing, and marked in the file"))
        }
        Told::Ended(why) => Msg::Failed(format!("recording ended: {why}")),
    }
}
