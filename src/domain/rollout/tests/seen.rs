//! What is said of a rollout that cannot be seen any more.

use super::*;

#[test]
fn what_nobody_sees_any_more_is_what_was_and_grows_no_older() {
    let mut world = World::new(&["dc-1", "dc-2"], 6, "v1");
    world.roll("dc-1", 1..=3, "v2", 5);
    world.roll("dc-2", 2..=2, "v2", 5);
    world.put("dc-2", "v1-1", "v2", Status::Critical);
    world.tell("dc-2");
    let judged = |world: &World, until: Option<i64>, dark: &[&str]| {
        let until = until.map(at);
        let unseen = || Sight::Unclear(Unseen { why: "dark".into(), until });
        let sights: Vec<_> = dark.iter().map(|dc| (Dc::from(*dc), unseen())).collect();
        let judged = judge::judge(world.rollout(), at(world.now), &Bounds::default(), &sights);
        (judged.word, judged.is_past)
    };
    let told = world.now;
    world.pass(70);
    assert_eq!(judged(&world, None, &[]), (Word::Failing, false));
    assert_eq!(judged(&world, Some(told + 60), &["dc-2"]), (Word::Failing, true));
    assert_eq!(judged(&world, Some(told + 60), &["dc-1"]), (Word::Failing, false));
    for until in [Some(told + 59), None] {
        assert_eq!(judged(&world, until, &["dc-2"]).0, Word::Rolling, "it may have been starting");
    }
    assert_eq!(judged(&world, None, &["dc-1", "dc-2"]), (Word::Unknown, true));
    // One that fails and is seen goes before.
    world.put("dc-1", "v1-4", "v2", Status::Critical);
    world.tell("dc-1");
    world.pass(60);
    assert_eq!(judged(&world, Some(told + 60), &["dc-2"]), (Word::Failing, false));
}

#[test]
fn that_it_goes_back_and_how_it_ended_are_what_was_where_nobody_sees_it() {
    let mut world = World::new(&["dc-1", "dc-2"], 4, "v1");
    world.roll("dc-1", 1..=4, "v2", 5);
    world.roll("dc-1", 1..=1, "v1", 5);
    let is_past = |world: &World, dark: &[&str]| {
        let sights: Vec<_> =
            dark.iter().map(|dc| (Dc::from(*dc), Sight::Unclear("dark".into()))).collect();
        let judged = judge::judge(world.rollout(), at(world.now), &Bounds::default(), &sights);
        (judged.word, judged.is_past)
    };
    assert_eq!(is_past(&world, &["dc-2"]), (Word::GoingBack, false));
    assert_eq!(is_past(&world, &["dc-1"]), (Word::GoingBack, true));
    world.roll("dc-1", 1..=1, "v2", 5);
    world.roll("dc-2", 1..=4, "v2", 5);
    assert_eq!(is_past(&world, &["dc-2"]), (Word::Done, false));
    assert_eq!(is_past(&world, &["dc-1", "dc-2"]), (Word::Done, true));
}
