//! Which events are asked for: words and conditions as they are typed.
//!
//! ```text
//! web n-1                  each of these is in the object, its service, node or datacenter
//! kind=check,node dc=dc-2  of these kinds, in these datacenters; dc=* in all of them
//! service=web node=n-1     of this service, on this node
//! since=15m before=10:02   not before and not after this
//! ```
//! Letters match whatever their case. Invariant: what is not understood is refused, never left out.

use chrono::{DateTime, Utc};

use super::when::{TIMES, When};
use super::{Event, Kind, Object};
use crate::domain::ids::Dc;
use crate::domain::zone::Zone;

/// Why a query cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There are no events of such a kind.
    #[error("there are no events of kind '{0}'; there are {kinds}", kinds = words())]
    Kind(String),
    /// A time that is none.
    #[error("'{0}' is no time; write {TIMES}")]
    Time(String),
    /// A name with nothing behind it.
    #[error("write something after '{0}='")]
    Nothing(String),
}

fn words() -> String {
    Kind::ALL.map(Kind::word).join(", ")
}

/// In which datacenters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Where {
    /// Those that lists are limited to.
    #[default]
    Shown,
    /// All of them.
    Everywhere,
    /// These.
    In(Vec<Dc>),
}

/// Which events are asked for. The default one asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Texts, in lower case, that each must be somewhere.
    words: Vec<String>,
    kinds: Vec<Kind>,
    /// In which datacenters.
    pub dcs: Where,
    service: Option<String>,
    node: Option<String>,
    /// Not before this.
    pub since: Option<When>,
    /// Not after this.
    pub before: Option<When>,
}

/// The names that a condition may begin with.
pub const CONDITIONS: [&str; 6] = ["kind", "dc", "service", "node", "since", "before"];

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// The first condition that cannot be understood.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut query = Self::default();
        for word in text.split_whitespace() {
            let condition = word.split_once('=').filter(|(name, _)| CONDITIONS.contains(name));
            match condition {
                Some((name, "")) => return Err(QueryError::Nothing(name.to_owned())),
                Some((name, value)) => query.add(name, value)?,
                None => query.words.push(word.to_lowercase()),
            }
        }
        Ok(query)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        let all = || value.split(',').filter(|part| !part.is_empty());
        let time = || When::parse(value).ok_or_else(|| QueryError::Time(value.to_owned()));
        match name {
            "kind" => {
                for word in all() {
                    let kind =
                        Kind::named(word).ok_or_else(|| QueryError::Kind(word.to_owned()))?;
                    self.kinds.push(kind);
                }
            }
            "dc" if value == "*" => self.dcs = Where::Everywhere,
            "dc" => self.dcs = Where::In(all().map(Dc::from).collect()),
            "service" => self.service = Some(value.to_lowercase()),
            "node" => self.node = Some(value.to_lowercase()),
            "since" => self.since = Some(time()?),
            _ => self.before = Some(time()?),
        }
        Ok(())
    }

    /// The times between which events are asked for, at this time in this zone.
    pub fn span(
        &self,
        now: DateTime<Utc>,
        zone: &Zone,
    ) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let at = |when: Option<When>| when.map(|when| when.at(now, zone));
        (at(self.since), at(self.before))
    }

    /// True for an event that is asked for, but for where and when it happened: whoever asks limits
    /// that.
    pub fn matches(&self, event: &Event) -> bool {
        let is_one = |wanted: &Option<String>, name: Option<&str>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| name.is_some_and(|it| it.to_lowercase() == wanted))
        };
        let object = &event.object;
        (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && is_one(&self.service, object.service().map(|it| it.as_str()))
            && is_one(&self.node, object.node().map(|it| it.as_str()))
            && self.words.iter().all(|word| has(event, word))
    }
}

/// True when a text, in lower case, is somewhere in what an event is about.
fn has(event: &Event, word: &str) -> bool {
    let mut parts = vec![event.dc.as_str(), event.kind.word(), &event.from, &event.to];
    match &event.object {
        Object::Datacenter => {}
        Object::Node(node) => parts.push(node.as_str()),
        Object::Service(service) => parts.push(service.as_str()),
        Object::Instance { service, node, id } => {
            parts.extend([service.as_str(), node.as_str(), id.as_str()]);
        }
        Object::Check { node, id, name, service, service_id } => {
            parts.extend([node.as_str(), id.as_str(), name]);
            parts.extend([service.as_str(), service_id.as_str()]);
        }
        Object::Key(key) => parts.push(key.as_str()),
        Object::Stream(id) => {
            parts.extend([id.kind.word(), id.destination.as_str(), &id.of, &id.to]);
            parts.extend(id.source.as_ref().map(Dc::as_str));
        }
        Object::UserEvent(name) => parts.push(name),
    }
    parts.into_iter().any(|part| contains(part, word))
}

/// True when `text` has `word`, which is in lower case, whatever the case of its own letters.
fn contains(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        let (text, word) = (text.as_bytes(), word.as_bytes());
        return text.windows(word.len().max(1)).any(|part| part.eq_ignore_ascii_case(word));
    }
    text.to_lowercase().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::tests::check;

    fn asks(text: &str, event: &Event) -> bool {
        Query::parse(text).unwrap().matches(event)
    }

    #[test]
    fn every_word_and_condition_must_hold() {
        let event = check("dc-1", "n-1", "Web-1", "critical");
        for text in [
            "",
            "web",
            "WEB n-1",
            "critical",
            "kind=check",
            "kind=node,checks",
            "service=web dc-1",
            "node=N-1",
        ] {
            assert!(asks(text, &event), "{text}");
        }
        for text in ["api", "web n-2", "kind=node", "service=we", "node=n", "kind=kv web"] {
            assert!(!asks(text, &event), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_with_what_there_is() {
        let refused = |text: &str| Query::parse(text).unwrap_err().to_string();
        assert!(refused("kind=chek").contains("'chek'; there are check, instance"));
        assert!(refused("since=soon").contains("'soon' is no time; write 15m"));
        assert_eq!(refused("web dc="), "write something after 'dc='");
        assert!(Query::parse("a=b").is_ok(), "it may be in the name of a key");
    }

    #[test]
    fn datacenters_are_those_shown_unless_they_are_named() {
        let of = |text: &str| Query::parse(text).unwrap().dcs;
        assert_eq!(of("web"), Where::Shown);
        assert_eq!(of("dc=*"), Where::Everywhere);
        assert_eq!(of("dc=dc-1,dc-2"), Where::In(vec!["dc-1".into(), "dc-2".into()]));
    }
}
