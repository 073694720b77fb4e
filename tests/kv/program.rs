//! The binary as a script runs it: no terminal, a home of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::cluster;

/// A dcview with its settings.
pub struct Program {
    home: TempDir,
    address: String,
    env: Vec<(String, String)>,
    disk_is_full: bool,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    /// One that asks the agent at this address.
    pub fn at(address: &str) -> Self {
        let home = tempfile::tempdir().expect("a home");
        Self { home, address: address.to_owned(), env: Vec::new(), disk_is_full: false }
    }

    /// One that asks the first datacenter's agent.
    pub fn new() -> Self {
        Self::at(&cluster().dc("dc-1").http_addr())
    }

    /// The same with another agent.
    pub fn moved_to(self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self }
    }

    /// The same with a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same where no file can grow, as on a full disk.
    pub fn on_full_disk(self) -> Self {
        Self { disk_is_full: true, ..self }
    }

    /// The same with a settings file.
    pub fn settings(self, text: &str) -> Self {
        let dir = self.home().join(".config/dcview");
        std::fs::create_dir_all(&dir).expect("a directory");
        std::fs::write(dir.join("config.toml"), text).expect("settings");
        self
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the journal and drafts are.
    pub fn state(&self) -> PathBuf {
        self.home().join(".local/state/dcview")
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, b"")
    }

    /// Runs it with this on stdin.
    pub fn run_with(&self, args: &[&str], stdin: &[u8]) -> Ran {
        let mut child = self.start(args);
        let mut input = child.stdin.take().expect("piped");
        // A program that does not read its input may be gone already.
        let _ = input.write_all(stdin);
        drop(input);
        let output = child.wait_with_output().expect("an end");
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = if self.disk_is_full {
            let mut shell = Command::new("sh");
            // Ignored, the signal becomes an error of the write.
            let limited = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
            shell.args(["-c", limited, "sh", env!("CARGO_BIN_EXE_dcview")]);
            shell
        } else {
            Command::new(env!("CARGO_BIN_EXE_dcview"))
        };
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("TMPDIR", self.home())
            .env("CONSUL_HTTP_ADDR", &self.address)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("dcview starts")
    }
}
