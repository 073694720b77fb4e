//! dcview as its operator meets it: the program in a real pseudo-terminal, against real Consul
//! datacenters; keys in, screen out.
//!
//! Nothing here looks inside the program. Invariant: a test waits for what it expects and never for
//! a time, and asserts only on its own services, as others may look at the same datacenters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod acl;
mod browsing;
mod checks;
mod dark;
mod field;
mod held;
mod lies;
mod limits;
mod looks;
mod outputs;
mod overview;
mod pages;
mod plans;
mod quorum;
mod recording;
mod rows;
mod settings;
mod signals;
mod timeline;
mod typing;
mod wrong;

use support::consul::{Check, Instance, Status};
use support::screen::{Launch, Screen};

/// The two sizes of terminal that an operator has: a small one, and a whole monitor.
pub const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];

/// A screen on an agent's datacenters, once it shows one.
#[track_caller]
pub fn open(address: &str, args: &[&str], size: (u16, u16)) -> Screen {
    let screen = Screen::start(args, &[("CONSUL_HTTP_ADDR", address)], size);
    screen.wait_for(" dcview ");
    screen
}

/// A small screen that reads this settings file.
pub fn open_with(config: &str, args: &[&str]) -> Screen {
    let launch = Launch::dcview(args);
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a configuration directory");
    std::fs::write(folder.join("config.toml"), config).expect("a settings file");
    launch.start()
}

/// An instance `SERVICE-1` on a node `SERVICE-node` with one check of its own.
pub fn instance(service: &str, status: Status, output: &str) -> Instance {
    let (node, id) = (format!("{service}-node"), format!("{service}-1"));
    Instance::new(&node, service, &id).status(status, output)
}

/// The check of [`instance`] in another state.
pub fn flipped(service: &str, status: Status, output: &str) -> Check {
    Check::of_service(&format!("service:{service}-1"), &format!("{service}-1"), status)
        .output(output)
}

/// The first line that contains all the words.
pub fn line<'a>(screen: &'a str, words: &[&str]) -> Option<&'a str> {
    screen.lines().find(|line| words.iter().all(|word| line.contains(word)))
}

/// True when a line contains all the words.
pub fn shows(screen: &str, words: &[&str]) -> bool {
    line(screen, words).is_some()
}
