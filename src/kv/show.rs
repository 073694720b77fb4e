//! Changes and entries as text and as JSON.
//!
//! The names of JSON fields are a public, stable interface. Text holds no control characters.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, Op, SessionId};
use crate::editor::diff::{Diff, LineEnd, Sign};
use crate::plan::{Counts, Plan};
use crate::ui::text::{bytes, clean};

/// How many keys of a plan are listed before it is asked for.
const LISTED: usize = 40;

/// An entry in its datacenter.
#[derive(Debug, Serialize)]
pub(super) struct EntryJson<'a> {
    pub datacenter: &'a Dc,
    pub key: &'a Key,
    /// The value where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    /// The value where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_base64: Option<String>,
    pub size: usize,
    pub flags: u64,
    pub modify_index: u64,
    pub create_index: u64,
    pub lock_index: u64,
    pub session: Option<&'a SessionId>,
}

impl<'a> EntryJson<'a> {
    pub fn of(dc: &'a Dc, entry: &'a Entry) -> Self {
        let text = std::str::from_utf8(&entry.value).ok();
        Self {
            datacenter: dc,
            key: &entry.key,
            value: text,
            value_base64: text.is_none().then(|| STANDARD.encode(&entry.value)),
            size: entry.value.len(),
            flags: entry.flags,
            modify_index: entry.modify_index,
            create_index: entry.create_index,
            lock_index: entry.lock_index,
            session: entry.session.as_ref(),
        }
    }
}

/// One operation with its difference.
pub(super) fn op(dc: &Dc, op: &Op) -> String {
    let title = match (op.base(), op.after()) {
        (None, _) => format!("create in {dc}: {}", op.key()),
        (Some(base), Some(_)) => {
            format!("change in {dc}: {} (index {})", op.key(), base.modify_index)
        }
        (Some(base), None) => format!("delete in {dc}: {} (index {})", op.key(), base.modify_index),
    };
    let mut text = clean(&title).into_owned();
    if let Some(session) = op.base().and_then(|base| base.session.as_ref()) {
        text.push_str(&clean(&format!("\nit is locked by session {session}")));
    }
    text.push('\n');
    let before = op.base().map_or(&[][..], |base| &base.value);
    let (after, flags) = op.after().map_or((&[][..], None), |(value, flags)| (value, Some(flags)));
    text.push_str(&difference(before, after));
    if let (Some(base), Some(flags)) = (op.base(), flags)
        && base.flags != flags
    {
        let _ = writeln!(text, "flags: {} -> {flags}", base.flags);
    }
    text
}

/// What differs between two values, as lines: those before with `-`, those after with `+`.
pub(super) fn difference(before: &[u8], after: &[u8]) -> String {
    let mut text = String::new();
    for hunk in Diff::of(before, after).hunks {
        let (old, new) = (&hunk.before, &hunk.after);
        let place = (old.start + 1, old.len(), new.start + 1, new.len());
        let _ = writeln!(text, "@@ -{},{} +{},{} @@", place.0, place.1, place.2, place.3);
        for line in &hunk.lines {
            let sign = match line.sign {
                Sign::Same => ' ',
                Sign::Removed => '-',
                Sign::Added => '+',
            };
            let parts: String = line.parts.iter().map(|part| part.text.as_str()).collect();
            let end = match line.end {
                LineEnd::Missing if line.is_end_shown => " (no line end)",
                LineEnd::CrLf if line.is_end_shown => " (CR LF)",
                _ => "",
            };
            let _ = writeln!(text, "{sign}{}{end}", clean(&parts));
        }
    }
    text
}

/// A plan: its counts, and its keys up to a screenful.
pub(super) fn plan(plan: &Plan, what: &str) -> String {
    let mut text = format!("{what} in {}: {}\n", clean(plan.dc.as_str()), counts(plan.counts()));
    for op in plan.ops().take(LISTED) {
        let sign = match (op.base(), op.after()) {
            (None, _) => '+',
            (Some(_), Some(_)) => '~',
            (Some(_), None) => '-',
        };
        let size = op
            .after()
            .map_or(String::new(), |(value, _)| format!("  {}", bytes(value.len() as u64)));
        let _ = writeln!(text, "  {sign} {}{size}", clean(op.key().as_str()));
    }
    let more = plan.ops().count().saturating_sub(LISTED);
    if more > 0 {
        let _ = writeln!(text, "  .. and {more} more");
    }
    text
}

/// What a plan does, or a comparison found.
pub(super) fn counts(counts: Counts) -> String {
    let Counts { added, removed, changed, same } = counts;
    format!("{added} added, {changed} changed, {removed} removed, {same} the same")
}
