//! Plain data of Consul and the pure rules over it: no IO, no clock, no terminal.
//!
//! Everything here can be built in a test from literals. Names are Consul's own.

pub mod catalog;
pub mod census;
pub mod consumers;
pub mod coordinate;
pub mod delta;
pub mod event;
pub mod feed;
pub mod freshness;
pub mod health;
pub mod history;
pub mod ids;
pub mod json;
pub mod judge;
pub mod kv;
pub mod lock;
pub mod managed;
pub mod map;
pub mod nomad;
pub mod replication;
pub mod rollout;
pub mod seat;
pub mod server;
pub mod spread;
pub mod storm;
pub mod tally;
pub mod template;
pub mod track;
pub mod version;
pub mod wan;
pub mod zone;
