//! What is said of a rollout of which nothing gets well, and of one that stands still.

use super::*;

/// Of six instances these became of the new version, all critical.
fn broken(ids: RangeInclusive<usize>) -> World {
    let mut world = World::new(&["dc-1", "dc-2"], 6, "v1");
    for i in ids {
        world.pass(5);
        world.put("dc-1", &format!("v1-{i}"), "v2", Status::Critical);
        world.tell("dc-1");
    }
    world
}

fn said(world: &World) -> (Word, bool) {
    let judged = judge::judge(world.rollout(), at(world.now), &Bounds::default(), &[]);
    (judged.word, judged.is_early)
}

#[test]
fn where_every_new_one_is_critical_half_of_the_grace_is_enough() {
    let mut world = broken(1..=2);
    world.pass(24);
    assert_eq!(said(&world), (Word::Rolling, false), "the first may be starting");
    world.pass(1);
    assert_eq!(said(&world), (Word::Failing, true));
    world.pass(30);
    assert_eq!(said(&world), (Word::Failing, false), "the grace is over");
}

#[test]
fn one_that_is_better_leaves_the_others_their_time() {
    let mut world = broken(1..=2);
    world.put("dc-1", "v1-3", "v2", Status::Warning);
    world.tell("dc-1");
    // What its check said before it came is no health.
    world.pass(14);
    world.put("dc-1", "v1-4", "v2", Status::Critical);
    world.tell("dc-1");
    world.pass(16);
    assert_eq!(said(&world), (Word::Rolling, false));
    world.put("dc-1", "v1-3", "v2", Status::Critical);
    world.tell("dc-1");
    assert_eq!(said(&world), (Word::Failing, true));
}

#[test]
fn what_still_says_what_it_said_before_it_came_is_no_better() {
    let mut world = broken(1..=2);
    world.pass(20);
    world.put("dc-1", "v1-3", "v2", Status::Passing);
    world.tell("dc-1");
    world.pass(5);
    assert_eq!(said(&world), (Word::Failing, true));
    world.pass(10);
    assert_eq!(said(&world), (Word::Rolling, false), "it passes by itself");
}

#[test]
fn what_was_critical_before_does_not_stand_for_all() {
    let mut world = World::new(&["dc-1"], 6, "v1");
    world.put("dc-1", "v1-1", "v1", Status::Critical);
    world.tell("dc-1");
    world.pass(5);
    world.put("dc-1", "v1-1", "v2", Status::Critical);
    world.tell("dc-1");
    world.pass(70);
    assert_eq!(said(&world), (Word::Rolling, false));
    // Where it is well now another that is critical is not all that there is.
    world.put("dc-1", "v1-1", "v2", Status::Passing);
    world.tell("dc-1");
    world.pass(20);
    world.put("dc-1", "v1-2", "v2", Status::Critical);
    world.tell("dc-1");
    world.pass(31);
    assert_eq!(said(&world), (Word::Rolling, false));
    // What is as critical as before says nothing of the others.
    world.put("dc-1", "v1-1", "v2", Status::Critical);
    world.tell("dc-1");
    assert_eq!(said(&world), (Word::Failing, true));
}

#[test]
fn what_does_not_move_has_no_estimate() {
    let left = |world: &World| {
        judge::judge(world.rollout(), at(world.now), &Bounds::default(), &[]).left.is_some()
    };
    let mut world = World::new(&["dc-1"], 20, "v1");
    world.roll("dc-1", 1..=4, "v2", 5);
    assert!(left(&world));
    world.pass(15);
    assert!(left(&world), "a pause");
    world.pass(1);
    assert!(!left(&world) && world.word() == Word::Rolling);
    // One that goes slowly has it for as long as that is its way.
    world.roll("dc-1", 5..=6, "v2", 60);
    world.pass(100);
    assert!(left(&world));
    // Nor has one of which nothing gets well.
    let mut broken = broken(1..=4);
    broken.pass(1);
    assert!(!left(&broken) && broken.word() == Word::Rolling);
}
