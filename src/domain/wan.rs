//! The WAN as gossip knows it: the servers of all federated datacenters, and how far they are apart.
//!
//! One agent's view. A server that is dead is still a member, `failed`, until it is reaped days
//! later; a client agent knows no members at all.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::coordinate::{self, Coordinate, Estimate};
use super::ids::{Dc, NodeName};

/// What is known of all federated datacenters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wan {
    /// The estimated round trip between two datacenters, the smaller name first; see [`Wan::trip`].
    pub trips: HashMap<(Dc, Dc), Estimate>,
    /// The servers of each datacenter, by name.
    pub members: HashMap<Dc, Vec<Member>>,
}

/// A server of any datacenter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its node name, without the datacenter.
    pub name: NodeName,
    /// Its datacenter.
    pub dc: Dc,
    /// What gossip says of it.
    pub state: MemberState,
    /// Its Consul version; empty when it is not told.
    pub version: Arc<str>,
    /// How many servers it was told to expect in its datacenter; `None` when it was not told.
    pub expect: Option<usize>,
}

/// What gossip says of a member, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// It answers.
    Alive,
    /// It said that it is going.
    Leaving,
    /// It went of its own will.
    Left,
    /// It does not answer.
    Failed,
    /// Something that this version of dcview does not know.
    Unknown,
}

impl Wan {
    /// What these coordinates and members come to; what is `None` could not be had.
    pub fn new(
        places: Option<&HashMap<Dc, Vec<Coordinate>>>,
        members: Option<Vec<Member>>,
    ) -> Self {
        let mut wan = Self::default();
        for (a, here) in places.into_iter().flatten() {
            for (b, there) in places.into_iter().flatten().filter(|(b, _)| a <= *b) {
                if let Some(estimate) = coordinate::between_groups(here, there) {
                    wan.trips.insert((a.clone(), b.clone()), estimate);
                }
            }
        }
        for member in members.into_iter().flatten() {
            wan.members.entry(member.dc.clone()).or_default().push(member);
        }
        for members in wan.members.values_mut() {
            members.sort_by(|a, b| a.name.cmp(&b.name));
        }
        wan
    }

    /// What several agents know together: of each datacenter what knows the most members.
    pub fn merged<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut merged = Self::default();
        for wan in all {
            for (pair, estimate) in &wan.trips {
                merged.trips.entry(pair.clone()).or_insert(*estimate);
            }
            for (dc, members) in &wan.members {
                let known = merged.members.entry(dc.clone()).or_default();
                if known.len() < members.len() {
                    known.clone_from(members);
                }
            }
        }
        merged
    }

    /// The estimated round trip between two datacenters, in whichever order they are named.
    pub fn trip(&self, a: &Dc, b: &Dc) -> Option<Estimate> {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        self.trips.get(&(a.clone(), b.clone())).copied()
    }

    /// The servers of a datacenter, by name; none when gossip knows none.
    pub fn members(&self, dc: &Dc) -> &[Member] {
        self.members.get(dc).map_or(&[], Vec::as_slice)
    }

    /// How many servers a datacenter should have, as they were told themselves; 0 when unknown.
    pub fn expected(&self, dc: &Dc) -> usize {
        self.members(dc).iter().filter_map(|member| member.expect).max().unwrap_or_default()
    }

    /// How many servers of a datacenter are alive, and how many should be.
    pub fn alive(&self, dc: &Dc) -> (usize, usize) {
        let members = self.members(dc);
        let alive = members.iter().filter(|member| member.state == MemberState::Alive).count();
        // Who left of their own will are not missed, unless more were expected.
        let stay = members.iter().filter(|member| member.state != MemberState::Left).count();
        (alive, stay.max(self.expected(dc)))
    }
}

impl MemberState {
    /// As Consul numbers them.
    pub fn of(number: u64) -> Self {
        match number {
            1 => Self::Alive,
            2 => Self::Leaving,
            3 => Self::Left,
            4 => Self::Failed,
            _ => Self::Unknown,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Leaving => "leaving",
            Self::Left => "left",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for MemberState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(ms: f64) -> Vec<Coordinate> {
        vec![Coordinate { vec: vec![ms / 1000.0], ..Coordinate::default() }]
    }

    fn member(name: &str, dc: &str, state: u64, expect: Option<usize>) -> Member {
        let (name, dc, state) = (name.into(), dc.into(), MemberState::of(state));
        Member { name, dc, state, version: "1.8.7".into(), expect }
    }

    #[test]
    fn every_pair_has_a_round_trip_in_both_orders() {
        let places = [("a", 0.0), ("b", 10.0), ("c", 25.0)];
        let places = places.into_iter().map(|(dc, ms)| (Dc::from(dc), at(ms))).collect();
        let wan = Wan::new(Some(&places), None);
        for (a, b, ms) in [("a", "b", 10), ("c", "b", 15), ("a", "c", 25), ("c", "a", 25)] {
            let rtt = wan.trip(&a.into(), &b.into()).unwrap().rtt;
            assert_eq!(rtt, Duration::from_millis(ms), "{a} {b}");
        }
        assert_eq!(wan.trip(&"a".into(), &"z".into()), None);
    }

    #[test]
    fn a_failed_server_is_missed_and_one_that_left_is_not() {
        let members = vec![
            member("s-3", "a", 4, None),
            member("s-1", "a", 1, None),
            member("s-2", "a", 3, None),
            member("s-1", "b", 1, Some(3)),
        ];
        let wan = Wan::new(None, Some(members));
        assert_eq!(wan.alive(&"a".into()), (1, 2));
        assert_eq!(wan.alive(&"b".into()), (1, 3));
        assert_eq!(wan.alive(&"c".into()), (0, 0));
        let names: Vec<_> = wan.members(&"a".into()).iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["s-1", "s-2", "s-3"]);
    }

    #[test]
    fn agents_add_up_to_what_each_knows_best() {
        let all = |states: &[u64]| {
            let members = states.iter().map(|state| member("s", "a", *state, None)).collect();
            Wan::new(None, Some(members))
        };
        let merged = Wan::merged([&all(&[1]), &all(&[1, 4]), &Wan::default()]);
        assert_eq!(merged.alive(&"a".into()), (1, 2));
    }
}
