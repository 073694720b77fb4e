//! Followers that look more than once: what they remember, and what they keep of a dark datacenter.

use std::sync::Arc;
use std::time::Duration;

use dcview::config::{self, Config, Dirs, Env, Flags};
use dcview::consul::{Access, Client, kv};
use dcview::domain::feed::{Report, Scope};
use dcview::domain::ids::Dc;
use dcview::domain::kv::{Op, Write};
use dcview::domain::replication::{Kind, Source, Stream, StreamId, Told, Verdict, Waiting};
use dcview::journal::{Committer, Journal};
use dcview::replication::{Follower, Ground, Spec, follower};
use dcview::store::Store;
use serde_json::json;
use tokio::sync::{mpsc, watch};

use crate::git::{FIRST, SECOND, STATUS, configure, delete, newest, put, status};
use crate::support::consul::{Cluster, Plan, START};
use crate::support::runtime::runtime;
use crate::support::wait::wait;

/// Longer than an answer takes.
const QUIET: Duration = Duration::from_millis(500);

fn config(address: &str) -> Config {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env = [("CONSUL_HTTP_ADDR", address)].into_iter().collect();
    config::resolve(None, &env, &Flags::default(), &dirs).expect("good settings")
}

/// The datacenters of a cluster, each asked at its own agent.
fn ground(cluster: &Cluster) -> Ground {
    let client = |dc: &crate::support::consul::Dc| {
        let endpoint = config(&dc.http_addr()).agent;
        let name = Dc::from(dc.name());
        let client = Client::new(&endpoint, Access::ReadOnly).expect("a client").in_dc(&name);
        (name, client)
    };
    let clients = Arc::new(cluster.dcs().iter().map(client).collect());
    Ground { clients, ..Ground::default() }
}

fn look(follower: &mut Box<dyn Follower>) -> Vec<Stream> {
    runtime().block_on(follower.look()).streams
}

/// True when it was woken within this time.
fn is_woken(follower: &mut Box<dyn Follower>, within: Duration) -> bool {
    runtime().block_on(async { tokio::time::timeout(within, follower.changed()).await.is_ok() })
}

fn fact<'a>(stream: &'a Stream, label: &str) -> &'a str {
    stream.facts.iter().find(|(it, _)| *it == label).map_or("", |(_, text)| text)
}

#[test]
fn a_delivery_is_timed_by_what_was_seen_and_a_dark_datacenter_keeps_it() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    let (first, second) = (cluster.dc("dc-1"), cluster.dc("dc-2"));
    configure(first);
    for (key, value) in [("main/README", "top"), ("main.ref", FIRST)] {
        put(first, &format!("platform-config/{key}"), value);
        put(second, &format!("copy/{key}"), value);
    }
    status(second, newest(first, "platform-config/"));
    let mut git = follower(&ground(&cluster), &Spec::Git("dc-2".into()));
    let seen = look(&mut git);
    assert_eq!((seen.len(), seen[0].verdict), (1, Verdict::InSync));
    assert!(fact(&seen[0], "live").starts_with("before "), "{:?}", seen[0].facts);

    assert!(!is_woken(&mut git, QUIET), "nothing has changed");
    put(first, "platform-config/main.ref", SECOND);
    assert!(is_woken(&mut git, START));
    let seen = look(&mut git);
    assert!(matches!(seen[0].waiting, Waiting::Since(_)), "{:?}", seen[0]);
    assert_eq!(fact(&seen[0], "live"), "not yet");
    assert!(fact(&seen[0], "in the source").starts_with("since "));
    put(second, "copy/main.ref", SECOND);
    status(second, newest(first, "platform-config/"));
    let live = look(&mut git);
    assert_eq!((live[0].verdict, live[0].waiting), (Verdict::InSync, Waiting::Nothing));
    assert!(fact(&live[0], "live").starts_with("since "), "{:?}", live[0].facts);
    assert!(fact(&live[0], "delivered in").ends_with("s at most"), "{:?}", live[0].facts);

    put(second, "copy/main/README", "edited");
    let edited = look(&mut git);
    assert!(edited[0].differing[0].is_edited_there, "{:?}", edited[0]);
    put(second, "copy/main/README", "top");
    let live = look(&mut git);
    assert_eq!(live[0].verdict, Verdict::InSync);

    // Without its status the replication still brings it, as far as anybody knows.
    delete(second, STATUS);
    delete(second, "copy/main/README");
    let gone = look(&mut git);
    assert_eq!((gone.len(), gone[0].verdict), (1, Verdict::Lagging), "{gone:?}");
    status(second, newest(first, "platform-config/"));
    put(second, "copy/main/README", "top");
    let live = look(&mut git);
    assert_eq!(live[0].verdict, Verdict::InSync);

    second.kill_server(0);
    let dark = look(&mut git);
    assert!(dark[0].problem.is_some(), "{:?}", dark[0]);
    assert_eq!(Stream { problem: None, ..dark[0].clone() }, live[0]);
    // Who looks for the first time now knows by the settings that it comes there.
    let source = Source {
        prefix: "platform-config/".into(),
        source: "dc-1".into(),
        destination: None,
        to: None,
        exclude: Vec::new(),
    };
    let told = Arc::new(Told { sources: vec![source], ..Told::default() });
    let ground = Ground { told, ..ground(&cluster) };
    let new = look(&mut follower(&ground, &Spec::Git("dc-2".into())));
    assert_eq!((new.len(), new[0].verdict), (1, Verdict::Unknown), "{new:?}");
    assert!(*new[0].id.of == *live[0].id.of && new[0].problem.is_some(), "{new:?}");
}

#[test]
fn a_secondary_is_looked_at_when_its_primary_changes() {
    let shared = "primary_datacenter = \"dc-1\"";
    let cluster = Cluster::start(Plan::new().hcl(shared).dc("dc-1", 1).dc("dc-2", 1));
    let mut primary = follower(&ground(&cluster), &Spec::Primary("dc-2".into()));
    wait(START, "both have the same states", || {
        let seen = look(&mut primary);
        seen.iter().any(|it| it.id.kind == Kind::Federation && it.verdict == Verdict::InSync)
    });
    assert!(!is_woken(&mut primary, QUIET), "nothing has changed");
    let body = json!({ "Kind": "service-defaults", "Name": "web", "Protocol": "http" });
    let put = cluster.dc("dc-1").http().put("/v1/config", &body).expect("an answer");
    assert_eq!(put.status, 200);
    assert!(is_woken(&mut primary, START));
    wait(START, "the entry has arrived", || {
        let seen = look(&mut primary);
        seen.iter().any(|it| it.id.kind == Kind::ConfigEntries && it.verdict == Verdict::InSync)
    });

    // It goes dark: what was found stays, with the reason; who looks for the first time now hears of
    // the same streams from others.
    cluster.dc("dc-2").kill_server(0);
    let kept = look(&mut primary);
    assert!(kept.iter().all(|it| it.problem.is_some() && it.at.is_some()), "{kept:?}");
    let new = look(&mut follower(&ground(&cluster), &Spec::Primary("dc-2".into())));
    let ids = |streams: &[Stream]| streams.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&new), ids(&kept));
    let is_unknown = |it: &Stream| it.verdict == Verdict::Unknown && it.problem.is_some();
    assert!(new.len() == 2 && new.iter().all(is_unknown), "{new:?}");
}

#[test]
fn a_reference_that_dcview_put_back_says_no_more_than_before() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    configure(dc);
    let marker = "platform-config/main.ref";
    for (key, value) in [("main/README", "top"), ("main/svc/x", "1"), ("main.ref", FIRST)] {
        put(dc, &format!("platform-config/{key}"), value);
    }
    let state = tempfile::tempdir().expect("a directory");
    let journal = Journal::in_dir(state.path());
    let ground = Ground { journal: Some(journal.clone()), ..ground(&cluster) };
    let main = |git: &mut Box<dyn Follower>| {
        let mut seen = look(git);
        seen.retain(|it| &*it.id.of == "platform-config/main");
        seen.remove(0)
    };
    put(dc, "platform-config/main/README", "by hand");
    delete(dc, "platform-config/main/svc/x");
    let mut git = follower(&ground, &Spec::Git("dc-1".into()));
    assert_eq!(main(&mut git).verdict, Verdict::Drift);

    // A resync whose git2consul is dead, and its undo.
    let name = Dc::from("dc-1");
    let client = Client::new(&config(&dc.http_addr()).agent, Access::ReadWrite).expect("a client");
    let client = client.in_dc(&name);
    let committer = Committer { client: client.clone(), journal, insist: false, told: None };
    let read = async || kv::read(&client, &marker.into()).await.expect("an answer");
    runtime().block_on(async {
        let write = Write::one(name.clone(), Op::Delete { base: read().await.expect("a key") });
        let deleted = committer.commit_undo(&write, None).await.expect("it is kept");
        let back = Write::one(name, Op::create(marker.into(), FIRST.to_owned(), 0));
        committer.commit_undo(&back, deleted.write_id()).await.expect("it is kept");
    });
    let index = runtime().block_on(read()).expect("it is back").modify_index;
    for git in [&mut git, &mut follower(&ground, &Spec::Git("dc-1".into()))] {
        let after = main(git);
        assert_eq!((after.verdict, after.counts.drift > 0), (Verdict::Drift, true), "{after:?}");
        assert_eq!(after.status.expect("a reference").modify_index, index, "for the next resync");
    }
    // What git2consul writes is as good as ever.
    put(dc, "platform-config/main/README", "top");
    put(dc, "platform-config/main/svc/x", "1");
    put(dc, marker, SECOND);
    assert_eq!(main(&mut git).verdict, Verdict::InSync);
}

#[test]
fn a_replication_that_is_there_goes_before_one_that_was() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    let (first, second) = (cluster.dc("dc-1"), cluster.dc("dc-2"));
    configure(first);
    for (key, value) in [("main/README", "top"), ("main.ref", FIRST)] {
        put(first, &format!("platform-config/{key}"), value);
        put(second, &format!("copy/{key}"), value);
    }
    // A second one, of the same prefix, comes and goes.
    let other = "service/consul-replicate/statuses/zz";
    let value = json!({ "LastReplicated": 9, "Source": "platform-config/", "Destination": "z/" });
    put(second, other, &value.to_string());
    let mut git = follower(&ground(&cluster), &Spec::Git("dc-2".into()));
    assert_eq!(&*look(&mut git)[0].id.to, "z/main/");
    delete(second, other);
    assert_eq!(&*look(&mut git)[0].id.to, "z/main/", "nothing else brings it");
    status(second, newest(first, "platform-config/"));
    let seen = look(&mut git);
    assert_eq!((seen.len(), &*seen[0].id.to), (1, "copy/main/"));
}

#[test]
fn with_a_source_root_an_edit_that_was_seen_is_told() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    configure(dc);
    put(dc, "cfg/global/app-config/main.ref", FIRST);
    put(dc, "cfg/global/app-config/web/haproxy.cfg", "maxconn 4096");
    let mut git = follower(&ground(&cluster), &Spec::Git("dc-1".into()));
    // Whether a sync goes on is found out by waiting, which is no work that asks for a pause.
    assert!(runtime().block_on(git.look()).rested > Duration::from_secs(1));
    let mut app = || {
        let seen = look(&mut git);
        seen.into_iter().find(|it| &*it.id.of == "app-config/main").expect("the branch")
    };
    assert_eq!(app().verdict, Verdict::InSync);
    put(dc, "cfg/global/app-config/web/haproxy.cfg", "maxconn 1");
    let edited = app();
    assert_eq!((edited.verdict, edited.counts.drift), (Verdict::Drift, 1), "{edited:?}");
    assert_eq!(&*edited.differing[0].name, "web/haproxy.cfg");
    // The next commit brings its own keys, after its '.ref'.
    put(dc, "cfg/global/app-config/main.ref", SECOND);
    put(dc, "cfg/global/app-config/web/haproxy.cfg", "maxconn 2");
    assert_eq!(app().verdict, Verdict::InSync);
}

#[test]
fn the_screen_is_told_of_servers_secondaries_and_the_wan() {
    let shared = "primary_datacenter = \"dc-1\"";
    let cluster = Cluster::start(Plan::new().hcl(shared).dc("dc-1", 3).dc("dc-2", 1));
    let dc = cluster.dc("dc-1");
    let scope = watch::Sender::new(Scope::default());
    scope.send_modify(|scope| scope.glanced.replication = true);
    let (out, mut reports) = mpsc::channel(64);
    let mut store = Store::default();
    runtime().block_on(async {
        let config = config(&dc.http_addr());
        let handle = dcview::watch::start(&config, scope.subscribe(), out).expect("it starts");
        let count = |store: &Store, kind, verdict| {
            let all = store.streams.values();
            all.filter(|it| it.id.kind == kind && it.verdict == verdict).count()
        };
        told(&mut reports, &mut store, "all is in sync", |store| {
            // Two followers, and the one server of the other datacenter.
            count(store, Kind::Raft, Verdict::InSync) == 3
                && count(store, Kind::Federation, Verdict::InSync) == 1
                && store.wan.alive(&"dc-1".into()) == (3, 3)
                && store.wan.trip(&"dc-2".into(), &"dc-1".into()).is_some()
        })
        .await;
        let victim = if dc.leader() == Some(2) { 1 } else { 2 };
        let name = format!("dc-1-server-{victim}");
        dc.stop_server(victim);
        told(&mut reports, &mut store, "it is missing", |store| {
            let is_it = |id: &StreamId| id.kind == Kind::Raft && id.destination.as_str() == "dc-1";
            let raft = store.streams.values().filter(|it| is_it(&it.id));
            assert!(raft.clone().all(|it| it.id.of.starts_with("dc-1-server-")), "by its name");
            raft.filter(|it| it.verdict == Verdict::Drift)
                .any(|it| *it.id.of == *name && matches!(it.waiting, Waiting::Since(_)))
        })
        .await;
        drop(reports);
        handle.shutdown().await;
    });
}

/// Applies what is told until the store is like this.
async fn told(
    reports: &mut mpsc::Receiver<Report>,
    store: &mut Store,
    what: &str,
    is_so: impl Fn(&Store) -> bool,
) {
    let waits = async {
        while !is_so(store) {
            store.apply(reports.recv().await.expect("it runs"));
        }
    };
    assert!(tokio::time::timeout(START, waits).await.is_ok(), "{what}");
}
