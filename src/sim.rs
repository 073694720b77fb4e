//! Datacenters in this process.
