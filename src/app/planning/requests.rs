//! The requests that carry out a plan, as they are shown before it is confirmed.

use std::ops::Range;

use crate::consul::write;
use crate::domain::kv::Op;
use crate::plan::{OnConflict, Plan};
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;

/// As many requests of their own are shown; of more, how many there are.
const ALONE: usize = 3;

/// An operation as it is sent: its verb, its key, and the index that it is check-and-set by.
pub(super) fn verb(op: &Op) -> String {
    let verb = match op {
        Op::Put { .. } => "cas",
        Op::Delete { .. } => "delete-cas",
    };
    format!("{verb} {} at index {}", clean(op.key().as_str()), op.cas())
}

/// What is sent, line by line; `query` is what the query of every request begins with.
pub(super) fn lines(plan: &Plan, query: &str) -> Vec<Cell> {
    let transaction = write::shown(&[], query);
    let requests = plan.requests();
    let mut alone = Vec::new();
    for steps in &requests {
        let line = write::shown(&ops(plan, steps), query);
        if line != transaction {
            alone.push(line);
        }
    }
    let mut lines = Vec::new();
    let many = match requests.len() - alone.len() {
        0 => None,
        1 => Some(String::from("1 transaction")),
        n => Some(format!("{} transactions of at most 64 operations, in turn", count(n))),
    };
    if let Some(many) = many {
        lines.push(request(&transaction).then(format!("  {many}"), Role::Muted));
    }
    let more = alone.len().saturating_sub(ALONE);
    lines.extend(alone.iter().take(ALONE).map(|line| request(line)));
    if more > 0 {
        let text = format!("and {} more values too large for a transaction", count(more));
        lines.push(Cell::new(text, Role::Muted));
    }
    let text = match plan.on_conflict {
        OnConflict::Stop => "a key that is at another index by then stops it",
        OnConflict::Leave => "a key that is at another index by then is left as it is",
    };
    lines.push(Cell::new(text, Role::Muted));
    lines
}

fn request(line: &str) -> Cell {
    Cell::new(clean(line).into_owned(), Role::Text)
}

/// The operations of one request; none of one that is sure to be a transaction, since it has several.
fn ops(plan: &Plan, steps: &Range<usize>) -> Vec<Op> {
    match plan.steps.get(steps.clone()) {
        Some([step]) => step.0.clone(),
        _ => Vec::new(),
    }
}
