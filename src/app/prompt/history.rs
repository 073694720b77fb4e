//! The lines accepted before, and which of them is shown.
//!
//! Invariant: at most 20 lines, none empty, none twice; the newest last.

/// How many lines are kept.
const LIMIT: usize = 20;

/// The lines accepted before.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    lines: Vec<String>,
    /// How many lines back the shown one is; 0 when none is shown.
    back: usize,
}

impl History {
    /// Keeps a line as the newest.
    pub(super) fn add(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        self.lines.retain(|known| known != line);
        self.lines.push(line.to_owned());
        let surplus = self.lines.len().saturating_sub(LIMIT);
        self.lines.drain(..surplus);
    }

    /// Shows none of them any more: the text is the operator's own again.
    pub(super) fn leave(&mut self) {
        self.back = 0;
    }

    /// True while a line of it is shown.
    pub(super) fn is_shown(&self) -> bool {
        self.back > 0
    }

    /// The line before the shown one; `None` at the oldest.
    pub(super) fn older(&mut self) -> Option<&str> {
        let place = self.lines.len().checked_sub(self.back + 1)?;
        self.back += 1;
        self.lines.get(place).map(String::as_str)
    }

    /// The line after the shown one, and behind the newest an empty one; `None` when none is shown.
    pub(super) fn newer(&mut self) -> Option<&str> {
        self.back = self.back.checked_sub(1)?;
        let place = self.lines.len().checked_sub(self.back)?;
        Some(self.lines.get(place).map_or("", String::as_str))
    }
}
