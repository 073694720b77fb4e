//! What dcview saw, kept in files, to be looked at later.

pub(crate) mod code;
mod content;
mod files;
mod frame;
pub mod recorder;
mod redact;
mod roll;
mod scan;
