//! Signals that end, stop or continue the process.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// `SIGTSTP`, `SIGCONT` and `SIGXFSZ` on Linux.
const STOP: i32 = 20;
const CONTINUE: i32 = 18;
const TOO_LARGE: i32 = 25;

/// A signal that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caught {
    /// Leave, with this exit code.
    End(u8),
    /// Stop until continued.
    Stop,
    /// Continued: the terminal may have been used by others.
    Continue,
}

/// The signals that are listened to.
pub struct Signals {
    terminate: Signal,
    hangup: Signal,
    stop: Signal,
    resume: Signal,
    /// Caught and left alone: a write beyond what files may have fails, and is no reason to die.
    _too_large: Signal,
}

impl Signals {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(STOP))?,
            resume: signal(SignalKind::from_raw(CONTINUE))?,
            _too_large: signal(SignalKind::from_raw(TOO_LARGE))?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.terminate.recv() => Caught::End(128 + 15),
            _ = self.hangup.recv() => Caught::End(128 + 1),
            _ = self.stop.recv() => Caught::Stop,
            _ = self.resume.recv() => Caught::Continue,
        }
    }
}

/// Stops this process as the shell's job control does; returns when it is continued.
pub fn stop_self() {
    // It can always signal itself; if not, it just goes on.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}
