//! What all watchers of one datacenter share: its client, its board's inbox, and what its pulse
//! and its agent found out.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::awake::Awake;
use super::census::tray::Tray;
use super::dark::Dark;
use super::datacenter::Datacenter;
use super::inbox::Inbox;
use super::permits::Permits;
use crate::clock::Stamp;
use crate::consul::Client;
use crate::domain::consumers::{Swept, Told};
use crate::domain::coordinate::Estimate;
use crate::domain::feed::{Link, Scope};
use crate::domain::ids::{Dc, Key, NodeName, ServiceName};
use crate::domain::map::Told as Depends;
use crate::domain::version::Rules;
use crate::domain::wan::Wan;

/// Above this way there and back, a compressed answer is worth its cost.
const FAR: Duration = Duration::from_millis(5);
/// How often a first question goes the way there and back, at most: TCP and TLS are set up before.
const FIRST_TRIPS: u32 = 4;

/// What the last pulse found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vital {
    /// Whether it answers and has a leader.
    pub link: Link,
    /// When it last answered.
    pub at: Option<Stamp>,
    /// The way there and back; zero when not known.
    pub rtt: Duration,
    /// Grows when things get better: dark to answering, leaderless to led.
    pub revivals: u64,
}

impl Vital {
    /// True when answers come from far away.
    pub fn is_far(&self) -> bool {
        self.rtt > FAR
    }

    /// Notes how long an answer took: the lower of two in a row, so that one slow answer does not
    /// make a way long.
    pub fn timed(&mut self, took: Duration) {
        self.rtt = if self.rtt.is_zero() { took / FIRST_TRIPS } else { took.min(self.rtt * 2) };
    }
}

/// What an agent knows of all datacenters, asked seldom.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    /// The servers of all datacenters, and the ways between them.
    pub wan: Wan,
    /// Where the agent itself lives, as far as the token may ask.
    pub agent: Option<(Dc, NodeName)>,
    /// Whether the token may shorten lists; `None` until that is known.
    pub may_be_filtered: Option<bool>,
}

impl Facts {
    /// The estimated round trip from the agent's own datacenter.
    pub fn trip_to(&self, dc: &Dc) -> Option<Estimate> {
        self.wan.trip(&self.agent.as_ref()?.0, dc)
    }
}

/// The shared parts.
pub(super) struct Context {
    pub dc: Dc,
    pub client: Client,
    pub inbox: Inbox,
    pub vital: watch::Sender<Vital>,
    /// What it says of itself to who looks at several datacenters.
    pub dark: Dark,
    /// Rung when a request failed, so that the pulse looks at once.
    pub doubt: Notify,
    pub permits: Arc<Permits>,
    pub scope: watch::Receiver<Scope>,
    refresh: watch::Receiver<u64>,
    /// Whether dcview itself ran all the time.
    pub awake: Arc<Awake>,
    pub facts: watch::Receiver<Facts>,
    /// The index of each shown folder of the KV store: it moves when a key below it changes.
    pub folders: watch::Sender<HashMap<Key, u64>>,
    /// How it is found who calls whom.
    pub depends: Arc<Depends>,
    /// How the ways of consumers are asked.
    pub told: Arc<Told>,
    /// The disagreements as they were found last: kept while nobody looks.
    pub swept: Mutex<Option<Arc<Swept>>>,
    /// Services that were seen to be of several versions.
    pub mixed: watch::Sender<HashSet<ServiceName>>,
    /// The newest list of all services, for the census.
    pub listed: Tray,
    /// How the versions of instances are found.
    pub versions: Arc<Rules>,
    /// The names of all servers that there ever were, by their RPC addresses.
    pub servers: watch::Sender<HashMap<Arc<str>, Arc<str>>>,
    /// The prefixes of the KV store whose keys are watched for what happens to them.
    pub prefixes: Arc<[Key]>,
    seed: AtomicU64,
}

impl Context {
    pub fn new(parts: &Datacenter) -> Self {
        let mut vital = Vital::default();
        if let Some(took) = parts.first_answer {
            vital.timed(took);
        }
        let seed = foldhash::fast::RandomState::default().hash_one(parts.dc.as_str());
        Self {
            dc: parts.dc.clone(),
            client: parts.client.clone(),
            inbox: Inbox::default(),
            vital: watch::Sender::new(vital),
            dark: parts.dark.clone(),
            doubt: Notify::new(),
            permits: Arc::clone(&parts.permits),
            scope: parts.scope.clone(),
            refresh: parts.refresh.clone(),
            awake: Arc::clone(&parts.awake),
            facts: parts.facts.clone(),
            folders: watch::Sender::new(HashMap::new()),
            depends: Arc::clone(&parts.depends),
            told: Arc::clone(&parts.consumers),
            swept: Mutex::default(),
            mixed: watch::Sender::new(HashSet::new()),
            listed: Tray::default(),
            versions: Arc::clone(&parts.versions),
            servers: watch::Sender::new(HashMap::new()),
            prefixes: Arc::clone(&parts.prefixes),
            seed: AtomicU64::new(seed),
        }
    }

    /// True when this datacenter is the focused one.
    pub fn is_focused(&self) -> bool {
        self.scope.borrow().focus.as_ref() == Some(&self.dc)
    }

    /// Changes when everything is to be asked again, from now on.
    pub fn refresh(&self) -> watch::Receiver<u64> {
        let mut refresh = self.refresh.clone();
        refresh.mark_unchanged();
        refresh
    }

    /// A seed for jitter, another one each time.
    pub fn seed(&self) -> u64 {
        self.seed.fetch_add(1, Ordering::Relaxed)
    }
}
