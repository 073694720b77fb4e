//! A mirror beside a store of keys that does to its indexes what Consul does.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;

use super::reader::{Read, Told};
use super::*;
use crate::domain::kv::Print;

/// A store of keys with Consul's indexes.
#[derive(Clone, Debug, Default)]
struct Store {
    keys: BTreeMap<String, (u64, Print)>,
    /// What was deleted, at which index, and whether it was looked at since.
    tombs: BTreeMap<String, (u64, bool)>,
    /// The index of the last change of any key, and of anything.
    index: u64,
    raft: u64,
}

impl Store {
    fn next(&mut self) -> u64 {
        self.raft = self.raft.max(self.index) + 1;
        self.index = self.raft;
        self.index
    }

    fn set(&mut self, key: &str, value: u8) {
        let print = Print::of(&[value], 0);
        // The same value again moves no index.
        if self.keys.get(key).is_none_or(|(_, held)| *held != print) {
            let index = self.next();
            self.keys.insert(key.to_owned(), (index, print));
        }
    }

    fn delete(&mut self, key: &str) {
        if self.keys.remove(key).is_some() {
            let index = self.next();
            self.tombs.insert(key.to_owned(), (index, false));
        }
    }

    /// One tombstone, of the prefix, whatever went; none for the empty one.
    fn delete_tree(&mut self, prefix: &str) {
        let before = self.keys.len();
        self.keys.retain(|key, _| !key.starts_with(prefix));
        if self.keys.len() < before {
            let index = self.next();
            if !prefix.is_empty() {
                self.tombs.insert(prefix.to_owned(), (index, false));
            }
        }
    }

    /// Tombstones live longer than the pause between two looks.
    fn reap(&mut self) {
        let before = self.tombs.len();
        self.tombs.retain(|_, (_, is_seen)| !*is_seen);
        if self.tombs.len() < before {
            self.next();
        }
    }

    fn index(&self, prefix: &str) -> u64 {
        let keys = self.keys.iter().map(|(key, (index, _))| (key, *index));
        let tombs = self.tombs.iter().map(|(key, (index, _))| (key, *index));
        let under = keys.chain(tombs).filter(|(key, _)| key.starts_with(prefix));
        match under.map(|(_, index)| index).max() {
            Some(index) if !prefix.is_empty() => index,
            _ => self.index,
        }
    }
}

/// Counts what it is asked.
#[derive(Debug, Default)]
struct Fake {
    store: Mutex<Store>,
    asked: Mutex<Asked>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Asked {
    wholes: usize,
    keys: usize,
    names: usize,
}

impl Fake {
    fn with<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        change(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn asked(&self, change: impl FnOnce(&mut Asked)) -> Asked {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut asked);
        *asked
    }
}

fn told<T>(what: T, index: u64) -> Told<T> {
    Told { what, index, is_filtered: false }
}

impl Reader for &Fake {
    async fn keys(&self, prefix: &Key, is_packed: bool) -> Result<Told<Vec<Read>>, ApiError> {
        let prefix = prefix.as_str();
        let told = self.with(|store| {
            let all = store.keys.iter().filter(|(key, _)| key.starts_with(prefix));
            let keys = all.map(|(key, (index, print))| (Key::from(&**key), *index, *print));
            told(keys.collect::<Vec<_>>(), store.index(prefix))
        });
        self.asked(|asked| {
            asked.wholes += usize::from(!is_packed);
            asked.keys += told.what.len();
        });
        Ok(told)
    }

    async fn names(&self, prefix: &Key, separator: char) -> Result<Told<Vec<Key>>, ApiError> {
        let prefix = prefix.as_str();
        let told = self.with(|store| {
            let all = store.keys.keys().filter_map(|key| {
                let rest = key.strip_prefix(prefix)?;
                let end = rest.find(separator).map_or(rest.len(), |at| at + 1);
                key.get(..prefix.len() + end).map(Key::from)
            });
            let mut names: Vec<Key> = all.collect();
            names.dedup();
            told(names, store.index(prefix))
        });
        self.asked(|asked| asked.names += told.what.len());
        Ok(told)
    }

    async fn one(&self, key: &Key) -> Result<Told<Vec<Read>>, ApiError> {
        self.asked(|asked| asked.keys += 1);
        Ok(self.with(|store| match store.keys.get(key.as_str()) {
            Some((index, print)) => told(vec![(key.clone(), *index, *print)], *index),
            None => told(Vec::new(), store.index),
        }))
    }

    async fn store(&self) -> Result<Option<u64>, ApiError> {
        Ok(Some(self.with(|store| store.index)))
    }
}

/// Looks, and compares with what is there.
fn look(fake: &Fake, mirror: &mut Mirror<&Fake>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(mirror.refresh()).unwrap();
    let prefix = mirror.root.prefix.as_str().to_owned();
    let known: Vec<_> = mirror
        .keys()
        .map(|(name, held)| (format!("{prefix}{name}"), (held.modify_index, held.print)))
        .collect();
    let there: Vec<_> = fake.with(|store| {
        store.tombs.values_mut().for_each(|(_, is_seen)| *is_seen = true);
        let under = store.keys.iter().filter(|(key, _)| key.starts_with(&prefix));
        under.map(|(key, held)| (key.clone(), *held)).collect()
    });
    prop_assert_eq!(known, there);
    Ok(())
}

#[derive(Clone, Debug)]
enum Step {
    Set(usize, u8),
    Delete(usize),
    /// All that begin as a name does, that long.
    DeleteTree(usize, usize),
    Reap,
    Save,
    /// Another look follows before anything is written, as is certain within seconds.
    Restore,
    Look,
}

/// A name: in folders, flat, beside folders, with a key that others begin with, and elsewhere.
fn name(number: usize) -> String {
    match number % 7 {
        0 => format!("p/app-{:02}/key-{:02}", number % 31, number % 61),
        1 => format!("p/flat/{:05}", number * 7919 % 100_000),
        2 => format!("p/x{}", "y".repeat(number % 9)),
        3 => format!("p/a{}/b{}/.lock", number % 5, number % 3),
        4 => format!("p/ü{}é", number % 12),
        5 => format!("other/{}", number % 20),
        _ => format!("p/flat{}", number % 100),
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_usize..40_000, any::<u8>()).prop_map(|(key, value)| Step::Set(key, value)),
        4 => (0_usize..40_000).prop_map(Step::Delete),
        1 => (0_usize..40_000, 0_usize..24).prop_map(|(key, end)| Step::DeleteTree(key, end)),
        2 => Just(Step::Reap),
        1 => Just(Step::Save),
        1 => Just(Step::Restore),
        6 => Just(Step::Look),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn what_is_known_is_what_is_there(
        first in 0_usize..9_000,
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let fake = Fake::default();
        fake.with(|store| (0..first).for_each(|number| store.set(&name(number * 11), 0)));
        let mut mirror = Mirror::new(&fake, Key::from("p/"));
        let mut saved = None;
        look(&fake, &mut mirror)?;
        for step in steps {
            match step {
                Step::Set(key, value) => fake.with(|store| store.set(&name(key), value)),
                Step::Delete(key) => fake.with(|store| store.delete(&name(key))),
                Step::DeleteTree(key, length) => {
                    let key = name(key);
                    let shorter = key.get(..length % (key.len() + 1)).unwrap_or_default();
                    fake.with(|store| store.delete_tree(shorter));
                }
                Step::Reap => fake.with(Store::reap),
                Step::Save => saved = Some(fake.with(|store| store.clone())),
                Step::Restore => {
                    if let Some(saved) = &saved {
                        fake.with(|store| *store = Store { raft: store.raft, ..saved.clone() });
                        look(&fake, &mut mirror)?;
                    }
                }
                Step::Look => look(&fake, &mut mirror)?,
            }
        }
        look(&fake, &mut mirror)?;
    }
}

/// What a look costs after one key of many has changed: whole readings, keys, names.
fn cost(names: impl Iterator<Item = String>, changed: &str) -> Asked {
    let fake = Fake::default();
    fake.with(|store| names.for_each(|name| store.set(&name, 0)));
    let mut mirror = Mirror::new(&fake, Key::from("p/"));
    look(&fake, &mut mirror).unwrap();
    fake.with(|store| store.set(changed, 1));
    fake.asked(|asked| *asked = Asked::default());
    look(&fake, &mut mirror).unwrap();
    fake.asked(|_| ())
}

#[test]
fn one_change_among_many_reads_few() {
    let folders = (0..20_000).map(|n| format!("p/app-{:03}/key-{:03}", n / 100, n % 100));
    let asked = cost(folders, "p/app-123/key-077");
    assert!(asked.wholes == 0 && asked.keys <= LEAST && asked.names < 1_000, "{asked:?}");
    let deep = (0..20_000).map(|n| format!("p/app-{:03}/key-{:03}", n / 1000, n % 1000));
    let asked = cost(deep, "p/app-012/key-077");
    assert!(asked.wholes == 0 && asked.keys <= LEAST && asked.names < 3_000, "{asked:?}");
    // Names that nothing divides are listed twice: as those of the folder, and by its parts.
    let flat = (0..20_000).map(|n| format!("p/key-{n:06}"));
    let asked = cost(flat, "p/key-012345");
    assert!(asked.wholes == 0 && asked.keys <= LEAST && asked.names < 50_000, "{asked:?}");
}

/// As many keys as one part may have.
const LEAST: usize = tree::WHOLE;

#[test]
fn a_look_without_a_change_reads_nothing() {
    let names = (0..20_000).map(|n| format!("p/app-{:03}/key-{:03}", n / 100, n % 100));
    let fake = Fake::default();
    fake.with(|store| names.for_each(|name| store.set(&name, 0)));
    let mut mirror = Mirror::new(&fake, Key::from("p/"));
    look(&fake, &mut mirror).unwrap();
    fake.asked(|asked| *asked = Asked::default());
    fake.with(|store| store.set("other/key", 1));
    look(&fake, &mut mirror).unwrap();
    let asked = fake.asked(|_| ());
    assert_eq!((asked.wholes, asked.keys), (0, 0));
}

#[test]
fn a_part_that_went_with_more_than_itself_is_gone_though_its_index_stands() {
    for folder in ["p", "p/", "p/app-01", ""] {
        let fake = Fake::default();
        let key = |number: usize| format!("p/app-{:02}/key-{number:04}", number % 20);
        fake.with(|store| {
            (0..4_000).for_each(|number| store.set(&key(number), 0));
            store.delete(&key(1));
            store.set("other", 1);
        });
        let mut mirror = Mirror::new(&fake, Key::from("p/"));
        look(&fake, &mut mirror).unwrap();
        fake.with(|store| store.delete_tree(folder));
        look(&fake, &mut mirror).unwrap();
    }
}

#[test]
fn a_restored_store_is_read_anew_and_told() {
    let fake = Fake::default();
    fake.with(|store| {
        for key in ["p/a", "p/b", "p/c"] {
            store.set(key, 0);
        }
    });
    let saved = fake.with(|store| store.clone());
    fake.with(|store| store.set("p/a", 1));
    let mut mirror = Mirror::new(&fake, Key::from("p/"));
    look(&fake, &mut mirror).unwrap();
    assert!(!mirror.is_set_back());
    fake.with(|store| *store = Store { raft: store.raft, ..saved });
    look(&fake, &mut mirror).unwrap();
    assert!(mirror.is_set_back());
    fake.with(|store| store.set("p/b", 9));
    look(&fake, &mut mirror).unwrap();
    assert!(!mirror.is_set_back());
}

#[test]
fn a_part_with_a_lower_index_is_read_although_the_whole_has_a_higher_one() {
    let fake = Fake::default();
    let key = |number: usize| format!("p/app-{:02}/key-{number:04}", number % 20);
    fake.with(|store| (0..4_000).for_each(|number| store.set(&key(number), 0)));
    let saved = fake.with(|store| store.clone());
    fake.with(|store| store.set(&key(7), 1));
    let mut mirror = Mirror::new(&fake, Key::from("p/"));
    look(&fake, &mut mirror).unwrap();
    fake.with(|store| {
        *store = Store { raft: store.raft, ..saved };
        store.set(&key(8), 1);
    });
    look(&fake, &mut mirror).unwrap();
    assert!(mirror.is_set_back());
}

#[test]
fn a_time_is_known_only_of_what_was_seen_to_come() {
    let fake = Fake::default();
    fake.with(|store| store.set("p/old", 0));
    let mut mirror = Mirror::new(&fake, Key::from("p/"));
    look(&fake, &mut mirror).unwrap();
    fake.with(|store| store.set("p/new", 0));
    look(&fake, &mut mirror).unwrap();
    let seen = |mirror: &Mirror<&Fake>| -> Vec<_> {
        mirror.keys().map(|(name, held)| (name.to_owned(), held.seen)).collect()
    };
    let first = seen(&mirror);
    assert!(first[0].1.is_some() && first[1].1.is_none(), "{first:?}");
    fake.with(|store| store.set("p/other", 0));
    look(&fake, &mut mirror).unwrap();
    assert_eq!(seen(&mirror)[0], first[0], "it stays as long as the key does");
}
