//! Which datacenters there are, and one set of tasks for each.
//!
//! It asks the agent for the list again and again, and adds those of the settings. A datacenter
//! that leaves the list loses its tasks, never its rows: what becomes of those the screen decides.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::sleep;
use tokio_util::sync::DropGuard;

use super::backoff::{Backoff, jittered};
use super::board::Board;
use super::context::Facts;
use super::dark::Dark;
use super::datacenter::{Datacenter, watch_datacenter};
use super::events::fired::Ear;
use super::facts::watch_facts;
use super::keeper::Keeper;
use super::permits::Permits;
use super::replication::{Streams, watch_replication};
use super::seen::{Seen, seen};
use super::sources::{Own, Sources};
use crate::clock::{self, Stamp};
use crate::consul::read::{self, Query};
use crate::consul::{Budget, Client};
use crate::domain::event::checks::Moment;
use crate::domain::event::links;
use crate::domain::feed::{Body, Feed, Report};
use crate::domain::ids::Dc;
use crate::replication::Ground;

/// How often the list of datacenters is asked for.
const EVERY: Duration = Duration::from_secs(30);
/// How long the agent may take to list them.
const PATIENCE: Duration = Duration::from_secs(5);

/// An agent with what all datacenters behind it share.
#[derive(Clone)]
struct Way {
    client: Client,
    permits: Arc<Permits>,
    facts: watch::Receiver<Facts>,
}

/// The boards of all datacenters there ever were. They outlive their tasks: what was told of a
/// datacenter is what a difference is told against when it comes back.
#[derive(Clone, Default)]
pub(super) struct Boards(Arc<Mutex<HashMap<Dc, Arc<AsyncMutex<Board>>>>>);

/// The state of the supervisor.
pub(super) struct Supervisor {
    keeper: Keeper,
    sources: Sources,
    boards: Boards,
    agent: Way,
    own: HashMap<Dc, Way>,
    /// Those of the settings, in their order.
    configured: Vec<Dc>,
    /// A client for each datacenter, for what goes between them.
    ground: watch::Sender<Ground>,
    /// Those that do not answer now.
    dark: Dark,
    running: HashMap<Dc, DropGuard>,
    told: Option<(Vec<Dc>, Option<Dc>)>,
    /// What the agent listed last, and when.
    listed: Option<(Vec<Dc>, Stamp)>,
    /// How long the agent took to list them for the first time.
    first_answer: Option<Duration>,
}

impl Supervisor {
    pub fn new(sources: &Sources, keeper: Keeper, boards: Boards) -> Self {
        let mut permits: Vec<(Arc<Budget>, Arc<Permits>)> = Vec::new();
        let mut way = |client| way(sources, client, &mut permits, &keeper);
        let agent = way(&sources.agent);
        let mut own = HashMap::new();
        for Own { dc, client } in &sources.own {
            own.insert(dc.clone(), way(client));
        }
        let configured = sources.own.iter().map(|own| own.dc.clone()).collect();
        let running = HashMap::new();
        let sources = sources.clone();
        let ground = watch::Sender::new(sources.ground.clone());
        let dark = Dark::new();
        let streams = Streams {
            keeper: keeper.clone(),
            ground: ground.subscribe(),
            scope: sources.scope.clone(),
            refresh: sources.refresh.clone(),
            dark: dark.clone(),
        };
        let name = Dc::from(&**sources.agent.agent().address());
        keeper.keep(&name, "streams", move || watch_replication(streams.clone()));
        Self {
            keeper,
            sources,
            boards,
            agent,
            own,
            configured,
            ground,
            dark,
            running,
            told: None,
            listed: None,
            first_answer: None,
        }
    }

    /// Supervises for as long as it is polled.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new(foldhash::fast::RandomState::default().hash_one(0));
        let mut local = None;
        // Those with an address of their own do not wait for the agent.
        let mut listed: Vec<Dc> = Vec::new();
        if !self.configured.is_empty() {
            self.set(&listed, None).await;
        }
        loop {
            let pause = match datacenters().fetch(&self.agent.client).await {
                Ok((list, meta)) => {
                    self.first_answer.get_or_insert(meta.elapsed);
                    backoff.reset();
                    listed = list;
                    if local.is_none() {
                        local = self.local().await;
                    }
                    self.set(&listed, local.clone()).await;
                    self.tell(listed.clone()).await;
                    jittered(EVERY, listed.len() as u64)
                }
                Err(error) => {
                    let pause = backoff.next();
                    let (why, detail) = (error.short().into(), error.to_string().into());
                    let retry_at = Some(clock::now() + pause);
                    self.report(Report::Discovery { why, detail, retry_at }).await;
                    pause
                }
            };
            self.pause(pause).await;
        }
    }

    /// Waits, but not longer than until the operator asks again.
    async fn pause(&mut self, pause: Duration) {
        tokio::select! {
            () = sleep(pause) => {}
            Ok(()) = self.sources.refresh.changed() => {}
        }
    }

    /// The agent's own datacenter, where the token may ask.
    async fn local(&self) -> Option<Dc> {
        let query = read::agent_self().with(|request| request.timeout(Duration::from_secs(2)));
        query.fetch(&self.agent.client).await.ok().map(|(agent, _)| agent.dc)
    }

    /// Makes these, and those of the settings, the datacenters that are watched.
    async fn set(&mut self, listed: &[Dc], local: Option<Dc>) {
        let mut all = listed.to_vec();
        all.extend(self.configured.iter().filter(|dc| !listed.contains(dc)).cloned());
        let now = Some((all.clone(), local.clone()));
        if self.told == now {
            return;
        }
        let kept: HashSet<&Dc> = all.iter().collect();
        self.running.retain(|dc, _| kept.contains(dc));
        self.dark.keep(&kept);
        // The screen hears of a datacenter before it hears from it.
        self.report(Report::Datacenters { all: all.clone(), local }).await;
        self.told = now;
        let client = |dc: &Dc| (dc.clone(), self.way(dc).client.in_dc(dc));
        let clients = Arc::new(all.iter().map(client).collect());
        self.ground.send_modify(|ground| ground.clients = clients);
        for dc in all {
            if !self.running.contains_key(&dc) {
                let guard = self.start(&dc);
                self.running.insert(dc, guard);
            }
        }
    }

    /// Tells which datacenters the agent lists anew, and which no longer. It is asked now and then
    /// only: what it said before was true when it said it.
    async fn tell(&mut self, now: Vec<Dc>) {
        let came = clock::stamp();
        let Some((before, heard)) = self.listed.replace((now.clone(), came)) else { return };
        let Seen { at, after, .. } = seen(Some(heard), came);
        for event in links::listed(&before, &now, |dc| Moment { dc, at, after, index: 0 }) {
            let (dc, body) = (event.dc.clone(), Body::Events(vec![Arc::new(event)], 0));
            self.report(Report::Feed(Box::new(Feed { dc, ticket: 0, at, body }))).await;
        }
    }

    /// How a datacenter is reached.
    fn way(&self, dc: &Dc) -> &Way {
        self.own.get(dc).unwrap_or(&self.agent)
    }

    fn start(&self, dc: &Dc) -> DropGuard {
        let own = self.own.get(dc);
        let first_answer = self.first_answer.filter(|_| own.is_none());
        let way = self.way(dc).clone();
        let parts = Datacenter {
            dc: dc.clone(),
            client: way.client.in_dc(dc),
            permits: way.permits,
            facts: way.facts,
            scope: self.sources.scope.clone(),
            refresh: self.sources.refresh.clone(),
            dark: self.dark.clone(),
            versions: Arc::clone(&self.sources.versions),
            awake: Arc::clone(&self.sources.awake),
            prefixes: Arc::clone(&self.sources.prefixes),
            first_answer,
            depends: Arc::clone(&self.sources.depends),
            consumers: Arc::clone(&self.sources.consumers),
            board: self.boards.of(dc),
        };
        let keeper = self.keeper.child();
        let inner = keeper.clone();
        keeper.keep(dc, "board", move || watch_datacenter(parts.clone(), inner.clone()));
        keeper.token.drop_guard()
    }

    async fn report(&self, report: Report) {
        // A lane that nobody reads is the end, which the handle's owner brings.
        let _closed = self.keeper.out.send(report).await;
    }
}

impl Boards {
    fn of(&self, dc: &Dc) -> Arc<AsyncMutex<Board>> {
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(boards.entry(dc.clone()).or_default())
    }
}

/// The list of datacenters, which an agent has at hand: one that is silent for long will stay so,
/// and until it is told nothing else is on the screen.
fn datacenters() -> Query<Vec<Dc>> {
    read::datacenters().with(|request| request.timeout(PATIENCE))
}

/// An agent's permits, what it knows, and what it hears.
fn way(
    sources: &Sources,
    client: &Client,
    known: &mut Vec<(Arc<Budget>, Arc<Permits>)>,
    keeper: &Keeper,
) -> Way {
    let budget = client.agent().budget();
    let permits = match known.iter().find(|(of, _)| Arc::ptr_eq(of, budget)) {
        Some((_, permits)) => Arc::clone(permits),
        None => {
            let permits = Permits::new(Arc::clone(budget));
            known.push((Arc::clone(budget), Arc::clone(&permits)));
            permits
        }
    };
    let (told, facts) = watch::channel(Facts::default());
    let (asked, lane, seed) = (client.clone(), keeper.out.clone(), known.len() as u64);
    let name = Dc::from(&**client.agent().address());
    keeper
        .keep(&name, "agent", move || watch_facts(asked.clone(), told.clone(), lane.clone(), seed));
    let ear = Ear {
        client: client.clone(),
        permits: Arc::clone(&permits),
        facts: facts.clone(),
        awake: Arc::clone(&sources.awake),
        refresh: sources.refresh.clone(),
        told: Arc::clone(&sources.fired),
        out: keeper.out.clone(),
        seed,
    };
    keeper.keep(&name, "user events", move || ear.clone().listen());
    Way { client: client.clone(), permits, facts }
}
