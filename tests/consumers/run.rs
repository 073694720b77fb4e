//! Running the program to its end.

use std::process::Command;

use serde_json::Value;

use super::support::consul::Dc;

/// What came of it.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs dcview against a datacenter's agent, with this text as the settings.
pub fn dcview(dc: &Dc, settings: &str, args: &[&str]) -> Ended {
    run(&dc.http_addr(), &dc.dns_addr(), settings, args)
}

/// Runs dcview against any agent.
pub fn asked_of(agent: &str, settings: &str, args: &[&str]) -> Ended {
    run(agent, "127.0.0.1:1", settings, args)
}

fn run(agent: &str, dns: &str, settings: &str, args: &[&str]) -> Ended {
    let home = tempfile::tempdir().expect("a home directory");
    let config = home.path().join("config.toml");
    std::fs::write(&config, settings).expect("a settings file");
    let output = Command::new(env!("CARGO_BIN_EXE_dcview"))
        .args(args)
        .env_clear()
        .env("HOME", home.path())
        .env("DCVIEW_CONFIG", &config)
        .env("CONSUL_HTTP_ADDR", agent)
        .env("DCVIEW_DNS_ADDR", dns)
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Ended {
    /// The answer as JSON.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("no array ({why}): {self:?}"))
    }
}
