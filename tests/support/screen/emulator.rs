//! The terminal: what the program wrote, turned into a screen.
//!
//! One thread reads; everybody else looks through a lock and is woken by each change.

use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The terminal's input; typing and the emulator's own answers share it.
#[derive(Clone)]
pub struct Writer(Arc<Mutex<Box<dyn Write + Send>>>);

/// A screen that a thread keeps current.
pub struct Emulator {
    state: Mutex<State>,
    changed: Condvar,
}

/// A screen's text at one moment.
pub struct View {
    pub text: String,
    pub version: u64,
    /// Nothing more will come.
    pub ended: bool,
}

/// What the program did that leaves no mark on the screen.
#[derive(Default)]
pub struct Events {
    pub clipboard: Option<String>,
    pub seen_alternate: bool,
    pub frames: u64,
    pub bytes: u64,
    answers: Vec<u8>,
}

struct State {
    parser: vt100::Parser<Events>,
    version: u64,
    ended: bool,
}

impl Writer {
    pub fn new(input: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Mutex::new(input)))
    }

    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut input = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        input.write_all(bytes)?;
        input.flush()
    }
}

impl Emulator {
    pub fn new(cols: u16, rows: u16) -> Self {
        let (rows, cols) = (size(rows), size(cols));
        let parser = vt100::Parser::new_with_callbacks(rows, cols, 0, Events::default());
        let state = State { parser, version: 1, ended: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Starts the thread that reads until the program's end.
    pub fn feed(this: Arc<Self>, mut output: Box<dyn Read + Send>, writer: Writer) {
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                // A pseudo-terminal whose other side is closed reads as EIO, not as an end.
                let count = match output.read(&mut buffer) {
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => 0,
                };
                let answers = this.take(&buffer[..count]);
                if count == 0 {
                    return;
                }
                // The program may be gone before it could read its answer.
                let _ = writer.send(&answers);
            }
        });
    }

    /// The screen as soon as it is newer than `seen`, or ended, or `deadline` is past.
    pub fn view_after(&self, seen: u64, deadline: Instant) -> View {
        let state = self.lock();
        let left = deadline.saturating_duration_since(Instant::now());
        let same = |state: &mut State| state.version == seen && !state.ended;
        let waited = self.changed.wait_timeout_while(state, left, same);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        View { text: text(state.parser.screen()), version: state.version, ended: state.ended }
    }

    /// Returns when all output is read or `deadline` is past (a grandchild may hold the terminal).
    pub fn await_end(&self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self.changed.wait_timeout_while(self.lock(), left, |state| !state.ended);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    pub fn read<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.lock().parser.screen())
    }

    pub fn events<T>(&self, look: impl FnOnce(&Events) -> T) -> T {
        look(self.lock().parser.callbacks())
    }

    pub fn resize(&self, cols: u16, rows: u16) {
        self.lock().parser.set_size(size(rows), size(cols));
    }

    /// Applies output (none: the end) and returns what the terminal has to answer.
    fn take(&self, output: &[u8]) -> Vec<u8> {
        let mut state = self.lock();
        state.parser.process(output);
        let alternate = state.parser.screen().alternate_screen();
        let events = state.parser.callbacks_mut();
        events.bytes += output.len() as u64;
        events.seen_alternate |= alternate;
        let answers = std::mem::take(&mut events.answers);
        state.version += 1;
        state.ended |= output.is_empty();
        self.changed.notify_all();
        answers
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl vt100::Callbacks for Events {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        let bytes = STANDARD.decode(data).unwrap_or_default();
        self.clipboard = Some(String::from_utf8_lossy(&bytes).into_owned());
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        end: char,
    ) {
        match (first, params, end) {
            (None, [[6]], 'n') => {
                let (row, col) = screen.cursor_position();
                let answer = format!("\x1b[{};{}R", row + 1, col + 1);
                self.answers.extend_from_slice(answer.as_bytes());
            }
            (None, [] | [[0]], 'c') => self.answers.extend_from_slice(b"\x1b[?6c"),
            (Some(b'?'), [[2026]], 'l') => self.frames += 1,
            _ => {}
        }
    }
}

/// The rows of a screen, without the blanks that a program paints to the right of its text.
pub fn text(screen: &vt100::Screen) -> String {
    let (_, cols) = screen.size();
    let rows: Vec<String> =
        screen.rows(0, cols.get()).map(|row| row.trim_end().to_owned()).collect();
    rows.join("\n").trim_end().to_owned()
}

/// Row and column of the first cell from which `text` can be read to the right.
pub fn find(screen: &vt100::Screen, text: &str) -> Option<(u16, u16)> {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let mut places = (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col)));
    places.find(|&(row, col)| {
        let mut left = text;
        for col in col..cols {
            let shown = match screen.cell(row, col) {
                Some(half) if half.is_wide_continuation() => continue,
                Some(full) if full.has_contents() => full.contents(),
                _ => " ",
            };
            match left.strip_prefix(shown) {
                Some("") => return true,
                Some(rest) => left = rest,
                None => return false,
            }
        }
        false
    })
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a terminal of at least one cell")
}
