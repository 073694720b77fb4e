//! The versions of the services on screen, looked at now and then.
//!
//! A blocking query for each row would use up the connections; versions are read one service after
//! the other, with pauses, and each at most once in two minutes while it is shown: 50 rows cost a
//! request in two and a half seconds.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::context::Context;
use crate::consul::read;
use crate::domain::catalog::Instance;
use crate::domain::feed::Versions;
use crate::domain::ids::ServiceName;

/// The pause after each service: a screen of 50 rows is complete within 5 s.
const PAUSE: Duration = Duration::from_millis(100);
/// How long versions are taken for true.
const KEPT: Duration = Duration::from_mins(2);

/// Reads the versions of what is glanced at for as long as it is polled.
pub(super) async fn watch_versions(ctx: Arc<Context>) {
    let mut scope = ctx.scope.clone();
    let mut read: HashMap<ServiceName, Instant> = HashMap::new();
    loop {
        let glanced = scope.borrow_and_update().glanced.services.clone();
        let is_old = |name: &&ServiceName| read.get(*name).is_none_or(|at| at.elapsed() >= KEPT);
        let Some(name) = glanced.iter().find(is_old) else {
            let oldest = glanced.iter().filter_map(|name| read.get(name)).min();
            let due = oldest.map_or(KEPT, |at| KEPT.saturating_sub(at.elapsed()));
            // Nothing to read wakes it only when something is shown.
            let woke = if glanced.is_empty() {
                scope.changed().await.is_err()
            } else {
                timeout(due, scope.changed()).await.is_ok_and(|changed| changed.is_err())
            };
            if woke {
                return;
            }
            continue;
        };
        // What cannot be read is asked for again as late, as what can.
        read.insert(name.clone(), Instant::now());
        if let Ok((instances, _)) =
            read::service_instances(name, &ctx.versions).fetch(&ctx.client).await
        {
            let versions = count(&instances);
            if versions.len() > 1 {
                ctx.mixed.send_if_modified(|mixed| mixed.insert(name.clone()));
            }
            ctx.inbox.post(|pending| {
                pending.versions.insert(name.clone(), versions);
            });
        }
        sleep(PAUSE).await;
    }
}

/// How many instances are of each version.
fn count(instances: &[Instance]) -> Versions {
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for instance in instances {
        *versions.entry(instance.version().unwrap_or_default()).or_default() += 1;
    }
    versions.into_iter().map(|(version, n)| (Arc::from(version), n)).collect()
}
