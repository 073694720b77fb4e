//! The KV store as plain data: entries, the tree of folders, and one key over several datacenters.
//!
//! Keys are names like any other ([`Key`] is in [`super::ids`]); what a key says by itself is in
//! `key`, the flattened tree in `tree`, equality over datacenters in `compare`. Values are bytes:
//! nothing here assumes that they are text.

mod compare;
mod entry;
mod key;
mod presence;
mod tree;

pub use super::ids::{Key, SessionId};
pub use compare::{Cell, Counted, Print, Verdict, compare_folder, verdict};
pub use entry::Entry;
pub use key::join;
pub use presence::{MAX_DCS, Presence};
pub use tree::{Kind, Order, Row, Tree};
