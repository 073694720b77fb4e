//! Every node, the worst first.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{Rows, dc};
use crate::domain::catalog::Node;
use crate::domain::feed::List;
use crate::domain::ids::Dc;
use crate::domain::json::NodeJson;
use crate::report::form::{Column, Grid, json};
use crate::store::Store;

/// The fields of a node, as CSV has them.
const FIELDS: [&str; 7] =
    ["datacenter", "name", "address", "status", "failing_checks", "services", "meta"];

/// The answer.
pub(super) struct Nodes<'a>(pub &'a Store);

/// One node of one datacenter.
pub(super) struct Row<'a> {
    dc: &'a Dc,
    node: &'a Arc<Node>,
}

impl Row<'_> {
    fn as_json(&self) -> NodeJson<'_> {
        NodeJson { datacenter: self.dc, node: self.node }
    }
}

impl<'a> Rows for Nodes<'a> {
    type Row = Row<'a>;

    fn rows(&self) -> Vec<Row<'a>> {
        // Without its checks a node is not known to be well; what is missing is said elsewhere.
        let judged = self.0.datacenters().filter(|(_, dc)| !dc.freshness(&List::Checks).is_empty());
        let mut rows: Vec<_> = judged
            .flat_map(|(dc, state)| state.nodes.values().map(move |node| Row { dc, node }))
            .collect();
        rows.sort_by_key(|Row { dc, node }| (Reverse(node.badness()), *dc, &node.name));
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
            Column::new("state", |row: &Row| row.node.word().to_owned()),
            Column::new("node", |row: &Row| row.node.name.to_string()),
            Column::number("failing checks", |row: &Row| row.node.failing_checks.to_string()),
            Column::number("services", |row: &Row| row.node.services.to_string()),
            Column::new("address", |row: &Row| row.node.address.to_string()),
        ];
        Grid::of(&columns, rows)
    }
}
