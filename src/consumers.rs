//! Asking every way in which consumers find the instances of a service, and judging the answers.
//!
//! ```text
//! Looker::look(service) -> catalog, ?passing, DNS, prepared queries, load balancers -> judge
//! sweep(&Looker)        -> all services: catalog and SRV, balancers once            -> judge
//! ```
//!
//! When to look is decided by who asks: [`crate::watch`] again and again while it is shown, a script
//! once. Invariants: it writes nothing, anywhere; a look ends in bounded time whatever is asked does;
//! a password goes only to a load balancer of the settings; what a catalog says is asked by HTTP only.

pub mod dns;
mod found;
pub mod haproxy;
mod http;
mod look;
pub mod nomad;
mod sweep;

pub use http::{Http, Refused};
pub use look::Looker;
pub use sweep::sweep;
