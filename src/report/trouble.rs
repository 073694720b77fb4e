//! What keeps an answer from being whole: a line each for stderr, and the exit code.

use std::time::Duration;

use super::ways::Ways;
use crate::app::msg::Exit;
use crate::config::Config;
use crate::consul::{ApiError, Class};
use crate::domain::ids::Dc;
use crate::ui::text::{age, clean};

/// The one thing that was asked for is nowhere.
const ABSENT: u8 = 1;
/// Something could not be had from a datacenter.
const UNREACHABLE: u8 = 3;
/// The token may not read something, or what it was not shown proves nothing.
const DENIED: u8 = 4;

/// Everything that was noted.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    lines: Vec<String>,
    has_failed: bool,
    is_denied: bool,
    is_absent: bool,
}

impl Troubles {
    /// What is known before anybody is asked: warnings of the settings, and that the list of
    /// datacenters cannot be had.
    pub fn at_start(config: &Config, ways: &Ways) -> Self {
        let mut troubles = Self::default();
        config.warnings.iter().for_each(|warning| troubles.warn(warning));
        if let Some(error) = &ways.trouble {
            troubles.failed(None, &[], error);
        }
        troubles
    }

    /// True when every datacenter answered all that it was asked.
    pub fn is_whole(&self) -> bool {
        !self.has_failed && !self.is_denied
    }

    /// A remark that changes nothing.
    pub fn warn(&mut self, text: &str) {
        self.lines.push(clean(text).into_owned());
    }

    /// These lists of a datacenter cannot be had; none means nothing at all, and no datacenter
    /// means the list of them.
    pub fn failed(&mut self, dc: Option<&Dc>, lists: &[&str], error: &ApiError) {
        match error.class() {
            Class::Denied => self.is_denied = true,
            _ => self.has_failed = true,
        }
        let whose = dc.map(|dc| format!("{dc}: ")).unwrap_or_default();
        let what = match lists {
            [] => String::new(),
            lists => format!("no {}: ", lists.join(", ")),
        };
        self.warn(&format!("{whose}{what}{error}"));
    }

    /// A stream could not be read, for this reason.
    pub fn stream(&mut self, id: &str, problem: &str, is_denied: bool) {
        self.is_denied |= is_denied;
        self.has_failed |= !is_denied;
        self.warn(&format!("{id}: {problem}"));
    }

    /// Something could not be read, as was said already.
    pub fn unread(&mut self) {
        self.has_failed = true;
    }

    /// A datacenter without a leader answered with what it knew.
    pub fn stale(&mut self, dc: &Dc, since: Duration) {
        let old = match since.as_secs() {
            0 => String::from("of unknown age"),
            _ => format!("{} old", age(since)),
        };
        self.warn(&format!("{dc}: no leader; the answer is stale, {old}"));
    }

    /// The server said that it left something out.
    pub fn filtered(&mut self, dc: &Dc) {
        self.warn(&format!("{dc}: the server left out what the token may not see"));
    }

    /// The token is not one that sees everything.
    pub fn may_be_filtered(&mut self, dc: &Dc) {
        let text = "the token may not see everything; what is hidden is not listed here";
        self.warn(&format!("{dc}: {text}"));
    }

    /// These lists, of a datacenter or of all, are empty, which may be the work of ACLs.
    pub fn hollow(&mut self, dc: Option<&Dc>, lists: &[&str]) {
        self.is_denied = true;
        let lists = lists.join(", ");
        let text = "which proves nothing: the token may not see everything";
        let whose = dc.map(|dc| format!("{dc}: ")).unwrap_or_default();
        self.warn(&format!("{whose}no {lists} are listed, {text}"));
    }

    /// The one thing that was asked for is nowhere; ACLs may be why.
    pub fn absent(&mut self, what: &str, may_be_filtered: bool) {
        if may_be_filtered {
            self.is_denied = true;
            self.warn(&format!("{what} is listed, which proves nothing"));
        } else {
            self.is_absent = true;
            self.warn(&format!("{what} was found"));
        }
    }

    /// How the program ends.
    pub fn exit(self) -> Exit {
        let code = match self {
            Self { has_failed: true, .. } => UNREACHABLE,
            Self { is_denied: true, .. } => DENIED,
            Self { is_absent: true, .. } => ABSENT,
            _ => 0,
        };
        let message = (!self.lines.is_empty()).then(|| self.lines.join("\n"));
        Exit { code, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_reached_goes_before_what_is_denied() {
        let (dc, mut troubles) = (Dc::from("dc-2"), Troubles::default());
        troubles.failed(Some(&dc), &["checks", "nodes"], &ApiError::TokenUnknown { dc: None });
        assert_eq!(troubles.lines[0].find("dc-2: no checks, nodes: "), Some(0));
        assert!(troubles.is_denied && !troubles.has_failed);
        troubles.failed(Some(&dc), &[], &ApiError::NoLeader { dc: None });
        assert_eq!(troubles.exit().code, 3);
    }

    #[test]
    fn a_remark_is_one_line_and_no_failure() {
        let mut troubles = Troubles::default();
        troubles.stale(&"dc\u{1b}[2J-2\n".into(), Duration::from_millis(11_211));
        let exit = troubles.exit();
        assert_eq!(exit.code, 0);
        assert_eq!(exit.message.unwrap().lines().count(), 1);
    }
}
