//! The terminal: taken when the screen opens, given back however the program ends.
//!
//! A frame is written at once and between marks, so that a slow line never shows half of one. The
//! panic hook restores the terminal only for a panic of the UI's own thread: a task that dies must
//! not tear the screen down.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use crate::app::App;
use crate::screen;

/// Larger than a whole frame of 200x60, so that one frame is one write.
const BUFFER: usize = 64 * 1024;

type Backend = CrosstermBackend<BufWriter<Stdout>>;

/// The terminal while it is ours.
pub struct Tty {
    terminal: Terminal<Backend>,
    has_mouse: bool,
}

/// True while the terminal is taken; the panic hook gives it back too, and twice would put the
/// cursor where it was before: the shell's prompt over the panic's message.
static IS_OURS: AtomicBool = AtomicBool::new(false);

impl Tty {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When stdout is no terminal.
    pub fn take(has_mouse: bool) -> io::Result<Self> {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout()));
        let mut tty = Self { terminal: Terminal::new(backend)?, has_mouse };
        tty.enter()?;
        Ok(tty)
    }

    /// Takes it again after it was given back; the next frame is a whole one.
    pub fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        IS_OURS.store(true, Ordering::SeqCst);
        let out = self.terminal.backend_mut();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.has_mouse {
            queue!(out, EnableMouseCapture)?;
        }
        Write::flush(out)?;
        let size = self.terminal.size()?;
        self.resize(size.width, size.height)
    }

    /// Gives it back to the shell.
    pub fn leave() {
        restore();
    }

    /// The size in columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Adapts to a new size and repaints everything. (Clearing would ask the terminal for its
    /// cursor, whose answer the reader of keys would take.)
    pub fn resize(&mut self, width: u16, height: u16) -> io::Result<()> {
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Draws a frame: only cells that differ are sent.
    pub fn draw(&mut self, app: &App) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| {
            crate::provoke::panic_in("ui");
            screen::draw(app, frame);
        })?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Sends a sequence that is no part of a frame.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(sequence.as_bytes())?;
        Write::flush(out)
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        let was_ours = IS_OURS.load(Ordering::SeqCst);
        Self::leave();
        if !was_ours {
            return;
        }
        // A frame that a panic cut short is in the buffer, which is written when it goes: what
        // holds the terminal back must not be its end.
        let _ = queue!(self.terminal.backend_mut(), EndSynchronizedUpdate);
    }
}

/// Puts the terminal back as it was, once. A terminal that is gone cannot be restored, nor needs
/// it.
fn restore() {
    if !IS_OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

/// The thread that owns the terminal.
static UI_THREAD: OnceLock<ThreadId> = OnceLock::new();

/// From here on a panic of this thread restores the terminal before it is reported; one of any
/// other thread only goes to the log.
pub fn guard_panics() {
    if UI_THREAD.set(std::thread::current().id()).is_err() {
        return;
    }
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if UI_THREAD.get() == Some(&std::thread::current().id()) {
            restore();
            report(panic);
        } else {
            tracing::error!("{panic}");
        }
    }));
}
