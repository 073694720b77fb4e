//! What must be asked before a key is written, and why.

use std::fmt;

use super::super::machine::Machine;
use crate::domain::ids::Dc;

/// What stands between the review and the write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// True where the datacenter's name must be typed.
    pub is_protected: bool,
    /// Who holds the key's lock, in a sentence.
    pub lock: Option<String>,
    /// Who manages the key, each in a sentence.
    pub managers: Vec<String>,
}

/// Why a write asks once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The datacenter is protected: its name must be typed.
    Protected(Dc),
    /// Somebody holds its lock.
    Locked(String),
    /// Somebody else writes it too.
    Managed(String),
    /// It would be sent without being journalled.
    NotJournalled(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protected(dc) => write!(f, "{dc} is protected: type its name to write"),
            Self::Locked(why) | Self::Managed(why) => f.write_str(why),
            Self::NotJournalled(why) => {
                write!(f, "the change cannot be journalled, so it could not be undone: {why}")
            }
        }
    }
}

/// Why this edit asks before it writes; nothing for an ordinary key.
pub(super) fn reasons(machine: &Machine) -> Vec<Reason> {
    let guards = &machine.guards;
    let protected = guards.is_protected.then(|| Reason::Protected(machine.dc.clone()));
    let locked = guards.lock.clone().map(Reason::Locked);
    let managed = guards.managers.iter().cloned().map(Reason::Managed);
    protected.into_iter().chain(locked).chain(managed).collect()
}

/// True when what was typed answers the question: the name where one is asked for, else anything.
pub(super) fn is_answered(reasons: &[Reason], typed: &str) -> bool {
    reasons.iter().all(|reason| match reason {
        Reason::Protected(dc) => typed.trim() == dc.as_str(),
        _ => true,
    })
}
