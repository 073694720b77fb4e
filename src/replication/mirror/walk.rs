//! Bringing a tree of keys up to date by reading only what can have changed.
//!
//! A node whose index is the one that it was proven with is as it was. Of one whose index is another
//! the names are compared with its children's, and each child is asked in turn. See
//! [`super`] for the proof.

use futures_util::future::BoxFuture;
use futures_util::stream::{StreamExt as _, iter};

use super::reader::{Read, Reader, Told};
use super::tree::{Known, LEAF, Node, Part, WHOLE, separator};
use crate::clock;
use crate::consul::ApiError;
use crate::domain::ids::Key;
use crate::domain::replication::Held;

/// So many parts are asked at once.
const AT_ONCE: usize = 6;
/// A list of names says nothing that so few keys do not say at about the same cost.
const FEW: usize = 32;

/// What is known before a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// Nothing was read before.
    pub is_nothing: bool,
    /// The index of the whole store at the look before: what has come since has a higher one.
    pub store: Option<u64>,
}

/// What was met on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    /// A key came back with an index of before.
    pub is_set_back: bool,
    /// The server left out what the token may not see.
    pub is_filtered: bool,
}

impl Met {
    fn and(self, other: Self) -> Self {
        Self {
            is_set_back: self.is_set_back || other.is_set_back,
            is_filtered: self.is_filtered || other.is_filtered,
        }
    }
}

/// Brings a node up to date.
pub(super) fn refresh<'a, R: Reader>(
    reader: &'a R,
    node: &'a mut Node,
    before: Before,
) -> BoxFuture<'a, Result<Met, ApiError>> {
    Box::pin(async move {
        match &node.part {
            Part::One(_) => one(reader, node, before).await,
            Part::Leaf(keys) if keys.len() <= FEW => leaf(reader, node, before).await,
            Part::Leaf(_) => {
                let told = reader.names(&node.prefix, node.separator).await?;
                if is_proven(node, &told) {
                    return Ok(Met { is_filtered: told.is_filtered, ..Met::default() });
                }
                leaf(reader, node, before).await
            }
            Part::Inner(_) => inner(reader, node, before).await,
        }
    })
}

/// True when a node is as it is known. One that has keys may have lost all of them without another
/// index: when a shorter prefix was deleted, the tombstone is of that prefix.
fn is_proven(node: &Node, told: &Told<Vec<Key>>) -> bool {
    let is_empty = match &node.part {
        Part::One(keys) | Part::Leaf(keys) => keys.is_empty(),
        Part::Inner(nodes) => nodes.is_empty(),
    };
    told.index == node.index && told.what.is_empty() == is_empty
}

async fn one<R: Reader>(reader: &R, node: &mut Node, before: Before) -> Result<Met, ApiError> {
    let told = reader.one(&node.prefix).await?;
    let (Part::One(keys) | Part::Leaf(keys)) = &mut node.part else { return Ok(Met::default()) };
    let met = replace(keys, told.what, before);
    node.index = told.index;
    Ok(Met { is_filtered: told.is_filtered, ..met })
}

async fn leaf<R: Reader>(reader: &R, node: &mut Node, before: Before) -> Result<Met, ApiError> {
    let told = reader.keys(&node.prefix, true).await?;
    let (Part::One(keys) | Part::Leaf(keys)) = &mut node.part else { return Ok(Met::default()) };
    let met = replace(keys, told.what, before);
    node.index = told.index;
    node.separator = separator(node.prefix.as_str(), keys);
    // One that stays near the bound is not divided again and again.
    if keys.len() > WHOLE {
        let keys = std::mem::take(keys);
        *node = Node::build(node.prefix.clone(), keys, told.index, LEAF);
    }
    Ok(Met { is_filtered: told.is_filtered, ..met })
}

async fn inner<R: Reader>(reader: &R, node: &mut Node, before: Before) -> Result<Met, ApiError> {
    let told = reader.names(&node.prefix, node.separator).await?;
    let mut met = Met { is_filtered: told.is_filtered, ..Met::default() };
    if is_proven(node, &told) {
        return Ok(met);
    }
    let Part::Inner(nodes) = &mut node.part else { return Ok(met) };
    cover(nodes, &told.what, node.separator);
    let mut parts: Vec<BoxFuture<'_, _>> = Vec::with_capacity(nodes.len());
    for child in nodes {
        parts.push(refresh(reader, child, before));
    }
    let mut parts = iter(parts).buffer_unordered(AT_ONCE);
    while let Some(part) = parts.next().await {
        met = met.and(part?);
    }
    drop(parts);
    // That of before the children were asked: what changed meanwhile has another.
    node.index = told.index;
    Ok(met)
}

/// Makes children cover these names, and no others.
fn cover(nodes: &mut Vec<Node>, names: &[Key], separator: char) {
    let (mut is_there, mut new) = (vec![false; nodes.len()], Vec::new());
    for name in names {
        let name = name.as_str();
        // Whatever lies between a name and its beginning begins so too, and children exclude each
        // other: the last that does not come after the name covers it, or none does.
        let at = nodes.partition_point(|node| node.prefix.as_str() <= name).checked_sub(1);
        let covering = at.filter(|at| nodes.get(*at).is_some_and(|node| node.covers(name)));
        match covering.and_then(|at| is_there.get_mut(at)) {
            Some(is_there) => *is_there = true,
            None => new.push(fresh(name, separator)),
        }
    }
    let mut is_there = is_there.into_iter();
    nodes.retain(|_| is_there.next().unwrap_or_default());
    nodes.extend(new);
    nodes.sort_by(|a, b| a.prefix.cmp(&b.prefix));
}

/// A part that was not there before.
fn fresh(name: &str, separator: char) -> Node {
    let part =
        if name.ends_with(separator) { Part::Leaf(Vec::new()) } else { Part::One(Vec::new()) };
    Node { prefix: name.into(), index: 0, separator: '/', part }
}

/// Reads all of it in one answer, and divides it anew.
pub(super) async fn whole<R: Reader>(
    reader: &R,
    node: &mut Node,
    before: Before,
) -> Result<Met, ApiError> {
    let told = reader.keys(&node.prefix, false).await?;
    let mut pieces = Vec::new();
    node.pieces(&mut pieces);
    let mut keys: Vec<Known> = pieces.concat();
    let met = replace(&mut keys, told.what, before);
    *node = Node::build(node.prefix.clone(), keys, told.index, WHOLE);
    Ok(Met { is_filtered: told.is_filtered, ..met })
}

/// Puts what was read in the place of what was known. What is as it was keeps the time when it was
/// first seen so; the rest is seen now.
fn replace(known: &mut Vec<Known>, read: Vec<Read>, look: Before) -> Met {
    let mut met = Met::default();
    let now = (!look.is_nothing).then(clock::now);
    let is_of_before = |index: u64| now.and(look.store).is_some_and(|store| index <= store);
    let mut old = std::mem::take(known).into_iter().peekable();
    known.reserve_exact(read.len());
    for (key, modify_index, print) in read {
        while old.next_if(|(old, _)| *old < key).is_some() {}
        let before = old.next_if(|(old, _)| *old == key);
        let held = before.as_ref().map(|(_, held)| *held);
        let seen = match held {
            Some(held) if held.modify_index == modify_index => held.seen,
            other => {
                met.is_set_back |= other.is_some_and(|held| held.modify_index > modify_index);
                met.is_set_back |= is_of_before(modify_index);
                now
            }
        };
        // The old name is shared with what was told of it.
        let key = before.map_or(key, |(old, _)| old);
        known.push((key, Held { modify_index, print, seen }));
    }
    met
}
