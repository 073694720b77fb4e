//! Services over all datacenters, the worst first; in a table a column for each datacenter.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::{Rows, seen};
use crate::domain::catalog::ServiceHealth;
use crate::domain::feed::List;
use crate::domain::health::{Counts, Status};
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::{ServiceInDc, ServiceJson};
use crate::report::form::{Column, Grid, json};
use crate::store::{Datacenter, Store};

/// The fields of a service in one datacenter, as CSV has them.
const FIELDS: [&str; 9] = [
    "name",
    "datacenter",
    "instances",
    "passing",
    "warning",
    "critical",
    "maintenance",
    "is_exact",
    "tags",
];

/// The answer.
pub(super) struct Services<'a>(pub &'a Store);

/// One service.
pub(super) struct Row<'a> {
    name: &'a ServiceName,
    places: Vec<(&'a Dc, &'a ServiceHealth)>,
    tags: Vec<Arc<str>>,
    counts: Counts,
}

/// One service in one datacenter: a line of CSV.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a ServiceName,
    tags: &'a [Arc<str>],
    #[serde(flatten)]
    place: ServiceInDc<'a>,
}

impl<'a> Row<'a> {
    fn of(name: &'a ServiceName, places: Vec<(&'a Dc, &'a ServiceHealth)>) -> Self {
        let mut tags: Vec<_> =
            places.iter().flat_map(|(_, health)| health.tags.iter().cloned()).collect();
        tags.sort_unstable();
        tags.dedup();
        let mut counts = Counts::default();
        for (_, health) in &places {
            counts += health.counts;
        }
        Self { name, places, tags, counts }
    }

    fn as_json(&self) -> ServiceJson<'_> {
        let places = self.places.iter();
        let datacenters = places.map(|(dc, health)| ServiceInDc::of(dc, health)).collect();
        ServiceJson { name: self.name, tags: &self.tags, datacenters }
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.places.iter().map(|(dc, health)| Line {
            name: self.name,
            tags: &health.tags,
            place: ServiceInDc::of(dc, health),
        })
    }

    fn at(&self, dc: &Dc) -> Option<&'a ServiceHealth> {
        self.places.iter().find(|(name, _)| *name == dc).map(|(_, health)| *health)
    }
}

impl<'a> Rows for Services<'a> {
    type Row = Row<'a>;

    fn rows(&self) -> Vec<Row<'a>> {
        let mut by_name: BTreeMap<&ServiceName, Vec<_>> = BTreeMap::new();
        for (dc, state) in self.0.datacenters() {
            for (name, health) in &state.services {
                by_name.entry(name).or_default().push((dc, &**health));
            }
        }
        let mut rows: Vec<_> = by_name.into_iter().map(|(name, at)| Row::of(name, at)).collect();
        rows.sort_by_key(|row| Reverse(row.counts.badness()));
        rows
    }

    fn json(&self, rows: &[Row<'a>]) -> serde_json::Result<String> {
        json(rows.iter().map(Row::as_json))
    }

    fn csv(&self, rows: Vec<Row<'a>>) -> Grid {
        Grid::of_json(&FIELDS, rows.iter().flat_map(Row::lines))
    }

    fn table(&self, rows: Vec<Row<'a>>) -> Grid {
        // Where nothing could be read, not to be listed is not to be absent.
        let is_read =
            |state: &Datacenter| state.counted(&List::Services, state.services.len()).is_some();
        // What is read without a leader, or without its checks, may fail by now.
        let is_judged = |state: &Datacenter| {
            let checks = state.freshness(&List::Checks);
            is_read(state) && !checks.is_empty() && checks.leaderless.is_none()
        };
        let is_whole = self.0.datacenters().all(|(_, state)| is_judged(state));
        let mut columns: Vec<Column<'_, Row<'a>>> = vec![
            Column::new("service", |row: &Row| row.name.to_string()),
            Column::new("state", move |row: &Row| seen(row.counts.worst(), is_whole)),
        ];
        for (dc, state) in self.0.datacenters() {
            let absent = if is_read(state) { "" } else { "?" };
            let health = move |row: &Row| row.at(dc).map_or_else(|| absent.to_owned(), health);
            columns.push(Column::number(dc.as_str(), health));
        }
        columns.push(Column::new("failing", |row: &Row| failing(row.counts)));
        columns.push(Column::new("tags", |row: &Row| row.tags.join(" ")));
        Grid::of(&columns, rows)
    }
}

/// Passing of all instances; `~` where a count is an estimate.
fn health(service: &ServiceHealth) -> String {
    let about = if service.is_exact { "" } else { "~" };
    match service.instances {
        Some(all) => format!("{about}{}/{all}", service.counts.passing),
        None => String::from("?"),
    }
}

fn failing(counts: Counts) -> String {
    let parts = [
        (counts.critical, Status::Critical),
        (counts.warning, Status::Warning),
        (counts.maintenance, Status::Maintenance),
    ];
    let some = parts.into_iter().filter(|(n, _)| *n > 0);
    some.map(|(n, status)| format!("{n} {}", status.word())).collect::<Vec<_>>().join(", ")
}
