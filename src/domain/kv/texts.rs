//! Many texts in one piece: each costs its bytes and four more.
//!
//! Invariant: a text comes back as it was put in, at the place that counts the texts before it.

/// As many bytes as all texts of one piece may have: places in it are four bytes wide.
const MOST: usize = u32::MAX as usize;

/// Texts by their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Texts {
    /// None yet, with room for so many of so many bytes altogether.
    pub fn with_capacity(texts: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(texts) }
    }

    /// Adds a text. One for which there is no room is left out: four gigabytes fit into no answer.
    pub fn push(&mut self, text: &str) {
        let end = self.text.len() + text.len();
        if end <= MOST {
            self.text.push_str(text);
            self.ends.push(end as u32);
        }
    }

    /// The text at a place; constant time.
    pub fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)? as usize;
        let start = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// The last one; empty when there is none.
    pub fn last(&self) -> &str {
        self.len().checked_sub(1).and_then(|at| self.get(at)).unwrap_or_default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes they have altogether.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.len()).map(|place| self.get(place).unwrap_or_default())
    }

    /// Gives back what room is not used.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The same in the order of their bytes, each once.
    #[must_use]
    pub fn ordered(self) -> Self {
        let is_ordered = self.iter().zip(self.iter().skip(1)).all(|(a, b)| a < b);
        if is_ordered {
            return self;
        }
        let mut all: Vec<&str> = self.iter().collect();
        all.sort_unstable();
        all.dedup();
        let mut ordered = Self::with_capacity(all.len(), self.text.len());
        ordered.extend(all);
        ordered
    }
}

impl<'a> Extend<&'a str> for Texts {
    fn extend<T: IntoIterator<Item = &'a str>>(&mut self, texts: T) {
        texts.into_iter().for_each(|text| self.push(text));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_put_in_comes_back(all: Vec<String>) {
            let mut texts = Texts::default();
            texts.extend(all.iter().map(String::as_str));
            prop_assert_eq!(texts.iter().collect::<Vec<_>>(), all.clone());
            prop_assert_eq!(texts.get(all.len()), None);
            prop_assert_eq!(texts.last(), all.last().map_or("", String::as_str));
            let mut sorted = all;
            sorted.sort_unstable();
            sorted.dedup();
            let texts = texts.ordered();
            prop_assert_eq!(texts.iter().collect::<Vec<_>>(), sorted);
        }
    }
}
