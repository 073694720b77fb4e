//! Failing checks and the instances that they fail, counted exactly.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::ask::{Asker, Got, Told};
use crate::consul::read;
use crate::consul::{ApiError, Class};
use crate::domain::catalog::{ServiceHealth, Summary};
use crate::domain::health::{Check, Status};
use crate::domain::ids::{NodeName, ServiceName};
use crate::domain::judge;
use crate::domain::tally::{Failing, Placement, tally};

/// How many nodes are asked at once for what runs on them.
const AT_ONCE: usize = 8;
/// How often everything is read when the catalog changes between two of its lists.
const READINGS: usize = 2;

/// Services and the checks that they are judged by.
pub(super) struct Health {
    pub checks: Got<Failing>,
    pub summaries: Got<Vec<Summary>>,
    /// Why there are only names in place of the summaries.
    pub refused: Option<ApiError>,
    pub services: HashMap<ServiceName, ServiceHealth>,
}

/// Critical and warning checks, each once.
///
/// They are two lists. A check that went from one to the other between two answers is in none of
/// them, or in both: so the older answer is asked for again, and of two the later change counts.
pub(super) async fn failing(asker: &Asker) -> Got<Failing> {
    let ask = |status| asker.ask(read::failing(status));
    let (critical, warning) = tokio::join!(ask(Status::Critical), ask(Status::Warning));
    let (mut critical, mut warning) = (critical?, warning?);
    if critical.index < warning.index {
        critical = ask(Status::Critical).await?;
    } else if warning.index < critical.index {
        warning = ask(Status::Warning).await?;
    }
    Ok(critical.and(warning).map(|(critical, warning)| merge(critical.into_iter().chain(warning))))
}

fn merge(checks: impl Iterator<Item = Arc<Check>>) -> Failing {
    let mut failing = Failing::new();
    for check in checks {
        let row = failing.entry(check.key()).or_insert_with(|| Arc::clone(&check));
        if check.modify_index > row.modify_index {
            *row = check;
        }
    }
    failing
}

/// Every service with its instances by state.
pub(super) async fn services(asker: &Asker) -> Health {
    let mut left = READINGS;
    loop {
        left -= 1;
        let health = read_once(asker).await;
        let is_known = health.checks.is_ok() && health.summaries.is_ok();
        let is_exact = |service: &ServiceHealth| service.is_exact || service.instances.is_none();
        if left == 0 || !is_known || health.services.values().all(is_exact) {
            return health;
        }
    }
}

async fn read_once(asker: &Asker) -> Health {
    let (checks, (summaries, refused)) = tokio::join!(failing(asker), summaries(asker));
    let services = match (&checks, &summaries) {
        (Ok(checks), Ok(summaries)) => count(asker, &summaries.value, &checks.value).await,
        (Err(_), Ok(summaries)) => judge::unjudged(&summaries.value),
        (_, Err(_)) => HashMap::new(),
    };
    Health { checks, summaries, refused, services }
}

async fn count(
    asker: &Asker,
    summaries: &[Summary],
    failing: &Failing,
) -> HashMap<ServiceName, ServiceHealth> {
    let first = tally(summaries, failing, &Placement::new());
    if first.wanted.is_empty() {
        return first.services;
    }
    tally(summaries, failing, &placement(asker, first.wanted).await).services
}

/// What runs on these nodes. A node that cannot be asked leaves its counts inexact.
async fn placement(asker: &Asker, nodes: Vec<NodeName>) -> Placement {
    let ask = |node: NodeName| async move {
        let told = asker.ask(read::node_services(&node, &Arc::default())).await.ok()?;
        Some((node, told.value.map(|on_node| on_node.placement()).unwrap_or_default()))
    };
    let answers = stream::iter(nodes).map(ask).buffer_unordered(AT_ONCE);
    answers.filter_map(|answer| async { answer }).collect().await
}

/// The summary of all services; where that is refused or not known, their names and why.
async fn summaries(asker: &Asker) -> (Got<Vec<Summary>>, Option<ApiError>) {
    match asker.ask(read::services()).await {
        Err(error) if matches!(error.class(), Class::Denied | Class::Absent) => {
            let names: Got<Vec<Summary>> = asker.ask(read::service_names()).await;
            let refused = names.is_ok() && error.class() == Class::Denied;
            (names, refused.then_some(error))
        }
        told => (told, None),
    }
}

impl Health {
    /// The summaries, none where they are not known.
    pub fn summaries(&self) -> &[Summary] {
        self.summaries.as_ref().map(|told: &Told<_>| told.value.as_slice()).unwrap_or_default()
    }
}
