//! The streams between datacenters without a terminal: `dcview replication`.
//!
//! Everything is compared once. Only where a limit of time is asked for is what is pending looked
//! at again, until it has arrived or the time is over: a single look cannot say how long something
//! waits. What cannot be read is said on stderr and is never called fine.

mod limits;
mod looks;

use std::cmp::Reverse;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use chrono::Utc;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::ask::{Asker, PATIENCE};
use super::facts::{self, Facts};
use super::gather::Question;
use super::rows::streams::{Row, Streams};
use super::trouble::Troubles;
use super::ways::Ways;
use crate::app::msg::Exit;
use crate::cli::Replication;
use crate::config::Config;
use crate::consul::ApiError;
use crate::domain::feed::Link;
use crate::domain::ids::Dc;
use crate::domain::replication::{Stream, StreamId, Verdict, Waiting};
use crate::domain::wan::Wan;
use crate::journal::Journal;
use crate::replication::{Ground, Memory};
use limits::{Limits, Moment};
use looks::Looks;

/// A condition holds.
const FAILED: u8 = 1;
/// The pause before what is pending is looked at again.
const AGAIN: Duration = Duration::from_millis(500);

/// Judges all streams, or those from or into `only`, and prints them.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written.
pub async fn replication(
    asked: &Replication,
    only: Option<&Dc>,
    config: &Config,
    mut out: impl Write,
) -> Result<Exit> {
    let ways = Ways::find(config, None).await?;
    if let Some(exit) = ways.refuse(only) {
        return Ok(exit);
    }
    let mut troubles = Troubles::at_start(config, &ways);
    let Survey { wan, dark, hides } = survey(&ways, only, &mut troubles).await;
    let ground = ground(&ways, config);
    let limits = Limits {
        max_lag: asked.max_lag,
        fail_on: asked.fail_on.clone(),
        stall_after: config.replication.stall_after,
    };
    let is_wanted = |stream: &Stream| {
        let kind = stream.id.kind;
        let of = |dc: &Dc| stream.id.source.as_ref() == Some(dc) || stream.id.destination == *dc;
        (asked.kinds.is_empty() || asked.kinds.contains(&kind)) && only.is_none_or(of)
    };
    let mut looks = Looks::new(&ground, &Arc::new(wan), &asked.kinds);
    let moment = watch(&mut looks, &limits, is_wanted).await;
    let mut streams: Vec<&Stream> = looks.streams().filter(|it| is_wanted(it)).collect();
    streams.sort_by_cached_key(|stream| worst_first(stream));
    let rows = streams.iter().map(|stream| Row::of(stream, limits::waits(stream, moment)));
    super::write(&mut out, &Streams(rows.collect()).print(asked.output)?)?;
    if streams.is_empty() && hides {
        troubles.hollow(None, &["streams"]);
    }
    Ok(end(&streams, &limits, moment, (&dark, hides), troubles))
}

/// What all followers stand on.
fn ground(ways: &Ways, config: &Config) -> Ground {
    let clients = ways.all.iter().map(|way| (way.dc.clone(), way.client.clone()));
    Ground {
        told: Arc::new(config.replication.clone()),
        memory: Memory::new(&config.sources_file),
        journal: config.sources_file.parent().map(Journal::in_dir),
        clients: Arc::new(clients.collect()),
        ..Ground::default()
    }
}

/// What is known before anything is compared.
struct Survey {
    wan: Wan,
    /// Datacenters that do not answer, or have no leader.
    dark: Vec<Dc>,
    /// Whether the token may not see something, somewhere.
    hides: bool,
}

/// Asks each agent for the WAN and each datacenter whether it answers; those that do not are told.
async fn survey(ways: &Ways, only: Option<&Dc>, troubles: &mut Troubles) -> Survey {
    let question = Question { servers: true, ..Question::default() };
    let facts = join_all(ways.agents.iter().map(|agent| facts::ask(agent, &question)));
    let knocks = join_all(ways.all.iter().map(|way| Asker::knock(&way.client)));
    let (facts, knocks) = tokio::join!(facts, knocks);
    let mut survey = Survey {
        wan: Wan::merged(facts.iter().map(|facts| &facts.wan)),
        dark: Vec::new(),
        hides: false,
    };
    for (way, knock) in ways.all.iter().zip(knocks) {
        // What is asked for of another datacenter may not need this one.
        let is_meant = only.is_none_or(|only| *only == way.dc);
        let dc = Some(way.dc.clone());
        let led = knock.and_then(|asker| match asker.link {
            Link::Leaderless => Err(ApiError::NoLeader { dc }),
            _ => Ok(()),
        });
        if let Err(error) = led {
            if is_meant {
                troubles.failed(Some(&way.dc), &[], &error);
            }
            survey.dark.push(way.dc.clone());
        } else if is_meant && facts.get(way.agent).is_some_and(|facts: &Facts| facts.hides) {
            troubles.may_be_filtered(&way.dc);
            survey.hides = true;
        }
    }
    survey
}

/// Looks at everything, and again at what waits since before the first look, for as long as the
/// limits ask for it.
async fn watch(
    looks: &mut Looks<'_>,
    limits: &Limits,
    is_wanted: impl Fn(&Stream) -> bool,
) -> Moment {
    looks.all().await;
    let first = Utc::now();
    let until = Instant::now() + limits.patience() + AGAIN;
    let is_open = |stream: &Stream| {
        let moment = Moment { first, now: Utc::now() };
        let waits =
            stream.waiting == Waiting::Unknown && limits.failures(stream, moment).is_empty();
        is_wanted(stream) && waits
    };
    while !limits.patience().is_zero() && Instant::now() < until {
        sleep(AGAIN).await;
        if !looks.again(is_open).await {
            break;
        }
    }
    Moment { first, now: Utc::now() }
}

fn worst_first(stream: &Stream) -> (Reverse<(Verdict, usize)>, StreamId) {
    (Reverse((stream.verdict, stream.alarms.len())), stream.id.clone())
}

/// The exit code, with a line for each failure and each thing that could not be had.
fn end(
    streams: &[&Stream],
    limits: &Limits,
    moment: Moment,
    (dark, hides): (&[Dc], bool),
    mut troubles: Troubles,
) -> Exit {
    let mut has_failed = false;
    let is_asked = limits.max_lag.is_some() || !limits.fail_on.is_empty();
    for stream in streams {
        for why in limits.failures(stream, moment) {
            has_failed = true;
            troubles.warn(&format!("{}: {why}", stream.id));
        }
        // Of a datacenter that does not answer it is said once.
        let is_told = |dc: &Dc| dark.contains(dc);
        let id = &stream.id;
        if let Some(problem) = &stream.problem {
            if is_told(&id.destination) || id.source.as_ref().is_some_and(is_told) {
                troubles.unread();
            } else {
                troubles.stream(&id.to_string(), problem, stream.is_denied);
            }
        } else if is_asked && stream.is_proposed {
            let text = "its source is only a guess, so it cannot be judged; name it under \
                        [[replication.source]], or take it as right with 'a' on the screen";
            troubles.stream(&id.to_string(), text, false);
        } else if is_asked && stream.verdict == Verdict::Unknown {
            troubles.stream(&id.to_string(), "it cannot be judged", hides);
        }
    }
    let exit = troubles.exit();
    Exit { code: if has_failed { FAILED } else { exit.code }, ..exit }
}
