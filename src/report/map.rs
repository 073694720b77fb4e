//! Who calls whom, without a terminal: `dcview get map`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::form::{Column, Grid, csv, json as json_rows, table};
use super::gather::Question;
use super::rows::seen;
use super::trouble::Troubles;
use super::ways::Ways;
use crate::app::msg::Exit;
use crate::cli::{Format, What};
use crate::config::Config;
use crate::dependencies::look;
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::map::Edges;
use crate::domain::map::net::{Link, Net};
use crate::store::Store;
use crate::ui::text::clean;

const FIELDS: [&str; 4] = ["from", "to", "source", "health"];

/// Prints who calls whom; `only` limits it to what one datacenter says.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written.
pub(super) async fn get(
    output: Format,
    only: Option<&Dc>,
    config: &Config,
    mut out: impl Write,
) -> Result<Exit> {
    let ways = Ways::find(config, only).await?;
    if let Some(exit) = ways.refuse(only) {
        return Ok(exit);
    }
    let mut troubles = Troubles::at_start(config, &ways);
    let depends = Arc::new(config.map.clone());
    let question = Question::of(&What::Services);
    let store = super::ask_all(&ways, only, &question, &mut troubles).await;
    // Of what is read from here on no health depends.
    let is_whole = troubles.is_whole();
    let asked: Vec<_> =
        ways.all.iter().filter(|way| only.is_none_or(|only| *only == way.dc)).collect();
    let looks = asked.iter().map(|way| look(&way.client, &depends, |_| {}));
    let mut said: BTreeMap<&Dc, Edges> = BTreeMap::new();
    for (way, edges) in asked.iter().zip(join_all(looks).await) {
        match edges {
            Ok(edges) => {
                for problem in &edges.problems {
                    troubles.warn(&format!("{}: {problem}", way.dc));
                }
                said.insert(&way.dc, edges);
            }
            Err(error) => troubles.failed(Some(&way.dc), &[], &error),
        }
    }
    let net = Net::of(said.iter().map(|(dc, edges)| (*dc, edges)));
    // What is not in a catalog that was not read may be there.
    let read = Read { is_whole, is_all: only.is_none() };
    super::write(&mut out, &print(&net, &store, read, output)?)?;
    Ok(troubles.exit())
}

/// What was read of the catalogs.
#[derive(Clone, Copy)]
struct Read {
    /// All of those that were asked.
    is_whole: bool,
    /// All that there are were asked.
    is_all: bool,
}

/// An edge with its names.
struct Row<'a> {
    from: &'a ServiceName,
    to: &'a ServiceName,
    link: &'a Link,
    /// How the one that calls is, and the one that is called.
    status: [Option<Status>; 2],
    read: Read,
}

impl Row<'_> {
    fn source(&self) -> String {
        let told = self.link.told.iter().map(|(dc, source)| format!("{}@{dc}", source.word()));
        let called = self.link.to_dcs.iter().map(|dc| format!("(to {dc})"));
        told.chain(called).collect::<Vec<_>>().join(" ")
    }

    fn health(&self) -> String {
        let Read { is_whole, is_all } = self.read;
        match self.status[1] {
            Some(status) => seen(status, is_whole),
            None if is_whole && is_all => "not in the catalog".to_owned(),
            None => "?".to_owned(),
        }
    }

    /// True when no datacenter that was not read could say otherwise.
    fn is_confirmed(&self) -> bool {
        self.read.is_whole || self.status[1] > Some(Status::Maintenance)
    }

    fn as_json(&self) -> Value {
        let told = self.link.told.iter();
        let source: Vec<Value> =
            told.map(|(dc, it)| json!({ "datacenter": dc, "source": it })).collect();
        let health = self.status[1].map(Status::word);
        let called = &self.link.to_dcs;
        json!({
            "from": self.from, "to": self.to, "to_datacenters": called, "source": source,
            "health": health, "is_confirmed": health.map(|_| self.is_confirmed()),
        })
    }
}

fn print(net: &Net, store: &Store, read: Read, output: Format) -> Result<String> {
    let row = |link| Row::of(net, store, read, link);
    let rows: Vec<Row> = net.links().iter().filter_map(row).collect();
    Ok(match output {
        Format::Json => json_rows(rows.iter().map(Row::as_json))?,
        Format::Csv => {
            let flat = rows.iter().map(|row| {
                json!({ "from": row.from, "to": row.to, "source": row.source(), "health": row.health() })
            });
            csv(&Grid::of_json(&FIELDS, flat))
        }
        Format::Table => {
            let columns = [
                Column::new("from", |row: &Row| row.from.to_string()),
                Column::new("to", |row: &Row| row.to.to_string()),
                Column::new("source", Row::source),
                Column::new("health", Row::health),
            ];
            table(&Grid::of(&columns, rows))
        }
        Format::Dot => dot(&rows),
        Format::Mermaid => mermaid(&rows),
    })
}

impl<'a> Row<'a> {
    fn of(net: &'a Net, store: &Store, read: Read, link: &'a Link) -> Option<Self> {
        let (from, to) = (net.name(link.ends.0)?, net.name(link.ends.1)?);
        let status = [from, to].map(|name| {
            let there = store.datacenters().filter_map(|(_, state)| state.services.get(name));
            there.map(|it| it.counts.worst()).max()
        });
        Some(Self { from, to, link, status, read })
    }
}

/// A text in quotes, of which nothing can end them.
fn quoted(text: &str) -> String {
    let text = clean(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// For Graphviz.
fn dot(rows: &[Row]) -> String {
    let mut out = String::from("digraph services {\n  rankdir=LR;\n");
    let failing: BTreeMap<&ServiceName, Status> = failing(rows);
    for (name, status) in failing {
        let color = if status == Status::Critical { "red" } else { "orange" };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {} [color={color}];", quoted(name.as_str()));
    }
    for row in rows {
        let (from, to) = (quoted(row.from.as_str()), quoted(row.to.as_str()));
        let _ = writeln!(out, "  {from} -> {to} [label={}];", quoted(&row.source()));
    }
    out + "}\n"
}

/// For Markdown.
fn mermaid(rows: &[Row]) -> String {
    let mut places: BTreeMap<&ServiceName, usize> = BTreeMap::new();
    for name in rows.iter().flat_map(|row| [row.from, row.to]) {
        let next = places.len();
        places.entry(name).or_insert(next);
    }
    let mut out = String::from("flowchart LR\n");
    for (name, place) in &places {
        // Its own way to write what would end the text.
        let text = clean(name.as_str()).replace('"', "#quot;");
        let _ = writeln!(out, "  n{place}[\"{text}\"]");
    }
    for row in rows {
        let _ = writeln!(out, "  n{} --> n{}", places[row.from], places[row.to]);
    }
    for (name, status) in failing(rows) {
        let color = if status == Status::Critical { "#f66" } else { "#fa3" };
        let _ = writeln!(out, "  style n{} fill:{color}", places[name]);
    }
    out
}

fn failing<'a>(rows: &[Row<'a>]) -> BTreeMap<&'a ServiceName, Status> {
    let both = rows.iter().flat_map(|row| [(row.from, row.status[0]), (row.to, row.status[1])]);
    let fails = |status: &Status| matches!(status, Status::Critical | Status::Warning);
    both.filter_map(|(name, status)| Some((name, status.filter(fails)?))).collect()
}
