//! Keys, entries and sessions.
//!
//! Keys are never interned: hardly any is sent twice. A missing list is empty text (a 404 has no
//! body).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Interner, Text, nullable};
use crate::domain::kv::{Behavior, Entry, Folder, Key, Session, SessionId};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireEntry<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    #[serde(borrow, default)]
    value: Text<'a>,
    #[serde(default)]
    flags: u64,
    modify_index: u64,
    create_index: u64,
    #[serde(default)]
    lock_index: u64,
    #[serde(borrow, default)]
    session: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireSession<'a> {
    #[serde(borrow, rename = "ID")]
    id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    node: Text<'a>,
    #[serde(borrow, default)]
    behavior: Text<'a>,
    #[serde(borrow, default, rename = "TTL")]
    ttl: Text<'a>,
    #[serde(default)]
    lock_delay: u64,
    #[serde(borrow, default, deserialize_with = "nullable")]
    node_checks: Vec<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    service_checks: Vec<WireServiceCheck<'a>>,
    #[serde(default)]
    create_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireServiceCheck<'a> {
    #[serde(borrow, rename = "ID", default)]
    id: Text<'a>,
}

impl WireEntry<'_> {
    fn entry<E: Error>(self) -> Result<Entry, E> {
        let value = STANDARD.decode(&*self.value).map_err(E::custom)?;
        Ok(Entry {
            key: Key::from(&*self.key),
            value: Bytes::from(value),
            flags: self.flags,
            modify_index: self.modify_index,
            create_index: self.create_index,
            lock_index: self.lock_index,
            session: (!self.session.is_empty()).then(|| SessionId::from(&*self.session)),
        })
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WireEntry::deserialize(deserializer)?.entry()
    }
}

/// A list of entries; none for a 404.
pub(in crate::consul) fn entries(text: &str) -> serde_json::Result<Vec<Entry>> {
    if text.is_empty() { Ok(Vec::new()) } else { serde_json::from_str(text) }
}

/// A list of keys as the listing of a folder. With a separator in the request the keys below a
/// folder are one row already; without, they are made one here.
pub(in crate::consul) fn folder(prefix: &Key, text: &str) -> serde_json::Result<Folder> {
    if text.is_empty() {
        return Ok(Folder::new(prefix, []));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let folder = Listing(prefix, text.len()).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(folder)
}

/// What is listed, and how long the answer is.
struct Listing<'p>(&'p Key, usize);

impl<'de> DeserializeSeed<'de> for Listing<'_> {
    type Value = Folder;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Folder, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Listing<'_> {
    type Value = Folder;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Folder, A::Error> {
        let mut builder = Folder::builder(self.0, self.1);
        while let Some(path) = list.next_element::<Text<'de>>()? {
            builder.add(&path);
        }
        Ok(builder.build())
    }
}

/// All sessions.
pub(in crate::consul) fn sessions(
    text: &str,
    names: &mut Interner,
) -> serde_json::Result<Vec<Session>> {
    let list: Option<Vec<WireSession<'_>>> = serde_json::from_str(text)?;
    Ok(list.unwrap_or_default().iter().map(|session| session.read(names)).collect())
}

impl WireSession<'_> {
    fn read(&self, names: &mut Interner) -> Session {
        let service_checks = self.service_checks.iter().map(|check| &check.id);
        Session {
            id: SessionId::from(&*self.id),
            name: names.text(&self.name),
            node: names.name(&self.node),
            behavior: match &*self.behavior {
                "delete" => Behavior::Delete,
                _ => Behavior::Release,
            },
            ttl: names.text(&self.ttl),
            lock_delay: Duration::from_nanos(self.lock_delay),
            checks: self.node_checks.iter().chain(service_checks).map(|c| names.text(c)).collect(),
            create_index: self.create_index,
        }
    }
}

/// A transaction's answer: what it did, or why it did nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::consul) struct Txn {
    /// An entry for each operation that leaves or reads a key.
    #[serde(default, deserialize_with = "nullable")]
    pub results: Vec<TxnResult>,
    #[serde(default, deserialize_with = "nullable")]
    pub errors: Vec<TxnError>,
}

#[derive(Debug, Deserialize)]
pub(in crate::consul) struct TxnResult {
    #[serde(rename = "KV")]
    pub kv: Option<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::consul) struct TxnError {
    #[serde(default)]
    pub op_index: usize,
    #[serde(default)]
    pub what: Arc<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_every_bit() {
        let text = r#"[{"LockIndex":1,"Key":"a\nb//\u00fc","Flags":18446744073709551615,
            "Value":"AP8=","Session":"14d4d3c3-ed5d-1a2d-5a80-03a59851d332","CreateIndex":3,
            "ModifyIndex":4},{"LockIndex":0,"Key":"t/","Flags":0,"Value":null,"CreateIndex":8,
            "ModifyIndex":8}]"#;
        let entries = entries(text).unwrap();
        assert_eq!(entries[0].key.as_str(), "a\nb//ü");
        assert_eq!(entries[0].flags, u64::MAX);
        assert_eq!(&*entries[0].value, b"\x00\xff");
        assert!(entries[0].session.is_some());
        assert!(entries[1].value.is_empty() && entries[1].session.is_none());
    }

    #[test]
    fn no_body_is_no_entry() {
        assert_eq!(entries("").unwrap(), []);
        assert!(folder(&"a/".into(), "").unwrap().is_empty());
    }

    #[test]
    fn a_value_that_is_no_base64_is_an_error() {
        let text = r#"[{"Key":"a","Value":"!","CreateIndex":3,"ModifyIndex":4}]"#;
        assert!(entries(text).is_err());
    }

    #[test]
    fn deep_keys_become_folders() {
        let folder = folder(&"a//".into(), r#"["a//x/1","a//x/2","a//y"]"#).unwrap();
        let paths: Vec<_> = folder.rows().map(|row| row.path).collect();
        assert_eq!(paths, ["a//x/", "a//y"]);
    }

    #[test]
    fn sessions_are_read_from_a_real_answer() {
        // Consul 1.8.7, GET /v1/session/list.
        let text = include_str!("../../../tests/fixtures/sessions-list.json");
        let sessions = sessions(text, &mut Interner::default()).unwrap();
        let batch = &sessions[0];
        assert_eq!((&*batch.name, batch.node.as_str()), ("batch", "dc1-host-1"));
        assert_eq!((batch.lock_delay, batch.behavior), (Duration::from_secs(15), Behavior::Delete));
        assert_eq!(
            (&*batch.ttl, &*batch.checks[0], batch.create_index),
            ("15s", "serfHealth", 630)
        );
        let template = sessions.last().unwrap();
        assert_eq!(template.lock_delay, Duration::from_millis(1));
        assert_eq!((sessions.len(), &*template.ttl), (6, "15.000000s"));
    }

    #[test]
    fn one_session_reads_as_a_list_does() {
        // Consul 1.8.7, GET /v1/session/info/ID; and what it says of one that is gone.
        let text = include_str!("../../../tests/fixtures/session-info.json");
        assert_eq!(sessions(text, &mut Interner::default()).unwrap().len(), 1);
        assert!(sessions("[]", &mut Interner::default()).unwrap().is_empty());
    }

    #[test]
    fn a_session_that_nothing_ends_says_so() {
        let text = r#"[{"ID":"8dd2e305-e152-588e-c922-6ffb6ccf3cc8","Name":"nc","Node":"wc",
            "LockDelay":15000000000,"Behavior":"release","TTL":"","NodeChecks":[],
            "ServiceChecks":null,"CreateIndex":22,"ModifyIndex":22}]"#;
        let read = |text: &str| sessions(text, &mut Interner::default()).unwrap().remove(0);
        assert!(read(text).is_endless());
        let checked = r#""ServiceChecks":[{"ID":"service:web","Namespace":""}]"#;
        let checked = read(&text.replace(r#""ServiceChecks":null"#, checked));
        assert!(!checked.is_endless() && *checked.checks[0] == *"service:web");
    }
}
