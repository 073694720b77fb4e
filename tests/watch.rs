//! The watch layer against real Consul: what it tells is what the datacenters say.

#![expect(clippy::expect_used, reason = "a test fails by panicking, with the reason")]

mod support;

#[path = "watch/arriving.rs"]
mod arriving;
#[path = "watch/broken.rs"]
mod broken;
#[path = "watch/budget.rs"]
mod budget;
#[path = "watch/census.rs"]
mod census;
#[path = "watch/counting.rs"]
mod counting;
#[path = "watch/faults.rs"]
mod faults;
#[path = "watch/following.rs"]
mod following;
#[path = "watch/gzip.rs"]
mod gzip;
#[path = "watch/held.rs"]
mod held;
#[path = "watch/mirror.rs"]
mod mirror;
#[path = "watch/permissions.rs"]
mod permissions;
#[path = "watch/subjects.rs"]
mod subjects;
#[path = "watch/values.rs"]
mod values;
