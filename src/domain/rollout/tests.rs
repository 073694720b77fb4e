//! Rollouts as they happen: what is said of each, step by step.

use std::ops::RangeInclusive;

use proptest::prelude::*;

use super::*;
use crate::domain::health::Status;
use crate::domain::seat::Seat;

/// Datacenters, and one service in them.
struct World {
    rollouts: Rollouts,
    seats: BTreeMap<Dc, BTreeMap<String, (String, Status)>>,
    sights: BTreeMap<Dc, Sight>,
    now: i64,
    index: u64,
    ended: usize,
}

const WEB: &str = "web";

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

impl World {
    /// So many instances of a version in each of these datacenters; with none, nothing was told yet.
    fn new(dcs: &[&str], n: usize, version: &str) -> Self {
        let mut world = Self {
            rollouts: Rollouts::default(),
            seats: BTreeMap::new(),
            sights: BTreeMap::new(),
            now: 1_000,
            index: 10,
            ended: 0,
        };
        for dc in dcs {
            world.sights.insert(Dc::from(*dc), Sight::Clear);
            for i in 1..=n {
                world.put(dc, &format!("{version}-{i}"), version, Status::Passing);
            }
            if n > 0 {
                world.tell(dc);
            }
        }
        world
    }

    fn put(&mut self, dc: &str, id: &str, version: &str, status: Status) {
        let all = self.seats.entry(dc.into()).or_default();
        all.insert(id.to_owned(), (version.to_owned(), status));
    }

    fn remove(&mut self, dc: &str, id: &str) {
        assert!(self.seats.get_mut(dc).unwrap().remove(id).is_some(), "{id}");
    }

    /// Tells what is in a datacenter.
    #[track_caller]
    fn tell(&mut self, dc: &str) {
        self.index += 1;
        let seat = |(id, (version, status)): (&String, &(String, Status))| Seat {
            node: "n-1".into(),
            id: id.as_str().into(),
            version: Arc::from(version.as_str()),
            status: *status,
            output: if *status == Status::Critical { "HTTP 500" } else { "" }.into(),
            create_index: 1,
            modify_index: 1,
        };
        let mut seats: Vec<Seat> = self.seats[dc].iter().map(seat).collect();
        seats.sort_unstable_by(|a, b| (&a.node, &a.id).cmp(&(&b.node, &b.id)));
        let seats = Arc::new(Seats { seats, index: self.index });
        self.rollouts.observe(&WEB.into(), &dc.into(), &seats, at(self.now));
        self.settle();
    }

    fn settle(&mut self) {
        let sights: Vec<_> = self.sights.clone().into_iter().collect();
        let ended = self.rollouts.settle(at(self.now), &Bounds::default(), |_| sights.clone());
        self.ended += ended.len();
    }

    fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        self.settle();
    }

    /// These instances become of another version, so many seconds apart.
    fn roll(&mut self, dc: &str, ids: RangeInclusive<usize>, to: &str, apart: i64) {
        for i in ids {
            self.pass(apart);
            self.put(dc, &format!("v1-{i}"), to, Status::Passing);
            self.tell(dc);
        }
    }

    fn rollout(&self) -> &Rollout {
        self.rollouts.last_of(&WEB.into()).expect("a rollout")
    }

    fn word(&self) -> Word {
        let sights: Vec<_> = self.sights.clone().into_iter().collect();
        judge::judge(self.rollout(), at(self.now), &Bounds::default(), &sights).word
    }

    fn failing(&self) -> Vec<String> {
        let judged = judge::judge(self.rollout(), at(self.now), &Bounds::default(), &[]);
        judged.failing.iter().map(|(dc, seat, _)| format!("{} @ {dc}", seat.id)).collect()
    }
}

#[test]
fn one_version_is_no_rollout() {
    let mut world = World::new(&["dc-1", "dc-2"], 3, "v1");
    world.put("dc-1", "v1-9", "v1", Status::Passing);
    world.tell("dc-1");
    assert_eq!(world.rollouts.active().count(), 0);
    assert_eq!(world.rollouts.looks(&WEB.into()).count(), 2);
}

#[test]
fn a_rollout_goes_through_one_datacenter_after_another_and_is_one() {
    let mut world = World::new(&["dc-1", "dc-2", "dc-3"], 4, "v1");
    world.roll("dc-1", 1..=4, "v2", 5);
    assert_eq!((world.word(), world.rollout().progress()), (Word::Rolling, 4.0 / 12.0));
    assert!(world.rollout().parts["dc-2"].began.is_none());
    world.roll("dc-2", 1..=4, "v2", 5);
    world.roll("dc-3", 1..=3, "v2", 5);
    assert_eq!(world.word(), Word::Rolling);
    let rate = judge::judge(world.rollout(), at(world.now), &Bounds::default(), &[]);
    assert!((rate.rate.unwrap() - 12.0).abs() < 0.01, "{:?}", rate.rate);
    assert_eq!(rate.left, Some(TimeDelta::seconds(5)));
    world.roll("dc-3", 4..=4, "v2", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
    let rollout = world.rollout();
    assert_eq!(rollout.took(at(world.now + 999)), TimeDelta::seconds(55));
    assert_eq!((rollout.totals(), rollout.parts["dc-1"].seats.seats.len()), ((12, 12), 0));
    assert!(rollout.is_begin_seen && rollout.steps.count() == 12);
    assert_eq!(world.rollouts.active().count(), 0);
}

#[test]
fn instances_that_are_replaced_by_others_are_counted_alike() {
    for new_first in [true, false] {
        let mut world = World::new(&["dc-1"], 4, "v1");
        for i in 1..=4 {
            let (old, new) = (format!("v1-{i}"), format!("v2-{i}"));
            for step in [new_first, !new_first] {
                world.pass(5);
                if step {
                    world.put("dc-1", &new, "v2", Status::Passing);
                } else {
                    world.remove("dc-1", &old);
                }
                world.tell("dc-1");
                assert!(world.rollouts.last_of(&WEB.into()).is_none_or(|it| it.progress() <= 1.0));
            }
        }
        assert_eq!((world.word(), world.ended), (Word::Done, 1), "{new_first}");
        assert!(world.rollout().parts["dc-1"].expected() == 4);
    }
}

#[test]
fn all_new_ones_beside_all_old_ones_are_half_of_the_way() {
    let mut world = World::new(&["dc-1"], 4, "v1");
    (1..=4).for_each(|i| world.put("dc-1", &format!("v2-{i}"), "v2", Status::Passing));
    world.tell("dc-1");
    assert_eq!((world.word(), world.rollout().progress()), (Word::Rolling, 0.5));
    (1..=4).for_each(|i| world.remove("dc-1", &format!("v1-{i}")));
    world.tell("dc-1");
    assert_eq!(world.word(), Word::Done);
}

#[test]
fn a_single_step_is_a_rollout_too() {
    let mut world = World::new(&["dc-1"], 1, "v1");
    world.roll("dc-1", 1..=1, "v2", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
    world.roll("dc-1", 1..=1, "v3", 5);
    assert_eq!((world.word(), world.ended, &*world.rollout().target), (Word::Done, 2, "v3"));
}

#[test]
fn fewer_than_before_are_all_once_that_stays_so() {
    let mut world = World::new(&["dc-1"], 6, "v1");
    world.roll("dc-1", 1..=3, "v2", 5);
    (4..=6).for_each(|i| world.remove("dc-1", &format!("v1-{i}")));
    world.tell("dc-1");
    assert_eq!((world.word(), world.rollout().progress()), (Word::Rolling, 0.5));
    world.pass(119);
    assert_eq!(world.ended, 0);
    world.pass(1);
    assert_eq!((world.word(), world.rollout().progress()), (Word::Done, 1.0));
}

#[test]
fn it_is_stalled_when_nothing_moves_for_longer_than_usual() {
    let mut world = World::new(&["dc-1"], 10, "v1");
    world.roll("dc-1", 1..=5, "v2", 5);
    world.pass(119);
    assert_eq!(world.word(), Word::Rolling);
    world.pass(1);
    assert_eq!(world.word(), Word::Stalled);
    // Pauses that come again are how this one goes.
    world.roll("dc-1", 6..=6, "v2", 180);
    world.pass(119);
    assert_eq!(world.word(), Word::Rolling);
    world.pass(1);
    assert_eq!(world.word(), Word::Stalled, "one long pause was a halt");
    world.roll("dc-1", 7..=7, "v2", 180);
    world.pass(300);
    assert_eq!(world.word(), Word::Rolling, "two are a habit");
    world.pass(300);
    assert_eq!(world.word(), Word::Stalled);
}

#[test]
fn a_few_that_stay_few_are_a_canary() {
    let mut world = World::new(&["dc-1", "dc-2"], 10, "v1");
    world.roll("dc-1", 1..=2, "v2", 5);
    assert_eq!(world.word(), Word::Rolling);
    world.pass(600);
    assert_eq!(world.word(), Word::Canary);
    world.roll("dc-1", 3..=3, "v2", 5);
    world.pass(3_000);
    assert_eq!(world.word(), Word::Stalled);
    let mut one_of_two = World::new(&["dc-1"], 2, "v1");
    one_of_two.roll("dc-1", 1..=1, "v2", 5);
    one_of_two.pass(600);
    assert_eq!(one_of_two.word(), Word::Stalled);
}

#[test]
fn versions_that_were_mixed_before_are_no_news_until_something_moves() {
    let mut world = World::new(&["dc-1", "dc-2"], 0, "v1");
    (1..=3).for_each(|i| world.put("dc-1", &format!("v1-{i}"), "v1", Status::Passing));
    world.put("dc-1", "v1-9", "v2", Status::Passing);
    world.tell("dc-1");
    world.pass(7_200);
    assert_eq!(world.word(), Word::Mixed);
    assert!(!world.rollout().is_begin_seen);
    world.roll("dc-1", 1..=1, "v2", 5);
    assert_eq!(world.word(), Word::Rolling);
}

#[test]
fn new_instances_that_stay_critical_make_it_fail_and_are_named() {
    let mut world = World::new(&["dc-1"], 6, "v1");
    world.put("dc-1", "v1-6", "v1", Status::Critical);
    world.tell("dc-1");
    world.roll("dc-1", 1..=3, "v2", 5);
    for status in [Status::Critical, Status::Passing, Status::Critical] {
        world.put("dc-1", "v1-4", "v2", status);
        world.tell("dc-1");
        assert_eq!(world.word(), Word::Rolling);
        world.pass(10);
    }
    // It was better: no start takes so long.
    world.pass(5);
    assert_eq!((world.word(), world.failing()), (Word::Failing, vec!["v1-4 @ dc-1".to_owned()]));
    world.put("dc-1", "v1-4", "v2", Status::Passing);
    world.put("dc-1", "v1-5", "v2", Status::Critical);
    world.tell("dc-1");
    world.pass(59);
    assert_eq!(world.word(), Word::Rolling, "it may be starting");
    world.pass(1);
    assert_eq!(world.word(), Word::Failing);
    // What was critical before is not held against it.
    world.put("dc-1", "v1-5", "v2", Status::Passing);
    world.put("dc-1", "v1-6", "v2", Status::Critical);
    world.tell("dc-1");
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
}

#[test]
fn it_is_not_done_while_a_new_one_is_critical() {
    let mut world = World::new(&["dc-1"], 2, "v1");
    world.roll("dc-1", 1..=1, "v2", 5);
    world.put("dc-1", "v1-2", "v2", Status::Critical);
    world.tell("dc-1");
    assert_eq!((world.word(), world.ended), (Word::Rolling, 0));
    world.put("dc-1", "v1-2", "v2", Status::Warning);
    world.tell("dc-1");
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
}

#[test]
fn it_goes_back_and_ends_with_what_was_there() {
    let mut world = World::new(&["dc-1", "dc-2"], 4, "v1");
    world.roll("dc-1", 1..=4, "v2", 5);
    world.roll("dc-2", 1..=1, "v2", 5);
    world.roll("dc-2", 1..=1, "v1", 5);
    assert_eq!(world.word(), Word::GoingBack);
    world.roll("dc-1", 1..=3, "v1", 5);
    assert_eq!(world.word(), Word::GoingBack);
    world.roll("dc-1", 4..=4, "v1", 5);
    assert_eq!((world.word(), world.ended), (Word::WentBack, 1));
    assert_eq!(world.rollout().ended.as_ref().unwrap().1, End::Back("v1".into()));
}

#[test]
fn a_canary_that_is_taken_away_went_back() {
    let mut world = World::new(&["dc-1"], 9, "v1");
    world.put("dc-1", "v2-1", "v2", Status::Passing);
    world.tell("dc-1");
    world.pass(60);
    world.remove("dc-1", "v2-1");
    world.tell("dc-1");
    assert_eq!((world.word(), world.ended), (Word::WentBack, 1));
}

#[test]
fn an_older_version_that_comes_again_is_a_way_back() {
    let mut world = World::new(&["dc-1"], 4, "v1");
    world.roll("dc-1", 1..=4, "v2", 5);
    assert_eq!(world.ended, 1);
    world.roll("dc-1", 1..=2, "v1", 5);
    assert_eq!(world.word(), Word::GoingBack);
    world.roll("dc-1", 3..=4, "v1", 5);
    assert_eq!((world.word(), world.ended), (Word::WentBack, 2));
}

#[test]
fn a_third_version_takes_the_place_of_the_second() {
    let mut world = World::new(&["dc-1"], 6, "v1");
    world.roll("dc-1", 1..=3, "v2", 5);
    world.roll("dc-1", 1..=2, "v3", 5);
    assert_eq!((world.word(), &*world.rollout().target), (Word::Rolling, "v3"));
    world.roll("dc-1", 3..=6, "v3", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
    assert_eq!(world.rollout().versions.len(), 3);
}

#[test]
fn what_is_left_of_two_is_rolled_out_where_the_third_is_taken_away() {
    let mut world = World::new(&["dc-1"], 6, "v1");
    world.roll("dc-1", 1..=3, "v2", 5);
    world.roll("dc-1", 4..=4, "v3", 5);
    world.roll("dc-1", 4..=4, "v2", 5);
    assert_eq!((world.word(), &*world.rollout().target), (Word::GoingBack, "v3"));
    world.pass(30);
    assert_eq!((world.word(), &*world.rollout().target), (Word::Rolling, "v2"));
    world.roll("dc-1", 5..=6, "v2", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
}

#[test]
fn an_old_instance_that_turns_up_does_not_become_the_new_version() {
    let mut world = World::new(&["dc-1"], 4, "v2");
    world.put("dc-1", "zombie", "v1", Status::Passing);
    world.tell("dc-1");
    assert_eq!((&*world.rollout().target, world.rollout().progress()), ("v2", 0.8));
    world.remove("dc-1", "zombie");
    world.tell("dc-1");
    assert_eq!(world.word(), Word::Done);
}

#[test]
fn it_is_never_done_while_a_datacenter_cannot_be_seen() {
    let mut world = World::new(&["dc-1", "dc-2"], 3, "v1");
    world.roll("dc-1", 1..=3, "v2", 5);
    world.sights.insert("dc-2".into(), Sight::Unclear("dark".into()));
    world.pass(1);
    assert_eq!(world.word(), Word::Unknown, "all that can be seen is done");
    world.pass(9_999);
    assert_eq!((world.word(), world.ended), (Word::Unknown, 0));
    world.sights.insert("dc-2".into(), Sight::Clear);
    world.roll("dc-2", 1..=3, "v2", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
    let mut hidden = World::new(&["dc-1"], 3, "v1");
    hidden.sights.insert("dc-3".into(), Sight::Unclear("not read yet".into()));
    hidden.roll("dc-1", 1..=3, "v2", 5);
    assert_eq!((hidden.word(), hidden.ended), (Word::Unknown, 0));
}

#[test]
fn where_instances_may_be_hidden_it_is_done_only_as_far_as_can_be_seen() {
    let mut world = World::new(&["dc-1", "dc-2"], 3, "v1");
    world.sights.insert("dc-2".into(), Sight::Partial("the token".into()));
    world.roll("dc-1", 1..=3, "v2", 5);
    assert_eq!(world.word(), Word::Rolling);
    world.roll("dc-2", 1..=3, "v2", 5);
    assert_eq!((world.word(), world.ended), (Word::DoneAsSeen, 1));
}

#[test]
fn a_service_that_is_gone_altogether_ends_its_rollout() {
    let mut world = World::new(&["dc-1"], 2, "v1");
    world.roll("dc-1", 1..=1, "v2", 5);
    (1..=2).for_each(|i| world.remove("dc-1", &format!("v1-{i}")));
    world.tell("dc-1");
    assert_eq!(world.ended, 0, "others may come for them");
    world.pass(120);
    assert_eq!((world.word(), world.ended), (Word::Gone, 1));
}

#[test]
fn a_version_that_is_asked_for_is_waited_for() {
    let mut world = World::new(&["dc-1", "dc-2"], 0, "v1");
    world.rollouts.aim(&WEB.into(), "v3".into());
    for dc in ["dc-1", "dc-2"] {
        (1..=2).for_each(|i| world.put(dc, &format!("v1-{i}"), "v1", Status::Passing));
        world.tell(dc);
    }
    world.pass(3_600);
    assert_eq!((world.word(), world.ended), (Word::Waiting, 0));
    world.roll("dc-1", 1..=2, "v3", 5);
    assert_eq!(world.word(), Word::Rolling);
    world.roll("dc-2", 1..=2, "v3", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
}

#[test]
fn a_way_back_to_the_version_that_is_asked_for_is_the_way_forth() {
    let mut world = World::new(&["dc-1"], 0, "v2");
    world.rollouts.aim(&WEB.into(), "v1".into());
    (1..=3).for_each(|i| world.put("dc-1", &format!("v1-{i}"), "v2", Status::Passing));
    world.tell("dc-1");
    world.roll("dc-1", 1..=2, "v1", 5);
    assert_eq!(world.word(), Word::Rolling);
    world.roll("dc-1", 3..=3, "v1", 5);
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
}

#[test]
fn what_has_it_already_is_done_at_once() {
    let mut world = World::new(&["dc-1"], 0, "v2");
    world.rollouts.aim(&WEB.into(), "v2".into());
    (1..=3).for_each(|i| world.put("dc-1", &format!("v1-{i}"), "v2", Status::Passing));
    world.tell("dc-1");
    assert_eq!((world.word(), world.ended), (Word::Done, 1));
}

#[test]
fn the_history_is_bounded() {
    let mut world = World::new(&["dc-1"], 1, "v1");
    for n in 2..=keeper::FINISHED + 9 {
        world.roll("dc-1", 1..=1, &format!("v{n}"), 5);
    }
    assert_eq!(world.rollouts.finished().count(), keeper::FINISHED);
    assert_eq!(world.rollouts.ended(), keeper::FINISHED as u64 + 8);
}

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
