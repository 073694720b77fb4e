//! What the integration tests stand on: real Consul agents, a real pseudo-terminal, scripted faults.
//!
//! Each test binary takes the parts it needs with `mod support;`. Nothing here asserts anything
//! about dcview itself. Invariants: loopback only, ports are the kernel's choice, every wait ends
//! by a deadline with a text that says what was missing, and no child outlives the test process,
//! however that ends.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part of the support code"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test harness fails by panicking, with the reason on stderr"
)]

pub mod consul;
pub mod fault;
pub mod haproxy;
pub mod replicator;
pub mod runtime;
pub mod screen;
pub mod svg;
pub mod wait;
