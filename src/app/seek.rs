//! Finding a key of any datacenter by a fragment of its name: the index of all keys, and the state of
//! the search in it.
//!
//! Like [`super::jump`] it hands out a [`Job`] that the shell runs elsewhere; a search among a million
//! keys comes back in parts, so that what is found first is seen at once. An answer to an older
//! question is dropped by its generation.

mod index;
mod job;

use std::sync::Arc;

pub use index::{Index, Part, State};
pub use job::{Answer, Hit, Job};

use crate::domain::kv::Presence;
use crate::table::fuzzy::Fuzzy;

/// How many hits are kept for the screen.
pub const SHOWN: usize = 200;

/// A search and what it found.
#[derive(Debug, Default)]
pub struct Seeker {
    index: Arc<Index>,
    among: Presence,
    query: String,
    generation: u64,
    answer: Option<Answer>,
    is_searching: bool,
}

/// What became of an answer.
#[derive(Debug)]
pub enum Accepted {
    /// It is to an older question, and was dropped.
    Late,
    /// It is all there is.
    Whole,
    /// It is what was found so far; this finds more.
    Part(Job),
}

impl Seeker {
    /// Searches in this index from now on, among the keys of these datacenters.
    pub fn set_index(&mut self, index: Arc<Index>, among: Presence) -> Job {
        self.index = index;
        self.among = among;
        // Survivors are places in the old index, or of other datacenters.
        self.ask(None)
    }

    /// Searches among the keys of these datacenters from now on; nothing when it does already.
    pub fn set_among(&mut self, among: Presence) -> Option<Job> {
        if self.among == among {
            return None;
        }
        self.among = among;
        Some(self.ask(None))
    }

    /// Searches for this from now on. Where it narrows the last search, only what that found is
    /// looked at.
    pub fn set_query(&mut self, query: &str) -> Job {
        query.clone_into(&mut self.query);
        let fuzzy = Fuzzy::new(query);
        let answer = self.answer.as_ref().filter(|it| Arc::ptr_eq(&it.index, &self.index));
        // A search that is not over has no survivors yet.
        let within = answer.filter(|it| fuzzy.narrows(&it.query));
        self.ask(within.and_then(|it| it.survivors.clone()))
    }

    fn ask(&mut self, within: Option<Arc<[u32]>>) -> Job {
        self.generation += 1;
        self.is_searching = true;
        let (query, index) = (Fuzzy::new(&self.query), Arc::clone(&self.index));
        Job::new(self.generation, query, index, self.among, within)
    }

    /// Takes an answer, unless it answers an older question.
    pub fn accept(&mut self, mut answer: Answer) -> Accepted {
        if answer.generation != self.generation {
            return Accepted::Late;
        }
        let rest = answer.rest.take();
        self.is_searching = rest.is_some();
        self.answer = Some(answer);
        rest.map_or(Accepted::Whole, Accepted::Part)
    }

    /// True while more may be found.
    pub fn is_searching(&self) -> bool {
        self.is_searching
    }

    /// The keys that are searched in.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// The hits to draw, best first; those of the question before while the new one is answered.
    pub fn hits(&self) -> &[Hit] {
        self.answer.as_ref().map_or(&[], |answer| answer.hits.as_slice())
    }

    /// How many keys match, as far as is known.
    pub fn total(&self) -> usize {
        self.answer.as_ref().map_or(0, |answer| answer.total)
    }

    /// What is searched for.
    pub fn query(&self) -> &str {
        &self.query
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::kv::Texts;

    fn index(of: &[(&str, &[&str])]) -> Arc<Index> {
        let add = |index: Index, (dc, keys): &(&str, &[&str])| {
            let mut texts = Texts::default();
            texts.extend(keys.iter().copied());
            index.with(&(*dc).into(), &texts.ordered(), State::Whole)
        };
        Arc::new(of.iter().fold(Index::default(), add))
    }

    fn run(seeker: &mut Seeker, mut job: Job) {
        loop {
            match seeker.accept(job.run()) {
                Accepted::Part(rest) => job = rest,
                Accepted::Whole | Accepted::Late => return,
            }
        }
    }

    fn found(seeker: &Seeker) -> Vec<&str> {
        seeker.hits().iter().map(|hit| hit.key.as_str()).collect()
    }

    #[test]
    fn a_fragment_finds_keys_of_the_datacenters_that_are_shown() {
        let index = index(&[
            ("dc-1", &["app/db/url", "app/web/url", "zoo"]),
            ("dc-2", &["app/db/url", "only/db"]),
        ]);
        let mut seeker = Seeker::default();
        let job = seeker.set_index(Arc::clone(&index), index.among(|_| true));
        run(&mut seeker, job);
        assert_eq!((seeker.total(), found(&seeker)[0]), (4, "app/db/url"));
        let job = seeker.set_query("DB");
        run(&mut seeker, job);
        assert_eq!(found(&seeker), ["only/db", "app/db/url"]);
        assert_eq!(seeker.hits()[1].indices, [4, 5]);
        assert_eq!(seeker.hits()[1].here.count(), 2);
        let job = seeker.set_index(Arc::clone(&index), index.among(|dc| dc.as_str() == "dc-1"));
        run(&mut seeker, job);
        assert_eq!(found(&seeker), ["app/db/url"]);
    }

    #[test]
    fn an_answer_to_an_older_question_is_dropped() {
        let mut seeker = Seeker::default();
        let index = index(&[("dc-1", &["a", "b"])]);
        let job = seeker.set_index(Arc::clone(&index), index.among(|_| true));
        let newer = seeker.set_query("b");
        assert!(matches!(seeker.accept(job.run()), Accepted::Late) && seeker.is_searching());
        assert!(matches!(seeker.accept(newer.run()), Accepted::Whole));
        assert_eq!(found(&seeker), ["b"]);
    }

    #[test]
    fn a_search_among_very_many_comes_in_parts() {
        let names: Vec<String> = (0..600_000).map(|n| format!("k{n:06}")).collect();
        let keys: Vec<&str> = names.iter().map(String::as_str).collect();
        let index = index(&[("dc-1", &keys)]);
        let mut seeker = Seeker::default();
        let job = seeker.set_index(Arc::clone(&index), index.among(|_| true));
        run(&mut seeker, job);
        let job = seeker.set_query("k0000");
        let Accepted::Part(rest) = seeker.accept(job.run()) else { panic!("all at once") };
        let (first, so_far) = (found(&seeker)[0].to_owned(), seeker.total());
        assert_eq!((first.as_str(), seeker.is_searching()), ("k000000", true));
        run(&mut seeker, rest);
        assert!(seeker.total() > so_far && !seeker.is_searching());
        assert_eq!(found(&seeker)[0], "k000000");
    }

    proptest! {
        #[test]
        fn narrowing_finds_what_a_fresh_search_finds(
            names in prop::collection::vec("[abcA-C/]{1,8}", 0..40),
            typed in "[abc ]{1,6}",
        ) {
            let keys: Vec<&str> = names.iter().map(String::as_str).collect();
            let index = index(&[("dc-1", &keys)]);
            let mut narrowed = Seeker::default();
            let job = narrowed.set_index(Arc::clone(&index), index.among(|_| true));
            run(&mut narrowed, job);
            let mut query = String::new();
            for c in typed.chars() {
                query.push(c);
                let job = narrowed.set_query(&query);
                run(&mut narrowed, job);
                let mut fresh = Seeker::default();
                fresh.set_index(Arc::clone(&index), index.among(|_| true));
                let job = fresh.set_query(&query);
                run(&mut fresh, job);
                prop_assert_eq!(narrowed.hits(), fresh.hits());
                prop_assert_eq!(narrowed.total(), fresh.total());
            }
        }
    }
}
