//! Rollouts of any kind: they end as they should, and nothing is ever out of its bounds.

use proptest::prelude::*;

use super::*;

/// How one instance is brought to the new version.
#[derive(Clone, Copy, Debug)]
enum How {
    InPlace,
    NewFirst,
    OldFirst,
}

fn hows() -> impl Strategy<Value = How> {
    prop_oneof![Just(How::InPlace), Just(How::NewFirst), Just(How::OldFirst)]
}

impl World {
    /// Brings one instance to the new version, telling each step.
    fn bring(&mut self, dc: &str, i: usize, how: How, new: Status) {
        let (old, id) = (format!("v1-{i}"), format!("v2-{i}"));
        match how {
            How::InPlace => {
                self.put(dc, &old, "v2", new);
                self.tell(dc);
            }
            How::NewFirst => {
                self.put(dc, &id, "v2", new);
                self.tell(dc);
                self.remove(dc, &old);
                self.tell(dc);
            }
            How::OldFirst => {
                self.remove(dc, &old);
                self.tell(dc);
                self.put(dc, &id, "v2", new);
                self.tell(dc);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// However it goes through the datacenters, it ends with everything new, once, and not before.
    #[test]
    fn a_rollout_of_any_kind_ends_done(
        counts in proptest::collection::vec(1_usize..7, 1..4),
        how in hows(),
        seed in any::<u64>(),
        starts_critical in any::<bool>(),
    ) {
        let dcs: Vec<String> = (1..=counts.len()).map(|n| format!("dc-{n}")).collect();
        let names: Vec<&str> = dcs.iter().map(String::as_str).collect();
        let mut world = World::new(&names, 0, "v1");
        let mut order = Vec::new();
        for (dc, n) in names.iter().zip(&counts) {
            (1..=*n).for_each(|i| world.put(dc, &format!("v1-{i}"), "v1", Status::Passing));
            world.tell(dc);
            order.extend((1..=*n).map(|i| (*dc, i)));
        }
        // Any order: not one datacenter after the other.
        order.sort_by_key(|(dc, i)| (seed ^ (*i as u64 * 7_919)).wrapping_mul(dc.len() as u64 + 3));
        let last = order.len() - 1;
        let mut progress = 0.0;
        for (n, (dc, i)) in order.into_iter().enumerate() {
            world.pass(7);
            prop_assert_eq!(world.ended, 0);
            if starts_critical {
                world.bring(dc, i, how, Status::Critical);
                prop_assert_eq!(world.ended, 0, "the last one is critical");
                let id = if matches!(how, How::InPlace) { format!("v1-{i}") } else { format!("v2-{i}") };
                world.put(dc, &id, "v2", Status::Passing);
                world.tell(dc);
            } else {
                world.bring(dc, i, how, Status::Passing);
            }
            let rollout = world.rollout();
            prop_assert!(rollout.progress() <= 1.0 && rollout.progress() >= progress);
            progress = rollout.progress();
            let word = world.word();
            prop_assert!(word == if n == last { Word::Done } else { Word::Rolling }, "{word:?} at {n}");
        }
        prop_assert_eq!((world.ended, progress), (1, 1.0));
    }

    /// What is taken back half-way ends with the old version, whatever happened before.
    #[test]
    fn a_rollout_that_is_taken_back_ends_so(n in 2_usize..9, half in 1_usize..9, how in hows()) {
        let half = half.min(n - 1);
        let mut world = World::new(&["dc-1", "dc-2"], n, "v1");
        for i in 1..=half {
            world.pass(7);
            world.bring("dc-1", i, how, Status::Passing);
        }
        for i in 1..=half {
            world.pass(7);
            let id = if matches!(how, How::InPlace) { format!("v1-{i}") } else { format!("v2-{i}") };
            world.remove("dc-1", &id);
            world.put("dc-1", &format!("v1-{i}"), "v1", Status::Passing);
            world.tell("dc-1");
            prop_assert!(matches!(world.word(), Word::GoingBack | Word::WentBack));
        }
        prop_assert_eq!((world.word(), world.ended), (Word::WentBack, 1));
    }

    /// Whatever is told, nothing is out of its bounds, and what ended stays as it is.
    #[test]
    fn nothing_is_out_of_bounds(
        moves in proptest::collection::vec((0_usize..2, 0_usize..5, 0_usize..5, 0_i64..200), 1..60),
    ) {
        let dcs = ["dc-1", "dc-2"];
        let mut world = World::new(&dcs, 3, "v1");
        let mut ended: Option<Rollout> = None;
        for (dc, id, version, seconds) in moves {
            world.pass(seconds);
            let name = format!("v1-{id}");
            let all = world.seats.get_mut(dcs[dc]).unwrap();
            match version {
                4 => drop(all.remove(&name)),
                version => {
                    let status = [Status::Passing, Status::Warning, Status::Critical][id % 3];
                    all.insert(name, (format!("v{version}"), status));
                }
            }
            world.tell(dcs[dc]);
            if let Some(rollout) = world.rollouts.last_of(&WEB.into()) {
                let (new, all) = rollout.totals();
                prop_assert!(new <= all && (0.0..=1.0).contains(&rollout.progress()));
                let sum: usize = rollout.present().map(|it| rollout.counts(it).total()).sum();
                let there: usize = world.seats.values().map(BTreeMap::len).sum();
                prop_assert!(rollout.ended.is_some() || sum == there);
                prop_assert!(rollout.steps.all().is_sorted_by_key(|step| step.at));
            }
            if let Some(ended) = &ended {
                prop_assert!(world.rollouts.finished().any(|it| **it == *ended));
            }
            ended = world.rollouts.finished().next().map(|it| Rollout::clone(it));
        }
    }
}
