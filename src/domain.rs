//! Plain data of Consul and the pure rules over it: no IO, no clock, no terminal.
//!
//! Everything here can be built in a test from literals. Names are Consul's own.

pub mod health;
pub mod ids;
