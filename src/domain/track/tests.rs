use super::*;
use Status::{Critical, Maintenance, Passing, Warning};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn seen(second: i64) -> Since {
    Since { at: at(second), is_exact: true }
}

/// The track of something that was passing and came to these states at these seconds.
fn track(changes: &[(i64, Status)]) -> Track {
    let mut tracks = Tracks::default();
    for (second, to) in changes {
        tracks.change(&1, Passing, *to, seen(*second));
    }
    tracks.get(&1).unwrap().clone()
}

#[test]
fn changes_count_for_a_quarter_of_an_hour() {
    let track = track(&[(0, Critical), (60, Passing), (120, Critical), (130, Warning)]);
    for (now, flaps) in [(0, 1), (60, 2), (130, 4), (899, 4), (900, 3), (1_020, 1), (1_030, 0)] {
        assert_eq!(track.flaps(at(now)), flaps, "{now}");
    }
    assert_eq!(track.last(at(200)), Some((Warning, seen(130))));
    assert_eq!(track.last(at(70)), Some((Passing, seen(60))));
}

#[test]
fn the_strip_begins_with_the_state_before_and_is_cut_at_its_old_end() {
    let track = track(&[(0, Critical), (60, Passing), (120, Critical)]);
    assert_eq!(track.strip(at(130), 8), [Passing, Critical, Passing, Critical]);
    assert_eq!(track.strip(at(130), 2), [Passing, Critical]);
    assert_eq!(track.strip(at(910), 8), [Critical, Passing, Critical]);
    assert_eq!(track.strip(at(2_000), 8), []);
}

#[test]
fn an_earlier_moment_knows_nothing_of_later_changes() {
    let track = track(&[(0, Critical), (60, Passing)]);
    assert_eq!((track.flaps(at(30)), track.strip(at(30), 8)), (1, vec![Passing, Critical]));
}

#[test]
fn a_change_to_the_same_state_is_none() {
    let mut tracks = Tracks::default();
    tracks.change(&1, Passing, Passing, seen(0));
    assert!(tracks.get(&1).is_none());
    tracks.change(&1, Passing, Critical, seen(1));
    tracks.change(&1, Warning, Critical, seen(2));
    assert_eq!(tracks.get(&1).unwrap().flaps(at(3)), 1);
}

#[test]
fn an_instance_is_as_bad_as_the_worst_of_its_checks_was() {
    let own = track(&[(10, Critical), (20, Passing), (40, Critical)]);
    let node = track(&[(15, Critical), (30, Passing), (40, Passing)]);
    let parts = [(Some(&own), Critical), (Some(&node), Passing), (None, Passing)];
    let merged = Track::merged(parts, at(99), Status::merge).unwrap();
    assert_eq!(merged, track(&[(10, Critical), (30, Passing), (40, Critical)]));
    // A check that is always critical hides what others do, and maintenance hides all.
    assert_eq!(
        Track::merged([(Some(&own), Critical), (None, Critical)], at(99), Status::merge),
        None
    );
    let merged =
        Track::merged([(Some(&own), Critical), (None, Maintenance)], at(99), Status::merge);
    assert_eq!(merged, None);
    assert_eq!(Track::merged([(None, Critical)], at(99), Status::merge), None);
}

#[test]
fn what_changes_together_is_one_change() {
    let a = track(&[(10, Critical), (20, Passing)]);
    let b = track(&[(20, Critical)]);
    let parts = [(Some(&a), Passing), (Some(&b), Critical)];
    let merged = Track::merged(parts, at(99), Ord::max).unwrap();
    assert_eq!(merged, track(&[(10, Critical)]));
}

#[test]
fn what_was_forgotten_is_not_called_steady() {
    let mut tracks = Tracks { most: 10 * (EACH + 1), ..Tracks::default() };
    for n in 0..10 {
        tracks.change(&n, Passing, Critical, seen(n));
    }
    assert!(tracks.is_whole(at(10)) && tracks.get(&0).is_some());
    tracks.change(&10, Passing, Critical, seen(10));
    assert!(tracks.get(&0).is_none() && tracks.get(&10).is_some());
    assert!(!tracks.is_whole(at(11)) && tracks.is_whole(at(2_000)));
    assert!(tracks.changes <= 10);
    tracks.limit(3 * CHANGE * (EACH + 1));
    assert!(tracks.get(&10).is_some() && tracks.changes <= 3, "{}", tracks.changes);
}

#[test]
fn a_track_keeps_its_last_changes() {
    let flips: Vec<_> =
        (0..301).map(|n| (n, if n % 2 == 0 { Critical } else { Passing })).collect();
    let track = track(&flips);
    assert_eq!(track.flaps(at(301)), KEPT);
    assert_eq!(track.strip(at(301), 3), [Critical, Passing, Critical]);
}
