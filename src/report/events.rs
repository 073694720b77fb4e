//! `dcview get events`: what happens while it watches, as the screen would tell it.
//!
//! ```text
//! recording -> query -> printer
//! watch layer -> store (which lists are followed) -> stderr, a line for each change of that
//!            \-> events -> query -> printer -> stdout, as they come or at the end
//! ```
//! Consul keeps no history: without a recording nothing from before the start is known, and it says
//! so instead of printing nothing. Invariant: an event is printed once, and only under the datacenter
//! and conditions that were asked for.

mod followed;
mod printer;
mod recorded;

use std::future::pending;
use std::io::{ErrorKind, Write};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, Instant, sleep_until};

use super::ways::Ways;
use crate::app::msg::Exit;
use crate::cli::{Events, Format};
use crate::clock;
use crate::config::Config;
use crate::domain::event::Event;
use crate::domain::event::query::{Query, Where};
use crate::domain::feed::{Report, Scope};
use crate::domain::history::History;
use crate::domain::ids::Dc;
use crate::store::{Change, Store};
use followed::Followed;
use printer::Printer;

/// Reports between the watch layer and the printer: a slow reader makes the watchers wait.
const LANE: usize = 64;
/// How long is waited for all datacenters to be followed before a span begins without some.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is said where nothing can be told.
const NO_HISTORY: &str = "Consul keeps no history: say '--follow' or '--for 10m' to watch from now on, or \
                          '--from FILE' for what a recording holds";

/// Which events are asked for.
struct Asked<'a> {
    query: Query,
    only: Option<&'a Dc>,
}

impl Asked<'_> {
    fn is_of(&self, dc: &Dc) -> bool {
        let is_named = match &self.query.dcs {
            Where::In(dcs) => dcs.contains(dc),
            Where::Shown | Where::Everywhere => true,
        };
        is_named && self.only.is_none_or(|only| only == dc)
    }

    fn matches(&self, event: &Event) -> bool {
        self.is_of(&event.dc) && self.query.matches(event)
    }
}

/// Prints events as they were asked for; `only` limits them to one datacenter.
///
/// # Errors
/// Settings that cannot be used, or an answer that cannot be written. A reader that went away is
/// no error.
pub async fn events(
    asked: &Events,
    format: Format,
    only: Option<&Dc>,
    config: &Config,
    out: impl Write,
) -> Result<Exit> {
    let query = match Query::parse(&asked.query.join(" ")) {
        Ok(query) => query,
        Err(why) => return Ok(usage(&why.to_string())),
    };
    if let Some(refused) = refuse(asked, &query) {
        return Ok(usage(refused));
    }
    let mut watched = Watched {
        printer: Printer::new(out, format, !asked.follow),
        followed: Followed::default(),
    };
    let wanted = Asked { query, only };
    if let Some(file) = &asked.from {
        let zone = clock::zone();
        // "Ten minutes ago" is so long before the end of what is told.
        let now = asked.follow.then(clock::now);
        let span = |recorded| {
            let end = now.unwrap_or(recorded);
            let (from, to) = wanted.query.span(end, &zone);
            (asked.since.map(|since| since.at(end, &zone)).or(from), to)
        };
        let Watched { printer, followed } = &mut watched;
        match recorded::print(file, (&wanted, span), printer, followed) {
            Err(error) if is_unread(&error) => return Ok(watched.followed.exit_of_recording()),
            printed => printed?,
        }
        if !asked.follow {
            return Ok(watched.followed.exit_of_recording());
        }
    }
    let ways = Ways::find(config, only).await?;
    let known = |dc: &Dc| ways.trouble.is_some() || ways.all.iter().any(|way| way.dc == *dc);
    let named = match &wanted.query.dcs {
        Where::In(dcs) => dcs.iter().find(|dc| !known(dc)),
        _ => None,
    };
    if let Some(exit) = ways.refuse(only.or(named)) {
        return Ok(exit);
    }
    Watching::start(wanted, watched, config)?.run(asked).await
}

/// What was said so far, and where.
struct Watched<W> {
    printer: Printer<W>,
    followed: Followed,
}

/// True for a reader that went away.
fn is_unread(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Why nothing could be told.
fn refuse(asked: &Events, query: &Query) -> Option<&'static str> {
    let has_time = asked.since.is_some() || query.since.is_some() || query.before.is_some();
    let is_of_now = asked.from.is_none();
    (is_of_now && (has_time || !(asked.follow || asked.watched.is_some()))).then_some(NO_HISTORY)
}

fn usage(text: &str) -> Exit {
    Exit { code: 2, message: Some(text.to_owned()) }
}

/// The watch layer at work.
struct Watching<'a, W> {
    asked: Asked<'a>,
    printer: Printer<W>,
    store: Store,
    followed: Followed,
    history: History,
    reports: mpsc::Receiver<Report>,
    /// They end the watch layer when they are dropped.
    _layer: (crate::watch::Handle, watch::Sender<Scope>),
}

/// Why it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// It was asked to.
    Ended,
    /// Nobody reads any more.
    Unread,
}

impl<'a, W: Write> Watching<'a, W> {
    fn start(asked: Asked<'a>, watched: Watched<W>, config: &Config) -> Result<Self> {
        let (scope, wanted) = watch::channel(Scope::default());
        let (reports_in, reports) = mpsc::channel(LANE);
        let layer = crate::watch::start(config, wanted, reports_in)?;
        Ok(Self {
            asked,
            printer: watched.printer,
            store: Store::default(),
            followed: watched.followed,
            history: History::default(),
            reports,
            _layer: (layer, scope),
        })
    }

    async fn run(mut self, asked: &Events) -> Result<Exit> {
        let over = self.watch(asked.follow, asked.watched).await;
        match over.context("writing the events")? {
            Over::Unread => return Ok(self.followed.exit()),
            Over::Ended => {}
        }
        if !asked.follow {
            let events: Vec<&Arc<Event>> = self.history.events().collect();
            match self.printer.end(&events) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written.context("writing the events")?,
            }
            self.followed.missing(self.history.dropped() + self.history.lost());
        }
        Ok(self.followed.exit())
    }

    /// Takes in what comes until it is over.
    async fn watch(&mut self, is_following: bool, span: Option<Duration>) -> std::io::Result<Over> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let patience = Instant::now() + PATIENCE;
        let mut until = None;
        loop {
            let is_begun = self.followed.is_whole() || Instant::now() >= patience;
            if let (None, Some(span), true) = (until, span, is_begun) {
                until = Some(Instant::now() + span);
            }
            let wake = until.or_else(|| Some(patience).filter(|_| !is_begun));
            let over = async {
                match wake {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = interrupt.recv() => return Ok(Over::Ended),
                _ = terminate.recv() => return Ok(Over::Ended),
                () = over => {
                    if until.is_some() {
                        return Ok(Over::Ended);
                    }
                }
                Some(report) = self.reports.recv() => match self.take(report, is_following) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Over::Unread),
                    taken => taken?,
                },
            }
        }
    }

    fn take(&mut self, report: Report, is_following: bool) -> std::io::Result<()> {
        match self.store.apply(report) {
            Change::Events(events, lost) => {
                let asked = &self.asked;
                let events: Vec<_> = events.into_iter().filter(|it| asked.matches(it)).collect();
                if is_following {
                    self.printer.each(&events)?;
                    self.followed.missing(lost);
                } else {
                    for event in events {
                        self.history.push(event);
                    }
                    self.history.lose(lost);
                }
            }
            Change::Datacenter(_) | Change::Datacenters => {
                let asked = &self.asked;
                self.followed.look(&self.store, clock::now(), |dc| asked.is_of(dc));
            }
            _ => {}
        }
        Ok(())
    }
}
