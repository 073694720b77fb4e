//! dcview on a pseudo-terminal, at a key: what the tests of editing share.

use std::path::PathBuf;

use super::cluster;
use super::support::consul::Http;
use super::support::screen::{Launch, Screen, keys};

/// A dcview on a key's page, with the directory of its journal and drafts.
pub struct Desk {
    pub screen: Screen,
    state: PathBuf,
}

impl Desk {
    /// Opens the page of a key in `dc-1`, through the agent at this address.
    pub fn at(address: &str, key: &str) -> Self {
        Self::start(Launch::dcview(&["--dc", "dc-1", "-c", &format!("key {key}")]), address)
    }

    /// The same on the first datacenter's own agent.
    pub fn on(key: &str) -> Self {
        Self::at(&cluster().dc("dc-1").http_addr(), key)
    }

    /// Any start of dcview on an agent.
    pub fn start(launch: Launch, address: &str) -> Self {
        let state = launch.home().join(".local/state/dcview");
        let screen = launch.env("CONSUL_HTTP_ADDR", address).size(100, 30).start();
        Self { screen, state }
    }

    /// Begins to edit the value that shows `text`.
    #[track_caller]
    pub fn edit(&self, text: &str) {
        self.screen.wait("the value", |screen| screen.contains(text) && screen.contains("modify"));
        self.screen.send("e");
        self.screen.wait_for("─ edit dc-1");
    }

    /// Asks to save, and accepts the difference once it shows `text`.
    #[track_caller]
    pub fn save(&self, text: &str) {
        self.review(text);
        self.yes();
    }

    /// Asks to save and returns when the difference shows `text`.
    #[track_caller]
    pub fn review(&self, text: &str) {
        self.screen.send("\x13");
        self.screen.wait("the review", |s| s.contains("─ review dc-1") && s.contains(text));
    }

    /// Says yes to the difference.
    #[track_caller]
    pub fn yes(&self) {
        self.screen.send("y");
    }

    /// Replaces the whole text.
    #[track_caller]
    pub fn replace(&self, text: &str) {
        self.screen.send("\x01");
        self.screen.send(keys::BACKSPACE);
        self.screen.paste(text);
    }

    /// The journal's lines.
    pub fn journal(&self) -> String {
        std::fs::read_to_string(self.state.join("journal.jsonl")).unwrap_or_default()
    }
}

/// The first datacenter's own agent.
pub fn http() -> Http {
    cluster().dc("dc-1").http()
}

/// Stores a value past dcview.
#[track_caller]
pub fn put(key: &str, value: &str) {
    http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
}

/// What Consul has, byte for byte.
#[track_caller]
pub fn get(key: &str) -> String {
    http().get(&format!("/v1/kv/{key}?raw")).expect("an answer").body
}
