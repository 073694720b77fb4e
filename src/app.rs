//! The state of the program and what changes it: actions, keys, commands, finding.

pub mod action;
pub mod command;
pub mod jump;
pub mod keymap;
pub mod nearest;
pub mod prompt;
