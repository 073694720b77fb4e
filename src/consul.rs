//! One agent over HTTP: requests out, typed answers and typed errors back.
//!
//! It knows Consul's wire, not dcview's screens. Every request passes [`Client::send`], which is
//! also where read-only is enforced; tokens live here and are never printed.

mod address;
mod answer;
mod budget;
mod client;
mod credentials;
mod endpoint;
mod error;
mod failure;
mod index;
pub mod kv;
mod material;
mod path;
mod peek;
mod proxy;
pub mod read;
mod request;
mod room;
mod transport;
mod verdict;
pub mod wire;
pub mod write;

pub use address::{Address, AddressError};
pub use answer::Answer;
pub use budget::{Budget, Budgets, Permit};
pub use client::{Access, Agent, Client, Flow};
pub use endpoint::{BasicAuth, Endpoint, Tls, Token, Verify};
pub use error::{ApiError, Class, Why};
pub use index::next_index;
pub use path::{encode_path, encode_segment};
pub use peek::Peek;
pub use proxy::Proxy;
pub use request::{Block, Consistency, Lane, Request};
pub(crate) use transport::install_crypto;
