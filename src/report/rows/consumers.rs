//! What consumers see, an instance a row, worst first.

use std::cmp::Reverse;

use anyhow::Result;
use serde::Serialize;

use super::{Rows, dc, form};
use crate::cli::Format;
use crate::domain::consumers::{Consumers, Row as Seen, Swept, Way};
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::ConsumerJson;
use crate::report::form::{Column, Grid, json};

/// The fields of an instance, as CSV has them.
const FIELDS: [&str; 11] = [
    "datacenter",
    "service_id",
    "node",
    "address",
    "port",
    "status",
    "dns",
    "http_passing",
    "consul_template",
    "balancers",
    "disagreements",
];

/// What consumers of one service see in each datacenter.
pub(in crate::report) struct OfService<'a>(pub &'a [(&'a Dc, Consumers)]);

/// The instances of all services on which the ways disagree, in each datacenter.
pub(in crate::report) struct Disagreeing<'a>(pub &'a [(&'a Dc, Swept)]);

/// One instance.
pub(in crate::report) struct Row<'a> {
    dc: &'a Dc,
    seen: &'a Consumers,
    it: &'a Seen,
}

/// One instance on which they disagree.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Odd<'a> {
    dc: &'a Dc,
    service: &'a ServiceName,
    row: &'a Seen,
}

/// The same as JSON.
#[derive(Debug, Serialize)]
struct OddJson<'a> {
    datacenter: &'a Dc,
    service: &'a ServiceName,
    service_id: Option<&'a str>,
    node: Option<&'a str>,
    address: Option<&'a str>,
    port: Option<u16>,
    status: Option<&'static str>,
    disagreements: Vec<&'a str>,
}

impl OfService<'_> {
    /// The answer in a form.
    ///
    /// # Errors
    /// When it cannot be JSON, which ours can.
    pub fn print(&self, format: Format) -> Result<String> {
        form(self, format)
    }

    /// The ways that were asked anywhere.
    fn ways(&self) -> Vec<Way> {
        let mut all: Vec<Way> = self.0.iter().flat_map(|(_, seen)| seen.ways.clone()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Disagreeing<'_> {
    /// The answer in a form.
    ///
    /// # Errors
    /// When it cannot be JSON, which ours can.
    pub fn print(&self, format: Format) -> Result<String> {
        form(self, format)
    }
}

impl Row<'_> {
    fn as_json(&self) -> ConsumerJson<'_> {
        ConsumerJson::of(self.dc, self.seen, self.it)
    }
}

fn says(row: &Seen) -> String {
    row.disagreements.iter().map(|it| &*it.text).collect::<Vec<_>>().join("; ")
}

fn state(row: &Seen) -> String {
    row.status().map_or("not there", crate::domain::health::Status::word).to_owned()
}

impl<'a> Rows for OfService<'a> {
    type Row = Row<'a>;

    fn rows(&self) -> Vec<Row<'a>> {
        let all = self.0.iter();
        let mut rows: Vec<_> = all
            .flat_map(|(dc, seen)| seen.rows.iter().map(move |it| Row { dc, seen, it }))
            .collect();
        rows.sort_by_key(|it| Reverse((it.it.grade(), it.it.disagreements.len())));
        rows
    }

    fn json(&self, rows: &[Row<'a>]) -> serde_json::Result<String> {
        json(rows.iter().map(Row::as_json))
    }

    fn csv(&self, rows: Vec<Row<'a>>) -> Grid {
        Grid::of_json(&FIELDS, rows.iter().map(Row::as_json))
    }

    fn table(&self, rows: Vec<Row<'a>>) -> Grid {
        let mut columns = vec![
            dc(|row: &Row| row.dc),
            Column::new("state", |row: &Row| state(row.it)),
            Column::new("id", |row: &Row| row.it.name().to_owned()),
            Column::new("node", |row: &Row| {
                row.it.instance.as_ref().map(|it| it.node.to_string()).unwrap_or_default()
            }),
        ];
        columns.extend(self.ways().into_iter().map(|way| {
            let title = way.title().to_owned();
            Column::new(title, move |row: &Row| {
                row.seen.gives(row.it, &way).map_or("-", |it| it.word(row.it)).to_owned()
            })
        }));
        columns.push(Column::new("disagreements", |row: &Row| says(row.it)));
        Grid::of(&columns, rows)
    }
}

impl<'a> Rows for Disagreeing<'a> {
    type Row = Odd<'a>;

    fn rows(&self) -> Vec<Odd<'a>> {
        let all = self.0.iter();
        let mut rows: Vec<_> = all
            .flat_map(|(dc, swept)| {
                let odd = |it: &'a std::sync::Arc<crate::domain::consumers::Found>| Odd {
                    dc,
                    service: &it.service,
                    row: &it.row,
                };
                swept.found.iter().map(odd)
            })
            .collect();
        rows.sort_by(|a, b| {
            let badness = |it: &Odd| (it.row.grade(), it.row.disagreements.len());
            badness(b)
                .cmp(&badness(a))
                .then_with(|| (a.dc, a.service, &a.row.key).cmp(&(b.dc, b.service, &b.row.key)))
        });
        rows
    }

    fn json(&self, rows: &[Odd<'a>]) -> serde_json::Result<String> {
        json(rows.iter().map(OddJson::of))
    }

    fn csv(&self, rows: Vec<Odd<'a>>) -> Grid {
        let fields = [
            "datacenter",
            "service",
            "service_id",
            "node",
            "address",
            "port",
            "status",
            "disagreements",
        ];
        Grid::of_json(&fields, rows.iter().map(OddJson::of))
    }

    fn table(&self, rows: Vec<Odd<'a>>) -> Grid {
        let columns = [
            dc(|row: &Odd| row.dc),
            Column::new("service", |row: &Odd| row.service.to_string()),
            Column::new("state", |row: &Odd| state(row.row)),
            Column::new("id", |row: &Odd| row.row.name().to_owned()),
            Column::new("disagreements", |row: &Odd| says(row.row)),
        ];
        Grid::of(&columns, rows)
    }
}

impl<'a> OddJson<'a> {
    fn of(odd: &Odd<'a>) -> Self {
        let it = odd.row.instance.as_deref();
        Self {
            datacenter: odd.dc,
            service: odd.service,
            service_id: it.map(|it| it.id.as_str()),
            node: it.map(|it| it.node.as_str()),
            address: it.map(|it| &*it.address),
            port: it.map(|it| it.port),
            status: it.map(|it| it.status.word()),
            disagreements: odd.row.disagreements.iter().map(|it| &*it.text).collect(),
        }
    }
}
