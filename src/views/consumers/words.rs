//! What a way gives, and what is noted about a service, in words.

use crate::domain::consumers::{Consumers, Disagreement, Gives, Grade, Row, RowKey};
use crate::domain::health::Status;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;

/// What a way gives of a row.
pub fn gives(gives: Option<&Gives>, row: &Row) -> Cell {
    let Some(gives) = gives else { return Cell::new("-", Role::Muted) };
    let is_wanted = row.status() == Some(Status::Passing);
    let role = match gives {
        Gives::Unknown => Role::Stale,
        Gives::Yes => Role::Text,
        Gives::No | Gives::Absent if is_wanted => Role::Warning,
        Gives::Elsewhere(_) => Role::Warning,
        Gives::No | Gives::Absent | Gives::Partly | Gives::Shared | Gives::NotServed => Role::Muted,
        Gives::Server(server) if server.takes_traffic() => Role::Passing,
        Gives::Server(server) if server.is_taken_out() => Role::Maintenance,
        Gives::Server(_) => Role::Critical,
    };
    Cell::new(clean(gives.word(row)).into_owned(), role)
}

/// How a disagreement is shown.
pub fn role(it: &Disagreement) -> Role {
    match it.grade {
        Grade::Fails => Role::Critical,
        Grade::Unused => Role::Warning,
        Grade::Differs => Role::Unknown,
    }
}

/// Where ways disagree on a row: the worst, and how many more.
pub fn disagreements(row: &Row) -> Cell {
    let Some(first) = row.disagreements.first() else { return Cell::default() };
    let cell = Cell::new(clean(&first.text).into_owned(), role(first));
    match row.disagreements.len() {
        1 => cell,
        n => cell.then(format!(" (+{})", n - 1), Role::Muted),
    }
}

/// What is noted about a service: ways that cannot be asked, then what is easily overlooked.
pub fn notes(seen: &Consumers) -> Vec<(String, Role)> {
    let problem = |(way, problem): (&crate::domain::consumers::Way, &_)| {
        let problem: &crate::domain::consumers::Problem = problem;
        let role = if problem.is_denied { Role::Denied } else { Role::Stale };
        (format!("{way} cannot be asked: {}", problem.why), role)
    };
    let traps = seen.traps.iter().map(|trap| (trap.to_string(), Role::Muted));
    seen.problems().map(problem).chain(traps).collect()
}

/// Where a row's instance serves, or its server is.
pub fn endpoint(row: &Row) -> String {
    let at = match &row.instance {
        Some(it) => it.endpoint(),
        None => server(row).map(|it| it.address.to_string()).unwrap_or_default(),
    };
    let at = if at.is_empty() { row.name().to_owned() } else { at };
    clean(&at).into_owned()
}

/// The server that a row without an instance is.
pub fn server(row: &Row) -> Option<&crate::domain::consumers::balancer::Server> {
    row.gives.iter().find_map(|gives| match gives {
        Gives::Server(server) if matches!(row.key, RowKey::Server(..)) => Some(&**server),
        _ => None,
    })
}
