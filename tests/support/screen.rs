//! A program in a real pseudo-terminal: keys in, screen out.
//!
//! A thread feeds what the program writes to a terminal emulator and wakes whoever waits. It
//! answers the questions that a terminal answers (cursor, device). Invariants: every wait is for a
//! condition and has a deadline, a failed wait shows the screen, no condition runs under the lock
//! (a panic in one would poison it), and the program is killed when its [`Screen`] goes away.

mod emulator;
mod launch;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portable_pty::{Child, ExitStatus, MasterPty, PtySize};
use tempfile::TempDir;

use self::emulator::{Emulator, Writer};
use super::wait::wait_some;

pub use launch::Launch;

/// The longest a screen may take to show what a test expects. Generous: it is only spent when the
/// test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What the keys send that have no character of their own.
pub mod keys {
    pub const ENTER: &str = "\r";
    pub const ESC: &str = "\x1b";
    pub const TAB: &str = "\t";
    pub const BACK_TAB: &str = "\x1b[Z";
    pub const BACKSPACE: &str = "\x7f";
    pub const UP: &str = "\x1b[A";
    pub const DOWN: &str = "\x1b[B";
    pub const RIGHT: &str = "\x1b[C";
    pub const LEFT: &str = "\x1b[D";
    pub const HOME: &str = "\x1b[H";
    pub const END: &str = "\x1b[F";
    pub const PAGE_UP: &str = "\x1b[5~";
    pub const PAGE_DOWN: &str = "\x1b[6~";
    pub const DELETE: &str = "\x1b[3~";
    pub const CTRL_C: &str = "\x03";
    pub const CTRL_Z: &str = "\x1a";
}

/// A running program and what its terminal shows.
pub struct Screen {
    emulator: Arc<Emulator>,
    writer: Writer,
    // Closed on resize and drop only; the reader thread holds its own copy.
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    home: TempDir,
}

impl Screen {
    /// Starts dcview with arguments and additions to its (else empty) environment, on a terminal
    /// of `(columns, rows)`.
    pub fn start(args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        let launch = env.iter().fold(Launch::dcview(args), |launch, (k, v)| launch.env(k, v));
        launch.size(size.0, size.1).start()
    }

    /// Types; the bytes go out as they are, at once.
    #[track_caller]
    pub fn send(&self, keys: &str) {
        self.writer.send(keys.as_bytes()).expect("a program that still has its terminal");
    }

    /// Pastes, as a terminal in bracketed mode does.
    #[track_caller]
    pub fn paste(&self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Returns the screen's text once `condition` holds for it; panics with the screen, past
    /// [`PATIENCE`] or when the program is gone, naming `what`.
    #[track_caller]
    pub fn wait(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = 0;
        loop {
            let view = self.emulator.view_after(seen, deadline);
            if condition(&view.text) {
                return view.text;
            }
            let gone = if view.ended { "the program is gone" } else { "waited in vain" };
            let over = view.ended || Instant::now() >= deadline;
            assert!(!over, "{gone}: {what}; the screen:\n{}\n----", view.text);
            seen = view.version;
        }
    }

    /// Returns the screen's text once it contains `text`.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(&format!("'{text}' on the screen"), |screen| screen.contains(text))
    }

    /// Returns the screen's text once it no longer contains `text`.
    #[track_caller]
    pub fn wait_gone(&self, text: &str) -> String {
        self.wait(&format!("'{text}' off the screen"), |screen| !screen.contains(text))
    }

    /// What is shown: one line a row, trailing blanks trimmed.
    pub fn text(&self) -> String {
        self.emulator.read(emulator::text)
    }

    /// One row of [`Screen::text`]; empty when there is none.
    pub fn row(&self, row: u16) -> String {
        self.text().lines().nth(usize::from(row)).unwrap_or_default().to_owned()
    }

    /// One cell with its colours and attributes.
    #[track_caller]
    pub fn cell(&self, row: u16, col: u16) -> vt100::Cell {
        let cell = self.emulator.read(|screen| screen.cell(row, col).cloned());
        cell.unwrap_or_else(|| panic!("no cell at row {row}, column {col}"))
    }

    /// Row and column (in cells) of the first place that shows `text` within one row.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        self.emulator.read(|screen| emulator::find(screen, text))
    }

    /// Where the cursor is (row, column), unless it is hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        self.emulator.read(|screen| (!screen.hide_cursor()).then(|| screen.cursor_position()))
    }

    /// Gives `use_it` the emulator's screen, for what has no method of its own. Must not panic.
    pub fn with_vt<T>(&self, use_it: impl FnOnce(&vt100::Screen) -> T) -> T {
        self.emulator.read(use_it)
    }

    /// Writes what is shown to `NAME.svg` in the folder that `DCVIEW_WRITE_SHOTS` names, if it does:
    /// so are the pictures made that need a real Consul (`tests/screenshots.sh`).
    #[track_caller]
    pub fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("DCVIEW_WRITE_SHOTS") {
            let path = Path::new(&folder).join(name).with_extension("svg");
            std::fs::write(path, self.with_vt(super::svg::render)).expect("a picture");
        }
    }

    /// What the program last copied to the clipboard by OSC 52.
    pub fn clipboard(&self) -> Option<String> {
        self.emulator.events(|events| events.clipboard.clone())
    }

    /// Whether the program draws on the alternate screen now.
    pub fn in_alternate(&self) -> bool {
        self.emulator.read(vt100::Screen::alternate_screen)
    }

    /// Whether the program was on the alternate screen and has left it.
    pub fn left_alternate(&self) -> bool {
        self.emulator.events(|events| events.seen_alternate) && !self.in_alternate()
    }

    /// Bytes the program has written since its start.
    pub fn bytes(&self) -> u64 {
        self.emulator.events(|events| events.bytes)
    }

    /// Frames that ended with the end of a synchronised update.
    pub fn frames(&self) -> u64 {
        self.emulator.events(|events| events.frames)
    }

    /// Changes the terminal's size to `cols` by `rows`; the program gets its SIGWINCH.
    pub fn resize(&self, cols: u16, rows: u16) {
        // The emulator first: what the program draws for the new size must find it there.
        self.emulator.resize(cols, rows);
        let size = PtySize { rows, cols, ..PtySize::default() };
        self.master.resize(size).expect("a terminal that takes the size");
    }

    /// The program's home directory, empty at its start unless the test put something there.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program's process id.
    #[track_caller]
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a program with an id")
    }

    /// Sends a signal by name (`TERM`, `HUP`, `CONT`) to the program, which must still run.
    #[track_caller]
    pub fn signal(&mut self, name: &str) {
        let ended = self.child.try_wait().expect("a child of this process");
        assert!(ended.is_none(), "the program has ended ({ended:?})");
        let pid = self.pid().to_string();
        let sent =
            Command::new("kill").args(["-s", name, &pid]).status().expect("the kill command");
        assert!(sent.success(), "signal {name} could not be sent");
    }

    /// Waits for the program to end by itself: its exit code, and the last of its output read.
    /// Ended by a signal, the code is 1 (see [`Screen::status`]).
    #[track_caller]
    pub fn exit(&mut self) -> u32 {
        self.status().exit_code()
    }

    /// Waits for the program to end by itself, and says how.
    #[track_caller]
    pub fn status(&mut self) -> ExitStatus {
        let what = format!("the program ends; the screen:\n{}\n----", self.text());
        let child = &mut self.child;
        let status = wait_some(PATIENCE, &what, || child.try_wait().expect("a child"));
        self.emulator.await_end(Instant::now() + PATIENCE);
        status
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Reaped already when `exit` was called: then there is no id left to kill.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
