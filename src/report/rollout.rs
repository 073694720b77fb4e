//! The rollout of one service without a terminal: `dcview rollout`.
//!
//! The instances are read in every datacenter, once, or with `--wait` by blocking queries until it is
//! decided how the rollout goes. The rules are those of the screen ([`crate::domain::rollout`]). It is
//! never called done while a datacenter does not answer, nor while the token may not see all.

mod follow;
mod look;
mod outcome;
mod teller;

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use chrono::Utc;
use futures_util::future::join_all;
use tokio::time::{Instant, interval, sleep_until};

use super::facts::{self, Facts};
use super::gather::Question;
use super::rows::rollout::print;
use super::trouble::Troubles;
use super::ways::Ways;
use crate::app::msg::Exit;
use crate::cli::Rollout;
use crate::config::Config;
use crate::domain::ids::Dc;
use follow::Followers;
pub(in crate::report) use look::Watched;
use outcome::Outcome;
use teller::Teller;

/// How often the time is looked at.
const TICK: Duration = Duration::from_millis(500);

/// Says how the rollout of a service goes, in `only` or in all datacenters; `say` gets what is worth
/// knowing while it is waited for.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written.
pub async fn rollout(
    asked: &Rollout,
    only: Option<&Dc>,
    config: &Config,
    mut out: impl Write,
    say: impl Fn(&str),
) -> Result<Exit> {
    let ways = Ways::find(config, only).await?;
    if let Some(exit) = ways.refuse(only) {
        return Ok(exit);
    }
    let troubles = Troubles::at_start(config, &ways);
    let hides = hides(&ways).await;
    let asked_ways = ways.all.iter().filter(|way| only.is_none_or(|only| *only == way.dc));
    let mut watched = Watched::new(asked, config.rollout);
    let mut followers = Followers::default();
    for way in asked_ways {
        let is_partial = !asked.as_seen && hides.get(way.agent) == Some(&true);
        watched.add(&way.dc, is_partial, asked.as_seen);
        followers.start(way, &watched.service, &config.versions, asked.wait);
    }
    let outcome = if asked.wait {
        wait(&mut watched, &mut followers, asked.timeout, say).await
    } else {
        while let Some(news) = followers.next().await {
            watched.take(news);
        }
        Outcome::of_one_look(&watched)
    };
    // The list of datacenters may lack the one that is not done.
    let outcome = if ways.trouble.is_some() { outcome.without_list() } else { outcome };
    super::write(&mut out, &print(&watched, asked.output)?)?;
    Ok(outcome.exit(&watched, troubles))
}

/// Which agents have a token that may not see everything.
async fn hides(ways: &Ways) -> Vec<bool> {
    let question = Question::default();
    let facts = join_all(ways.agents.iter().map(|agent| facts::ask(agent, &question))).await;
    facts.iter().map(|facts: &Facts| facts.hides).collect()
}

/// Takes what comes until it is decided, or the time is over.
async fn wait(
    watched: &mut Watched,
    followers: &mut Followers,
    timeout: Duration,
    say: impl Fn(&str),
) -> Outcome {
    let until = Instant::now() + timeout;
    let mut ticks = interval(TICK);
    let mut teller = Teller::new();
    loop {
        tokio::select! {
            Some(news) = followers.next() => watched.take(news),
            _ = ticks.tick() => {}
            () = sleep_until(until) => return Outcome::late(watched),
        }
        watched.settle(Utc::now());
        teller.tell(watched, Utc::now(), &say);
        if let Some(outcome) = Outcome::of_waiting(watched, Utc::now()) {
            return outcome;
        }
    }
}
