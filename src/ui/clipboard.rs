//! Copying through the terminal itself: the OSC 52 sequence.
//!
//! It works over SSH, and in tmux with `set-clipboard on`. It only makes the sequence; writing it
//! is an effect of the shell. There is no answer, so a terminal that refuses does so in silence.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of text that every terminal with OSC 52 takes: with base64 and the sequence
/// around it that makes 100,000.
pub const LIMIT: usize = 74_994;

/// A text that terminals would cut or drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Its size in bytes.
    pub bytes: usize,
}

impl std::error::Error for TooLong {}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, limit) = (super::text::count(self.bytes), super::text::count(LIMIT));
        write!(f, "cannot copy {size} bytes: terminals take at most {limit}; mark fewer rows")
    }
}

/// The sequence that puts `text` on the clipboard of the terminal.
///
/// # Errors
/// The text is longer than terminals take; a part of it is never copied.
pub fn osc52(text: &str) -> Result<String, TooLong> {
    if text.len() > LIMIT {
        return Err(TooLong { bytes: text.len() });
    }
    Ok(format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_carries_the_text_in_base64() {
        assert_eq!(osc52("web-1").as_deref(), Ok("\u{1b}]52;c;d2ViLTE=\u{7}"));
    }

    #[test]
    fn a_text_beyond_the_limit_is_refused_whole() {
        assert!(osc52(&"x".repeat(LIMIT)).is_ok_and(|sequence| sequence.len() <= 100_000));
        let error = osc52(&"x".repeat(LIMIT + 1)).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot copy 74,995 bytes: terminals take at most 74,994; mark fewer rows"
        );
    }
}
