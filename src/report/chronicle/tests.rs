use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::*;
use crate::domain::event::{Kind, Object};
use crate::domain::zone::Zone;

fn at(second: i64) -> DateTime<Utc> {
    "2026-01-31T10:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
}

fn event(second: i64, name: &str, detail: &str) -> Arc<Event> {
    Arc::new(Event {
        at: at(second),
        after: None,
        dc: "dc-1".into(),
        kind: Kind::Check,
        object: Object::Check {
            node: "n-1".into(),
            id: "c".into(),
            name: name.into(),
            service: "web".into(),
            service_id: "web-1".into(),
        },
        from: "passing".into(),
        to: "critical".into(),
        detail: detail.into(),
        index: 7,
    })
}

fn export(events: Vec<Arc<Event>>) -> Export {
    let east = || FixedOffset::east_opt(7_200).unwrap();
    Export {
        what: String::from("timeline of web"),
        events,
        span: (Some(at(0)), None),
        begins: Some(at(-60)),
        missing: 3,
        unfollowed: vec![String::from("nodes of dc-2: connection refused")],
        at: at(600),
        zone: Zone::sampled(at(0), at(1), |_| east()),
    }
}

const EVIL: &str = "a|b\n`c` <script>\u{1b}[2J\\| *x* [l](http://e) \u{202e}\"q\", =1+1";

/// The cells of a row of a Markdown table, as a reader of it sees them.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut chars = row.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => cells.last_mut().unwrap().extend(chars.next()),
            '|' => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    let read = |cell: String| cell.trim().replace("&lt;", "<").replace("&amp;", "&");
    cells.into_iter().map(read).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn a_row_of_markdown_is_read_back_as_it_was_whatever_is_in_it() {
    let evil = event(5, "x|y", EVIL);
    let text = text(&export(vec![evil]), Form::Markdown).unwrap();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| 2026")).collect();
    assert_eq!(rows.len(), 1, "{text}");
    let cells = cells(rows[0]);
    assert_eq!(cells[..2], ["2026-01-31 12:00:05 +02:00", "2026-01-31T10:00:05Z"]);
    assert_eq!(cells[2..6], ["dc-1", "check", "x|y of web-1 on n-1", "passing -> critical"]);
    assert!(cells[6].starts_with("a|b `c` <script>"), "{cells:?}");
    assert!(cells[6].contains("[l](http://e)") && cells.len() == 7, "{cells:?}");
    assert!(!rows[0].contains("<script>"), "{text}");
}

#[test]
fn markdown_says_what_is_missing() {
    let text = text(&export(vec![event(5, "c", ""), event(9, "c", "")]), Form::Markdown).unwrap();
    assert!(text.starts_with("# timeline of web\n"), "{text}");
    for said in [
        "from 2026-01-31 12:00:00 +02:00 (2026-01-31T10:00:00Z) to 2026-01-31 12:00:09 +02:00",
        "nothing is known from before 2026-01-31 11:59:00 +02:00",
        "3 events of that time are missing",
        "not followed at that time: nodes of dc-2: connection refused",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
}

#[test]
fn what_happened_at_some_time_between_two_is_told_so() {
    let mut between = Event::clone(&event(72, "c", ""));
    between.after = Some(at(10));
    let text = text(&export(vec![Arc::new(between)]), Form::Markdown).unwrap();
    let said = "between 2026-01-31T10:00:10Z and 2026-01-31T10:01:12Z";
    assert!(text.contains(said), "{text}");
}

#[test]
fn csv_has_a_line_for_each_event() {
    let text = text(&export(vec![event(5, "c", EVIL), event(6, "c", "plain")]), Form::Csv).unwrap();
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert_eq!(lines[0], FIELDS.join(","));
    let start = "2026-01-31T10:00:06Z,2026-01-31T12:00:06+02:00,,dc-1,check,c of web-1 on n-1,";
    assert_eq!(lines[2], format!("{start}passing,critical,7,web,n-1,c,plain"));
}

#[test]
fn json_is_one_object_with_every_text_as_it_was() {
    let text = text(&export(vec![event(5, "c", EVIL)]), Form::Json).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["missing"], 3);
    assert_eq!(read["history_begins"], "2026-01-31T09:59:00Z");
    let one = &read["events"][0];
    assert_eq!(
        (one["detail"].as_str(), one["local"].as_str()),
        (Some(EVIL), Some("2026-01-31T12:00:05+02:00"))
    );
    assert!(!text.trim_end().chars().any(char::is_control), "{text:?}");
}
