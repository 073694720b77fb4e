//! Changes and entries as text and as JSON.
//!
//! The names of JSON fields are a public, stable interface. Text holds no control characters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, Op, SessionId};
use crate::plan::{Counts, Plan};
use crate::ui::text::{bytes, clean};

/// How many keys of a plan are listed before it is asked for.
const LISTED: usize = 40;
/// How many equal lines are shown around what differs.
const CONTEXT: usize = 3;

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
        text.push_str(&format!("flags: {} -> {flags}\n", base.flags));
    }
    text
}

/// What differs between two values, as lines: those before with `-`, those after with `+`.
pub(super) fn difference(before: &[u8], after: &[u8]) -> String {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return format!("  (no text: {} bytes -> {} bytes)\n", before.len(), after.len());
    };
    let (before, after): (Vec<_>, Vec<_>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = before.iter().zip(&after).take_while(same).count();
    let rest = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(same).count();
    let mut text = String::new();
    let mut lines = |sign: char, lines: &[&str]| {
        for line in lines {
            let end = if line.ends_with('\n') { "" } else { " (no line end)" };
            let bare = line.trim_end_matches(['\n', '\r']);
            text.push_str(&format!("{sign}{}{end}\n", clean(bare)));
        }
    };
    lines(' ', before.get(head.saturating_sub(CONTEXT)..head).unwrap_or_default());
    lines('-', before.get(head..before.len() - tail).unwrap_or_default());
    lines('+', after.get(head..after.len() - tail).unwrap_or_default());
    let end = before.len() - tail;
    lines(' ', before.get(end..(end + CONTEXT).min(before.len())).unwrap_or_default());
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
        text.push_str(&format!("  {sign} {}{size}\n", clean(op.key().as_str())));
    }
    let more = plan.ops().count().saturating_sub(LISTED);
    if more > 0 {
        text.push_str(&format!("  .. and {more} more\n"));
    }
    text
}

/// What a plan does, or a comparison found.
pub(super) fn counts(counts: Counts) -> String {
    let Counts { added, removed, changed, same } = counts;
    format!("{added} added, {changed} changed, {removed} removed, {same} the same")
}
