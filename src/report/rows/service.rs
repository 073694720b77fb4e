//! The instances of one service in all datacenters, the worst first.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{Rows, dc, state};
use crate::domain::catalog::Instance;
use crate::domain::feed::Subject;
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::InstanceJson;
use crate::report::form::{Column, Grid, json};
use crate::store::Store;

/// The fields of an instance, as CSV has them; its checks are in JSON only.
const FIELDS: [&str; 11] = [
    "datacenter",
    "service",
    "id",
    "node",
    "address",
    "port",
    "status",
    "version",
    "tags",
    "meta",
    "modify_index",
];

/// The answer.
pub(super) struct Service<'a>(pub &'a Store, pub ServiceName);

/// One instance of one datacenter.
pub(super) struct Row<'a> {
    dc: &'a Dc,
    it: &'a Arc<Instance>,
}

impl Row<'_> {
    fn as_json(&self) -> InstanceJson<'_> {
        InstanceJson::of(self.dc, self.it)
    }
}

impl<'a> Rows for Service<'a> {
    type Row = Row<'a>;

    fn rows(&self) -> Vec<Row<'a>> {
        let subject = Subject::Service(self.1.clone());
        let all = self
            .0
            .datacenters()
            .filter_map(|(dc, state)| Some((dc, state.instances.get(&subject)?)));
        let mut rows: Vec<_> =
            all.flat_map(|(dc, rows)| rows.values().map(move |it| Row { dc, it })).collect();
        rows.sort_by_key(|Row { dc, it }| (Reverse(it.status), *dc, &it.node, &it.id));
        rows
    }

    fn json(&self, rows: &[Row<'a>]) -> serde_json::Result<String> {
        json(rows.iter().map(Row::as_json))
    }

    fn csv(&self, rows: Vec<Row<'a>>) -> Grid {
        Grid::of_json(&FIELDS, rows.iter().map(Row::as_json))
    }

    fn table(&self, rows: Vec<Row<'a>>) -> Grid {
        let columns = [
            dc(|row: &Row| row.dc),
            state(|row: &Row| row.it.status),
            Column::new("address", |row: &Row| row.it.endpoint()),
            Column::new("node", |row: &Row| row.it.node.to_string()),
            Column::new("id", |row: &Row| row.it.id.to_string()),
            Column::number("checks", |row: &Row| {
                let passing = row.it.checks.iter().filter(|check| check.status == Status::Passing);
                format!("{}/{}", passing.count(), row.it.checks.len())
            }),
            Column::new("version", |row: &Row| row.it.version().unwrap_or_default().to_owned()),
            Column::new("tags", |row: &Row| row.it.tags.join(" ")),
        ];
        Grid::of(&columns, rows)
    }
}
