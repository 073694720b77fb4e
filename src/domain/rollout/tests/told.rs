//! Rollouts as they happen: what is said of each, step by step.

use super::*;

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
fn what_its_check_said_before_it_came_is_not_held_to_be_better() {
    let mut world = World::new(&["dc-1"], 6, "v1");
    world.roll("dc-1", 1..=3, "v2", 5);
    // It is registered anew in its place: until its check is run, it passes as the old one did.
    world.roll("dc-1", 4..=4, "v2", 5);
    world.pass(9);
    world.put("dc-1", "v1-4", "v2", Status::Critical);
    world.tell("dc-1");
    world.pass(59);
    assert_eq!(world.word(), Word::Rolling, "it may be starting");
    world.pass(1);
    assert_eq!(world.word(), Word::Failing);
    let judged = judge::judge(world.rollout(), at(world.now), &Bounds::default(), &[]);
    assert!(judged.rate.is_some() && judged.left.is_none(), "it does not get there");
}

#[test]
fn nobody_says_when_it_ends_while_a_part_of_it_is_not_seen() {
    let mut world = World::new(&["dc-1", "dc-2"], 6, "v1");
    world.roll("dc-1", 1..=4, "v2", 5);
    for (sight, has_estimate) in [(Sight::Clear, true), (Sight::Unclear("dark".into()), false)] {
        let sights = [("dc-2".into(), sight)];
        let judged = judge::judge(world.rollout(), at(world.now), &Bounds::default(), &sights);
        assert_eq!(judged.word, Word::Rolling);
        assert!(judged.rate.is_some() && judged.left.is_some() == has_estimate, "{judged:?}");
    }
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
