//! Looks, a replicator and writers in any order of their steps: no look calls anything drift.
//!
//! The replicator does one step at a time what consul-replicate does; the keys of an end are read
//! one by one, with anything in between.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// Keys are numbers below this.
const KEYS: u8 = 4;

/// A source, a destination, and what the replicator has yet to do.
#[derive(Debug, Default)]
struct World {
    source: BTreeMap<u8, (u64, u8)>,
    index: u64,
    destination: BTreeMap<u8, u8>,
    last_replicated: u64,
    run: Vec<Op>,
}

/// A step of a run; the last one comes first.
#[derive(Debug)]
enum Op {
    Status(u64),
    Delete(u8),
    /// List the destination, and delete what is not among these.
    Sweep(BTreeSet<u8>),
    Put(u8, u8),
}

impl World {
    /// Does what a number says.
    fn step(&mut self, number: u16) {
        let key = (number / 8 % u16::from(KEYS)) as u8;
        match number % 8 {
            0 | 1 => {
                self.index += 1;
                self.source.insert(key, (self.index, (number / 64) as u8));
            }
            2 => {
                if self.source.remove(&key).is_some() {
                    self.index += 1;
                }
            }
            _ => self.replicate(),
        }
    }

    fn replicate(&mut self) {
        match self.run.pop() {
            None => self.begin(),
            Some(Op::Put(key, value)) => drop(self.destination.insert(key, value)),
            Some(Op::Delete(key)) => drop(self.destination.remove(&key)),
            Some(Op::Status(index)) => self.last_replicated = index,
            Some(Op::Sweep(used)) => {
                let gone = self.destination.keys().filter(|key| !used.contains(key));
                self.run.extend(gone.map(|key| Op::Delete(*key)));
            }
        }
    }

    fn begin(&mut self) {
        self.run = vec![Op::Status(self.index), Op::Sweep(self.source.keys().copied().collect())];
        let new = self.source.iter().filter(|(_, (index, _))| *index > self.last_replicated);
        self.run.extend(new.map(|(key, (_, value))| Op::Put(*key, *value)));
    }
}

fn held(modify_index: u64, value: u8) -> Held {
    Held { modify_index, print: Print::of(&[value], 0), seen: None }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn no_order_of_steps_makes_drift(steps in proptest::collection::vec(any::<u16>(), 20..200)) {
        let mut world = World::default();
        let mut steps = steps.into_iter();
        // Some steps, as many as the next number says; false at the end.
        let mut go = |world: &mut World| {
            let Some(count) = steps.next() else { return false };
            steps.by_ref().take(usize::from(count % 6)).for_each(|step| world.step(step));
            true
        };
        while go(&mut world) {
            let mark = Mark { last_replicated: world.last_replicated, status_index: 0 };
            let (mut destination, mut source) = (Vec::new(), Vec::new());
            for key in 0..KEYS {
                go(&mut world);
                let there = world.destination.get(&key);
                destination.extend(there.map(|value| (key.to_string(), held(1, *value))));
            }
            for key in 0..KEYS {
                go(&mut world);
                let here = world.source.get(&key);
                source.extend(here.map(|(index, value)| (key.to_string(), held(*index, *value))));
            }
            let judged = judge(
                &Rule::default(),
                Some(mark),
                source.iter().map(|(name, held)| (name.as_str(), held)),
                destination.iter().map(|(name, held)| (name.as_str(), held)),
            );
            prop_assert_eq!(judged.counts.drift, 0, "{:?} {:?} {:?}", mark, source, destination);
        }
    }
}
