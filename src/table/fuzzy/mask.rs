//! Which characters a text has, in 64 bits, and text without case.
//!
//! Invariant: when a text contains a character, its mask contains the character's. The opposite
//! does not hold: rare characters share bits.

/// Which characters a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CharMask(u64);

impl CharMask {
    /// The mask of a folded text.
    pub fn of(folded: &str) -> Self {
        Self(folded.chars().fold(0, |mask, c| mask | 1 << bit(c)))
    }

    /// True when a text with this mask may have every character of one with `other`.
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The bit of a character: its own for letters and digits, a shared one for the rest.
fn bit(c: char) -> u32 {
    let c = u32::from(c);
    match c {
        0x61..=0x7a => c - 0x61,
        0x30..=0x39 => c - 0x30 + 26,
        // 28 bits are left; neighbours of the code space go to different ones.
        _ => 36 + c % 28,
    }
}

/// True when [`fold`] would change nothing, as for most names. False says nothing.
pub fn is_folded(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

/// A text without case, character for character, so that places stay what they are.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_part_of_a_text_is_covered_by_it(text in any::<String>(), other in any::<String>()) {
            let mask = CharMask::of(&format!("{text}{other}"));
            prop_assert!(mask.covers(CharMask::of(&text)));
            prop_assert!(mask.covers(CharMask::of(&other)));
        }

        #[test]
        fn what_is_called_folded_is(text in "[a-cA-Cé/]{0,5}") {
            prop_assert!(!is_folded(&text) || fold(&text) == text);
        }

        #[test]
        fn folding_keeps_the_places_of_characters(text in any::<String>()) {
            prop_assert_eq!(fold(&text).chars().count(), text.chars().count());
        }
    }

    #[test]
    fn a_missing_letter_is_seen() {
        assert!(!CharMask::of("payment").covers(CharMask::of("payz")));
    }
}
