//! One-column signs, so that status is never colour alone.
use crate::domain::health::Status;
/// Which signs the terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    #[default]
    Unicode,
    Ascii,
}
/// A sign that is not a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Mark,
    Folded,
    Unfolded,
    Ascending,
    Descending,
    Live,
    Stale,
    Denied,
    Loading,
    Dark,
    Bullet,
    Cursor,
}
impl Glyphs {
    /// From the values of `LC_ALL`, `LC_CTYPE`, `LANG`.
    pub fn from_locale(
        _lc_all: Option<&str>,
        _lc_ctype: Option<&str>,
        _lang: Option<&str>,
    ) -> Self {
        todo!()
    }
    pub fn status(self, _status: Status) -> &'static str {
        todo!()
    }
    pub fn sign(self, _sign: Sign) -> &'static str {
        todo!()
    }
    /// Eight levels for a sparkline, lowest first.
    pub fn levels(self) -> [&'static str; 8] {
        todo!()
    }
}
