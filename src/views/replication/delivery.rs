//! How far a commit of git2consul is: from the datacenter where it was brought in to all others, in a
//! line.

use crate::domain::replication::git::short;
use crate::domain::replication::{Kind, Stream};
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::views::Ctx;

/// The line about the commit of a branch; `None` for what is no branch, or has no commit yet.
pub(super) fn line(ctx: &Ctx, stream: &Stream) -> Option<Cell> {
    let (id, source) = (&stream.id, stream.id.source.as_ref()?);
    let is_branch = |other: &Stream| {
        other.id.kind == Kind::Git
            && other.id.of == id.of
            && other.id.source.as_ref() == Some(source)
    };
    if !is_branch(stream) {
        return None;
    }
    let mut all: Vec<_> = ctx.store.streams_now().filter(|other| is_branch(other)).collect();
    // Where it was brought in first, then in the order of their names.
    let place = |other: &Stream| (other.id.destination != *source, other.id.destination.clone());
    all.sort_by_cached_key(|other| place(other));
    let commit = all.iter().find_map(|other| fact(other, "commit"))?.to_owned();
    let commit = commit.as_str();
    let mut cell = Cell::new(clean(short(commit)).into_owned(), Role::Text);
    for (at, other) in all.iter().enumerate() {
        let gap = if at < 2 { " -> " } else { ", " };
        let dc = clean(other.id.destination.as_str()).into_owned();
        let (text, role) = reached(ctx, other, commit);
        cell = cell.then(gap, Role::Muted).then(format!("{dc} "), Role::Text).then(text, role);
    }
    Some(cell.then(" (UTC)", Role::Muted))
}

/// Since when a commit is in a datacenter, or why it is not.
fn reached(ctx: &Ctx, stream: &Stream, commit: &str) -> (String, Role) {
    if stream.problem.is_some() {
        return (String::from("not read"), Role::Stale);
    }
    let when = fact(stream, "live").or_else(|| fact(stream, "brought in"));
    match (fact(stream, "commit"), when) {
        (Some(here), _) if here != commit => (format!("at {}", short(here)), Role::Warning),
        (_, Some("not yet")) | (None, _) => (String::from("not yet"), Role::Warning),
        (_, Some(when)) => (time(ctx, when), Role::Passing),
        (_, None) => (String::from("?"), Role::Muted),
    }
}

/// The time of day of today, in UTC; what was so before dcview looked says so.
fn time(ctx: &Ctx, when: &str) -> String {
    let today = ctx.now.format("%Y-%m-%d ").to_string();
    let text = when.strip_prefix("since ").unwrap_or(when);
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    clean(&text.replacen(&today, "", 1)).into_owned()
}

fn fact<'a>(stream: &'a Stream, label: &str) -> Option<&'a str> {
    stream.facts.iter().find(|(name, _)| *name == label).map(|(_, text)| text.as_str())
}
