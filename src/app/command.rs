//! The command line: `NAME [ARG] [@dc|@*] [/filter]`.

use super::action::Action;

/// What may follow the name of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes { Nothing, Service, Node }

/// A view as the command line knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewWord {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub takes: Takes,
    pub doc: &'static str,
}

/// The words that have a meaning now.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary<'a> {
    pub views: &'a [ViewWord],
    pub dcs: Vec<&'a str>,
    pub services: Vec<&'a str>,
    pub nodes: Vec<&'a str>,
    pub themes: Vec<&'a str>,
}

/// Which datacenters a command is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DcScope { #[default] Unchanged, All, One(String) }

/// What rows of groups are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping { #[default] Service, Node, Flat }

/// A command, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Open { view: &'static str, arg: Option<String>, dc: DcScope, filter: Option<String> },
    /// `:dc NAME`, `:dc *`: never `Unchanged`.
    Dc(DcScope),
    Theme(String),
    Sort { column: String, descending: bool },
    Group(Grouping),
    /// Leave, from anywhere.
    Quit,
    /// `:@dc-2 /billing` or `:/billing` alone: the view stays.
    Narrow { dc: DcScope, filter: Option<String> },
    /// Any action of the table by its name: `:help`, `:wide`, `:refresh`.
    Act(Action),
}

/// Why a line is no command. Display says what, and the nearest right word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError { Empty }

/// Reads a line, with or without the leading `:`.
pub fn parse(_line: &str, _words: &Vocabulary) -> Result<Command, CommandError> { todo!() }
/// Whole lines that `input` may become, best first.
pub fn complete(_input: &str, _words: &Vocabulary) -> Vec<String> { todo!() }
