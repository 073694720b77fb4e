//! Nomad behind an instance, as lines of its detail: the allocation, its job, the link to its page.

use super::Ctx;
use crate::domain::feed::{Subject, Wanted};
use crate::domain::ids::{Dc, ServiceId};
use crate::domain::nomad::{AllocationId, Told};
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;

/// What must be watched for an instance that Nomad runs.
pub fn wanted(dc: &Dc, id: &ServiceId) -> Option<Wanted> {
    let subject = Subject::Allocation(AllocationId::of(id)?);
    Some(Wanted { dc: dc.clone(), subject })
}

/// What is said of Nomad; nothing of an instance that it does not run.
pub fn lines(ctx: &Ctx, dc: &Dc, id: &ServiceId) -> Vec<Cell> {
    let Some(id) = AllocationId::of(id) else { return Vec::new() };
    let label = |name: &str| Cell::new(format!("{name:<9}"), Role::Muted);
    let field = |name: &str, text: &str| label(name).then(clean(text).into_owned(), Role::Text);
    let mut lines = vec![field("nomad", &format!("allocation {}", id.0))];
    let Some(found) = ctx.store.dc(dc).and_then(|state| state.allocations.get(&id)) else {
        return lines;
    };
    if let Some(told) = found.told.now() {
        lines.push(field("job", &job(told)));
    }
    if let Some(problem) = &found.told.problem {
        let text = format!("not known: {}", clean(&problem.why));
        lines.push(label("job").then(text, Role::Stale));
    }
    lines.push(match found.page() {
        Some(page) => field("page", &page),
        None => label("page").then("the catalog names no Nomad here", Role::Muted),
    });
    lines
}

fn job(told: &Told) -> String {
    let Told { job, group, node, version, status, .. } = told;
    let mut text = format!("{job} version {version}, group {group}, {status} on {node}");
    if told.is_canary {
        text.push_str(", canary");
    }
    match told.is_healthy {
        Some(true) => text.push_str(", healthy"),
        Some(false) => text.push_str(", not healthy"),
        None => {}
    }
    if !matches!(&*told.namespace, "" | "default") {
        text = format!("{}/{text}", told.namespace);
    }
    text
}
