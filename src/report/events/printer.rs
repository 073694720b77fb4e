//! Events on stdout: all at once, or each as it comes.
//!
//! As they come, JSON is an object a line, CSV a line below one header, and the table a line whose
//! columns are as wide as what usually stands in them.

use std::io::{self, Write};
use std::sync::Arc;

use crate::cli::Format;
use crate::clock;
use crate::domain::event::Event;
use crate::domain::json::EventJson;
use crate::domain::zone::Zone;
use crate::report::form::{Column, Grid, csv, json, json_line, table};
use crate::ui::text::{clean, pad, width};

/// The fields of an event, as CSV has them.
const FIELDS: [&str; 12] = [
    "at",
    "datacenter",
    "kind",
    "object",
    "from",
    "to",
    "index",
    "after",
    "service",
    "node",
    "check",
    "detail",
];

/// How wide columns are while events come: time, datacenter, kind, object, change.
const WIDTHS: [usize; 5] = [25, 8, 11, 40, 20];

/// Writes events.
pub(super) struct Printer<W> {
    out: W,
    format: Format,
    zone: Zone,
    /// True where they are printed as one answer, and not as they come.
    is_whole: bool,
    /// True once something was written.
    has_begun: bool,
}

impl<W: Write> Printer<W> {
    /// Writes to `out`, as one answer or as events come.
    pub fn new(out: W, format: Format, is_whole: bool) -> Self {
        Self { out, format, zone: clock::zone(), is_whole, has_begun: false }
    }

    /// In which form it writes.
    pub fn format(&self) -> Format {
        self.format
    }

    /// True where it writes one answer.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Writes these as they came; where they come one by one, at once.
    pub fn each(&mut self, events: &[Arc<Event>]) -> io::Result<()> {
        for event in events {
            let is_first = !std::mem::replace(&mut self.has_begun, true);
            let text = match self.format {
                Format::Json if self.is_whole => {
                    let before = if is_first { "[\n" } else { ",\n" };
                    format!("{before}{}", json_line(&EventJson::of(event))?)
                }
                Format::Json => json_line(&EventJson::of(event))? + "\n",
                Format::Csv => line_of_csv(event, is_first),
                Format::Table | Format::Dot | Format::Mermaid => self.line(event),
            };
            self.out.write_all(text.as_bytes())?;
        }
        if events.is_empty() || self.is_whole { Ok(()) } else { self.out.flush() }
    }

    /// Ends one answer: with these, where none was written yet.
    pub fn end(&mut self, events: &[&Arc<Event>]) -> io::Result<()> {
        match (self.is_whole, self.has_begun, self.format) {
            (true, true, Format::Json) => self.out.write_all(b"\n]\n")?,
            (true, false, _) => self.all(events)?,
            _ => {}
        }
        self.out.flush()
    }

    /// Writes all of them, oldest first.
    fn all(&mut self, events: &[&Arc<Event>]) -> io::Result<()> {
        let rows = events.iter().map(|event| EventJson::of(event));
        let text = match self.format {
            Format::Json => json(rows)?,
            Format::Csv => csv(&Grid::of_json(&FIELDS, rows)),
            Format::Table | Format::Dot | Format::Mermaid => table(&self.grid(events)),
        };
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    fn line(&self, event: &Event) -> String {
        let cells = self.cells(event).map(|cell| clean(&cell).into_owned());
        let widths = WIDTHS.into_iter().chain([0]);
        // What is wider is not cut.
        let padded =
            cells.iter().zip(widths).map(|(cell, least)| pad(cell, width(cell).max(least)));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    }

    fn grid(&self, events: &[&Arc<Event>]) -> Grid {
        let titles = ["time", "dc", "kind", "object", "change", "detail"];
        let column = |(place, title): (usize, &str)| {
            Column::new(title, move |cells: &[String; 6]| {
                cells.get(place).cloned().unwrap_or_default()
            })
        };
        let columns: Vec<_> = titles.into_iter().enumerate().map(column).collect();
        Grid::of(&columns, events.iter().map(|event| self.cells(event)))
    }

    /// What people read of an event: local time with its distance from UTC; where it was at some time
    /// between two, both.
    fn cells(&self, event: &Event) -> [String; 6] {
        let clock = |at| self.zone.local(at).format("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let time = match event.after {
            Some(after) => format!("{} to {}", clock(after), clock(event.at)),
            None => clock(event.at),
        };
        let change = match (&*event.from, &*event.to) {
            ("", to) => to.to_owned(),
            (from, "") => format!("{from} -> gone"),
            (from, to) => format!("{from} -> {to}"),
        };
        let says = event.detail.lines().map(str::trim).find(|line| !line.is_empty());
        [
            time,
            event.dc.to_string(),
            event.kind.word().to_owned(),
            event.object.to_string(),
            change,
            says.unwrap_or_default().to_owned(),
        ]
    }
}

/// An event as a line of CSV, the first one below the header.
fn line_of_csv(event: &Event, is_first: bool) -> String {
    let text = csv(&Grid::of_json(&FIELDS, [EventJson::of(event)]));
    match text.split_once("\r\n") {
        Some((_, line)) if !is_first => line.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Kind, Object};
    use chrono::DateTime;
    use serde_json::Value;

    fn events() -> Vec<Arc<Event>> {
        let one = |second, name: &str| {
            Arc::new(Event {
                at: DateTime::from_timestamp(second, 0).unwrap(),
                after: None,
                dc: "dc-1".into(),
                kind: Kind::Node,
                object: Object::Node(name.into()),
                from: "alive".into(),
                to: "failed".into(),
                detail: "a, \"b\"\nc\u{1b}[2J".into(),
                index: 7,
            })
        };
        vec![one(0, "n-1"), one(1, "n-2")]
    }

    fn printed(
        format: Format,
        is_whole: bool,
        print: impl Fn(&mut Printer<&mut Vec<u8>>),
    ) -> String {
        let mut out = Vec::new();
        let mut printer = Printer::new(&mut out, format, is_whole);
        printer.zone = Zone::default();
        print(&mut printer);
        String::from_utf8(out).unwrap()
    }

    fn followed(format: Format) -> String {
        printed(format, false, |printer| {
            for event in events() {
                printer.each(&[event]).unwrap();
            }
        })
    }

    fn at_once(format: Format) -> String {
        let all = events();
        printed(format, true, |printer| printer.end(&all.iter().collect::<Vec<_>>()).unwrap())
    }

    #[test]
    fn json_that_comes_is_an_object_a_line() {
        let text = followed(Format::Json);
        let rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1]["object"], "n-2");
        let names: Vec<&str> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        for name in ["at", "datacenter", "kind", "object", "from", "to", "index"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert!(!names.contains(&"after") && !names.contains(&"check"), "{names:?}");
    }

    #[test]
    fn csv_that_comes_has_one_header_and_is_what_all_at_once_is() {
        let whole = at_once(Format::Csv);
        assert_eq!(followed(Format::Csv), whole);
        assert!(whole.starts_with("at,datacenter,kind,object,from,to,index,"), "{whole}");
    }

    #[test]
    fn an_answer_that_is_written_bit_by_bit_is_the_same() {
        for format in [Format::Json, Format::Csv] {
            let bits = printed(format, true, |printer| {
                for event in events() {
                    printer.each(&[event]).unwrap();
                }
                printer.end(&[]).unwrap();
            });
            assert_eq!(bits, at_once(format), "{format:?}");
        }
        let nothing = printed(Format::Json, true, |printer| printer.end(&[]).unwrap());
        assert_eq!(nothing, "[]\n");
    }

    #[test]
    fn no_line_of_a_table_can_act_on_a_terminal() {
        let text = followed(Format::Table);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
        assert!(
            text.starts_with("1970-01-01T00:00:00+00:00  dc-1      node         n-1 "),
            "{text}"
        );
        assert!(text.contains("alive -> failed       a, \"b\""), "{text}");
    }
}
