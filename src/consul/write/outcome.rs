//! What became of a write, told apart by what to do about it.

use crate::consul::{ApiError, Why};
use crate::domain::kv::Key;

/// What became of a write. All but `Written` and `Unknown` mean that nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Written {
        /// The index that each operation's key has now, in the order of the operations; `None` for
        /// a deletion, and for a large value that somebody replaced at once. Writing what is there
        /// already leaves the index as it was.
        indexes: Vec<Option<u64>>,
    },
    /// Somebody was there first: a key is not as it was read.
    Lost {
        /// The first such key.
        key: Key,
        /// The server's words.
        what: String,
    },
    /// The token may not.
    Denied(ApiError),
    /// A value, or all together, is more than the server takes.
    TooLarge(ApiError),
    /// It was not made, for this reason: read-only, no way there, or the server refused it.
    Refused(ApiError),
    /// It may have been made or not, or be made yet: the answer got lost ([`super::settle()`]).
    Unknown(ApiError),
}

impl Outcome {
    /// What an error means for a write that ended with it.
    pub(super) fn of_error(error: ApiError) -> Self {
        match &error {
            ApiError::Denied { .. } | ApiError::TokenUnknown { .. } => Self::Denied(error),
            ApiError::Status { code: 413, .. } => Self::TooLarge(error),
            // 408 is a proxy's, which may have passed the request on.
            ApiError::Status { code, .. } if *code < 500 && *code != 408 => Self::Refused(error),
            ApiError::ReadOnly { .. }
            | ApiError::Setup(_)
            | ApiError::NoLeader { .. }
            | ApiError::NoPath { .. }
            | ApiError::NotFound { .. }
            | ApiError::AclDisabled { .. }
            | ApiError::TooMany { .. }
            | ApiError::Unreachable {
                why: Why::Refused | Why::Full | Why::Dns | Why::Tls(_),
                ..
            } => Self::Refused(error),
            ApiError::Unreachable { .. }
            | ApiError::Status { .. }
            | ApiError::BadAnswer { .. }
            | ApiError::TooLarge { .. } => Self::Unknown(error),
        }
    }

    /// What an error means for a write that ended before anything was sent that could change
    /// something: it was surely not made.
    pub(super) fn of_read(error: ApiError) -> Self {
        match Self::of_error(error) {
            Self::Unknown(error) => Self::Refused(error),
            outcome => outcome,
        }
    }

    /// The word that the journal and programs use for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Written { .. } => "written",
            Self::Lost { .. } => "lost",
            Self::Denied(_) => "denied",
            Self::TooLarge(_) => "too-large",
            Self::Refused(_) => "refused",
            Self::Unknown(_) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_what_surely_did_not_happen_is_refused() {
        let unreachable =
            |why| ApiError::Unreachable { dc: None, address: Arc::from("http://a"), why };
        let status = |code| ApiError::Status {
            code,
            path: "/v1/txn".into(),
            text: "leadership lost".into(),
        };
        for (error, word) in [
            (unreachable(Why::Refused), "refused"),
            (unreachable(Why::Full), "refused"),
            (unreachable(Why::Reset), "unknown"),
            (unreachable(Why::Timeout), "unknown"),
            (unreachable(Why::Closed), "unknown"),
            (status(500), "unknown"),
            (status(502), "unknown"),
            (status(400), "refused"),
            (status(413), "too-large"),
            (ApiError::NoLeader { dc: None }, "refused"),
            (ApiError::TokenUnknown { dc: None }, "denied"),
            (ApiError::BadAnswer { path: "/v1/txn".into(), what: "cut".into() }, "unknown"),
        ] {
            assert_eq!(Outcome::of_error(error.clone()).word(), word, "{error:?}");
        }
    }
}
