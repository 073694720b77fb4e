//! Running the program to its end, with an environment of our own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use serde_json::Value;

/// How the program is started.
pub struct Dcview {
    env: Vec<(String, String)>,
    home: tempfile::TempDir,
}

/// What came of it.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Dcview {
    /// Asks the agent at this address.
    pub fn of(addr: &str) -> Self {
        let home = tempfile::tempdir().expect("a home directory");
        let env = vec![("CONSUL_HTTP_ADDR".to_owned(), addr.to_owned())];
        Self { env, home }
    }

    /// The same, with one more variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, with this text as the settings file.
    #[must_use]
    pub fn config(self, text: &str) -> Self {
        let path = self.home.path().join("config.toml");
        std::fs::write(&path, text).expect("a settings file");
        let path = path.to_str().expect("a path").to_owned();
        self.env("DCVIEW_CONFIG", &path)
    }

    /// `dcview get ..`, to its end.
    #[track_caller]
    pub fn get(&self, args: &[&str]) -> Ended {
        self.run(&[&["get"], args].concat())
    }

    /// `dcview ..`, to its end.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ended {
        let output = self.command(args).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The rows of `dcview get .. -o json`, which must end well and say nothing else.
    #[track_caller]
    pub fn rows(&self, args: &[&str]) -> Vec<Value> {
        let ended = self.get(&[args, &["-o", "json"]].concat());
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{args:?}");
        ended.rows()
    }

    /// As [`Dcview::get`], but whoever reads its answer leaves after the first line.
    #[track_caller]
    pub fn head(&self, args: &[&str]) -> (String, Ended) {
        let mut child = self
            .command(&[&["get"], args].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        // A buffer of one byte reads no more than the line; its drop closes the pipe.
        BufReader::with_capacity(1, out).read_line(&mut line).expect("a line");
        let mut err = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut err).expect("text");
        let code = child.wait().expect("its end").code();
        (line, Ended { code, out: String::new(), err })
    }

    /// `dcview get ..`, to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dcview"));
        command.args(args).env_clear().env("HOME", self.home.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Ended {
    /// The answer as JSON.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("no array ({why}): {self:?}"))
    }
}
