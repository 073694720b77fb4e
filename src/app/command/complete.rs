//! What a half-typed line may become.
//!
//! Candidates are whole lines, so that accepting one is replacing the text. Those that the text is
//! the beginning of come first, in the order of the vocabulary; then those that only fit fuzzily,
//! the best first.

use super::verb::{self, Own, Verb};
use super::{Grouping, Takes, Vocabulary};
use crate::domain::event::Kind as Kinds;
use crate::domain::replication::Kind;
use crate::table::fuzzy::{CharMask, Fuzzy, best, fold};

/// No more candidates than anyone would cycle through.
const LIMIT: usize = 50;

/// Whole lines that `input` may become, best first, at most 50; none for the line as it is, for an
/// empty one and for one in whose filter the cursor stands.
pub fn complete(input: &str, words: &Vocabulary) -> Vec<String> {
    let at = input.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let at = if at == 0 { input.len() - input.trim_start_matches(':').len() } else { at };
    let Some((head, typed)) = input.split_at_checked(at) else {
        return Vec::new();
    };
    let before: Vec<&str> = head.trim_start_matches(':').split_whitespace().collect();
    let in_filter = typed.starts_with('/') || before.iter().any(|word| word.starts_with('/'));
    if in_filter || (before.is_empty() && typed.is_empty()) {
        return Vec::new();
    }
    let known = candidates(&before, typed, words);
    ranked(typed, &known).into_iter().map(|word| format!("{head}{word}")).collect()
}

/// The words that may stand where the cursor is.
fn candidates(before: &[&str], typed: &str, words: &Vocabulary) -> Vec<String> {
    if typed.starts_with('@') {
        let names = words.dcs.iter().map(|dc| format!("@{dc}"));
        let verb = before.first().and_then(|first| Verb::named(first, words));
        let is_one = match verb {
            Some(Verb::View(view)) => view.takes == Takes::Sides,
            Some(Verb::Own(own)) => matches!(own, Own::Keys(_)),
            None => false,
        };
        return names.chain((!is_one).then(|| String::from("@*"))).collect();
    }
    let Some((first, rest)) = before.split_first() else {
        return verb::all(words).map(str::to_owned).collect();
    };
    let Some(verb) = Verb::named(first, words) else {
        return Vec::new();
    };
    if matches!(verb, Verb::View(view) if view.takes == Takes::Events) {
        return conditions(words);
    }
    if rest.iter().any(|word| !word.starts_with('@')) {
        return Vec::new();
    }
    let names = match verb {
        Verb::View(view) => match view.takes {
            Takes::Service => words.services.clone(),
            Takes::Node => words.nodes.clone(),
            Takes::Kind => Kind::ALL.map(Kind::word).to_vec(),
            _ => Vec::new(),
        },
        Verb::Own(Own::Dc) => words.dcs.clone(),
        Verb::Own(Own::Theme) => words.themes.clone(),
        Verb::Own(Own::Group) => Grouping::ALL.map(Grouping::word).to_vec(),
        Verb::Own(Own::Sort | Own::Quit | Own::Act(_) | Own::Keys(_)) => Vec::new(),
    };
    names.into_iter().map(str::to_owned).collect()
}

/// What may be asked of the events.
fn conditions(words: &Vocabulary) -> Vec<String> {
    let kinds = Kinds::ALL.map(|kind| format!("kind={}", kind.word())).into_iter();
    let spans = ["since=15m", "since=1h", "before=15m"].map(str::to_owned).into_iter();
    let dcs = words.dcs.iter().copied().chain(["*"]).map(|dc| format!("dc={dc}"));
    let services = words.services.iter().map(|name| format!("service={name}"));
    let nodes = words.nodes.iter().map(|name| format!("node={name}"));
    spans.chain(kinds).chain(dcs).chain(services).chain(nodes).collect()
}

/// The words that `typed` is the beginning of, then those that fit fuzzily.
fn ranked<'a>(typed: &str, known: &'a [String]) -> Vec<&'a str> {
    let begins =
        |word: &str| word.get(..typed.len()).is_some_and(|head| head.eq_ignore_ascii_case(typed));
    let query = Fuzzy::new(typed);
    let mut found: Vec<&str> = Vec::new();
    let mut fuzzy: Vec<(i64, u32)> = Vec::new();
    for (place, word) in known.iter().enumerate() {
        if word == typed || found.contains(&word.as_str()) {
            continue;
        }
        if begins(word) {
            if found.len() < LIMIT {
                found.push(word);
            }
        } else {
            let folded = fold(word);
            let score = query.score(&folded, CharMask::of(&folded));
            fuzzy.extend(score.map(|score| (score, place as u32)));
        }
    }
    let room = LIMIT.saturating_sub(found.len());
    let rest = best(fuzzy, room, |_| 0);
    found.extend(
        rest.iter().filter_map(|(_, place)| known.get(*place as usize)).map(String::as_str),
    );
    found
}
