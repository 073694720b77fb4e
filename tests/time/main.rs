//! What happened, as dcview tells it, against what was done to three real Consul datacenters: none
//! missing, none invented.
//!
//! Everything is done by one test after the other, since they share the datacenters and each tells
//! of all that happens in them. What changes several times before Consul answers once may be told as
//! one change, from the first state to the last: where that may be, only the last state is compared.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod done;
mod hidden;
mod leaders;
mod told;

use support::consul::{Cluster, Plan};
use told::Told;

#[test]
fn what_happens_is_told() {
    let plan = Plan::new().hcl("limits { http_max_conns_per_client = 4000 }");
    let cluster = Cluster::start(plan.dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1));
    let (told, proxy) = Told::start(&cluster);
    done::every_kind_in_every_datacenter(&cluster, &told);
    done::faster_than_answers(&cluster, &told);
    hidden::a_datacenter_that_was_dark(&cluster, &told, &proxy);
    hidden::dcview_itself_was_stopped(&cluster, &told);
    hidden::an_index_that_went_backwards(&cluster, &told);
}
