//! Where the datacenters are reached, from the settings.
//!
//! One client and one budget for each address, whoever shares it.

use std::sync::Arc;

use tokio::sync::watch;

use super::awake::Awake;
use super::events::fired;
use crate::config::Config;
use crate::consul::{Access, ApiError, Budgets, Client, Endpoint};
use crate::domain::consumers::Told;
use crate::domain::feed::Scope;
use crate::domain::ids::{Dc, Key};
use crate::domain::map::Told as Depends;
use crate::domain::version::Rules;
use crate::journal::Journal;
use crate::replication::{Ground, Memory};

/// What the watch layer is started with.
#[derive(Clone)]
pub(super) struct Sources {
    /// The agent that is asked for the datacenters, and for all without an address of their own.
    pub agent: Client,
    /// Datacenters with an address of their own, shown even when the agent does not know them.
    pub own: Vec<Own>,
    /// What streams between datacenters are followed by; without clients yet.
    pub ground: Ground,
    /// How it is found who calls whom.
    pub depends: Arc<Depends>,
    /// How the ways of consumers are asked.
    pub consumers: Arc<Told>,
    /// What the screen shows.
    pub scope: watch::Receiver<Scope>,
    /// Changes when everything is to be asked again.
    pub refresh: watch::Receiver<u64>,
    /// How the versions of instances are found.
    pub versions: Arc<Rules>,
    /// Whether dcview itself runs all the time.
    pub awake: Arc<Awake>,
    /// The prefixes of the KV store whose keys are watched for what happens to them.
    pub prefixes: Arc<[Key]>,
    /// The user events that were told.
    pub fired: fired::Told,
}

/// A datacenter with an address of its own.
#[derive(Clone)]
pub(super) struct Own {
    pub dc: Dc,
    pub client: Client,
}

impl Sources {
    /// Makes the clients. They may only read: watching changes nothing.
    pub fn new(
        config: &Config,
        scope: watch::Receiver<Scope>,
        refresh: watch::Receiver<u64>,
    ) -> Result<Self, ApiError> {
        let mut budgets = Budgets::new(config.connections);
        let mut client = |endpoint: &Endpoint| {
            Client::with_budget(endpoint, Access::ReadOnly, budgets.of(&endpoint.address))
        };
        let agent = client(&config.agent)?;
        let own = config.datacenters.iter().filter_map(|dc| Some((dc, dc.endpoint.as_ref()?)));
        let own = own
            .map(|(dc, endpoint)| Ok(Own { dc: dc.name.clone(), client: client(endpoint)? }))
            .collect::<Result<_, ApiError>>()?;
        let ground = Ground {
            told: Arc::new(config.replication.clone()),
            memory: Memory::new(&config.sources_file),
            journal: config.sources_file.parent().map(Journal::in_dir),
            ..Ground::default()
        };
        let depends = Arc::new(config.map.clone());
        let consumers = Arc::new(config.consumers.clone());
        let (versions, awake) = (Arc::clone(&config.versions), Arc::default());
        let (prefixes, fired) = (Arc::clone(&config.history.watch), fired::Told::default());
        Ok(Self {
            agent,
            own,
            ground,
            depends,
            consumers,
            scope,
            refresh,
            versions,
            awake,
            prefixes,
            fired,
        })
    }
}
