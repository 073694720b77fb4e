//! Carrying out what the program asks for; results come back as messages.

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::archive::Archive;
use super::drafts::Keeper;
use super::tasks::Tasks;
use super::terminal::Tty;
use crate::app::msg::{Effect, Exit, Msg};
use crate::domain::feed::Scope;
use crate::domain::kv::Key;
use crate::ui::clipboard;

/// What effects act on.
pub struct World {
    /// What is watched.
    pub scope: watch::Sender<Scope>,
    /// Asks every datacenter again.
    pub watch: crate::watch::Handle,
    /// Work that waits for a server or the disk.
    pub tasks: Tasks,
    /// Keeps the earlier moments.
    pub archive: Archive,
    /// Keeps the text of an open edit.
    pub drafts: Keeper,
    /// Where results go.
    pub results: mpsc::UnboundedSender<Msg>,
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
            Effect::Scope(scope) => {
                self.archive.scope(&scope);
                self.scope.send_replace(scope);
            }
            Effect::Recall(id, wish) => self.archive.find(id, wish),
            Effect::Order(id, job) => self.work(move || Msg::Ordered(id, job.run())),
            Effect::Find(job) => self.work(move || Msg::Found(job.run())),
            Effect::Seek(id, job) => self.work(move || Msg::Sought(id, Box::new(job.run()))),
            Effect::Ask(id, ask) => self.tasks.begin(id, ask),
            Effect::Forget(id) => self.tasks.end(id),
            Effect::Halt(id) => self.tasks.halt(id),
            Effect::Keep(keep) => self.drafts.keep(keep),
            Effect::External(key, text) => return Next::External(key, text),
            Effect::Copy(text) => {
                let sent = clipboard::osc52(&text).map_err(|error| error.to_string());
                let sent = sent.and_then(|it| tty.send(&it).map_err(|error| error.to_string()));
                if let Err(why) = sent {
                    self.bring(Msg::Failed(format!("not copied: {why}")));
                }
            }
            Effect::Refresh => self.watch.refresh(),
            Effect::Suspend => return Next::Suspend,
            Effect::Exit(exit) => return Next::Exit(exit),
        }
        Next::Nothing
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
