//! How a template looks: its columns, and what stands beside the list.

use super::{Standing, TemplateRow};
use crate::domain::template::{Data, SESSION};
use crate::table::column::{Cell, Column, Width};
use crate::ui::text::{age, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::{Ctx, cells};

/// The word for how a template stands.
pub(super) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Led => "led",
        Standing::Failing => "leader failing",
        Standing::Failover => "no leader",
    }
}

/// All columns.
pub(super) fn columns<'a>(ctx: &'a Ctx) -> Vec<Column<'a, TemplateRow>> {
    let standing = |row: &TemplateRow| {
        let standing = row.standing();
        let role = match standing {
            Standing::Led => Role::Passing,
            Standing::Failing => Role::Warning,
            Standing::Failover => Role::Critical,
        };
        Cell::new(word(standing), role)
    };
    let node = |row: &TemplateRow| match &row.leader {
        Some(session) => cells::text(session.node.as_str(), Role::Text),
        None => Cell::new("-", Role::Muted),
    };
    vec![
        Column::new("dc", "dc", Width::Fit(4, 12), |row: &TemplateRow| cells::dc(ctx, &row.dc))
            .sorts(|a: &TemplateRow, b| a.dc.cmp(&b.dc)),
        Column::new("status", "leader", Width::Fit(6, 14), standing)
            .sorts_worst_first(|a: &TemplateRow, b| a.standing().cmp(&b.standing())),
        Column::new(
            "name",
            "template (md5 of its text)",
            Width::Fit(16, 32),
            |row: &TemplateRow| cells::text(&row.template.id, Role::Text),
        )
        .sorts(|a: &TemplateRow, b| a.template.id.cmp(&b.template.id)),
        Column::new("node", "on", Width::Fill(8, 40), node),
        Column::new("age", "since", Width::Fit(5, 8), |row: &TemplateRow| {
            cells::since(ctx.now, row.led)
        })
        .right()
        .rank(1),
        Column::new("data", "data", Width::Fit(5, 8), |row: &TemplateRow| {
            cells::since(ctx.now, row.data)
        })
        .right(),
        Column::new("instances", "instances", Width::Fit(9, 9), |row: &TemplateRow| {
            cells::number(row.instances, Role::Text)
        })
        .right()
        .rank(2),
    ]
}

/// What stands beside the list.
pub(super) fn detail(ctx: &Ctx, row: &TemplateRow, data: Option<&Data>) -> Detail {
    let field = |name: &str, text: &str| {
        Cell::new(format!("{name:<11}"), Role::Muted).then(clean(text).into_owned(), Role::Text)
    };
    let mut lines = standing(ctx, row);
    if let Some(session) = &row.leader {
        let text = format!("{} on {}, TTL {}", session.id, session.node, session.ttl);
        lines.push(field("leader", &text));
    }
    lines.push(field("instances", &others(ctx, row)));
    if let Some(key) = &row.template.data {
        lines.push(field("data", &format!("{} at index {}", key.key, key.modify_index)));
    }
    if row.template.is_old {
        lines.push(field("version", "before 0.20: the lock is a key of its own"));
    }
    match data {
        Some(data) if data.is_empty => {
            lines.push(Cell::new("no data yet: the leader has not rendered it", Role::Warning));
        }
        Some(data) => {
            let version = data.version.as_deref().unwrap_or("not told");
            lines.push(field("written by", &format!("consul-template {version}")));
            lines.extend(data.dependencies.iter().map(|it| field("needs", it)));
        }
        None => {}
    }
    lines.push(Cell::new("md5sum of a .ctmpl file is the id of its template", Role::Muted));
    let title = Cell::new(format!(" {} ", clean(&row.template.id)), Role::Title);
    Detail { title, lines: Lines::Whole(lines) }
}

fn standing(ctx: &Ctx, row: &TemplateRow) -> Vec<Cell> {
    let text = match (row.standing(), row.gone) {
        (Standing::Led, _) => return Vec::new(),
        (Standing::Failing, _) => {
            "its leader's node fails: the session ends when its TTL has run out, up to twice as \
             long; until then the data is not renewed"
                .to_owned()
        }
        (Standing::Failover, Some(at)) => {
            let old = age((ctx.now - at).to_std().unwrap_or_default());
            format!("failover: the leader's session ended {old} ago, and its key with it")
        }
        (Standing::Failover, None) => {
            "no instance holds it: nothing is rendered until one does".to_owned()
        }
    };
    vec![Cell::new(text, Role::Critical)]
}

/// The instances there are; which template each follows stands nowhere.
fn others(ctx: &Ctx, row: &TemplateRow) -> String {
    let Some(state) = ctx.store.dc(&row.dc) else { return String::new() };
    let of_them = state.held.sessions.values().filter(|it| *it.name == *SESSION);
    let mut nodes: Vec<&str> = of_them.map(|it| it.node.as_str()).collect();
    nodes.sort_unstable();
    match nodes.as_slice() {
        [] => "none has a session".to_owned(),
        nodes => format!("{} on {}; which follow it is not told", nodes.len(), nodes.join(", ")),
    }
}
