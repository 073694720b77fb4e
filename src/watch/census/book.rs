//! What the census knows of each service, what it is to ask next, and what answers mean.
//!
//! Pure: no request is made here. A service is asked for whole when its summary changed, and for its
//! own index when the registration index moved, those in motion first; where that index moved too, it
//! is read whole. A datacenter that is small is read whole at the beginning, so that what each
//! instance was is known; of a large one nothing is read that did not move. Whole lists at rest are
//! kept as far as there is room. Invariant: what is known of a service is never replaced by an older
//! answer, unless the server says for certain that its indexes went back.

mod page;
mod rank;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::tray::Listed;
use crate::domain::catalog::Summary;
use crate::domain::census::{self, Known, Placed};
use crate::domain::event::Event;
use crate::domain::event::checks::Moment;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::seat::Seats;
use page::Page;

/// So many instances at rest are kept whole; a datacenter that has no more is read whole at first.
const KEPT: usize = 4000;
/// For how many instances a service counts of which only the name is known.
const GUESSED: usize = 20;
/// A service in motion that is not followed is asked for its index now and then, ..
const POLL: Duration = Duration::from_secs(10);
/// .. and all of these no more often than this, however many they are.
const POLLS: Duration = Duration::from_secs(2);

/// What happened within this is told as of the moment when it was seen.
const MOMENT: TimeDelta = TimeDelta::seconds(2);

/// A question to the datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The registration index: it moves with nodes and instances, not with checks.
    Registrations,
    /// The index of a service.
    Own(ServiceName),
    /// All instances of a service.
    Whole(ServiceName),
}

/// Under what an answer came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// When it was asked for (UTC): what it says was so later.
    pub asked: DateTime<Utc>,
    /// When it came (UTC).
    pub at: DateTime<Utc>,
    /// Until when what was told before was certainly true, where the one who asked knows better.
    pub until: Option<DateTime<Utc>>,
    /// The registration index that was known when it was asked for.
    pub registrations: u64,
    /// True when a leader answered that made sure to be one.
    pub is_certain: bool,
}

impl Look {
    /// True when an older answer than what was heard at `heard` is to be believed: it was asked for
    /// since, or it may only have been overtaken.
    fn is_last_word(&self, heard: DateTime<Utc>) -> bool {
        self.is_certain && self.asked >= heard
    }
}

/// What a registration index is, beside the one known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Registered {
    /// The same, or a newer one.
    Goes,
    /// An older one, and for certain: the datacenter has another history now.
    WentBack,
    /// An older one: only a certain one would be believed.
    Doubtful,
}

/// What an answer brought.
#[derive(Debug, Default)]
pub(super) struct News {
    /// What happened.
    pub events: Vec<Event>,
    /// The instances of the service, where they are to be told.
    pub seats: Option<Arc<Seats>>,
    /// What they were before, where that was not told: to be told first.
    pub before: Option<Arc<Seats>>,
    /// The answer is older than what is known: only a certain one would be believed.
    pub is_doubtful: bool,
    /// It is older, and certain: the datacenter has another history now.
    pub went_back: bool,
}

/// The book of one datacenter.
pub(super) struct Book {
    dc: Dc,
    pages: HashMap<ServiceName, Page>,
    /// The index of the last list of all services.
    listed: Option<u64>,
    /// The registration index as last seen.
    registrations: u64,
    /// When that was heard (UTC).
    heard: DateTime<Utc>,
    wants_registrations: bool,
    /// Until when everything was certainly as it is known, but for what was checked later.
    until: Option<DateTime<Utc>>,
    /// Questions on their way.
    on_way: usize,
    /// To be read whole, since they moved.
    moved: VecDeque<ServiceName>,
    /// To be asked for their index.
    sweep: VecDeque<ServiceName>,
    /// To be read whole once, to be known.
    base: VecDeque<ServiceName>,
    /// What the screen follows.
    wanted: Vec<ServiceName>,
    /// What is followed by queries of its own.
    followed: HashSet<ServiceName>,
    /// What is in motion beside these, and when it is to be polled.
    polled: HashMap<ServiceName, Instant>,
    /// When any of them may be polled next.
    next_poll: Option<Instant>,
}

impl Book {
    pub fn new(dc: Dc) -> Self {
        Self {
            dc,
            pages: HashMap::new(),
            listed: None,
            registrations: 0,
            heard: DateTime::default(),
            wants_registrations: false,
            until: None,
            on_way: 0,
            moved: VecDeque::new(),
            sweep: VecDeque::new(),
            base: VecDeque::new(),
            wanted: Vec::new(),
            followed: HashSet::new(),
            polled: HashMap::new(),
            next_poll: None,
        }
    }

    /// The registration index as last seen.
    pub fn known_registrations(&self) -> u64 {
        self.registrations
    }

    /// A list of all services came.
    pub fn list(&mut self, listed: &Listed) {
        if self.is_settled() {
            // All of it was checked, and changed no sooner than the list did.
            self.until = self.until.max(listed.until);
        }
        let before = self.listed.replace(listed.index);
        for summary in listed.summaries.iter() {
            self.summary(summary, before, listed.index);
        }
        let names: HashSet<&ServiceName> = listed.summaries.iter().map(|it| &it.name).collect();
        let gone = self.pages.iter().filter(|(name, _)| !names.contains(name));
        let gone: Vec<ServiceName> = gone.map(|(name, _)| name.clone()).collect();
        for name in gone {
            self.vanish(name);
        }
        match before {
            None => self.begin(listed),
            // A confirmation of what was there needs no question.
            Some(before) if before == listed.index => {}
            Some(_) => self.wants_registrations = true,
        }
    }

    /// The screen follows these.
    pub fn want(&mut self, wanted: Vec<ServiceName>) {
        self.wanted = wanted;
    }

    /// What to ask next. It is on its way from then on, until it is answered or asked again.
    pub fn next(&mut self, now: Instant) -> Option<Question> {
        let question = self.choose(now)?;
        self.sent();
        Some(question)
    }

    /// A question is on its way.
    pub fn sent(&mut self) {
        self.on_way += 1;
    }

    /// A question found an answer, or never will.
    pub fn answered(&mut self) {
        self.on_way = self.on_way.saturating_sub(1);
    }

    fn choose(&mut self, now: Instant) -> Option<Question> {
        if std::mem::take(&mut self.wants_registrations) {
            return Some(Question::Registrations);
        }
        if let Some(name) = self.moved.pop_front() {
            return Some(Question::Whole(name));
        }
        while let Some(name) = self.sweep.pop_front() {
            let is_due = |page: &Page| page.checked < self.registrations;
            if !self.followed.contains(&name) && self.pages.get(&name).is_some_and(is_due) {
                return Some(Question::Own(name));
            }
        }
        while let Some(name) = self.base.pop_front() {
            let is_due = |page: &Page| matches!(page.known, Known::Placed(_));
            if self.pages.get(&name).is_some_and(is_due) {
                return Some(Question::Whole(name));
            }
        }
        self.poll(now)
    }

    /// A service is said to be of several versions.
    pub fn hint(&mut self, name: &ServiceName) {
        let is_new = |page: &Page| matches!(page.known, Known::Placed(_));
        if self.pages.get(name).is_some_and(is_new) && !self.moved.contains(name) {
            self.moved.push_back(name.clone());
        }
    }

    /// True when there is something to ask.
    pub fn is_asking(&self) -> bool {
        self.is_unsettled() || !self.base.is_empty()
    }

    fn is_unsettled(&self) -> bool {
        self.wants_registrations || !self.moved.is_empty() || !self.sweep.is_empty()
    }

    /// True when everything that may have moved was looked at.
    fn is_settled(&self) -> bool {
        self.on_way == 0 && !self.is_unsettled()
    }

    /// A question that found no answer is asked again.
    pub fn again(&mut self, question: Question) {
        match question {
            Question::Registrations => self.wants_registrations = true,
            Question::Own(name) => self.sweep.push_front(name),
            Question::Whole(name) => self.moved.push_front(name),
        }
    }

    /// The registration index came.
    pub fn registrations(&mut self, index: u64, look: &Look) -> Registered {
        let is_older = index < self.registrations;
        if is_older && !look.is_last_word(self.heard) {
            return Registered::Doubtful;
        }
        self.heard = look.at;
        if index == self.registrations {
            if self.is_settled() {
                self.until = self.until.max(Some(look.asked));
            }
            return Registered::Goes;
        }
        if is_older {
            self.forget_indexes(index);
        }
        self.registrations = index;
        self.sweep = self.order_of_sweep();
        if is_older { Registered::WentBack } else { Registered::Goes }
    }

    /// The own index of a service came.
    pub fn own(&mut self, name: &ServiceName, index: u64, look: &Look) {
        let Some(page) = self.pages.get_mut(name) else { return };
        if page.known.is_still(index) {
            page.check(look);
        } else {
            self.moved.push_back(name.clone());
        }
    }

    /// All instances of a service came.
    pub fn whole(&mut self, name: &ServiceName, seats: Seats, look: &Look, now: Instant) -> News {
        let wanted = self.wanted.contains(name);
        if !self.pages.contains_key(name) && wanted {
            self.pages.insert(name.clone(), Page::unlisted(name, self.listed, &seats));
        }
        let Some(page) = self.pages.get_mut(name) else { return News::default() };
        let is_older = matches!(&page.known, Known::Whole(known) if seats.index < known.index);
        if is_older && !look.is_last_word(page.heard) {
            return News { is_doubtful: true, ..News::default() };
        }
        let until = look.until.max(page.until).max(self.until);
        let after = until.filter(|until| look.at.signed_duration_since(*until) > MOMENT);
        let moment = Moment { dc: &self.dc, at: look.at, after, index: seats.index };
        let events = census::happened(name, &page.known, &seats, moment);
        let before = page.untold().filter(|_| !events.is_empty());
        page.learn(seats, !events.is_empty(), now);
        page.check(look);
        page.heard = look.at;
        let seats = page.news(wanted, now);
        self.shed(now);
        let before = before.filter(|_| seats.is_some());
        News { before, events, seats, is_doubtful: false, went_back: is_older }
    }

    /// Takes one service of a list.
    fn summary(&mut self, summary: &Summary, before: Option<u64>, index: u64) {
        let Some(page) = self.pages.get_mut(&summary.name) else {
            let page = Page::new(summary.clone(), before, index);
            if before.is_some() {
                self.moved.push_back(summary.name.clone());
            }
            self.pages.insert(summary.name.clone(), page);
            return;
        };
        if page.take(summary, index) {
            self.moved.push_back(summary.name.clone());
        }
    }

    /// A service is not listed any more.
    fn vanish(&mut self, name: ServiceName) {
        let Some(page) = self.pages.get_mut(&name) else { return };
        if page.is_gone() {
            if !self.wanted.contains(&name) {
                self.pages.remove(&name);
            }
        } else if page.summary.instances != Some(0) {
            page.summary = Summary { name: name.clone(), instances: Some(0), ..Summary::default() };
            self.moved.push_back(name);
        }
    }

    /// The first list came.
    fn begin(&mut self, listed: &Listed) {
        let all: usize = listed.summaries.iter().map(|it| it.instances.unwrap_or(GUESSED)).sum();
        if all <= KEPT {
            self.base = listed.summaries.iter().map(|it| it.name.clone()).collect();
        }
    }

    /// The indexes of before mean nothing any more: what is known without its instances is only
    /// known as it is now.
    fn forget_indexes(&mut self, index: u64) {
        for page in self.pages.values_mut() {
            page.checked = 0;
            if let Known::Placed(placed) = &mut page.known {
                placed.index = index;
            }
        }
    }

    /// What is kept whole at rest beyond the room for it is forgotten, what rests longest first.
    fn shed(&mut self, now: Instant) {
        let at_rest = |page: &&mut Page| !page.is_in_motion(now);
        let mut kept: Vec<&mut Page> =
            self.pages.values_mut().filter(|page| page.kept() > 0).filter(at_rest).collect();
        let mut all: usize = kept.iter().map(|page| page.kept()).sum();
        if all <= KEPT {
            return;
        }
        kept.sort_by_key(|page| page.moved);
        for page in kept {
            all -= page.kept();
            if let Known::Whole(seats) = &page.known {
                page.known = Known::Placed(Placed::of_seats(seats));
            }
            if all <= KEPT {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
