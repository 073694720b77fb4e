//! `dcview replication` as a monitor runs it.

use std::process::Command;

use serde_json::Value;

/// A dcview with its settings.
pub struct Dcview {
    home: tempfile::TempDir,
    address: String,
    token: Option<String>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Dcview {
    /// Asks the agent at this address.
    pub fn of(address: &str) -> Self {
        let home = tempfile::tempdir().expect("a home directory");
        Self { home, address: address.to_owned(), token: None }
    }

    /// The same with a token.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// The same with this as the settings file.
    #[must_use]
    pub fn settings(self, text: &str) -> Self {
        std::fs::write(self.home.path().join("config.toml"), text).expect("a settings file");
        self
    }

    /// `dcview replication ..` to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dcview"));
        command.arg("replication").args(args).env_clear().env("HOME", self.home.path());
        command.env("CONSUL_HTTP_ADDR", &self.address);
        let settings = self.home.path().join("config.toml");
        if settings.exists() {
            command.env("DCVIEW_CONFIG", settings);
        }
        if let Some(token) = &self.token {
            command.env("CONSUL_HTTP_TOKEN", token);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let code = output.status.code().unwrap_or(-1);
        Ended { code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// The streams of these kinds (all when it is empty), as JSON.
    #[track_caller]
    pub fn streams(&self, kind: &str) -> Vec<Value> {
        let args = ["--stream", kind, "-o", "json"];
        self.run(if kind.is_empty() { &args[2..] } else { &args }).rows()
    }
}

impl Ended {
    /// The answer as JSON.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("no array ({why}): {self:?}"))
    }
}
