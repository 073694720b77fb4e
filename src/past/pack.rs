//! Values as few bytes: numbers by their size, texts and lists by their place in a pool.
//!
//! A pool shares its texts and lists with whoever else has them, so that a text costs its place
//! once, and what is read back is no copy. Invariant: what was written comes back equal, in the
//! order in which it was written; bytes that end early give `None`.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::domain::ids::NodeName;

mod rows;

/// What an allocation costs beside its bytes.
const ALLOCATION: usize = 32;

/// Meta data of a node or an instance.
pub(super) type Meta = IndexMap<Arc<str>, Arc<str>>;

/// Something that can be written and read back.
pub(super) trait Packed: Sized {
    /// Writes it.
    fn pack(&self, out: &mut Packer);
    /// Reads it back.
    fn unpack(from: &mut Reader) -> Option<Self>;
}

/// Values that are written by their place.
#[derive(Debug, Default)]
pub(super) struct Pool {
    texts: Vec<Arc<str>>,
    tags: Vec<Arc<[Arc<str>]>>,
    nodes: Vec<Arc<[NodeName]>>,
    metas: Vec<Arc<Meta>>,
}

/// How far a pool is filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filled([usize; 4]);

/// Writes values.
#[derive(Debug, Default)]
pub(super) struct Packer {
    /// What was written.
    pub bytes: Vec<u8>,
    /// What it refers to.
    pub pool: Pool,
    /// Bytes of texts and lists that came new.
    brought: usize,
    texts: HashMap<Arc<str>, usize, RandomState>,
    /// Where each list is, by its address: the pool keeps it there.
    lists: HashMap<(u8, usize), usize, RandomState>,
}

/// Reads values.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pool: &'a Pool,
}

impl Pool {
    /// How far it is filled.
    pub fn filled(&self) -> Filled {
        Filled([self.texts.len(), self.tags.len(), self.nodes.len(), self.metas.len()])
    }

    /// Forgets what came after it was filled so far.
    pub fn truncate(&mut self, Filled([texts, tags, nodes, metas]): Filled) {
        self.texts.truncate(texts);
        self.tags.truncate(tags);
        self.nodes.truncate(nodes);
        self.metas.truncate(metas);
        self.shrink();
    }

    /// Gives back room that is not used.
    pub fn shrink(&mut self) {
        self.texts.shrink_to_fit();
        self.tags.shrink_to_fit();
        self.nodes.shrink_to_fit();
        self.metas.shrink_to_fit();
    }

    /// The bytes of its places, without what lies there.
    pub fn bytes(&self) -> usize {
        let Filled([texts, tags, nodes, metas]) = self.filled();
        (texts + tags + nodes + metas) * size_of::<Arc<str>>()
    }
}

impl Packer {
    /// About how many bytes what was written takes, with the texts and lists that came new since
    /// [`Self::own`].
    pub fn weight(&self) -> usize {
        let places = (self.texts.len() + self.lists.len()) * 3 * size_of::<usize>();
        self.bytes.capacity() + self.pool.bytes() + places + self.brought
    }

    /// What was written so far came with what others keep: it brings no bytes of its own.
    pub fn own(&mut self) {
        self.brought = 0;
    }

    /// The bytes of what came new.
    pub fn brought(&self) -> usize {
        self.brought
    }

    /// Writes a number: a byte for each seven bits.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Writes a number that may be negative; small ones of either kind are short.
    pub fn signed(&mut self, number: i64) {
        self.number((number.wrapping_shl(1) ^ (number >> 63)) as u64);
    }

    /// Writes a text.
    pub fn text(&mut self, text: &Arc<str>) {
        let place = match self.texts.get(&**text) {
            Some(place) => *place,
            None => {
                self.brought += ALLOCATION + text.len();
                self.texts.insert(Arc::clone(text), self.pool.texts.len());
                self.pool.texts.push(Arc::clone(text));
                self.pool.texts.len() - 1
            }
        };
        self.number(place as u64);
    }

    fn list<T: ?Sized>(
        &mut self,
        (kind, list, bytes): (u8, &Arc<T>, usize),
        places: impl Fn(&mut Pool) -> &mut Vec<Arc<T>>,
    ) {
        let address = (kind, Arc::as_ptr(list).cast::<u8>().addr());
        let place = match self.lists.get(&address) {
            Some(place) => *place,
            None => {
                self.brought += ALLOCATION + bytes;
                let places = places(&mut self.pool);
                places.push(Arc::clone(list));
                self.lists.insert(address, places.len() - 1);
                places.len() - 1
            }
        };
        self.number(place as u64);
    }

    /// Writes tags that others share.
    pub fn tags(&mut self, tags: &Arc<[Arc<str>]>) {
        self.list((0, tags, size_of_val(&**tags)), |pool| &mut pool.tags);
    }

    /// Writes nodes that others share.
    pub fn nodes(&mut self, nodes: &Arc<[NodeName]>) {
        self.list((1, nodes, size_of_val(&**nodes)), |pool| &mut pool.nodes);
    }

    /// Writes meta data that others share.
    pub fn meta(&mut self, meta: &Arc<Meta>) {
        self.list((2, meta, ALLOCATION + meta.len() * 48), |pool| &mut pool.metas);
    }
}

impl<'a> Reader<'a> {
    /// Reads these bytes, which refer to this pool.
    pub fn new(bytes: &'a [u8], pool: &'a Pool) -> Self {
        Self { bytes, pool }
    }

    /// True when all was read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        let mut shift = 0;
        loop {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    /// A number that may be negative.
    pub fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A count or a place.
    pub fn size(&mut self) -> Option<usize> {
        Some(self.number()? as usize)
    }

    /// A text.
    pub fn text(&mut self) -> Option<Arc<str>> {
        let place = self.size()?;
        self.pool.texts.get(place).cloned()
    }

    /// Tags.
    pub fn tags(&mut self) -> Option<Arc<[Arc<str>]>> {
        let place = self.size()?;
        self.pool.tags.get(place).cloned()
    }

    /// Nodes.
    pub fn nodes(&mut self) -> Option<Arc<[NodeName]>> {
        let place = self.size()?;
        self.pool.nodes.get(place).cloned()
    }

    /// Meta data.
    pub fn meta(&mut self) -> Option<Arc<Meta>> {
        let place = self.size()?;
        self.pool.metas.get(place).cloned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_comes_back(
            numbers in proptest::collection::vec(any::<u64>(), 0..20),
            signed in proptest::collection::vec(any::<i64>(), 0..20),
            texts in proptest::collection::vec("[ab]{0,3}", 0..20),
        ) {
            let mut out = Packer::default();
            numbers.iter().for_each(|number| out.number(*number));
            signed.iter().for_each(|number| out.signed(*number));
            texts.iter().for_each(|text| out.text(&Arc::from(text.as_str())));
            let mut from = Reader::new(&out.bytes, &out.pool);
            for number in numbers {
                prop_assert_eq!(from.number(), Some(number));
            }
            for number in signed {
                prop_assert_eq!(from.signed(), Some(number));
            }
            for text in texts {
                prop_assert_eq!(from.text(), Some(Arc::from(text)));
            }
            prop_assert!(from.is_empty() && from.number().is_none());
        }
    }

    #[test]
    fn a_text_and_a_list_are_kept_once() {
        let mut out = Packer::default();
        let tags: Arc<[Arc<str>]> = Arc::from([Arc::from("a")]);
        for _ in 0..3 {
            out.text(&Arc::from("web"));
            out.tags(&tags);
        }
        assert_eq!((out.pool.texts.len(), out.pool.tags.len(), out.bytes.len()), (1, 1, 6));
        let mut from = Reader::new(&out.bytes, &out.pool);
        from.text();
        assert!(from.tags().is_some_and(|read| Arc::ptr_eq(&read, &tags)));
    }
}
