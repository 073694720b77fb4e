//! A service in some datacenters, and what is told of it.

use std::ops::RangeInclusive;

use super::*;
use crate::domain::health::Status;
use crate::domain::seat::Seat;

mod any;
mod seen;
mod stuck;
mod told;

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
