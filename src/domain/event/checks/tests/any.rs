//! What answers tell, against a store that is known.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A store with three checks, as its rows were at each index.
#[derive(Clone, Debug, Default)]
struct Store {
    rows: BTreeMap<usize, (Status, u64, u64)>,
    /// The state of each check at each index.
    past: Vec<[&'static str; 3]>,
}

impl Store {
    fn change(&mut self, id: usize, to: Option<Status>) {
        let index = self.past.len() as u64;
        match to {
            Some(status) => {
                let created = self.rows.get(&id).map_or(index, |row| row.1);
                self.rows.insert(id, (status, created, index));
            }
            None => drop(self.rows.remove(&id)),
        }
        self.note();
    }

    fn note(&mut self) {
        self.past.push([0, 1, 2].map(|id| self.rows.get(&id).map_or("", |row| row.0.word())));
    }

    fn index(&self) -> u64 {
        self.past.len() as u64 - 1
    }

    fn rows(&self, only: impl Fn(Status) -> bool) -> Vec<Arc<Check>> {
        let rows = self.rows.iter().filter(|(_, row)| only(row.0));
        rows.map(|(id, row)| check(&id.to_string(), row.0, row.1, row.2)).collect()
    }

    fn list(&self, list: Which) -> Vec<Arc<Check>> {
        self.rows(|status| status != Status::Passing && Which::of(status) == list)
    }
}

/// True when a check in this state may be called so.
fn fits(word: &str, state: &str) -> bool {
    match word {
        PASSING_OR_GONE => matches!(state, "" | "passing"),
        "not critical" => state != "critical",
        "not warning" => state != "warning",
        word => word == state,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Change(usize, Option<Status>),
    Answer(Which),
    Ask,
    Found,
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let status = proptest::sample::select(vec![
        None,
        Some(Status::Passing),
        Some(Status::Warning),
        Some(Status::Critical),
    ]);
    prop_oneof![
        4 => (0_usize..3, status).prop_map(|(id, status)| Step::Change(id, status)),
        2 => Just(Step::Answer(C)),
        2 => Just(Step::Answer(W)),
        1 => Just(Step::Ask),
        1 => Just(Step::Found),
        1 => Just(Step::Wait),
    ]
}

proptest! {
    /// Whatever happens and whenever it is heard of: each event goes on where the one before it of
    /// the same check ended, all it tells was so, in this order, and every entry into an answer of a
    /// list and every leaving is in an event.
    #[test]
    fn events_are_true_and_whole(steps in proptest::collection::vec(step(), 1..120)) {
        let (mut store, mut told) = (Store::default(), Told::new());
        store.note();
        store.change(0, Some(Status::Passing));
        store.change(1, Some(Status::Critical));
        let first = [0, 1, 2].map(|id: usize| store.past[2][id]);
        let mut listed = [(C, store.list(C)), (W, store.list(W))];
        told.take(C, &listed[0].1.clone(), 2, POLLED);
        told.take(W, &listed[1].1.clone(), 2, POLLED);
        let mut asked = Vec::new();
        let mut entries = [0, 0, 0];
        let mut all = Vec::new();
        let end = [Step::Answer(C), Step::Answer(W), Step::Answer(C), Step::Ask, Step::Found];
        for step in steps.into_iter().chain(end) {
            match step {
                Step::Change(id, to) => store.change(id, to),
                Step::Answer(which) => {
                    let rows = store.list(which);
                    let before = &mut listed[usize::from(which == W)].1;
                    for (id, entry) in entries.iter_mut().enumerate() {
                        let has = |rows: &[Arc<Check>]| {
                            rows.iter().any(|row| row.id.as_str() == id.to_string())
                        };
                        if has(&rows) && !has(before) {
                            *entry += 1;
                        }
                    }
                    before.clone_from(&rows);
                    told.take(which, &rows, store.index(), POLLED);
                }
                Step::Ask => asked.extend(told.ledger.ask()),
                Step::Found => {
                    let rows = store.rows(|_| true);
                    told.found(&std::mem::take(&mut asked), &rows, store.index());
                }
                Step::Wait => told.wait(0),
            }
            all.append(&mut told.events);
        }
        told.wait(10_000);
        all.append(&mut told.events);
        prop_assert_eq!(told.ledger.open(), 0);
        for id in 0..3 {
            let is_it = |event: &&Event| event.object.check().is_some_and(|key| key.id.as_str() == id.to_string());
            let own: Vec<&Event> = all.iter().filter(is_it).collect();
            let mut word = first[id];
            let mut past = store.past.iter().skip(2).map(|states| states[id]).peekable();
            for event in &own {
                // Checks that pass come and go unseen.
                let is_unseen = |word: &str| matches!(word, "" | "passing" | PASSING_OR_GONE);
                let goes_on = is_unseen(&event.from) && is_unseen(word)
                    || fits(&event.from, word)
                    || fits(word, &event.from);
                prop_assert!(goes_on, "{} after {word}: {own:?}", event.from);
                let found = past.by_ref().any(|state| fits(&event.to, state));
                prop_assert!(found, "never {}: {own:?} {:?}", event.to, store.past);
                word = own.iter().find(|it| std::ptr::eq(**it, *event)).map_or("", |it| &it.to);
            }
            let is_failing = |word: &str| matches!(word, "critical" | "warning");
            let entered = own.iter().filter(|event| is_failing(&event.to)).count();
            prop_assert!(entered >= entries[id], "{entered} of {}: {own:?}", entries[id]);
            let last = store.past.last().unwrap()[id];
            prop_assert!(fits(word, last) || (word == "passing" && last.is_empty())
                || (word.is_empty() && last == "passing"), "{word} for {last}: {own:?}");
        }
    }
}
