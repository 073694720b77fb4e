//! How a program is started on a pseudo-terminal.
//!
//! The environment is empty but for what a test must fix (terminal, language, time zone, home) and
//! what it adds, so that the machine's own settings cannot change a screen.

use std::env;
use std::path::Path;
use std::sync::Arc;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

use super::Screen;
use super::emulator::{Emulator, Writer};

/// A program to start, its environment, and the size of its terminal (80x24 unless told).
pub struct Launch {
    command: CommandBuilder,
    home: TempDir,
    cols: u16,
    rows: u16,
}

impl Launch {
    /// The dcview under test.
    pub fn dcview(args: &[&str]) -> Self {
        // Set by cargo for integration tests only.
        let Some(program) = option_env!("CARGO_BIN_EXE_dcview") else {
            panic!("only an integration test knows where cargo put dcview: use Launch::program");
        };
        Self::program(program, args)
    }

    /// Any program.
    pub fn program(program: &str, args: &[&str]) -> Self {
        let home = tempfile::Builder::new().prefix("dcv").tempdir().expect("a temporary home");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.cwd(home.path());
        let launch = Self { command, home, cols: 80, rows: 24 };
        let launch = launch.passed_on("PATH").passed_on("LLVM_PROFILE_FILE");
        launch
            .at_home()
            .env("TERM", "xterm-256color")
            .env("COLORTERM", "truecolor")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The terminal's columns and rows.
    #[must_use]
    pub fn size(mut self, cols: u16, rows: u16) -> Self {
        (self.cols, self.rows) = (cols, rows);
        self
    }

    /// The program's home directory, to put files there before the start. `.config`, `.local/share`,
    /// `.local/state` and `.cache` in it are the XDG directories.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts the program.
    #[track_caller]
    pub fn start(self) -> Screen {
        let size = PtySize { rows: self.rows, cols: self.cols, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(self.command).expect("the program starts");
        // As long as this side of the slave were open, the program's end would not be seen.
        drop(pair.slave);
        let writer = Writer::new(pair.master.take_writer().expect("the terminal's input"));
        let reader = pair.master.try_clone_reader().expect("the terminal's output");
        let emulator = Arc::new(Emulator::new(self.cols, self.rows));
        Emulator::feed(Arc::clone(&emulator), reader, writer.clone());
        Screen { emulator, writer, master: pair.master, child, home: self.home }
    }

    fn at_home(mut self) -> Self {
        for (name, dir) in [
            ("HOME", ""),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        ] {
            let dir = self.home.path().join(dir);
            self.command.env(name, dir);
        }
        self
    }

    fn passed_on(mut self, name: &str) -> Self {
        if let Some(value) = env::var_os(name) {
            self.command.env(name, value);
        }
        self
    }
}
