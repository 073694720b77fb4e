//! Opening the screen: on datacenters with all that watches and keeps them, or on a recording.

use std::path::Path;

use anyhow::{Context, Result};
use tokio::sync::{mpsc, watch};

use super::archive::Archive;
use super::drafts::Keeper;
use super::effects::{Live, Side, World};
use super::recorder::Recording;
use super::run::{Lanes, Session};
use super::signals::Signals;
use super::stage::Stage;
use super::tasks::{Tasks, Ways};
use super::terminal::{Tty, guard_panics};
use crate::app::msg::{Exit, Msg};
use crate::app::replay::Played;
use crate::app::{App, Setup};
use crate::cli::Record;
use crate::config::Config;
use crate::domain::feed::Scope;
use crate::recording::player::Player;

/// Reports between watch layer and UI: a full lane makes the watchers wait.
const LANE: usize = 64;

/// How the screen begins.
pub struct Begin<'a> {
    /// Where what is kept lies.
    pub state: &'a Path,
    /// A command to begin with.
    pub first: Option<&'a str>,
    /// What is to be recorded.
    pub record: &'a Record,
}

/// A recording to show.
pub struct Show {
    /// The recording.
    pub player: Player,
    /// What is shown first.
    pub first: Played,
    /// How many times faster than life it goes on.
    pub speed: u32,
}

/// Opens the screen and runs until it is left.
///
/// # Errors
/// When there is no terminal, a datacenter's settings cannot be used, or nothing can be recorded where
/// it should be.
pub async fn run(config: &Config, setup: Setup, begin: Begin<'_>) -> Result<Exit> {
    guard_panics();
    let mut signals = Signals::listen().context("listening to signals")?;
    let (results_in, results) = mpsc::unbounded_channel();
    let recording = Recording::start(begin.record, setup.now, results_in.clone())?;
    let mut tty = take(config.mouse)?;
    let app = opened(setup, &mut tty)?;

    let (scope, wanted) = watch::channel(Scope { focus: config.focus.clone(), ..Scope::default() });
    let (reports_in, reports) = mpsc::channel(LANE);
    let watch = crate::watch::start(config, wanted, reports_in.clone())?;
    let ways = Ways::new(config, begin.state.to_owned(), reports_in)?;
    let tasks = Tasks::new(ways, results_in.clone());
    let failed = results_in.clone();
    let drafts =
        Keeper::start(begin.state, config.agents(), move |why| drop(failed.send(Msg::Failed(why))));
    // The other half is for events.
    let archive = Archive::start(config.history.of_moments(), results_in.clone());
    let live = Live { scope, watch, tasks, archive, recording, drafts };
    let world = World { side: Side::Live(Box::new(live)), results: results_in };
    // Nothing plays.
    let (_, played) = mpsc::channel(1);
    let lanes = Lanes { reports, played, results };
    Session::new(app, tty, world).begin(begin.first, &mut signals, lanes).await
}

/// Opens the screen on a recording and runs until it is left.
///
/// # Errors
/// When there is no terminal.
pub async fn replay(mouse: bool, setup: Setup, first: Option<&str>, show: Show) -> Result<Exit> {
    guard_panics();
    let mut signals = Signals::listen().context("listening to signals")?;
    let mut tty = take(mouse)?;
    let mut app = opened(setup, &mut tty)?;
    let (results_in, results) = mpsc::unbounded_channel();
    let (played_in, played) = mpsc::channel(1);
    let effects = app.replay(show.speed, show.first);
    let stage = Stage::start(show.player, show.speed, played_in).context("playing")?;
    let world = World { side: Side::Replay(stage), results: results_in };
    // Nothing is watched.
    let (_, reports) = mpsc::channel(1);
    let lanes = Lanes { reports, played, results };
    let mut session = Session::new(app, tty, world);
    session.carry_out(effects)?;
    session.begin(first, &mut signals, lanes).await
}

fn take(mouse: bool) -> Result<Tty> {
    Tty::take(mouse).context("taking the terminal (use 'dcview get ..' where there is none)")
}

/// The program, drawn before anything came.
fn opened(setup: Setup, tty: &mut Tty) -> Result<App> {
    let mut app = App::new(setup);
    let (width, height) = tty.size()?;
    app.update(Msg::Resize(width, height));
    tty.draw(&app)?;
    Ok(app)
}
