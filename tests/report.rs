//! `dcview get`, run as a user runs it, against real Consul datacenters.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod support;

#[path = "report/answers.rs"]
mod answers;
#[path = "report/broken.rs"]
mod broken;
#[path = "report/events.rs"]
mod events;
#[path = "report/fields.rs"]
mod fields;
#[path = "report/filtered.rs"]
mod filtered;
#[path = "report/run.rs"]
mod run;
#[path = "report/tokens.rs"]
mod tokens;
