//! One contract, two parties: everything here is asked of a real Consul and of the simulator, and
//! the answers must agree. Where they do not, the simulator is wrong.
//!
//! Both get the same seed through the same requests. Indexes, ids, addresses and times differ by
//! nature and are left out of the comparison ([`contract::compare`]); what is compared is status,
//! headers, and the body as a value or, where even the values differ, as a shape.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

mod contract {
    pub mod blocked;
    pub mod compare;
    pub mod pair;

    mod answers;
    mod blocking;
    mod keys;
    mod quorum;
    mod sessions;
    mod shapes;
    mod transactions;
}
