//! The last answer of a way, and why there is none now.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::dns::{Carrier, Reply};

/// Why a way cannot be asked now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The reason, in a few words.
    pub why: Arc<str>,
    /// Since when (UTC).
    pub since: DateTime<Utc>,
    /// True when the token may not.
    pub is_denied: bool,
}

/// The last answer of a way, and why there is none now. One that was never asked has neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer and when it came (UTC); it stays when the way fails.
    pub given: Option<(T, DateTime<Utc>)>,
    /// Why there is none now.
    pub problem: Option<Problem>,
}

/// The answers to one question by every carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// By UDP.
    pub udp: Answer<Reply>,
    /// By UDP with EDNS.
    pub edns: Answer<Reply>,
    /// By TCP.
    pub tcp: Answer<Reply>,
}

impl<T> Default for Answer<T> {
    fn default() -> Self {
        Self { given: None, problem: None }
    }
}

impl<T> Answer<T> {
    /// An answer that came at this time (UTC).
    pub fn new(value: T, at: DateTime<Utc>) -> Self {
        Self { given: Some((value, at)), problem: None }
    }

    /// No answer, for this reason.
    pub fn failed(why: impl Into<Arc<str>>, since: DateTime<Utc>) -> Self {
        let problem = Problem { why: why.into(), since, is_denied: false };
        Self { given: None, problem: Some(problem) }
    }

    /// The answer, if the way answers now.
    pub fn now(&self) -> Option<&T> {
        self.given.as_ref().filter(|_| self.problem.is_none()).map(|(value, _)| value)
    }

    /// This answer with what is known from `before`: the value that stays, and since when there is
    /// none.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self
    where
        T: Clone,
    {
        if let Some(problem) = &mut self.problem {
            if self.given.is_none() {
                self.given.clone_from(&before.given);
            }
            if let Some(before) = &before.problem {
                problem.since = before.since;
            }
        }
        self
    }
}

impl Lookup {
    /// The answer by a carrier.
    pub fn by(&self, carrier: Carrier) -> &Answer<Reply> {
        match carrier {
            Carrier::Udp => &self.udp,
            Carrier::Edns => &self.edns,
            Carrier::Tcp => &self.tcp,
        }
    }

    /// The most complete answer that came now.
    pub fn best(&self) -> Option<&Reply> {
        self.tcp.now().or_else(|| self.edns.now()).or_else(|| self.udp.now())
    }

    /// Why nothing came; `None` when something did, or it was not asked.
    pub fn problem(&self) -> Option<&Problem> {
        let problems = [&self.tcp, &self.edns, &self.udp].into_iter();
        let mut problems = problems.filter_map(|answer| answer.problem.as_ref());
        problems.next().filter(|_| self.best().is_none())
    }
}
