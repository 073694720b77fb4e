//! Reads a typed line.
//!
//! Invariant: every line has an answer, a command or what is wrong with it.

use super::verb::{self, Own, Verb};
use super::word;
use super::{Command, CommandError, DcScope, Grouping, KeysVerb, Takes, ViewWord, Vocabulary};
use crate::app::nearest::nearest;
use crate::domain::event::query::{Query, Where};
use crate::domain::event::when::{TIMES, When};
use crate::domain::replication::Kind;

/// As many names as fit into a line of an error.
const FEW: usize = 6;

/// A line in its parts: words, the last `@`, and the filter.
struct Line<'a> {
    words: Vec<&'a str>,
    dc: Option<&'a str>,
    filter: Option<String>,
}

/// Reads a line, with or without its leading `:`.
///
/// # Errors
/// What is wrong, with the nearest right word where there is one.
pub fn parse(line: &str, words: &Vocabulary) -> Result<Command, CommandError> {
    if let Some((verb, rest)) = of_keys(line, words) {
        return verb.read(rest, words).map(Command::Keys);
    }
    if let Some(file) = of_events(line, words) {
        return file.map(Command::ExportEvents);
    }
    let line = split(line);
    if line.words.first().is_some_and(|first| verb::is_refused(first, words)) {
        return Err(CommandError::ReadOnly);
    }
    let dc = scope(line.dc, words)?;
    let Some((&first, rest)) = line.words.split_first() else {
        let says_nothing = dc == DcScope::Unchanged && line.filter.is_none();
        let filter = line.filter;
        return if says_nothing {
            Err(CommandError::Empty)
        } else {
            Ok(Command::Narrow { dc, filter })
        };
    };
    match Verb::named(first, words).ok_or_else(|| unknown(first, words))? {
        Verb::View(view) => {
            if view.takes == Takes::Search && line.filter.as_ref().is_none_or(String::is_empty) {
                let (word, what) = (first.to_owned(), "a '/' and what to look for");
                return Err(CommandError::Missing { word, what });
            }
            let arg = argument(view, first, rest, words)?;
            Ok(Command::Open { view: view.name, arg, dc, filter: line.filter })
        }
        Verb::Own(_) if dc != DcScope::Unchanged || line.filter.is_some() => {
            Err(CommandError::NotAView { word: first.to_owned() })
        }
        Verb::Own(verb) => own(verb, first, rest, words),
    }
}

/// The verb of a line about many keys, and what follows it.
fn of_keys<'a>(line: &'a str, words: &Vocabulary) -> Option<(KeysVerb, &'a str)> {
    let (first, rest) = first_of(line);
    match Verb::named(first, words)? {
        Verb::Own(Own::Keys(verb)) => Some((verb, rest)),
        Verb::View(ViewWord { takes: Takes::Sides, .. }) => Some((KeysVerb::Compare, rest)),
        _ => None,
    }
}

/// The file of a line that exports events.
fn of_events(line: &str, words: &Vocabulary) -> Option<Result<String, CommandError>> {
    const USAGE: CommandError = CommandError::Usage { usage: "export-events FILE" };
    let (first, rest) = first_of(line);
    Verb::named(first, words).filter(|verb| *verb == Verb::Own(Own::ExportEvents))?;
    let words = word::words(rest).unwrap_or_default();
    Some(match words.as_slice() {
        [file] if !file.text.is_empty() => Ok(file.text.clone()),
        _ => Err(USAGE),
    })
}

/// The first word of a line, and what follows it.
fn first_of(line: &str) -> (&str, &str) {
    let line = line.trim_start().trim_start_matches(':').trim_start();
    line.split_once(char::is_whitespace).unwrap_or((line, ""))
}

/// Takes a line apart.
fn split(line: &str) -> Line<'_> {
    let line = line.trim_start().strip_prefix(':').unwrap_or(line).trim();
    let starts = |at: &usize| {
        line.get(..*at).is_some_and(|head| head.is_empty() || head.ends_with(char::is_whitespace))
    };
    let slash = line.match_indices('/').map(|(at, _)| at).find(starts);
    let (head, filter) = slash.and_then(|at| line.split_at_checked(at)).unwrap_or((line, ""));
    let filter = filter.strip_prefix('/').map(str::to_owned);
    let (dcs, words): (Vec<_>, Vec<_>) =
        head.split_whitespace().partition(|word| word.starts_with('@'));
    Line { words, dc: dcs.last().copied(), filter }
}

/// The datacenters that `@word` names.
fn scope(word: Option<&str>, words: &Vocabulary) -> Result<DcScope, CommandError> {
    match word.and_then(|word| word.strip_prefix('@')) {
        None => Ok(DcScope::Unchanged),
        Some("") => Err(CommandError::Missing { word: "@".to_owned(), what: "a datacenter" }),
        Some(name) => datacenter(name, words),
    }
}

/// The name of the one datacenter that is meant.
pub(super) fn named_dc(name: &str, words: &Vocabulary) -> Result<String, CommandError> {
    if name.is_empty() {
        return Err(CommandError::Missing { word: "@".to_owned(), what: "a datacenter" });
    }
    one_of(name, "datacenter", &words.dcs)
}

/// The datacenter of this name, or all.
fn datacenter(name: &str, words: &Vocabulary) -> Result<DcScope, CommandError> {
    if name == "*" {
        return Ok(DcScope::All);
    }
    one_of(name, "datacenter", &words.dcs).map(DcScope::One)
}

/// The known name that equals `name` but for case. With nothing known, the name as it is.
fn one_of(name: &str, what: &'static str, known: &[&str]) -> Result<String, CommandError> {
    let exact = known.iter().find(|known| **known == name);
    let found = exact.or_else(|| known.iter().find(|known| known.eq_ignore_ascii_case(name)));
    match found {
        Some(found) => Ok((*found).to_owned()),
        None if known.is_empty() => Ok(name.to_owned()),
        None => Err(CommandError::Unknown {
            what,
            word: name.to_owned(),
            nearest: nearest(name, known.iter().copied()).map(str::to_owned),
            known: known.iter().filter(|_| known.len() <= FEW).map(|&known| known.into()).collect(),
        }),
    }
}

/// The service or node that a view is to show.
fn argument(
    view: ViewWord,
    word: &str,
    rest: &[&str],
    words: &Vocabulary,
) -> Result<Option<String>, CommandError> {
    let what = match view.takes {
        Takes::Nothing => return none(word, rest).map(|()| None),
        Takes::Service => {
            // Consul has names with blanks, which no DNS name has.
            let whole = rest.join(" ");
            let name = whole.trim_matches('"');
            let is_quoted = name.len() < whole.len() && !name.is_empty();
            let is_one = rest.len() == 1 && is_quoted;
            if is_one || rest.len() > 1 && words.services.iter().any(|known| **known == *name) {
                return Ok(Some(name.to_owned()));
            }
            "a service"
        }
        Takes::Node => "a node",
        // A key may hold blanks; more than one in a row is reached by browsing.
        Takes::Folder | Takes::Key | Takes::Text | Takes::Search if !rest.is_empty() => {
            return Ok(Some(rest.join(" ")));
        }
        Takes::Kind if !rest.is_empty() => {
            return single(word, "a kind of stream", rest).and_then(kind).map(Some);
        }
        Takes::Events if !rest.is_empty() => return events(&rest.join(" "), words).map(Some),
        // Two folders were read before, as a command about many keys.
        Takes::Kind
        | Takes::Folder
        | Takes::Text
        | Takes::Search
        | Takes::Sides
        | Takes::Events => {
            return Ok(None);
        }
        Takes::Key => "a key",
    };
    // A name that is not in the catalog now may be there in a moment: the view says so.
    single(word, what, rest).map(|name| Some(name.to_owned()))
}

/// What is asked of the events, which names datacenters that there are.
fn events(typed: &str, words: &Vocabulary) -> Result<String, CommandError> {
    let query = Query::parse(typed).map_err(CommandError::Query)?;
    if let Where::In(dcs) = &query.dcs {
        for dc in dcs {
            named_dc(dc.as_str(), words)?;
        }
    }
    Ok(typed.to_owned())
}

/// The kind of stream of this name, or of a part of it.
fn kind(name: &str) -> Result<String, CommandError> {
    let known = Kind::named(name).map(Kind::word);
    known.map_or_else(
        || one_of(name, "kind of stream", &Kind::ALL.map(Kind::word)),
        |word| Ok(word.to_owned()),
    )
}

/// A command that is not a view.
fn own(verb: Own, word: &str, rest: &[&str], words: &Vocabulary) -> Result<Command, CommandError> {
    match verb {
        Own::Dc => {
            let name = single(word, "a datacenter or '*'", rest)?;
            datacenter(name.trim_start_matches('@'), words).map(Command::Dc)
        }
        Own::Theme => {
            let name = single(word, "a theme", rest)?;
            one_of(name, "theme", &words.themes).map(Command::Theme)
        }
        Own::Sort => sort(word, rest),
        Own::Group => group(single(word, "'service', 'node' or 'flat'", rest)?),
        // Read before, since its name may hold anything.
        Own::ExportEvents => Err(CommandError::Usage { usage: "export-events FILE" }),
        Own::At if rest.is_empty() => {
            Err(CommandError::Missing { word: word.to_owned(), what: "a time" })
        }
        Own::At => {
            let typed = rest.join(" ");
            When::parse(&typed).map(Command::At).ok_or(CommandError::Time { typed, known: TIMES })
        }
        // Read before, since its names may hold anything.
        Own::Keys(verb) => Err(CommandError::Usage { usage: verb.usage() }),
        Own::Quit => none(word, rest).map(|()| Command::Quit),
        Own::Act(action) => none(word, rest).map(|()| Command::Act(action)),
    }
}

/// `sort COLUMN [asc|desc]`; a column may have several words.
fn sort(word: &str, rest: &[&str]) -> Result<Command, CommandError> {
    let (descending, column) = match rest.split_last() {
        Some((&"desc", column)) if !column.is_empty() => (true, column),
        Some((&"asc", column)) if !column.is_empty() => (false, column),
        _ => (false, rest),
    };
    if column.is_empty() {
        return Err(CommandError::Missing { word: word.to_owned(), what: "a column" });
    }
    Ok(Command::Sort { column: column.join(" "), descending })
}

/// `group WHAT`.
fn group(name: &str) -> Result<Command, CommandError> {
    let words = Grouping::ALL.map(Grouping::word);
    let name = one_of(name, "grouping", &words)?;
    let found = Grouping::ALL.into_iter().find(|grouping| grouping.word() == name);
    Ok(Command::Group(found.unwrap_or_default()))
}

/// Makes sure that nothing follows.
fn none(word: &str, rest: &[&str]) -> Result<(), CommandError> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => {
            Err(CommandError::TooMuch { word: word.to_owned(), extra: (*extra).to_owned() })
        }
    }
}

/// The one word that must follow.
fn single<'a>(word: &str, what: &'static str, rest: &[&'a str]) -> Result<&'a str, CommandError> {
    match rest {
        [] => Err(CommandError::Missing { word: word.to_owned(), what }),
        [name] => Ok(name),
        [_, extra, ..] => {
            Err(CommandError::TooMuch { word: word.to_owned(), extra: (*extra).to_owned() })
        }
    }
}

/// The error of a first word that means nothing.
fn unknown(word: &str, words: &Vocabulary) -> CommandError {
    let nearest = nearest(word, verb::all(words)).map(str::to_owned);
    CommandError::Unknown { what: "command", word: word.to_owned(), nearest, known: Vec::new() }
}
