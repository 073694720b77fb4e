//! Rollouts wherever the operator is: those that go on are followed in every datacenter, and what
//! becomes of them is said once.
//!
//! A rollout that goes through one datacenter after another must be seen in those too that have not
//! begun, where nothing moves: so it is asked for everywhere. Invariant: no more are followed than a
//! datacenter follows at a time; what is said is one line, however many rollouts there are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::App;
use super::msg::Effect;
use super::notice::Level;
use crate::domain::ids::ServiceName;
use crate::domain::rollout::{Rollout, Word, judge};
use crate::store::Change;
use crate::ui::text::{clean, count};
use crate::views::Response;
use crate::views::rollout::words;

/// So many are followed.
const FOLLOWED: usize = 8;
/// One that has not moved for so long is not followed for its own sake: that it moves again is noticed
/// as it was at first.
const LATELY: TimeDelta = TimeDelta::minutes(10);
/// So many are named where several become the same.
const NAMED: usize = 3;

/// What was said of each rollout.
#[derive(Debug, Default)]
pub(super) struct Told {
    said: BTreeMap<ServiceName, BTreeSet<Word>>,
    /// Which are followed beside what is shown, the most urgent first.
    followed: Vec<ServiceName>,
    /// How many went on and had ended when that was worked out.
    counted: (usize, u64),
    /// How many rollouts had ended when it was looked at last.
    ended: u64,
}

impl App {
    /// The services whose rollouts are followed: those that are shown, then the others.
    pub(super) fn follow(&mut self, shown: Vec<ServiceName>) -> Vec<ServiceName> {
        let rollouts = &self.store.rollouts;
        if self.told.counted != (rollouts.active_len(), rollouts.ended()) {
            self.rank_followed();
        }
        let mut wanted = shown;
        for name in &self.told.followed {
            if wanted.len() < FOLLOWED && !wanted.contains(name) {
                wanted.push(name.clone());
            }
        }
        wanted
    }

    /// Works out which rollouts are followed: those of which a datacenter was not seen yet, then those
    /// that moved lately, of these first who is followed already. They may be many: this is done when
    /// their number changed, and now and then.
    fn rank_followed(&mut self) {
        let rollouts = &self.store.rollouts;
        let has_moved = |it: &Rollout| it.is_moving() && self.now - it.moved() < LATELY;
        let ranked = rollouts.active().filter_map(|it| {
            let is_unseen = self.is_unseen(&it.service);
            (is_unseen || has_moved(it)).then_some((!is_unseen, &it.service))
        });
        let mut all: Vec<(bool, &ServiceName)> = ranked.collect();
        let followed = &self.scope.glanced.rollouts;
        all.sort_by_cached_key(|(is_seen, name)| (*is_seen, !followed.contains(name)));
        let all = all.into_iter().take(FOLLOWED).map(|(_, name)| name.clone()).collect();
        self.told.counted = (rollouts.active_len(), rollouts.ended());
        self.told.followed = all;
    }

    /// True while a datacenter that has the service did not tell its instances.
    fn is_unseen(&self, name: &ServiceName) -> bool {
        let mut all = self.store.datacenters();
        all.any(|(dc, state)| {
            state.services.contains_key(name) && !self.store.rollouts.knows(name, dc)
        })
    }

    /// Says what became of rollouts, and tells the view that time went by for them.
    pub(super) fn rollouts_tick(&mut self, effects: &mut Vec<Effect>) {
        let rollouts = &self.store.rollouts;
        let is_idle = rollouts.active_len() == 0 && rollouts.ended() == self.told.ended;
        if is_idle || self.past.is_some() {
            return;
        }
        self.tell_rollouts();
        self.rank_followed();
        let response = self.with_view(|view, ctx| view.patch(ctx, &Change::Rollouts));
        if !matches!(response, Response::Ignored) {
            self.respond(response, effects);
        }
    }

    fn tell_rollouts(&mut self) {
        let mut news: BTreeMap<Word, Vec<(ServiceName, String)>> = BTreeMap::new();
        let rollouts = &self.store.rollouts;
        let ended = usize::try_from(rollouts.ended() - self.told.ended).unwrap_or(usize::MAX);
        self.told.ended = rollouts.ended();
        for rollout in rollouts.finished().take(ended) {
            // Of one that ended at once it was not said that it began.
            self.told.said.remove(&rollout.service);
            let (word, sentence) = self.judged(rollout);
            let Some(word) = word else { continue };
            news.entry(word).or_default().push((rollout.service.clone(), sentence));
        }
        let active: Vec<_> = rollouts.active().cloned().collect();
        self.told.said.retain(|name, _| active.iter().any(|it| it.service == *name));
        for rollout in active.iter().filter(|it| it.is_moving()) {
            let (word, sentence) = self.judged(rollout);
            let Some(word) = word else { continue };
            let said = self.told.said.entry(rollout.service.clone()).or_default();
            let is_first = said.is_empty();
            let is_news =
                matches!(word, Word::Failing | Word::GoingBack | Word::Stalled) || is_first;
            if said.insert(word) && is_news {
                let begins = is_first && word == Word::Rolling;
                let sentence = if begins { began(rollout) } else { sentence };
                news.entry(word).or_default().push((rollout.service.clone(), sentence));
            }
        }
        // The worst is said; of what is as good as the notice that stands there, nothing.
        if let Some((word, all)) = news.pop_last() {
            let level = level(word);
            let is_busy = self.notice.as_ref().is_some_and(|it| it.level != Level::Info);
            if level != Level::Info || !is_busy {
                self.say(level, text(word, &all));
            }
        }
    }

    /// What is said of a rollout; no word while it may yet turn out otherwise, as each is said once.
    fn judged(&self, rollout: &Rollout) -> (Option<Word>, String) {
        let sights: Vec<_> = match rollout.ended {
            Some(_) => Vec::new(),
            None => self.store.sights(&rollout.service),
        };
        let judged = judge::judge(rollout, self.now, &self.setup.bounds, &sights);
        let word = (!judged.is_early).then_some(judged.word);
        (word, words::brief(rollout, &judged, self.now))
    }
}

/// What is said of one that begins: `began, v1 -> v2 in dc-1`.
fn began(rollout: &Rollout) -> String {
    let parts = rollout.parts.iter().filter(|(_, part)| part.began.is_some());
    let dcs: Vec<_> = parts.map(|(dc, _)| clean(dc.as_str())).collect();
    format!("began, {} in {}", words::route(rollout), dcs.join(", "))
}

fn level(word: Word) -> Level {
    match word {
        Word::Failing => Level::Error,
        Word::GoingBack | Word::Stalled | Word::WentBack | Word::Gone => Level::Warn,
        _ => Level::Info,
    }
}

/// What is said: the sentence about one, the names of several.
fn text(word: Word, all: &[(ServiceName, String)]) -> String {
    if let [(name, sentence)] = all {
        return format!("rollout of {}: {sentence}", clean(name.as_str()));
    }
    let names: Vec<_> = all.iter().take(NAMED).map(|(name, _)| clean(name.as_str())).collect();
    let more = all.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
    let word = word.word().replace('-', " ");
    format!("{} rollouts {word}: {}{more}; see ':rollouts'", count(all.len()), names.join(", "))
}
