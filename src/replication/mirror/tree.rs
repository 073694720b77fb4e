//! The keys under a prefix, divided by longer prefixes.
//!
//! A query prefix need not end at a folder, and the index of an answer is that of exactly the keys
//! (and tombstones) that begin so. So names are divided wherever they differ: `app-0`, `app-1`. An
//! inner node is asked for its names cut at a separator, which shows names that none of its children
//! covers; that is cheap when many names share what comes before the separator, so each node has the
//! separator that shortens its list most. Invariants: children are in order and none covers a name
//! of another; each prefix can be carried by a URL's path, but perhaps the root's.

use std::ops::Range;

use crate::consul::kv::plain_prefix;
use crate::domain::ids::Key;
use crate::domain::replication::Held;

/// A key and what is kept of it.
pub(super) type Known = (Key, Held);

/// So many keys are read at once where one of them changed.
pub(super) const LEAF: usize = 512;
/// A prefix with no more keys than these is not divided at all.
pub(super) const WHOLE: usize = 2_000;
/// A list of names is divided in parts no smaller than this, and about so many.
const PART: usize = 128;
const PARTS: usize = 8;
/// A shorter list of names is good enough.
const SHORT: usize = 256;
/// What names are made of; the first is preferred.
const SEPARATORS: [char; 8] = ['/', '-', '_', '.', ':', '@', '=', ','];

/// A part of the names.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// What its names begin with; the whole name for [`Part::One`].
    pub prefix: Key,
    /// The server's index for it that what is known of it was proven with; 0 for none.
    pub index: u64,
    /// What shortens the list of its names.
    pub separator: char,
    pub part: Part,
}

/// What is in it.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// This very key, if it is there, and none that begins with it.
    One(Vec<Known>),
    /// All keys that begin so.
    Leaf(Vec<Known>),
    /// All keys that begin so, by longer prefixes.
    Inner(Vec<Node>),
}

/// A name that is cut at the separator, and which keys it stands for.
struct Name<'a> {
    text: &'a str,
    keys: Range<usize>,
}

/// A child to be: its prefix, whether it is a key alone, and where its keys begin.
struct Cut {
    prefix: Key,
    is_one: bool,
    start: usize,
}

impl Node {
    /// A root that was not read yet.
    pub fn empty(prefix: Key) -> Self {
        Self { prefix, index: 0, separator: '/', part: Part::Leaf(Vec::new()) }
    }

    /// Keys that were read in one answer with this index, in order; divided when they are more than
    /// `most`.
    pub fn build(prefix: Key, mut keys: Vec<Known>, index: u64, most: usize) -> Self {
        let separator = separator(prefix.as_str(), &keys);
        let cuts = if keys.len() > most { cuts(&prefix, separator, &keys) } else { None };
        let Some(cuts) = cuts else {
            keys.shrink_to_fit();
            return Self { prefix, index, separator, part: Part::Leaf(keys) };
        };
        let mut nodes = Vec::with_capacity(cuts.len());
        for cut in cuts.into_iter().rev() {
            let mut own = keys.split_off(cut.start);
            // All of one answer: what comes with this index later is the same.
            let index = own.iter().map(|(_, held)| held.modify_index).max().unwrap_or(0);
            nodes.push(if cut.is_one {
                own.shrink_to_fit();
                Self { prefix: cut.prefix, index, separator, part: Part::One(own) }
            } else {
                Self::build(cut.prefix, own, index, LEAF)
            });
        }
        nodes.reverse();
        Self { prefix, index, separator, part: Part::Inner(nodes) }
    }

    /// True when a name, cut or not, is one of those that it holds.
    pub fn covers(&self, name: &str) -> bool {
        match self.part {
            Part::One(_) => name == self.prefix.as_str(),
            Part::Leaf(_) | Part::Inner(_) => name.starts_with(self.prefix.as_str()),
        }
    }

    /// The keys, in order, in pieces.
    pub fn pieces<'a>(&'a self, into: &mut Vec<&'a [Known]>) {
        match &self.part {
            Part::One(keys) | Part::Leaf(keys) => into.push(keys),
            Part::Inner(nodes) => nodes.iter().for_each(|node| node.pieces(into)),
        }
    }
}

/// What shortens the list of these keys' names most.
pub(super) fn separator(prefix: &str, keys: &[Known]) -> char {
    let count = |separator| names(prefix, separator, keys).len();
    let [usual, others @ ..] = SEPARATORS;
    let best = count(usual);
    if best <= SHORT {
        return usual;
    }
    let others = others.into_iter().map(|separator| (count(separator), separator));
    others.min().filter(|(count, _)| *count < best).map_or(usual, |(_, separator)| separator)
}

/// The names behind a prefix, cut behind the first separator as the server does.
fn names<'a>(prefix: &str, separator: char, keys: &'a [Known]) -> Vec<Name<'a>> {
    let mut names: Vec<Name<'a>> = Vec::new();
    for (at, (key, _)) in keys.iter().enumerate() {
        let text = key.as_str();
        let rest = text.get(prefix.len()..).unwrap_or_default();
        let end = rest.find(separator).map(|at| prefix.len() + at + separator.len_utf8());
        let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
        match names.last_mut() {
            Some(last) if last.text == text => last.keys.end = at + 1,
            _ => names.push(Name { text, keys: at..at + 1 }),
        }
    }
    names
}

/// Where the keys are divided; `None` where they cannot be.
fn cuts(prefix: &Key, separator: char, keys: &[Known]) -> Option<Vec<Cut>> {
    let names = names(prefix.as_str(), separator, keys);
    let mut cuts = Vec::new();
    let is_longer = |name: &&Name<'_>| name.text.len() > prefix.as_str().len();
    match &names[..] {
        [name] => cuts.push(single(name, separator).filter(|_| is_longer(&name))?),
        _ => split(&names, separator, (names.len() / PARTS).max(PART), &mut cuts)?,
    }
    let is_plain = |cut: &Cut| plain_prefix(cut.prefix.as_str()) == cut.prefix.as_str();
    cuts.iter().all(is_plain).then_some(cuts)
}

/// Divides names by the character in which they differ first, until parts have no more than `most`.
fn split(names: &[Name<'_>], separator: char, most: usize, cuts: &mut Vec<Cut>) -> Option<()> {
    let (first, last) = (names.first()?.text, names.last()?.text);
    let same = common(first, last);
    let next = |name: &Name<'_>| name.text.get(same..).and_then(|rest| rest.chars().next());
    for part in names.chunk_by(|a, b| next(a) == next(b)) {
        let name = part.first()?;
        let end = same + next(name).map_or(0, char::len_utf8);
        let prefix = name.text.get(..end)?;
        let is_plain = plain_prefix(prefix) == prefix;
        if end == same {
            // It is what all the others begin with.
            cuts.push(Cut { prefix: prefix.into(), is_one: true, start: name.keys.start });
        } else if part.len() <= most && is_plain {
            cuts.push(Cut { prefix: prefix.into(), is_one: false, start: name.keys.start });
        } else if part.len() == 1 {
            cuts.push(single(name, separator)?);
        } else {
            split(part, separator, most, cuts)?;
        }
    }
    Some(())
}

/// A name by itself.
fn single(name: &Name<'_>, separator: char) -> Option<Cut> {
    let is_one = !name.text.ends_with(separator);
    // A key that nothing else is in: there is nothing to divide it by.
    (!is_one || name.keys.len() == 1).then(|| Cut {
        prefix: name.text.into(),
        is_one,
        start: name.keys.start,
    })
}

/// How many bytes two texts have in common at their beginnings, in whole characters.
fn common(a: &str, b: &str) -> usize {
    let same = a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b);
    same.map_or_else(|| a.len().min(b.len()), |((at, _), _)| at)
}
