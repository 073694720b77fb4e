//! Every critical and warning check, and those that stand for maintenance: worst first, and in a
//! datacenter the one that changed last first.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{Rows, dc, state};
use crate::domain::health::Check;
use crate::domain::ids::Dc;
use crate::domain::json::CheckJson;
use crate::report::form::{Column, Grid, json};
use crate::store::Store;

/// The fields of a check, as CSV has them.
const FIELDS: [&str; 9] = [
    "datacenter",
    "node",
    "check_id",
    "name",
    "status",
    "service_id",
    "service_name",
    "output",
    "modify_index",
];

/// The answer.
pub(super) struct Checks<'a>(pub &'a Store);

/// One check of one datacenter.
pub(super) struct Row<'a> {
    dc: &'a Dc,
    check: &'a Arc<Check>,
}

impl Row<'_> {
    fn as_json(&self) -> CheckJson<'_> {
        CheckJson { datacenter: self.dc, check: self.check }
    }
}

impl<'a> Rows for Checks<'a> {
    type Row = Row<'a>;

    fn rows(&self) -> Vec<Row<'a>> {
        let all = self.0.datacenters();
        let mut rows: Vec<_> = all
            .flat_map(|(dc, state)| state.checks.values().map(move |check| Row { dc, check }))
            .collect();
        // An index means something within its datacenter only.
        rows.sort_by_key(|Row { dc, check }| {
            (Reverse(check.status), *dc, Reverse(check.modify_index), &check.node, &check.id)
        });
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
            state(|row: &Row| row.check.status),
            Column::new("service", |row: &Row| row.check.service_id.to_string()),
            Column::new("node", |row: &Row| row.check.node.to_string()),
            Column::new("check", |row: &Row| row.check.name.to_string()),
            Column::new("output", |row: &Row| row.check.says().to_owned()),
        ];
        Grid::of(&columns, rows)
    }
}
