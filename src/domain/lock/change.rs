//! Taking a lock away, and ending a session: described and not yet done.

use crate::domain::ids::Dc;
use crate::domain::kv::{Key, SessionId};

/// A change of who holds what. Neither has an undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockChange {
    /// Takes the lock of a key from its session, if the key is still as it was seen. Its value and
    /// flags stay.
    Release {
        /// Where.
        dc: Dc,
        /// The key.
        key: Key,
        /// The session that holds it.
        session: SessionId,
        /// The index at which it was seen held.
        modify_index: u64,
    },
    /// Ends a session. An id is never used again, so there is nothing else to check.
    Destroy {
        /// Where.
        dc: Dc,
        /// The session.
        session: SessionId,
    },
}

impl LockChange {
    /// Where it is made.
    pub fn dc(&self) -> &Dc {
        match self {
            Self::Release { dc, .. } | Self::Destroy { dc, .. } => dc,
        }
    }

    /// The session that loses by it.
    pub fn session(&self) -> &SessionId {
        match self {
            Self::Release { session, .. } | Self::Destroy { session, .. } => session,
        }
    }
}
