//! What happened, beside what is watched anyway: who tells it, and from what.
//!
//! | what | from |
//! | --- | --- |
//! | checks, maintenance, nodes that fail | [`super::failing`], each answer of both lists |
//! | nodes that join and leave | [`nodes`], each list of nodes |
//! | leaders, datacenters lost and back | [`super::pulse`] |
//! | datacenters listed or not | [`super::supervisor`] |
//! | keys under watched prefixes | [`keys`] |
//! | user events | [`fired`] |
//!
//! Invariants: each source tells differences between what it saw itself, the first sight being none;
//! it says since when it could not look; and what it told is never told again.

pub(super) mod fired;
pub(super) mod keys;
pub(super) mod nodes;
