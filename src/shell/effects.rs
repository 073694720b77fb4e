//! Carrying out what the program asks for; results come back as messages.

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::archive::Archive;
use super::drafts::Keeper;
use super::recorder::Recording;
use super::stage::Stage;
use super::tasks::Tasks;
use super::terminal::Tty;
use crate::app::msg::{Effect, Exit, Msg};
use crate::app::task::News;
use crate::domain::feed::{Report, Scope};
use crate::domain::kv::Key;
use crate::ui::clipboard;

/// What is said of what a server would have to be asked for.
const NO_SERVER: &str = "this is a recording: no server is asked";

/// What effects act on.
pub struct World {
    /// What the screen shows.
    pub side: Side,
    /// Where results go.
    pub results: mpsc::UnboundedSender<Msg>,
}

/// What the screen shows.
pub enum Side {
    /// Datacenters.
    Live(Box<Live>),
    /// A recording: there is nothing that a server could be asked through.
    Replay(Stage),
}

/// Datacenters, and what is kept of them.
pub struct Live {
    /// What is watched.
    pub scope: watch::Sender<Scope>,
    /// Asks every datacenter again.
    pub watch: crate::watch::Handle,
    /// Work that waits for a server or the disk.
    pub tasks: Tasks,
    /// Keeps the earlier moments.
    pub archive: Archive,
    /// Keeps them in a file, where that is asked for.
    pub recording: Recording,
    /// Keeps the text of an open edit.
    pub drafts: Keeper,
}

/// What the loop itself has to do after an effect.
pub enum Next {
    /// Nothing.
    Nothing,
    /// Give the terminal to the shell for a while.
    Suspend,
    /// Give the terminal to the operator's own editor on this text.
    External(Key, Bytes),
    /// End.
    Exit(Exit),
}

impl World {
    /// Carries out one effect.
    pub fn run(&mut self, effect: Effect, tty: &mut Tty) -> Next {
        match effect {
            Effect::Order(id, job) => self.work(move || Msg::Ordered(id, job.run())),
            Effect::Find(job) => self.work(move || Msg::Found(job.run())),
            Effect::Seek(id, job) => self.work(move || Msg::Sought(id, Box::new(job.run()))),
            Effect::External(key, text) => return Next::External(key, text),
            Effect::Copy(text) => {
                let sent = clipboard::osc52(&text).map_err(|error| error.to_string());
                let sent = sent.and_then(|it| tty.send(&it).map_err(|error| error.to_string()));
                if let Err(why) = sent {
                    self.bring(Msg::Failed(format!("not copied: {why}")));
                }
            }
            Effect::Suspend => return Next::Suspend,
            Effect::Exit(exit) => return Next::Exit(exit),
            other => match &mut self.side {
                Side::Live(live) => live.run(other),
                Side::Replay(stage) => {
                    if let Some(msg) = on_stage(stage, &other) {
                        self.bring(msg);
                    }
                }
            },
        }
        Next::Nothing
    }

    /// Keeps what the watch layer told.
    pub fn report(&mut self, report: &Report) {
        if let Side::Live(live) = &mut self.side {
            live.archive.report(report);
            live.recording.report(report);
        }
    }

    /// Keeps that a second passed.
    pub fn tick(&mut self) {
        if let Side::Live(live) = &mut self.side {
            live.archive.tick();
            live.recording.tick();
        }
    }

    /// Writes what is left to be written.
    pub fn end(self) {
        if let Side::Live(live) = self.side {
            live.recording.end();
        }
    }

    /// Does something long off the UI thread.
    fn work(&self, work: impl FnOnce() -> Msg + Send + 'static) {
        let results = self.results.clone();
        let work = tokio::task::spawn_blocking(move || {
            crate::provoke::panic_in("task");
            work()
        });
        tokio::spawn(async move {
            let done = work.await.unwrap_or_else(|died| {
                tracing::error!("a job died: {died}");
                Msg::Failed(String::from("a job stopped unexpectedly; the log says more"))
            });
            // The loop is gone only when the program ends.
            let _ = results.send(done);
        });
    }

    fn bring(&self, msg: Msg) {
        let _ = self.results.send(msg);
    }
}

impl Live {
    fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Scope(scope) => {
                self.archive.scope(&scope);
                self.recording.scope(&scope);
                self.scope.send_replace(scope);
            }
            Effect::Recall(id, wish) => self.archive.find(id, wish),
            Effect::Ask(id, ask) => self.tasks.begin(id, ask),
            Effect::Forget(id) => self.tasks.end(id),
            Effect::Halt(id) => self.tasks.halt(id),
            Effect::Keep(keep) => self.drafts.keep(keep),
            Effect::Refresh => self.watch.refresh(),
            // Nothing plays, and the rest needs no datacenter.
            _ => {}
        }
    }
}

/// What a recording answers: it can be walked through, and nothing else.
fn on_stage(stage: &Stage, effect: &Effect) -> Option<Msg> {
    match effect {
        Effect::Recall(id, wish) => stage.find(*id, *wish),
        Effect::Play(play) => stage.play(*play),
        Effect::Ask(id, _) => return Some(Msg::News(*id, News::Failed(NO_SERVER.to_owned()))),
        _ => {}
    }
    None
}
