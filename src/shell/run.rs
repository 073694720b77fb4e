//! The loop: waits for keys first, then for everything else, and draws what changed.
//!
//! A key is answered with a frame at once; data waits until 16 ms have passed since the last one,
//! so that a flood of changes costs sixty frames a second and never delays a key.

use std::future::poll_fn;
use std::path::Path;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::archive::Archive;
use super::diary::Diary;
use super::drafts::Keeper;
use super::effects::{Next, World};
use super::signals::{Caught, Signals, stop_self};
use super::tasks::{Tasks, Ways};
use super::terminal::{Tty, guard_panics};
use crate::app::msg::{Exit, Msg};
use crate::app::{App, Setup};
use crate::clock;
use crate::config::Config;
use crate::domain::feed::{Report, Scope};
use crate::domain::kv::Key;
use crate::kv::external;

/// Data is drawn at most once in this time.
const FRAME: Duration = Duration::from_millis(16);
/// Ages are drawn anew once in this time.
const TICK: Duration = Duration::from_secs(1);
/// Bytes for the earlier moments: half of what history may take.
const ARCHIVE: usize = 32 << 20;
/// Reports between watch layer and UI: a full lane makes the watchers wait.
const LANE: usize = 64;

/// Opens the screen and runs until it is left.
///
/// # Errors
/// When there is no terminal, or a datacenter's settings cannot be used.
pub async fn run(config: &Config, setup: Setup, state: &Path, first: Option<&str>) -> Result<Exit> {
    guard_panics();
    let mut signals = Signals::listen().context("listening to signals")?;
    let mut tty = Tty::take(config.mouse)
        .context("taking the terminal (use 'dcview get ..' where there is none)")?;
    let mut app = App::new(setup);
    let (width, height) = tty.size()?;
    app.update(Msg::Resize(width, height));
    tty.draw(&app)?;

    let (scope, wanted) = watch::channel(Scope { focus: config.focus.clone(), ..Scope::default() });
    let (reports_in, reports) = mpsc::channel(LANE);
    let (results_in, results) = mpsc::unbounded_channel();
    let watch = crate::watch::start(config, wanted, reports_in)?;
    let tasks = Tasks::new(Ways::new(config, state.to_owned())?, results_in.clone());
    let failed = results_in.clone();
    let drafts =
        Keeper::start(state, config.agents(), move |why| drop(failed.send(Msg::Failed(why))));
    let archive = Archive::start(ARCHIVE, results_in.clone());
    let world = World { scope, watch, tasks, archive, drafts, results: results_in };
    let mut session =
        Session { app, tty, world, last_frame: Instant::now(), exit: None, external: None };
    if let Some(line) = first {
        let mut effects = Vec::new();
        session.app.command(line, &mut effects);
        session.carry_out(effects)?;
    }
    session.run(&mut signals, reports, results).await
}

/// What the loop holds.
struct Session {
    app: App,
    tty: Tty,
    world: World,
    last_frame: Instant,
    exit: Option<Exit>,
    /// A text that waits for the operator's own editor.
    external: Option<(Key, Bytes)>,
}

/// What woke the loop.
enum Woke {
    Input(Option<std::io::Result<Event>>),
    Signal(Caught),
    Msg(Msg),
    Tick,
    Frame,
}

impl Session {
    async fn run(
        mut self,
        signals: &mut Signals,
        mut reports: mpsc::Receiver<Report>,
        mut results: mpsc::UnboundedReceiver<Msg>,
    ) -> Result<Exit> {
        let mut input = EventStream::new();
        let mut clock = interval(TICK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_dirty = true;
        let mut diary = Diary::default();
        loop {
            let woke = tokio::select! {
                biased;
                event = input.next() => Woke::Input(event),
                caught = signals.next() => Woke::Signal(caught),
                () = sleep_until(self.last_frame + FRAME), if is_dirty => Woke::Frame,
                _ = clock.tick() => Woke::Tick,
                Some(msg) = results.recv() => Woke::Msg(msg),
                Some(report) = reports.recv() => {
                    diary.note(&report);
                    self.world.archive.report(&report);
                    Woke::Msg(Msg::Report(report))
                }
            };
            match woke {
                Woke::Input(Some(Ok(event))) => {
                    self.input(event)?;
                    // Keys that came meanwhile are answered by the same frame.
                    while let Some(event) = waiting(&mut input).await {
                        self.input(event)?;
                    }
                    is_dirty = self.draw(is_dirty)?;
                }
                // The terminal is gone: the same as a hang-up.
                Woke::Input(Some(Err(_)) | None) | Woke::Signal(Caught::End(129)) => {
                    return Ok(Exit { code: 129, message: None });
                }
                Woke::Signal(Caught::End(code)) => return Ok(Exit { code, message: None }),
                Woke::Signal(Caught::Stop) => {
                    drop(input);
                    self.suspend()?;
                    input = EventStream::new();
                    is_dirty = true;
                }
                Woke::Signal(Caught::Continue) => {
                    self.tty.enter()?;
                    is_dirty = true;
                }
                Woke::Tick => {
                    self.world.archive.tick();
                    self.update(Msg::Clock(clock::now()))?;
                }
                Woke::Msg(msg) => self.update(msg)?,
                Woke::Frame => is_dirty = self.draw(is_dirty)?,
            }
            if let Some((key, text)) = self.external.take() {
                drop(input);
                self.edit(&key, &text).await?;
                input = EventStream::new();
                is_dirty = true;
            }
            is_dirty |= self.app.take_dirty();
            if let Some(exit) = self.exit.take() {
                return Ok(exit);
            }
        }
    }

    fn input(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.update(Msg::Key(key)),
            Event::Paste(text) => self.update(Msg::Paste(text)),
            Event::Mouse(mouse) => self.update(Msg::Mouse(mouse)),
            Event::Resize(width, height) => {
                self.tty.resize(width, height)?;
                self.update(Msg::Resize(width, height))
            }
            _ => Ok(()),
        }
    }

    fn update(&mut self, msg: Msg) -> Result<()> {
        let effects = self.app.update(msg);
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<crate::app::msg::Effect>) -> Result<()> {
        for effect in effects {
            match self.world.run(effect, &mut self.tty) {
                Next::Nothing => {}
                Next::Suspend => self.suspend()?,
                Next::External(key, text) => self.external = Some((key, text)),
                Next::Exit(exit) => self.exit = Some(exit),
            }
        }
        Ok(())
    }

    /// Gives the terminal to the operator's own editor until that ends.
    async fn edit(&mut self, key: &Key, text: &[u8]) -> Result<()> {
        Tty::leave();
        let typed = external::edit(key, &String::from_utf8_lossy(text)).await;
        self.tty.enter()?;
        let (width, height) = self.tty.size()?;
        self.update(Msg::Resize(width, height))?;
        // What was typed is kept before anything else happens.
        let done = typed
            .map(|typed| Bytes::copy_from_slice(external::as_before(text, &typed.text)))
            .map_err(|error| error.to_string());
        self.update(Msg::Edited(done))
    }

    /// Gives the terminal to the shell until the process is continued.
    fn suspend(&mut self) -> Result<()> {
        Tty::leave();
        stop_self();
        self.tty.enter()?;
        let (width, height) = self.tty.size()?;
        self.update(Msg::Resize(width, height))
    }

    /// Draws if anything changed; false, since then nothing differs any more.
    fn draw(&mut self, is_dirty: bool) -> Result<bool> {
        if is_dirty | self.app.take_dirty() {
            // The frame takes the terminal's size; of many changes in a row not each is an event.
            let (width, height) = self.tty.size()?;
            if (width, height) != self.app.size() {
                self.tty.resize(width, height)?;
                self.update(Msg::Resize(width, height))?;
                self.app.take_dirty();
            }
            self.tty.draw(&self.app)?;
            self.last_frame = Instant::now();
        }
        Ok(false)
    }
}

/// The next event, if one is there already. The stream keeps the first waker that found it empty
/// until an event comes: it must be this task's own, or the next key waits for something else to
/// happen.
async fn waiting(input: &mut EventStream) -> Option<Event> {
    let now = poll_fn(|cx| match input.poll_next_unpin(cx) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    });
    now.await.and_then(Result::ok)
}
