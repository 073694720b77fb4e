//! The screen's answers without a terminal: `dcview get`, and `dcview replication` and `dcview rollout`
//! (see there).
//!
//! ```text
//! ways (which datacenters) -> ask (all at once) -> gather -> store::Store -> rows -> form -> stdout
//!                                 \________ trouble (what is missing) ________________-> stderr
//! ```
//!
//! Everything is asked once and put into the same store that the screen reads, so that both say
//! the same. A datacenter that does not answer costs only its own rows. Exit codes: 0 fine, 1 the
//! one thing that was asked for is nowhere, 2 usage, 3 something could not be had from a datacenter,
//! 4 denied, or a list is empty and ACLs may be why; 3 goes before 4, since who may not ask can be
//! helped only once the way is open.

mod ask;
pub mod chronicle;
mod consumers;
mod events;
mod facts;
pub(crate) mod form;
mod gather;
mod health;
mod map;
mod replication;
mod rollout;
mod rows;
mod trouble;
mod ways;

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use chrono::Utc;
use futures_util::future::join_all;

use crate::app::msg::Exit;
use crate::cli::{Format, Get, What};
use crate::config::Config;
use crate::domain::feed::{List, Report, Subject};
use crate::domain::ids::Dc;
use crate::store::Store;
pub use consumers::check_consumers;
pub use replication::replication;
pub use rollout::rollout;

use facts::Facts;
use gather::Question;
use trouble::Troubles;
use ways::Ways;

/// Prints what was asked for; `only` limits it to one datacenter. What is missing is in the exit's
/// message, a line each.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written. A reader that went away is
/// no error.
pub async fn get(
    get: &Get,
    only: Option<&Dc>,
    config: &Config,
    mut out: impl Write,
) -> Result<Exit> {
    if get.what == What::Map {
        return map::get(get.output, only, config, out).await;
    }
    if matches!(get.output, Format::Dot | Format::Mermaid) {
        let text = String::from("'dot' and 'mermaid' are forms of 'dcview get map'");
        return Ok(Exit { code: 2, message: Some(text) });
    }
    if let What::Events(asked) = &get.what {
        return events::events(asked, get.output, only, config, out).await;
    }
    if let What::Consumers { name } = &get.what {
        return consumers::get(name, get.output, only, config, out).await;
    }
    let ways = Ways::find(config, only).await?;
    if let Some(exit) = ways.refuse(only) {
        return Ok(exit);
    }
    let mut troubles = Troubles::at_start(config, &ways);
    let question = Question { versions: Arc::clone(&config.versions), ..Question::of(&get.what) };
    let store = ask_all(&ways, only, &question, &mut troubles).await;
    if let (Some((what, may_be_filtered)), true) = (absent(&get.what, &store), troubles.is_whole())
    {
        troubles.absent(&what, may_be_filtered);
    }
    write(&mut out, &rows::print(&store, &get.what, get.output)?)?;
    Ok(troubles.exit())
}

/// Asks all datacenters at once and puts what they say into a store.
async fn ask_all(
    ways: &Ways,
    only: Option<&Dc>,
    question: &Question,
    troubles: &mut Troubles,
) -> Store {
    let asked: Vec<_> =
        ways.all.iter().filter(|way| only.is_none_or(|only| *only == way.dc)).collect();
    let answers = join_all(asked.iter().map(|way| gather::ask(way, question)));
    let is_used = |agent: usize| asked.iter().any(|way| way.agent == agent);
    let facts = join_all(ways.agents.iter().enumerate().map(async |(place, agent)| {
        if is_used(place) { facts::ask(agent, question).await } else { Facts::default() }
    }));
    let (answers, facts) = tokio::join!(answers, facts);
    let mut store = Store::default();
    let all = asked.iter().map(|way| way.dc.clone()).collect();
    store.apply(Report::Datacenters { all, local: None });
    for (way, answers) in asked.into_iter().zip(answers) {
        let facts = facts.get(way.agent).cloned().unwrap_or_default();
        for report in answers.tell(&way.dc, question.printed, &facts, Utc::now(), troubles) {
            store.apply(report);
        }
    }
    store
}

/// What is said when no datacenter has the one thing that was asked for, and whether ACLs may be
/// why.
fn absent(what: &What, store: &Store) -> Option<(String, bool)> {
    let (kind, name, subject) = match what {
        What::Service { name } => ("service", name, Subject::Service(name.as_str().into())),
        What::Node { name } => ("node", name, Subject::Node(name.as_str().into())),
        _ => return None,
    };
    let is_there = store.datacenters().any(|(_, dc)| {
        dc.instances.get(&subject).is_some_and(|rows| !rows.is_empty())
            || dc.nodes.contains_key(name.as_str())
    });
    let list = List::Subject(subject);
    let may_be_filtered = store.datacenters().any(|(_, dc)| dc.freshness(&list).may_be_filtered);
    (!is_there).then(|| (format!("no {kind} '{name}'"), may_be_filtered))
}

/// Writes the whole answer.
fn write(out: &mut impl Write, text: &str) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has enough: 'dcview get checks | head -1'.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing the answer"),
    }
}
