//! A row for each version in each datacenter, and above them how the rollout goes.

use anyhow::Result;
use chrono::Utc;

use crate::cli::Format;
use crate::domain::json::RolloutJson;
use crate::domain::rollout::judge;
use crate::report::form::{Column, Grid, csv, json_line, table};
use crate::report::rollout::Watched;
use crate::ui::text::clean;
use crate::views::rollout::words;

/// A version in a datacenter.
struct Row {
    version: String,
    datacenter: String,
    /// Instances, then those that pass, warn, are critical, and are in maintenance.
    counts: [usize; 5],
}

/// The answer in a form.
///
/// # Errors
/// When it cannot be JSON, which ours can.
pub(in crate::report) fn print(watched: &Watched, format: Format) -> Result<String> {
    let now = Utc::now();
    let sights = watched.sights();
    let judged = watched
        .rollout()
        .map(|rollout| (rollout, judge::judge(rollout, now, &watched.bounds, &sights)));
    let answer = match &judged {
        Some((rollout, judged)) => RolloutJson::of(rollout, judged),
        None => RolloutJson::at_rest(&watched.service, watched.looks(), &sights),
    };
    if format == Format::Json {
        return Ok(json_line(&answer)? + "\n");
    }
    let sentence = match &judged {
        Some((rollout, judged)) => words::sentence(rollout, judged, now),
        None => at_rest(&answer),
    };
    let rows = answer.versions.iter().flat_map(|version| {
        version.datacenters.iter().map(|place| Row {
            version: version.version.to_string(),
            datacenter: place.datacenter.to_string(),
            counts: [
                place.instances,
                place.counts.passing,
                place.counts.warning,
                place.counts.critical,
                place.counts.maintenance,
            ],
        })
    });
    let grid = Grid::of(&columns(), rows);
    Ok(match format {
        Format::Csv => csv(&grid),
        _ => format!("{}: {sentence}\n{}", watched.service, table(&grid)),
    })
}

fn columns() -> Vec<Column<'static, Row>> {
    let mut columns = vec![
        Column::new("version", |row: &Row| row.version.clone()),
        Column::new("datacenter", |row: &Row| row.datacenter.clone()),
    ];
    let names = ["instances", "passing", "warning", "critical", "maintenance"];
    columns.extend(names.into_iter().enumerate().map(|(at, name)| {
        Column::number(name, move |row: &Row| {
            row.counts.get(at).copied().unwrap_or_default().to_string()
        })
    }));
    columns
}

fn at_rest(answer: &RolloutJson) -> String {
    let mut all = vec![match &answer.target {
        Some(version) => format!("one version, {}", words::version(version)),
        None => String::from("no instance"),
    }];
    all.extend(answer.unclear.iter().map(|it| format!("{}: {}", it.datacenter, it.why)));
    clean(&all.join("; ")).into_owned()
}
