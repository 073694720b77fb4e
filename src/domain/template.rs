//! What consul-template's instances share when they run with `-dedup`.
//!
//! One key for each template, named by the MD5 of its text; the session that holds it is the leader's.
//! Its value is the data of the template, which only the leader asks for. Older versions hold a key
//! beside it. Which template another instance follows stands nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::ids::{Key, SessionId};
use super::lock::{Lock, Locks};

mod lzw;

/// Where they keep it, unless told otherwise.
pub const FOLDER: &str = "consul-template/dedup/";
/// The name of their sessions.
pub const SESSION: &str = "Consul-Template de-duplication";
/// The value before there is data.
const NO_DATA: &[u8] = b"__NO_DATA__";
/// More is not unpacked: a template's data is bounded by what a key may hold.
const MOST: usize = 8 << 20;

/// One template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The MD5 of its text.
    pub id: Arc<str>,
    /// The key of its data.
    pub data: Option<Arc<Lock>>,
    /// The session of the leader; `None` while there is none.
    pub leader: Option<SessionId>,
    /// True when the lock is a key of its own, as before version 0.20.
    pub is_old: bool,
}

/// What a template's data says without being understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// What it depends on: `health.service(web|passing)`.
    pub dependencies: Vec<String>,
    /// The version of consul-template that wrote it.
    pub version: Option<String>,
    /// True when there is no data yet.
    pub is_empty: bool,
}

/// The templates among these keys, by id.
pub fn templates(locks: &Locks) -> Vec<Template> {
    let mut all: BTreeMap<Arc<str>, Template> = BTreeMap::new();
    for lock in &locks.locks {
        let Some((id, part)) = parts(&locks.prefix, &lock.key) else { continue };
        let template = all.entry(Arc::from(id)).or_insert_with(|| Template {
            id: Arc::from(id),
            data: None,
            leader: None,
            is_old: false,
        });
        if part == "lock" {
            template.is_old = true;
        } else {
            template.data = Some(Arc::clone(lock));
        }
        template.leader = lock.session.clone().or_else(|| template.leader.take());
    }
    all.into_values().collect()
}

/// The id of a template and what a key is of it.
fn parts<'a>(prefix: &Key, key: &'a Key) -> Option<(&'a str, &'a str)> {
    let (id, part) = key.as_str().strip_prefix(prefix.as_str())?.split_once('/')?;
    (!id.is_empty() && matches!(part, "data" | "lock")).then_some((id, part))
}

impl Data {
    /// Reads a value.
    pub fn read(value: &[u8]) -> Self {
        if value == NO_DATA {
            return Self { is_empty: true, ..Self::default() };
        }
        let plain = lzw::unpack(value, MOST);
        let text = |found: &[u8]| String::from_utf8_lossy(found).into_owned();
        let mut dependencies: Vec<String> = dependency()
            .map(|it| it.find_iter(&plain).map(|found| text(found.as_bytes())).collect())
            .unwrap_or_default();
        dependencies.sort_unstable();
        dependencies.dedup();
        let version = version().and_then(|it| it.captures(&plain));
        let version = version.and_then(|it| it.get(1)).map(|found| text(found.as_bytes()));
        Self { dependencies, version, is_empty: false }
    }
}

fn dependency() -> Option<&'static Regex> {
    static FOUND: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u)(?:kv|health|catalog|key|file|vault|agent)\.[a-z]+\([ -~]{0,200}?\)").ok()
    });
    FOUND.as_ref()
}

fn version() -> Option<&'static Regex> {
    static FOUND: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u)(?:^|[^0-9.])(\d{1,2}\.\d{1,2}\.\d{1,2})(?:[^0-9.]|$)").ok()
    });
    FOUND.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kv::Entry;

    fn capture() -> Vec<Entry> {
        // Consul 1.8.7 with consul-template 0.20.1, GET /v1/kv/consul-template/?recurse.
        serde_json::from_str(include_str!("../../tests/fixtures/ct-dedup-kv.json")).unwrap()
    }

    #[test]
    fn a_template_has_its_leader_and_says_what_it_depends_on() {
        let entries = capture();
        let mut locks = Locks::under(&FOLDER.into());
        for entry in &entries {
            locks.look(entry);
        }
        let all = templates(&locks);
        assert_eq!(all.len(), 1);
        assert_eq!(&*all[0].id, "45e76050dd7a2c67bc64a7e3277bdcdc");
        let leader = all[0].leader.as_ref().unwrap();
        assert_eq!(leader.as_str(), "9a46a3bc-9534-0a08-a06a-e062e3dee3bb");
        assert!(!all[0].is_old);
        let data = Data::read(&entries[0].value);
        assert_eq!(data.version.as_deref(), Some("0.20.1"));
        assert_eq!(
            data.dependencies,
            ["health.service(web|passing)", "kv.get(config/app/haproxy/maxconn)"]
        );
    }

    #[test]
    fn an_older_version_holds_a_key_beside_the_data() {
        let mut locks = Locks::under(&FOLDER.into());
        let mut entry = capture().remove(0);
        entry.key = "consul-template/dedup/abc/lock".into();
        locks.look(&entry);
        let all = templates(&locks);
        assert!(all[0].is_old && all[0].leader.is_some() && all[0].data.is_none());
    }

    #[test]
    fn no_data_is_told_and_garbage_says_nothing() {
        assert!(Data::read(b"__NO_DATA__").is_empty);
        assert_eq!(Data::read(&[0xff; 40]), Data::default());
        assert_eq!(Data::read(b""), Data::default());
    }
}
