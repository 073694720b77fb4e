//! What is printed of the store: the rows of each answer, sorted as on the screen.

mod checks;
pub(super) mod consumers;
mod node;
mod nodes;
mod overview;
pub(super) mod rollout;
mod service;
mod services;
pub(super) mod streams;

use anyhow::Result;

use super::form::{Column, Grid, csv, table};
use crate::cli::{Format, What};
use crate::domain::health::Status;
use crate::domain::ids::Dc;
use crate::store::Store;

/// One kind of answer: its rows, and how they look in each form.
trait Rows {
    /// One row.
    type Row;

    /// The rows in their order.
    fn rows(&self) -> Vec<Self::Row>;

    /// The rows as JSON.
    fn json(&self, rows: &[Self::Row]) -> serde_json::Result<String>;

    /// The rows for CSV.
    fn csv(&self, rows: Vec<Self::Row>) -> Grid;

    /// The rows for a table.
    fn table(&self, rows: Vec<Self::Row>) -> Grid;
}

/// The answer, in the form that was asked for.
///
/// # Errors
/// When it cannot be JSON, which ours can.
pub(super) fn print(store: &Store, what: &What, format: Format) -> Result<String> {
    match what {
        What::Overview => form(&overview::Datacenters(store), format),
        What::Services => form(&services::Services(store), format),
        What::Service { name } => form(&service::Service(store, name.as_str().into()), format),
        What::Nodes => form(&nodes::Nodes(store), format),
        What::Node { name } => form(&node::Pages(store, name.as_str().into()), format),
        What::Checks => form(&checks::Checks(store), format),
        // They are no list of the store.
        What::Consumers { .. } | What::Events(_) | What::Map => Ok(String::new()),
    }
}

fn form<R: Rows>(answer: &R, format: Format) -> Result<String> {
    let rows = answer.rows();
    Ok(match format {
        Format::Json => answer.json(&rows)?,
        Format::Csv => csv(&answer.csv(rows)),
        Format::Table | Format::Dot | Format::Mermaid => table(&answer.table(rows)),
    })
}

/// The column of datacenters.
fn dc<'a, T>(of: impl Fn(&T) -> &Dc + 'a) -> Column<'a, T> {
    Column::new("dc", move |row| of(row).to_string())
}

/// The column of states.
fn state<'a, T>(of: impl Fn(&T) -> Status + 'a) -> Column<'a, T> {
    Column::new("state", move |row| of(row).word().to_owned())
}

/// A state; that all passes is certain only where all was read.
pub(super) fn seen(worst: Status, is_whole: bool) -> String {
    let doubt = if is_whole || worst > Status::Maintenance { "" } else { "?" };
    format!("{}{doubt}", worst.word())
}

/// A number, or that it is not known.
fn known<T: ToString>(n: Option<T>) -> String {
    n.map_or_else(|| String::from("?"), |n| n.to_string())
}
