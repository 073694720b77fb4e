//! The page of a node in each datacenter that has one of this name: the node, its own checks, the
//! instances on it with theirs.
//!
//! JSON has an object for each page; a table and CSV have a line for each thing on it.

use std::sync::Arc;

use serde::Serialize;

use super::{Rows, dc, state};
use crate::domain::catalog::{Instance, Node};
use crate::domain::feed::Subject;
use crate::domain::health::{Check, Status};
use crate::domain::ids::{Dc, NodeName};
use crate::domain::json::{InstanceJson, NodePageJson};
use crate::report::form::{Column, Grid, json};
use crate::store::Store;

/// The fields of a line, as CSV has them.
const FIELDS: [&str; 6] = ["datacenter", "node", "kind", "name", "status", "says"];

/// The answer.
pub(super) struct Pages<'a>(pub &'a Store, pub NodeName);

/// One page.
pub(super) struct Page<'a> {
    dc: &'a Dc,
    node: &'a Node,
    /// The node's own, by id.
    checks: Vec<&'a Check>,
    /// By id.
    instances: Vec<&'a Instance>,
}

/// One thing on a page.
#[derive(Serialize)]
struct Line<'a> {
    datacenter: &'a Dc,
    node: &'a NodeName,
    kind: &'static str,
    name: &'a str,
    status: Status,
    says: String,
}

impl<'a> Page<'a> {
    fn as_json(&self) -> NodePageJson<'a> {
        let instances = self.instances.iter().map(|it| InstanceJson::of(self.dc, it));
        NodePageJson {
            datacenter: self.dc,
            name: &self.node.name,
            address: &self.node.address,
            status: self.node.status,
            meta: &*self.node.meta,
            checks: self.checks.clone(),
            instances: instances.collect(),
        }
    }

    /// The node first, then its own checks, then each instance followed by its checks.
    fn lines(&self) -> Vec<Line<'a>> {
        let (datacenter, node) = (self.dc, self.node);
        let line = |kind, name, status, says| Line {
            datacenter,
            node: &node.name,
            kind,
            name,
            status,
            says,
        };
        let of_check =
            |kind, check: &'a Check| line(kind, &check.name, check.status, check.says().to_owned());
        let mut lines =
            vec![line("node", node.name.as_str(), node.status, node.address.to_string())];
        lines.extend(self.checks.iter().map(|check| of_check("node check", check)));
        for it in &self.instances {
            lines.push(line("instance", it.id.as_str(), it.status, it.endpoint()));
            let own = it.checks.iter().filter(|check| !check.is_of_node());
            lines.extend(own.map(|check| of_check("check", check)));
        }
        lines
    }
}

impl<'a> Rows for Pages<'a> {
    type Row = Page<'a>;

    fn rows(&self) -> Vec<Page<'a>> {
        let Self(store, name) = self;
        let subject = Subject::Node(name.clone());
        let pages = store.datacenters().filter_map(|(dc, state)| {
            let node = &**state.nodes.get(name)?;
            let own = state.node_checks.get(name).map(Vec::as_slice).unwrap_or_default();
            let mut checks: Vec<&Check> = own.iter().map(Arc::as_ref).collect();
            checks.sort_by_key(|check| &check.id);
            let on_node = state.instances.get(&subject).into_iter().flat_map(|rows| rows.values());
            let mut instances: Vec<&Instance> = on_node.map(Arc::as_ref).collect();
            instances.sort_by_key(|it| &it.id);
            Some(Page { dc, node, checks, instances })
        });
        pages.collect()
    }

    fn json(&self, rows: &[Page<'a>]) -> serde_json::Result<String> {
        json(rows.iter().map(Page::as_json))
    }

    fn csv(&self, rows: Vec<Page<'a>>) -> Grid {
        Grid::of_json(&FIELDS, rows.iter().flat_map(Page::lines))
    }

    fn table(&self, rows: Vec<Page<'a>>) -> Grid {
        let columns = [
            dc(|line: &Line| line.datacenter),
            state(|line: &Line| line.status),
            Column::new("kind", |line: &Line| line.kind.to_owned()),
            Column::new("name", |line: &Line| line.name.to_owned()),
            Column::new("address, output", |line: &Line| line.says.clone()),
        ];
        Grid::of(&columns, rows.iter().flat_map(Page::lines))
    }
}
