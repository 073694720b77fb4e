//! What is known of one service.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::Look;
use crate::domain::catalog::Summary;
use crate::domain::census::{Known, Placed};
use crate::domain::ids::ServiceName;
use crate::domain::seat::Seats;

/// For how long a service is in motion after its last change.
pub(super) const MOTION: Duration = Duration::from_mins(2);

/// One service.
pub(super) struct Page {
    pub known: Known,
    /// As the last list told it.
    pub summary: Summary,
    /// The registration index that it was last checked against.
    pub checked: u64,
    /// Until when what is known was certainly true.
    pub until: Option<DateTime<Utc>>,
    /// When the newest list of its instances was heard (UTC).
    pub heard: DateTime<Utc>,
    /// When an instance of it last came, went or changed its version.
    pub moved: Option<Instant>,
    /// True when its instances are of several versions.
    pub is_mixed: bool,
    /// What was told of it.
    told: Option<Arc<Seats>>,
}

impl Page {
    /// A service that a list names for the first time: before that list it was not there, if there
    /// was one.
    pub fn new(summary: Summary, before: Option<u64>, index: u64) -> Self {
        let known = match before {
            Some(before) => Known::Whole(Arc::new(Seats { seats: Vec::new(), index: before })),
            None => Known::Placed(Placed::of(&summary, index)),
        };
        let checked = if before.is_some() { 0 } else { index };
        let heard = DateTime::default();
        let (until, moved, told) = (None, None, None);
        Self { known, summary, checked, until, heard, moved, is_mixed: false, told }
    }

    /// A service that the screen follows and no list named yet. Where a list came, it was not there
    /// then; before the first one, it is known as it is found.
    pub fn unlisted(name: &ServiceName, listed: Option<u64>, found: &Seats) -> Self {
        let summary = Summary { name: name.clone(), ..Summary::default() };
        let page = Self::new(summary, listed, 0);
        match listed {
            Some(_) => page,
            None => Self { known: Known::Whole(Arc::new(found.clone())), ..page },
        }
    }

    /// Takes a newer summary of this index; true when the service moved.
    pub fn take(&mut self, summary: &Summary, index: u64) -> bool {
        let is_same = self.summary == *summary;
        let has_same_tags = is_same || self.summary.tags == summary.tags;
        let was_named_only = self.summary.instances.is_none();
        self.summary = summary.clone();
        if let Known::Placed(placed) = &mut self.known {
            if placed.nodes == summary.nodes {
                // The same text in the newer list's memory: the older one's may go.
                placed.nodes = Arc::clone(&summary.nodes);
            } else if was_named_only {
                *placed = Placed::of(summary, index);
            }
        }
        !(is_same || has_same_tags && self.known.fits(summary))
    }

    /// Notes that what is known was so when this was asked for.
    pub fn check(&mut self, look: &Look) {
        self.checked = self.checked.max(look.registrations);
        self.until = self.until.max(Some(look.asked));
    }

    /// Takes the newest list of its instances.
    pub fn learn(&mut self, seats: Seats, has_moved: bool, now: Instant) {
        self.is_mixed = seats.versions().len() > 1;
        if has_moved {
            self.moved = Some(now);
        }
        match &self.known {
            Known::Whole(known) if **known == seats => {}
            _ => self.known = Known::Whole(Arc::new(seats)),
        }
    }

    /// Its instances as they are known, unless they were told.
    pub fn untold(&self) -> Option<Arc<Seats>> {
        let Known::Whole(seats) = &self.known else { return None };
        let is_told = self.told.as_ref().is_some_and(|told| told.seats == seats.seats);
        (!is_told).then(|| Arc::clone(seats))
    }

    /// Its instances, where it is in motion or wanted and they were not told.
    pub fn news(&mut self, wanted: bool, now: Instant) -> Option<Arc<Seats>> {
        if !wanted && !self.is_in_motion(now) {
            return None;
        }
        let seats = self.untold()?;
        Some(Arc::clone(self.told.insert(seats)))
    }

    /// True while instances come, go or change, or are of several versions.
    pub fn is_in_motion(&self, now: Instant) -> bool {
        self.is_mixed || self.has_moved_lately(now)
    }

    /// True when something came, went or changed lately.
    pub fn has_moved_lately(&self, now: Instant) -> bool {
        self.moved.is_some_and(|moved| now.saturating_duration_since(moved) < MOTION)
    }

    /// True when it is known to have no instances.
    pub fn is_gone(&self) -> bool {
        matches!(&self.known, Known::Whole(seats) if seats.seats.is_empty())
    }

    /// How many instances of it are known one by one.
    pub fn kept(&self) -> usize {
        match &self.known {
            Known::Whole(seats) => seats.seats.len(),
            Known::Placed(_) => 0,
        }
    }
}
