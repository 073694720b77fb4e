//! The document as Markdown: what it is, what is missing, and a table.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::{ends, utc};
use crate::domain::event::Event;
use crate::domain::event::export::Export;
use crate::ui::text::clean;

/// The document.
pub fn text(export: &Export) -> String {
    let mut out = format!("# {}\n\n", plain(&export.what));
    let both = |at: DateTime<Utc>| format!("{} ({})", local(export, at), utc(at));
    if let (Some(from), Some(to)) = ends(export) {
        line(&mut out, &format!("from {} to {}", both(from), both(to)));
    }
    if let Some(begins) = export.begins {
        line(&mut out, &format!("nothing is known from before {}", both(begins)));
    }
    if export.missing > 0 {
        line(&mut out, &format!("{} events of that time are missing", export.missing));
    }
    line(&mut out, &format!("as dcview knew it at {}", both(export.at)));
    for list in &export.unfollowed {
        line(&mut out, &format!("not followed at that time: {}", plain(list)));
    }
    out.push_str("\n| local time | UTC | datacenter | kind | object | change | detail |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for event in &export.events {
        row(&mut out, export, event);
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "- {text}");
}

fn local(export: &Export, at: DateTime<Utc>) -> String {
    export.zone.local(at).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn row(out: &mut String, export: &Export, event: &Event) {
    let times = |show: &dyn Fn(DateTime<Utc>) -> String| match event.after {
        Some(after) => format!("between {} and {}", show(after), show(event.at)),
        None => show(event.at),
    };
    let change = match (&*event.from, &*event.to) {
        ("", to) => to.to_owned(),
        (from, "") => format!("{from} -> gone"),
        (from, to) => format!("{from} -> {to}"),
    };
    let object = event.object.to_string();
    let words = [event.dc.as_str(), event.kind.word(), &object, &change, &event.detail];
    let mut cells = vec![times(&|at| local(export, at)), times(&utc)];
    cells.extend(words.map(plain));
    // Writing to a String cannot fail.
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

/// Text in which nothing is markup, on one line. A `>` that begins no line is none.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).trim().chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    out
}
