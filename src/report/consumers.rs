//! What consumers see, without a terminal: `dcview get consumers` and `dcview check consumers`.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use futures_util::future::join_all;

use super::ask::Asker;
use super::rows;
use super::trouble::Troubles;
use super::ways::{Way, Ways};
use crate::app::msg::Exit;
use crate::cli::Format;
use crate::config::Config;
use crate::consul::ApiError;
use crate::consumers::{Looker, sweep};
use crate::domain::consumers::{Consumers, Problem, Swept, Told};
use crate::domain::ids::{Dc, ServiceName};
use rows::consumers::{Disagreeing, OfService};

/// What was asked about holds.
const DISAGREES: u8 = 1;

/// Prints what consumers of a service see; `only` limits it to one datacenter.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written.
pub(super) async fn get(
    service: &str,
    output: Format,
    only: Option<&Dc>,
    config: &Config,
    mut out: impl Write,
) -> Result<Exit> {
    let ways = Ways::find(config, only).await?;
    if let Some(exit) = ways.refuse(only) {
        return Ok(exit);
    }
    let mut troubles = Troubles::at_start(config, &ways);
    let service = ServiceName::from(service);
    let told = Arc::new(config.consumers.clone());
    let seen = join_all(asked(&ways, only).map(|way| look(way, &service, &told))).await;
    let mut all: Vec<(&Dc, Consumers)> = Vec::new();
    for (way, seen) in asked(&ways, only).zip(seen) {
        match seen {
            Ok(seen) => {
                seen.problems().for_each(|(of, it)| {
                    troubled(&mut troubles, &way.dc, &of.to_string(), it);
                });
                all.push((&way.dc, seen));
            }
            Err(error) => troubles.failed(Some(&way.dc), &[], &error),
        }
    }
    let is_there = all.iter().any(|(_, seen)| !seen.rows.is_empty());
    let hides = all.iter().any(|(_, seen)| seen.asked.may_be_filtered);
    if !is_there && troubles.is_whole() {
        troubles.absent(&format!("no service '{service}'"), hides);
    }
    // Of a datacenter that simply does not have it nothing is to be said.
    for (dc, seen) in all.iter().filter(|(_, seen)| !is_there || !seen.rows.is_empty()) {
        seen.traps.iter().for_each(|trap| troubles.warn(&format!("{dc}: {trap}")));
    }
    super::write(&mut out, &OfService(&all).print(output)?)?;
    Ok(troubles.exit())
}

/// Looks at all services, and prints the instances on which the ways disagree.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written.
pub async fn check_consumers(
    output: Format,
    only: Option<&Dc>,
    config: &Config,
    mut out: impl Write,
) -> Result<Exit> {
    let ways = Ways::find(config, only).await?;
    if let Some(exit) = ways.refuse(only) {
        return Ok(exit);
    }
    let mut troubles = Troubles::at_start(config, &ways);
    let told = Arc::new(config.consumers.clone());
    let swept = join_all(asked(&ways, only).map(|way| sweep_one(way, &told))).await;
    let mut all: Vec<(&Dc, Swept)> = Vec::new();
    for (way, swept) in asked(&ways, only).zip(swept) {
        match swept {
            Ok(swept) => {
                swept.problems.iter().for_each(|(of, it)| {
                    troubled(&mut troubles, &way.dc, of, it);
                });
                if swept.may_be_filtered {
                    troubles.may_be_filtered(&way.dc);
                }
                all.push((&way.dc, swept));
            }
            Err(error) => troubles.failed(Some(&way.dc), &[], &error),
        }
    }
    super::write(&mut out, &Disagreeing(&all).print(output)?)?;
    let disagree: usize = all.iter().map(|(_, swept)| swept.found.len()).sum();
    if disagree > 0 {
        troubles.warn(&format!("the ways disagree on {disagree} instances"));
    }
    let exit = troubles.exit();
    Ok(Exit { code: if disagree > 0 { DISAGREES } else { exit.code }, ..exit })
}

fn asked<'a>(ways: &'a Ways, only: Option<&'a Dc>) -> impl Iterator<Item = &'a Way> {
    ways.all.iter().filter(move |way| only.is_none_or(|only| *only == way.dc))
}

async fn look(way: &Way, service: &ServiceName, told: &Arc<Told>) -> Result<Consumers, ApiError> {
    Asker::knock(&way.client).await?;
    Ok(Looker::new(&way.dc, &way.client, told).look(service, None).await)
}

async fn sweep_one(way: &Way, told: &Arc<Told>) -> Result<Swept, ApiError> {
    Asker::knock(&way.client).await?;
    sweep(&mut Looker::new(&way.dc, &way.client, told), None, |_| {}).await
}

/// Says that a way could not be asked.
fn troubled(troubles: &mut Troubles, dc: &Dc, way: &str, problem: &Problem) {
    let id = format!("{dc}: {way} cannot be asked");
    troubles.stream(&id, &problem.why, problem.is_denied);
}
