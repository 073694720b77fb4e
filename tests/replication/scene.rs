//! A replication with a place of its own, and a follower that looks at it.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use dcview::config::{Config, Dirs, Env, Flags};
use dcview::consul::{Access, Budget, Client, Endpoint, encode_path};
use dcview::domain::ids::{Dc, Key};
use dcview::domain::replication::{Source, Stream, Told, Verdict};
use dcview::replication::{Follower, Ground, Memory, Seen, Spec, follower};

use super::support::consul::{Cluster, Http, Plan};
use super::support::replicator::{Carried, Orders, Replicator};
use super::support::runtime::runtime;

/// The longest that anything may take on a busy machine.
pub const SOON: Duration = Duration::from_secs(30);

/// The federation that most tests share.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(three)
}

/// Three datacenters.
pub fn three() -> Cluster {
    let plan = Plan::new().hcl("limits { http_max_conns_per_client = 4000 }");
    Cluster::start(plan.dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1))
}

/// A client of an agent that asks for a datacenter.
pub fn client(address: &str, dc: &str) -> Client {
    writer(address, dc).read_only()
}

/// The same, at which no more than so many queries may hang.
fn short(address: &str, dc: &str, size: usize) -> Client {
    let agent = endpoint(address);
    let client = Client::with_budget(&agent, Access::ReadOnly, Budget::new(size));
    client.expect("a client").in_dc(&Dc::from(dc))
}

/// The same, that may write.
pub fn writer(address: &str, dc: &str) -> Client {
    let agent = endpoint(address);
    Client::new(&agent, Access::ReadWrite).expect("a client").in_dc(&Dc::from(dc))
}

fn endpoint(address: &str) -> Endpoint {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env = [("CONSUL_HTTP_ADDR", address)].into_iter().collect();
    let config: Config =
        dcview::config::resolve(None, &env, &Flags::default(), &dirs).expect("good settings");
    config.agent
}

/// A replication from `dc-1` to `dc-2`.
pub struct Scene {
    pub source: Http,
    pub destination: Http,
    pub orders: Orders,
    pub told: Told,
    /// Which server of the destination is asked.
    pub asked: usize,
    /// How many queries may hang at each agent; as usual when none.
    pub budget: Option<usize>,
    cluster: &'static Cluster,
    follower: Option<Box<dyn Follower>>,
}

impl Scene {
    /// Carries what lies under a prefix to the prefix of the same name.
    pub fn new(prefix: &str) -> Self {
        Self::on(cluster(), prefix, prefix)
    }

    /// Carries it to another prefix, on a federation.
    pub fn on(cluster: &'static Cluster, source: &str, destination: &str) -> Self {
        let name = source.replace('/', "-");
        let status_dir = format!("status-of-{name}/");
        let (from, to) = (cluster.dc("dc-1").http(), cluster.dc("dc-2").http());
        let carried = Carried {
            from: "dc-1".to_owned(),
            source: source.to_owned(),
            destination: destination.to_owned(),
        };
        let told = Told {
            status_dir: Key::from(&*status_dir),
            lock: Key::from(format!("lock-of-{name}/")),
            sources: vec![Source {
                prefix: Key::from(source),
                source: "dc-1".into(),
                destination: None,
                to: None,
                exclude: Vec::new(),
            }],
            ..Told::default()
        };
        let http = to.clone();
        let orders = Orders { http, carried: vec![carried], exclude: Vec::new(), status_dir };
        Self {
            source: from,
            destination: to,
            orders,
            told,
            asked: 0,
            budget: None,
            cluster,
            follower: None,
        }
    }

    /// Leaves out what begins so in the source, in the replicator and in the settings.
    #[must_use]
    pub fn exclude(mut self, prefix: &str) -> Self {
        self.orders.exclude.push(prefix.to_owned());
        self.told.sources[0].exclude.push(Key::from(prefix));
        self
    }

    /// Starts a replicator.
    pub fn replicate(&self) -> Replicator {
        Replicator::start(&self.orders)
    }

    /// Stores a value under the source's prefix.
    #[track_caller]
    pub fn set(&self, name: &str, value: &str) {
        put(&self.source, &format!("{}{name}", self.orders.carried[0].source), value);
    }

    /// Deletes a key under the source's prefix.
    #[track_caller]
    pub fn delete(&self, name: &str) {
        delete(&self.source, &format!("{}{name}", self.orders.carried[0].source));
    }

    /// A key's name in the destination.
    pub fn there(&self, name: &str) -> String {
        format!("{}{name}", self.orders.carried[0].destination)
    }

    /// What all followers stand on.
    pub fn ground(&self) -> Ground {
        let server = |dc: &str| if dc == "dc-2" { self.asked } else { 0 };
        let address = |dc: &str| self.cluster.dc(dc).server_addr(server(dc));
        let client = |dc: &str| match self.budget {
            Some(size) => short(&address(dc), dc, size),
            None => client(&address(dc), dc),
        };
        let clients = ["dc-1", "dc-2", "dc-3"].map(|dc| (Dc::from(dc), client(dc)));
        Ground {
            told: Arc::new(self.told.clone()),
            memory: Memory::default(),
            clients: Arc::new(clients.into_iter().collect()),
            ..Ground::default()
        }
    }

    /// The key of the status.
    pub fn status(&self) -> String {
        let Carried { source, destination, .. } = &self.orders.carried[0];
        self.orders.status_key(source, destination)
    }

    /// Looks once.
    pub fn look(&mut self) -> Seen {
        let status = Key::from(self.status());
        let spec = Spec::Replicate { into: "dc-2".into(), status };
        let ground = self.ground();
        let follower = self.follower.get_or_insert_with(|| follower(&ground, &spec));
        runtime().block_on(follower.look())
    }

    /// Waits until there is something to look at.
    #[track_caller]
    pub fn changed(&mut self) {
        let follower = self.follower.as_mut().expect("it looked before");
        let changed = async { tokio::time::timeout(SOON, follower.changed()).await };
        runtime().block_on(changed).expect("woken");
    }

    /// Looks once at what must be one stream.
    #[track_caller]
    pub fn stream(&mut self) -> Stream {
        let seen = self.look();
        seen.streams.into_iter().next().expect("a stream")
    }

    /// Looks until a stream is as it should be.
    #[track_caller]
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Stream) -> bool) -> Stream {
        let started = Instant::now();
        loop {
            let seen = self.look();
            if let Some(stream) = seen.streams.iter().find(|stream| is_so(stream)) {
                return stream.clone();
            }
            assert!(started.elapsed() < SOON, "{what}, but it is {seen:#?}");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Looks until both ends are the same.
    #[track_caller]
    pub fn in_sync(&mut self) -> Stream {
        self.until("in sync", |stream| stream.verdict == Verdict::InSync)
    }
}

/// The names and classes of what differs.
pub fn differing(stream: &Stream) -> Vec<(String, dcview::domain::replication::Class)> {
    stream.differing.iter().map(|key| (key.name.to_string(), key.class)).collect()
}

/// Stores a value.
#[track_caller]
pub fn put(http: &Http, key: &str, value: &str) {
    let answer = http.put_text(&format!("/v1/kv/{}", encode_path(key)), value);
    assert_eq!(answer.expect("an answer").body.trim(), "true");
}

/// Deletes a key, or with `?recurse` behind it all that begin so.
#[track_caller]
pub fn delete(http: &Http, key: &str) {
    let (key, query) = key.split_once('?').unwrap_or((key, ""));
    let answer = http.delete(&format!("/v1/kv/{}?{query}", encode_path(key)));
    assert_eq!(answer.expect("an answer").body.trim(), "true");
}
