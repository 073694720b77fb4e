//! What a value is - JSON, YAML, TOML, HCL, text or bytes - and how its lines look.
//!
//! A [`Document`] keeps the value and where its lines begin; a line's coloured runs are built when it
//! is drawn. Lexers are for colour only and take every text; judging is [`super::syntax`]'s.
//! Invariant: no control character leaves in a [`Run`]; what cannot be drawn becomes a visible escape.

mod detect;
mod document;
mod fold;
mod hex;
mod layout;
mod lex;
mod lines;
mod paint;

pub use document::{Document, Highlight};
pub use fold::{Fold, folds, outline};
pub use hex::{HEX_WIDTH, HexRow, hex_row, hex_rows};
pub use layout::lay_out;
pub use lines::Ends;
pub use paint::{Run, TAB, Window, plain};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// HCL, as Terraform, Nomad, Vault and Consul write it.
    Hcl,
    /// Any other text.
    Text,
    /// Not UTF-8, or with NUL in it.
    Binary,
}

impl Format {
    /// All of them, in the order in which an operator steps through them.
    pub const ALL: [Self; 6] =
        [Self::Json, Self::Yaml, Self::Toml, Self::Hcl, Self::Text, Self::Binary];

    /// What a value is, from the ending of its key's name where that says it, else from its bytes.
    /// An empty value is text. Linear in the value.
    pub fn detect(key: &str, bytes: &[u8]) -> Self {
        detect::detect(key, bytes)
    }

    /// Its name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
            Self::Hcl => "HCL",
            Self::Text => "text",
            Self::Binary => "hex",
        }
    }
}
