//! What is said on the way while a rollout is waited for.
//!
//! A line comes when there is news: another word, other counts of a version anywhere, a datacenter
//! that is lost or back. That time goes by, and what is worked out of it (rate, estimate), is none.
//! While only counts change it is said no more often than every [`SELDOM`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::look::Watched;
use crate::domain::ids::Dc;
use crate::domain::rollout::{Judged, Rollout, Split, Word, judge};
use crate::views::rollout::words;

/// While the same goes on, it is said no more often than this.
const SELDOM: Duration = Duration::from_secs(10);

/// Says how it goes.
pub(super) struct Teller {
    began: Instant,
    told: Option<(News, Instant)>,
}

/// What is news when it is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct News {
    /// The word, whether that is what was, and whether it is said early.
    word: (Word, bool, bool),
    /// The datacenters that cannot be seen.
    unclear: Vec<Dc>,
    /// What there is of each version in each datacenter.
    splits: BTreeMap<Dc, Arc<Split>>,
}

impl News {
    fn of(rollout: &Rollout, judged: &Judged) -> Self {
        let split = |(dc, part): (&Dc, &crate::domain::rollout::Part)| {
            (dc.clone(), Arc::clone(&part.split))
        };
        Self {
            word: (judged.word, judged.is_past, judged.is_early),
            unclear: judged.unclear.iter().map(|(dc, _)| (*dc).clone()).collect(),
            splits: rollout.parts.iter().map(split).collect(),
        }
    }
}

impl Teller {
    /// One that has said nothing.
    pub fn new() -> Self {
        Self { began: Instant::now(), told: None }
    }

    /// Says how it goes where that is news.
    pub fn tell(&mut self, watched: &Watched, now: DateTime<Utc>, say: &impl Fn(&str)) {
        let Some(rollout) = watched.rollout() else { return };
        // What is said first is about all datacenters, unless one does not answer.
        if self.told.is_none() && !watched.is_whole() && self.began.elapsed() < SELDOM {
            return;
        }
        let sights = watched.sights();
        let judged = judge::judge(rollout, now, &watched.bounds, &sights);
        let news = News::of(rollout, &judged);
        if self.is_due(&news) {
            say(&format!("{}: {}", watched.service, words::sentence(rollout, &judged, now)));
            self.told = Some((news, Instant::now()));
        }
    }

    fn is_due(&self, news: &News) -> bool {
        self.told.as_ref().is_none_or(|(told, at)| {
            told.word != news.word || told != news && at.elapsed() >= SELDOM
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::health::Status;
    use crate::domain::rollout::Bounds;
    use crate::domain::seat::{Seat, Seats};

    /// Six instances, so many of the new version.
    fn seats(new: usize) -> Seats {
        let seat = |n: usize| Seat {
            node: "n-1".into(),
            id: format!("web-{n}").as_str().into(),
            version: if n < new { "v2" } else { "v1" }.into(),
            status: Status::Passing,
            output: "".into(),
            create_index: 1,
            modify_index: 1,
        };
        Seats { seats: (0..6).map(seat).collect(), index: 1 }
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_comes_only_when_something_changed() {
        let mut watched = Watched::of_service("web", Bounds::default());
        watched.add(&"dc-1".into(), false, false);
        let (mut now, said) = (DateTime::UNIX_EPOCH, RefCell::new(Vec::new()));
        let mut teller = Teller::new();
        let mut pass = |watched: &mut Watched, seconds: i64, new: Option<usize>| {
            now += TimeDelta::seconds(seconds);
            if let Some(new) = new {
                watched.told(&"dc-1".into(), seats(new), now);
            }
            teller.tell(watched, now, &|line: &str| said.borrow_mut().push(line.to_owned()));
            said.borrow_mut().drain(..).collect::<Vec<_>>()
        };
        for new in 0..4 {
            tokio::time::advance(SELDOM).await;
            let lines = pass(&mut watched, 10, Some(new));
            assert_eq!(lines.len(), usize::from(new > 0), "{lines:?}");
        }
        // Rate and estimate change all the time.
        for _ in 0..9 {
            tokio::time::advance(SELDOM).await;
            assert!(pass(&mut watched, 10, None).is_empty());
        }
        tokio::time::advance(SELDOM).await;
        let lines = pass(&mut watched, 30, None);
        assert!(lines.len() == 1 && lines[0].contains("stalled"), "{lines:?}");
        tokio::time::advance(SELDOM).await;
        assert_eq!(pass(&mut watched, 10, Some(4)).len(), 1);
        assert!(pass(&mut watched, 1, Some(5)).is_empty(), "not so soon");
        tokio::time::advance(SELDOM).await;
        assert_eq!(pass(&mut watched, 9, None).len(), 1, "but then");
    }
}
