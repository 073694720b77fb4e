//! The freshness of something that is made of two lists: never better than the worse of them.

use crate::domain::freshness::{Freshness, State};

/// The freshness of what is made of both.
pub(super) fn worse(a: &Freshness, b: &Freshness) -> Freshness {
    Freshness {
        state: worse_state(&a.state, &b.state),
        at: [a.at, b.at].into_iter().flatten().min(),
        leaderless: a.leaderless.max(b.leaderless),
        may_be_filtered: a.may_be_filtered || b.may_be_filtered,
        is_polled: a.is_polled || b.is_polled,
    }
}

fn worse_state(a: &State, b: &State) -> State {
    if let (State::Stale { since: x, .. }, State::Stale { since: y, .. }) = (a, b) {
        return if y < x { b.clone() } else { a.clone() };
    }
    if rank(b) > rank(a) { b.clone() } else { a.clone() }
}

fn rank(state: &State) -> u8 {
    match state {
        State::Live => 0,
        State::Loading => 1,
        State::Stale { .. } => 2,
        State::Denied { .. } => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_live_is_not_live() {
        let live = Freshness { state: State::Live, ..Freshness::default() };
        let stale = State::Stale { since: None, why: "reset".into(), retry_at: None };
        for state in [State::Loading, stale, State::Denied { why: "no".into() }] {
            let other = Freshness { state: state.clone(), ..Freshness::default() };
            assert_eq!(worse(&live, &other).state, state);
            assert_eq!(worse(&other, &live).state, state);
        }
    }

    #[test]
    fn a_half_that_may_be_filtered_makes_the_whole_doubtful() {
        let filtered = Freshness { may_be_filtered: true, ..Freshness::default() };
        assert!(worse(&Freshness::default(), &filtered).may_be_filtered);
    }
}
