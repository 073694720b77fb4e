//! A row for each datacenter, by name.

use super::{Rows, known};
use crate::report::form::{Column, Grid, json};
use crate::store::Store;
use crate::store::overview::Overview;

/// The fields of a datacenter, as CSV has them.
const FIELDS: [&str; 19] = [
    "datacenter",
    "state",
    "leader",
    "servers_healthy",
    "servers_expected",
    "failure_tolerance",
    "worst_follower",
    "worst_follower_entries",
    "worst_follower_last_contact_ms",
    "nodes",
    "services",
    "instances",
    "checks_critical",
    "checks_warning",
    "maintenance",
    "round_trip_ms",
    "stale_ms",
    "may_be_filtered",
    "problem",
];

/// The answer.
pub(super) struct Datacenters<'a>(pub &'a Store);

impl<'a> Rows for Datacenters<'a> {
    type Row = Overview<'a>;

    fn rows(&self) -> Vec<Overview<'a>> {
        self.0.datacenters().map(|(dc, state)| Overview::of(dc, state)).collect()
    }

    fn json(&self, rows: &[Overview<'a>]) -> serde_json::Result<String> {
        json(rows)
    }

    fn csv(&self, rows: Vec<Overview<'a>>) -> Grid {
        Grid::of_json(&FIELDS, rows)
    }

    fn table(&self, rows: Vec<Overview<'a>>) -> Grid {
        let columns = [
            Column::new("dc", |row: &Overview| row.datacenter.to_string()),
            Column::new("state", |row: &Overview| row.state.to_owned()),
            Column::new("leader", |row: &Overview| row.leader.unwrap_or_default().to_owned()),
            Column::new("servers", |row: &Overview| {
                format!("{}/{}", known(row.servers_healthy), known(row.servers_expected))
            }),
            Column::number("spare", |row: &Overview| known(row.failure_tolerance)),
            Column::new("worst follower", follower),
            Column::number("nodes", |row: &Overview| known(row.nodes)),
            Column::number("services", |row: &Overview| known(row.services)),
            Column::number("instances", |row: &Overview| known(row.instances)),
            Column::number("critical", |row: &Overview| known(row.checks_critical)),
            Column::number("warning", |row: &Overview| known(row.checks_warning)),
            Column::number("maintenance", |row: &Overview| known(row.maintenance)),
            Column::number("rtt ms", |row: &Overview| known(row.round_trip_ms)),
            Column::new("problem", |row: &Overview| row.problem.unwrap_or_default().to_owned()),
        ];
        Grid::of(&columns, rows)
    }
}

fn follower(row: &Overview) -> String {
    match (row.worst_follower, row.servers_healthy) {
        (Some(name), _) => {
            let contact = row.worst_follower_last_contact_ms;
            let contact =
                contact.map_or_else(|| String::from("no contact"), |ms| format!("{ms} ms"));
            format!("{name} {} behind, {contact}", known(row.worst_follower_entries))
        }
        (None, Some(_)) => String::new(),
        (None, None) => String::from("?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::Report;
    use serde_json::Value;

    #[test]
    fn csv_has_every_field() {
        let mut store = Store::default();
        store.apply(Report::Datacenters { all: vec!["dc-1".into()], local: None });
        let answer = Datacenters(&store);
        let text = answer.json(&answer.rows()).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut fields: Vec<&str> =
            rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        let mut listed = FIELDS;
        fields.sort_unstable();
        listed.sort_unstable();
        assert_eq!(fields, listed);
    }
}
