//! The program without a terminal: messages in, effects and a drawn buffer out.
//!
//! No runtime, no clock, no Consul: a fixed time and hand-made feeds.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where its world is not as made"
)]

#[path = "../support/world.rs"]
mod world;

mod comparing;
mod conformance;
mod consumers;
mod dark;
mod doubt;
mod editing;
mod filtering;
mod finding;
mod finding_keys;
mod going;
mod held;
mod keys;
mod kv;
mod map;
mod matrix;
mod overview;
mod past;
mod plans;
mod replay;
mod replication;
mod replication_acts;
mod replication_git;
mod rollouts;
mod templates;
mod timeline;
mod truth;
mod unseen;
