//! Work that waits for a server or the disk, done beside the loop.
//!
//! Each piece runs as a task of its own and brings its news as messages. A piece that dies says so;
//! one that nobody waits for any more is ended. Invariant: a change that was sent is never ended
//! half-way: its answer is awaited even when nobody hears it.

mod again;
mod compare;
mod count;
mod files;
mod index;
mod keys;
mod plans;
mod search;
mod streams;
mod writes;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::app::msg::Msg;
use crate::app::task::{Ask, News, TaskId};
use crate::config::Config;
use crate::consul::{Access, ApiError, Client};
use crate::domain::feed::Report;
use crate::domain::ids::Dc;
use crate::journal::{Committer, Journal};

/// Where work is done.
#[derive(Clone)]
pub struct Ways {
    config: Arc<Config>,
    clients: Arc<Clients>,
    state: PathBuf,
    told: mpsc::Sender<Report>,
}

/// A client for each address, whoever shares it.
struct Clients {
    agent: Client,
    own: HashMap<Dc, Client>,
}

impl Ways {
    /// Makes the clients, and tells there what was written; a datacenter in which nothing may be written gets one that cannot.
    ///
    /// # Errors
    /// When the settings of an endpoint cannot be used.
    pub fn new(
        config: &Config,
        state: PathBuf,
        told: mpsc::Sender<Report>,
    ) -> Result<Self, ApiError> {
        let access = if config.read_only { Access::ReadOnly } else { Access::ReadWrite };
        let agent = Client::new(&config.agent, access)?;
        let own = config.datacenters.iter().filter_map(|dc| Some((dc, dc.endpoint.as_ref()?)));
        let own = own
            .map(|(dc, endpoint)| Ok((dc.name.clone(), Client::new(endpoint, access)?)))
            .collect::<Result<_, ApiError>>()?;
        let (config, clients) = (Arc::new(config.clone()), Arc::new(Clients { agent, own }));
        Ok(Self { config, clients, state, told })
    }

    /// The way to a datacenter.
    fn client(&self, dc: &Dc) -> Client {
        let client = self.clients.own.get(dc).unwrap_or(&self.clients.agent).in_dc(dc);
        if self.config.is_read_only(dc) { client.read_only() } else { client }
    }

    fn journal(&self) -> Journal {
        Journal::in_dir(&self.state)
    }

    /// Who writes to a datacenter; `insist` although nothing can be journalled.
    fn committer(&self, dc: &Dc, insist: bool) -> Committer {
        let told = Some(self.told.clone());
        Committer { client: self.client(dc), journal: self.journal(), insist, told }
    }
}

/// The work under way.
pub struct Tasks {
    ways: Ways,
    running: HashMap<TaskId, AbortHandle>,
    /// What makes a change halt between two transactions.
    halts: HashMap<TaskId, Weak<AtomicBool>>,
    results: mpsc::UnboundedSender<Msg>,
}

/// Where the news of one piece of work go.
#[derive(Clone)]
struct Teller {
    id: TaskId,
    results: mpsc::UnboundedSender<Msg>,
}

impl Teller {
    fn tell(&self, news: News) {
        // The loop is gone only when the program ends.
        let _ = self.results.send(Msg::News(self.id, news));
    }
}

impl Tasks {
    /// No work yet.
    pub fn new(ways: Ways, results: mpsc::UnboundedSender<Msg>) -> Self {
        Self { ways, running: HashMap::new(), halts: HashMap::new(), results }
    }

    /// Begins a piece of work.
    pub fn begin(&mut self, id: TaskId, ask: Ask) {
        self.running.retain(|_, handle| !handle.is_finished());
        self.halts.retain(|_, halt| halt.strong_count() > 0);
        let is_change = ask.is_change();
        let halt = Arc::new(AtomicBool::new(false));
        if is_change {
            self.halts.insert(id, Arc::downgrade(&halt));
        }
        let teller = Teller { id, results: self.results.clone() };
        let (ways, teller_of_work) = (self.ways.clone(), teller.clone());
        let work = tokio::spawn(async move {
            crate::provoke::panic_in("task");
            work(&ways, ask, &teller_of_work, &halt).await;
        });
        if !is_change {
            self.running.insert(id, work.abort_handle());
        }
        tokio::spawn(async move {
            if let Err(died) = work.await
                && died.is_panic()
            {
                tracing::error!("work died: {died}");
                let text = "it stopped unexpectedly; the log says more";
                teller.tell(News::Failed(String::from(text)));
            }
        });
    }

    /// Lets a change halt before its next transaction.
    pub fn halt(&mut self, id: TaskId) {
        if let Some(halt) = self.halts.get(&id).and_then(Weak::upgrade) {
            halt.store(true, Ordering::Relaxed);
        }
    }

    /// Ends a piece of work, unless it is a change that is on its way.
    pub fn end(&mut self, id: TaskId) {
        if let Some(handle) = self.running.remove(&id) {
            handle.abort();
        }
    }
}

/// Does it.
async fn work(ways: &Ways, ask: Ask, teller: &Teller, halt: &AtomicBool) {
    let news = match ask {
        Ask::Write(intent) => News::Written(writes::write(ways, intent).await),
        Ask::Lock(intent) => News::Written(writes::lock(ways, intent).await),
        Ask::Stream(intent) => streams::act(ways, &intent, teller).await,
        Ask::Remember(source) => streams::remember(ways, source).await,
        Ask::EndSource(source) => streams::end(ways, source).await,
        Ask::Read { dc, key } => News::Read(keys::read(ways, &dc, &key).await),
        Ask::Guards { dc, keys, is_old } => {
            News::Guards(keys::guards(ways, &dc, &keys, is_old).await)
        }
        Ask::Journal => News::Journal(writes::journal(ways).await),
        Ask::Search { dcs, quest } => search::search(ways, &dcs, &quest, teller).await,
        Ask::Index { dcs, known } => index::index(ways, &dcs, known, teller).await,
        Ask::Count { dcs, page, folders } => {
            count::count(ways, &dcs, &page, &folders, teller).await
        }
        Ask::Plan(wish) => plans::plan(ways, wish, teller).await,
        Ask::Apply(proposal) => plans::apply(ways, proposal, teller, halt).await,
        Ask::Compare(sides) => compare::compare(ways, &sides, teller).await,
        Ask::ExportEvents { export, form, file } => files::events(*export, form, file).await,
        Ask::Export { dc, prefix, file } => files::export(ways, &dc, &prefix, &file, teller).await,
    };
    teller.tell(news);
}
