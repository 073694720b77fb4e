//! Streams of keys between real Consul datacenters, with a faithful replicator between them.
//!
//! Each test has prefixes and a status directory of its own, so that all may run at once on one
//! federation; what breaks a datacenter has a federation of its own.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod acts;
mod broken;
mod carried;
mod dead;
mod found;
mod gone;
mod healthy;
mod many;
mod names;
mod rights;
mod scene;
mod screen;
mod scripted;
