//! A rollout as JSON.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::health::Counts;
use crate::domain::ids::{Dc, NodeName, ServiceId, ServiceName};
use crate::domain::rollout::{Judged, Look, Rollout, Sight, Split, Word};

/// The state of a service that has one version in all datacenters.
const STEADY: &str = "steady";
/// The state of a service that is nowhere.
const ABSENT: &str = "absent";

/// A rollout, or a service at rest.
#[derive(Clone, Debug, Serialize)]
pub struct RolloutJson<'a> {
    /// The service.
    pub service: &'a ServiceName,
    /// How it goes, in a word: those of the screen, or `steady` or `absent` where nothing is rolled
    /// out.
    pub state: &'static str,
    /// The version that is rolled out; at rest the only one.
    pub target: Option<Arc<str>>,
    /// How far it is, from 0 to 1.
    pub progress: f64,
    /// When it was seen to begin; `null` at rest.
    pub began: Option<DateTime<Utc>>,
    /// False where it began before it was looked at.
    pub is_begin_seen: bool,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// New instances in a minute; `null` where that cannot be said.
    pub rate_per_minute: Option<f64>,
    /// How long the rest takes at that rate, about.
    pub left_seconds: Option<i64>,
    /// Its versions, oldest first.
    pub versions: Vec<VersionJson>,
    /// The new instances that are critical and were not before.
    pub failing: Vec<FailingJson<'a>>,
    /// The datacenters that cannot be seen, or not all of whose instances may be seen.
    pub unclear: Vec<UnclearJson<'a>>,
}

/// A version in all datacenters.
#[derive(Clone, Debug, Serialize)]
pub struct VersionJson {
    /// The version; empty for none.
    pub version: Arc<str>,
    /// The datacenters that have instances of it.
    pub datacenters: Vec<VersionInDc>,
}

/// A version in one datacenter.
#[derive(Clone, Debug, Serialize)]
pub struct VersionInDc {
    /// The datacenter.
    pub datacenter: Dc,
    /// Its instances.
    pub instances: usize,
    /// They by state.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A new instance that is critical.
#[derive(Clone, Debug, Serialize)]
pub struct FailingJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// Its node.
    pub node: &'a NodeName,
    /// Its id.
    pub id: &'a ServiceId,
    /// Since when it is seen critical.
    pub since: DateTime<Utc>,
    /// What its check printed.
    pub output: &'a str,
}

/// A datacenter that cannot be seen, or not all of it.
#[derive(Clone, Debug, Serialize)]
pub struct UnclearJson<'a> {
    /// The datacenter.
    pub datacenter: &'a Dc,
    /// Why.
    pub why: &'a str,
}

impl<'a> RolloutJson<'a> {
    /// A rollout with what is said of it.
    pub fn of(rollout: &'a Rollout, judged: &Judged<'a>) -> Self {
        let splits = || rollout.parts.iter().map(|(dc, part)| (dc, &*part.split));
        let round = |n: f64| (n * 1000.0).round() / 1000.0;
        let failing = judged.failing.iter().map(|(datacenter, seat, failing)| FailingJson {
            datacenter,
            node: &seat.node,
            id: &seat.id,
            since: failing.since,
            output: &seat.output,
        });
        let unclear = judged.unclear.iter().map(|(dc, it)| (*dc, &*it.why));
        let unclear = unclear.chain(judged.partial.iter().map(|(dc, why)| (*dc, &***why)));
        Self {
            service: &rollout.service,
            state: judged.word.word(),
            target: Some(Arc::clone(&rollout.target)),
            progress: round(rollout.progress()),
            began: Some(rollout.began),
            is_begin_seen: rollout.is_begin_seen,
            ended: rollout.ended.as_ref().map(|(at, _)| *at),
            rate_per_minute: judged.rate.map(round),
            left_seconds: judged.left.map(|left| left.num_seconds()),
            versions: rollout.present().map(|it| version(it, splits())).collect(),
            failing: failing.collect(),
            unclear: unclear.map(|(datacenter, why)| UnclearJson { datacenter, why }).collect(),
        }
    }

    /// A service of which nothing is rolled out, as far as can be seen.
    pub fn at_rest(
        service: &'a ServiceName,
        looks: impl Iterator<Item = (&'a Dc, &'a Look)>,
        sights: &'a [(Dc, Sight)],
    ) -> Self {
        let splits: Vec<(&Dc, Split)> = looks.map(|(dc, look)| (dc, look.split())).collect();
        let all: BTreeSet<&Arc<str>> = splits.iter().flat_map(|(_, split)| split.keys()).collect();
        let versions: Vec<_> = all
            .into_iter()
            .map(|it| version(it, splits.iter().map(|(dc, split)| (*dc, split))))
            .collect();
        Self {
            service,
            state: match versions.len() {
                _ if sights.iter().any(|(_, sight)| matches!(sight, Sight::Unclear(_))) => {
                    Word::Unknown.word()
                }
                0 => ABSENT,
                _ => STEADY,
            },
            target: versions.first().map(|it| Arc::clone(&it.version)),
            progress: if versions.is_empty() { 0.0 } else { 1.0 },
            began: None,
            is_begin_seen: false,
            ended: None,
            rate_per_minute: None,
            left_seconds: None,
            versions,
            failing: Vec::new(),
            unclear: sights.iter().filter_map(unclear).collect(),
        }
    }
}

fn unclear((datacenter, sight): &(Dc, Sight)) -> Option<UnclearJson<'_>> {
    match sight {
        Sight::Clear => None,
        Sight::Partial(why) => Some(UnclearJson { datacenter, why }),
        Sight::Unclear(unseen) => Some(UnclearJson { datacenter, why: &unseen.why }),
    }
}

fn version<'s>(
    version: &Arc<str>,
    splits: impl Iterator<Item = (&'s Dc, &'s Split)>,
) -> VersionJson {
    let datacenters = splits.filter_map(|(dc, split)| {
        let counts = *split.get(version)?;
        Some(VersionInDc { datacenter: dc.clone(), instances: counts.total(), counts })
    });
    VersionJson { version: Arc::clone(version), datacenters: datacenters.collect() }
}
