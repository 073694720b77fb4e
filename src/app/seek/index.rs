//! All keys of some datacenters by name, each once, with where it is.
//!
//! One piece of text and some 16 bytes a key: a million of them are held in 50 MB. It is made by
//! merging what a datacenter lists, which comes in order, into what there is. Invariant: keys are in
//! the order of their bytes.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::domain::ids::Dc;
use crate::domain::kv::{MAX_DCS, Presence, Texts};
use crate::table::fuzzy::{CharMask, fold, is_folded};

/// The keys.
#[derive(Clone, Default)]
pub struct Index {
    parts: Vec<Part>,
    keys: Texts,
    masks: Vec<CharMask>,
    /// Which of the sets says where a key is.
    here: Vec<u32>,
    sets: Vec<Presence>,
    /// The keys without case, where that differs.
    folded: HashMap<u32, Arc<str>>,
}

/// What is known of one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub dc: Dc,
    /// How far it is read.
    pub state: State,
}

/// How far a datacenter is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// More may come.
    Begun,
    /// All that the token may see is there.
    Whole,
    /// Why it could not be read, or not to the end.
    Failed(String),
}

/// The keys while they are put together.
struct Merge {
    index: Index,
    ids: HashMap<Presence, u32>,
}

impl Index {
    /// The same with more keys of a datacenter, in order, and how far it is read now. Linear.
    #[must_use]
    pub fn with(&self, dc: &Dc, more: &Texts, state: State) -> Self {
        let mut parts = self.parts.clone();
        let at = parts.iter().position(|part| part.dc == *dc).unwrap_or(parts.len());
        if at == parts.len() {
            parts.push(Part { dc: dc.clone(), state: State::Begun });
        }
        if let Some(part) = parts.get_mut(at) {
            part.state = state;
        }
        if at >= MAX_DCS {
            let why = format!("it is one of more than {MAX_DCS} datacenters");
            parts.iter_mut().skip(at).for_each(|part| part.state = State::Failed(why.clone()));
        }
        if more.is_empty() || at >= MAX_DCS {
            return Self { parts, ..self.clone() };
        }
        let index = Self {
            parts,
            keys: Texts::with_capacity(
                self.len().max(more.len()),
                self.keys.bytes().max(more.bytes()),
            ),
            masks: Vec::with_capacity(self.len().max(more.len())),
            here: Vec::with_capacity(self.len().max(more.len())),
            ..Self::default()
        };
        let mut merge = Merge { index, ids: HashMap::new() };
        merge.run(self, more, Presence::only(at));
        merge.index.keys.shrink();
        merge.index.masks.shrink_to_fit();
        merge.index.here.shrink_to_fit();
        merge.index
    }

    /// The same without the keys of a datacenter, which is to be read again. Linear.
    #[must_use]
    pub fn without(&self, dc: &Dc) -> Self {
        let Some(at) = self.parts.iter().position(|part| part.dc == *dc) else {
            return self.clone();
        };
        let mut parts = self.parts.clone();
        if let Some(part) = parts.get_mut(at) {
            part.state = State::Begun;
        }
        let index = Self { parts, ..Self::default() };
        let mut merge = Merge { index, ids: HashMap::new() };
        for (place, key) in self.keys.iter().enumerate() {
            let here = self.here(place as u32).without(Presence::only(at));
            if !here.is_empty() {
                merge.keep(self, place as u32, key, here);
            }
        }
        merge.index
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What is known of each datacenter, by position.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The positions of these datacenters.
    pub fn among(&self, mut is_among: impl FnMut(&Dc) -> bool) -> Presence {
        let parts = self.parts.iter().enumerate().filter(|(_, part)| is_among(&part.dc));
        parts.fold(Presence::default(), |all, (at, _)| all.with(Presence::only(at)))
    }

    /// A key.
    pub fn key(&self, place: u32) -> Option<&str> {
        self.keys.get(place as usize)
    }

    /// Where a key is, by position.
    pub fn here(&self, place: u32) -> Presence {
        let set = self.here.get(place as usize).and_then(|set| self.sets.get(*set as usize));
        set.copied().unwrap_or_default()
    }

    /// A key without case, and its mask.
    pub(super) fn text(&self, place: u32) -> Option<(&str, CharMask)> {
        let mask = *self.masks.get(place as usize)?;
        // Hardly any has capitals: the map is not asked for the others.
        let folded = if self.folded.is_empty() { None } else { self.folded.get(&place) };
        Some((folded.map_or_else(|| self.key(place), |text| Some(text))?, mask))
    }
}

impl Merge {
    fn run(&mut self, old: &Index, more: &Texts, of_more: Presence) {
        let mut new = more.iter().peekable();
        for (at, key) in old.keys.iter().enumerate() {
            let place = at as u32;
            while let Some(before) = new.next_if(|next| *next < key) {
                self.add(before, of_more);
            }
            let is_in_both = new.next_if(|next| *next == key).is_some();
            let here = old.here(place);
            self.keep(old, place, key, if is_in_both { here.with(of_more) } else { here });
        }
        new.for_each(|key| self.add(key, of_more));
    }

    /// Takes over a key of another index.
    fn keep(&mut self, old: &Index, place: u32, key: &str, here: Presence) {
        let mask = old.masks.get(place as usize).copied().unwrap_or_default();
        self.push(key, here, mask);
        if let Some(folded) = old.folded.get(&place) {
            self.index.folded.insert(self.last(), Arc::clone(folded));
        }
    }

    /// Adds a key that is new.
    fn add(&mut self, key: &str, here: Presence) {
        if is_folded(key) {
            return self.push(key, here, CharMask::of(key));
        }
        let folded = fold(key);
        self.push(key, here, CharMask::of(&folded));
        self.index.folded.insert(self.last(), folded.into());
    }

    fn push(&mut self, key: &str, here: Presence, mask: CharMask) {
        let sets = &mut self.index.sets;
        let set = *self.ids.entry(here).or_insert_with(|| {
            sets.push(here);
            sets.len() as u32 - 1
        });
        self.index.keys.push(key);
        self.index.masks.push(mask);
        self.index.here.push(set);
    }

    /// The place of the key that was added last.
    fn last(&self) -> u32 {
        self.index.len().saturating_sub(1) as u32
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("parts", &self.parts).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Texts {
        let mut texts = Texts::default();
        texts.extend(all.iter().copied());
        texts
    }

    /// Keys with the positions of their datacenters.
    fn content(index: &Index) -> Vec<(&str, Vec<usize>)> {
        let dcs = index.parts().len();
        let here = |place| (0..dcs).filter(|dc| index.here(place).has(*dc)).collect();
        (0..index.len() as u32).map(|at| (index.key(at).unwrap(), here(at))).collect()
    }

    #[test]
    fn keys_are_merged_with_where_they_are() {
        let index = Index::default()
            .with(&"dc-1".into(), &texts(&["a", "c"]), State::Begun)
            .with(&"dc-2".into(), &texts(&["B", "c", "d"]), State::Whole)
            .with(&"dc-1".into(), &texts(&["d", "e"]), State::Whole);
        let expected =
            [("B", vec![1]), ("a", vec![0]), ("c", vec![0, 1]), ("d", vec![0, 1]), ("e", vec![0])];
        assert_eq!(content(&index), expected);
        assert_eq!(index.text(0).unwrap().0, "b");
        assert_eq!(index.text(1).unwrap(), ("a", CharMask::of("a")));
        let without = index.without(&"dc-1".into());
        assert_eq!(content(&without), [("B", vec![1]), ("c", vec![1]), ("d", vec![1])]);
        assert_eq!((without.text(0).unwrap().0, without.parts().len()), ("b", 2));
        assert!(index.among(|dc| dc.as_str() == "dc-2").has(1));
    }

    #[test]
    fn a_datacenter_that_cannot_be_read_is_there_without_keys() {
        let failed = State::Failed("refused".into());
        let index = Index::default().with(&"dc-1".into(), &texts(&["a"]), State::Whole).with(
            &"dc-2".into(),
            &Texts::default(),
            failed.clone(),
        );
        assert_eq!(content(&index), [("a", vec![0])]);
        assert_eq!(index.parts()[1], Part { dc: "dc-2".into(), state: failed });
    }
}
