//! Both ends of a stream of keys: compared whole beside bare reads of both, and after one change.
//!
//! The follower runs in this process, behind a relay that counts what comes back on the wire. Keys
//! lie in folders, and once more in one folder with names that nothing but their digits divides.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dcview::config::{Dirs, Env, Flags};
use dcview::consul::{Access, Client};
use dcview::domain::ids::Dc;
use dcview::domain::replication::{Pair, Stream, Verdict};
use dcview::replication::{Follower, Ground, Spec, follower};
use serde_json::json;

use crate::process::Process;
use crate::report::{Figure, Report, Unit, ms};
use crate::sample::Sample;
use crate::support::consul::{Cluster, Http, Plan};
use crate::support::runtime::runtime;

const DCS: [&str; 2] = ["dc-1", "dc-2"];
/// Keys of each end.
const KEYS: usize = 200_000;
/// About as much as 46 MB for all keys.
const VALUE: usize = 230;
const ROUNDS: usize = 5;
/// Keys of each end where the time to a verdict is measured.
const FEW: usize = 10_000;
const CHANGES: usize = 20;

const WHOLE_OVER_BARE: f64 = 1.5;
const CHANGE_MB: f64 = 1.0;
const CHANGE_MS: f64 = 200.0;
const VERDICT_MS: f64 = 1_000.0;

/// Starts the datacenters, fills and measures them.
pub fn measure(report: &mut Report) {
    report.section(&format!("replication: Consul, 2 x {KEYS} keys"));
    let cluster = Cluster::start(DCS.iter().fold(Plan::new(), |plan, dc| plan.dc(dc, 1)));
    let folders = |n: usize| format!("folders/app-{:03}/key-{:03}", n / 1000, n % 1000);
    let flat = |n: usize| format!("flat/key-{n:06}");
    fill(&cluster, KEYS, folders);
    whole(&cluster, report);
    change(&cluster, "folders/", &folders, ("one key of 200,000 in folders", true), report);
    fill(&cluster, KEYS, flat);
    change(&cluster, "flat/", &flat, ("one of 200,000 in one folder", false), report);
    fill(&cluster, FEW, |n| format!("few/app-{:02}/key-{:03}", n / 100, n % 100));
    verdict(&cluster, report);
}

/// Stores the same keys in both datacenters.
fn fill(cluster: &Cluster, keys: usize, name: impl Fn(usize) -> String) {
    let op = |number: usize| {
        let value = format!("{{\"number\": {number}, \"text\": \"");
        let value = STANDARD.encode(format!("{value:x<VALUE$}\"}}"));
        json!({ "KV": { "Verb": "set", "Key": name(number), "Value": value } })
    };
    let operations: Vec<_> = (0..keys).map(op).collect();
    thread::scope(|scope| {
        for dc in cluster.dcs() {
            scope.spawn(|| dc.transact(&operations));
        }
    });
}

fn addresses(cluster: &Cluster) -> Vec<String> {
    DCS.iter().map(|dc| cluster.dc(dc).http_addr()).collect()
}

/// One that compares a prefix of both datacenters, each asked at its address.
fn compare(addresses: &[String], prefix: &str) -> Box<dyn Follower> {
    let client = |address: &String, dc: &str| {
        let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
        let env: Env = [("CONSUL_HTTP_ADDR", address.as_str())].into_iter().collect();
        let config = dcview::config::resolve(None, &env, &Flags::default(), &dirs);
        let client = Client::new(&config.expect("good settings").agent, Access::ReadOnly);
        (Dc::from(dc), client.expect("a client").in_dc(&Dc::from(dc)))
    };
    let clients = addresses.iter().zip(DCS).map(|(address, dc)| client(address, dc)).collect();
    let ground = Ground { clients: Arc::new(clients), ..Ground::default() };
    let pair =
        Pair { source: DCS[0].into(), prefix: prefix.into(), destination: DCS[1].into(), to: None };
    follower(&ground, &Spec::Compare(pair))
}

/// This very process.
fn this() -> Process {
    Process(std::process::id())
}

fn look(follower: &mut Box<dyn Follower>) -> Stream {
    runtime().block_on(follower.look()).streams.remove(0)
}

fn whole(cluster: &Cluster, report: &mut Report) {
    let addresses = addresses(cluster);
    let (mut bare, mut compared) = (Sample::default(), Sample::default());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for dc in cluster.dcs() {
            let answer = dc.http().get("/v1/kv/folders/?recurse").expect("an answer");
            assert_eq!(answer.status, 200);
        }
        bare.add(started.elapsed());
        let mut follower = compare(&addresses, "folders/");
        let started = Instant::now();
        let stream = look(&mut follower);
        compared.add(started.elapsed());
        assert_eq!((stream.verdict, stream.counts.same), (Verdict::InSync, KEYS));
    }
    report.note("bare read of both, one after the other, median", bare.middle());
    let target = WHOLE_OVER_BARE * ms(bare.median());
    report.at_most("both compared whole, median", compared.middle(), target);
}

fn change(
    cluster: &Cluster,
    prefix: &str,
    name: &dyn Fn(usize) -> String,
    (what, is_promised): (&str, bool),
    report: &mut Report,
) {
    let relays: Vec<Relay> = cluster.dcs().iter().map(|dc| Relay::to(&dc.http_addr())).collect();
    let addresses: Vec<String> = relays.iter().map(|relay| relay.address.clone()).collect();
    let mut follower = compare(&addresses, prefix);
    assert_eq!(look(&mut follower).verdict, Verdict::InSync);
    let (mut bytes, mut cpu, mut time) = (0, Duration::ZERO, Sample::default());
    for round in 0..ROUNDS {
        let key = name((round * 79_193 + 77) % KEYS);
        // As a replicator does: in the source, and then in the destination.
        for (dc, expected) in cluster.dcs().iter().zip([Verdict::Drift, Verdict::InSync]) {
            let value = format!("changed {round}");
            dc.http().put_text(&format!("/v1/kv/{key}"), &value).expect("an answer");
            let (before, spent) = (count(&relays), this().cpu());
            let started = Instant::now();
            let stream = look(&mut follower);
            time.add(started.elapsed());
            cpu += this().cpu().saturating_sub(spent);
            bytes += count(&relays) - before;
            assert_eq!(stream.verdict, expected);
        }
    }
    let rounds = ROUNDS as f64;
    let each = bytes as f64 / rounds;
    let mb = Figure::new(each / 1e6, Unit::Mb).beside(format!("{:.0} kB", each / 1e3));
    let cpu = Figure::time(cpu.div_f64(rounds)).beside("with the relay's");
    if is_promised {
        report.at_most(&format!("{what} changed, at both ends: read"), mb, CHANGE_MB);
        report.at_most(&format!("{what} changed: processor time"), cpu, CHANGE_MS);
    } else {
        report.note(&format!("{what} changed, at both ends: read"), mb);
        report.note(&format!("{what} changed: processor time"), cpu);
    }
    report.note("one look after a change, median", time.middle());
}

fn count(relays: &[Relay]) -> usize {
    relays.iter().map(|relay| relay.came.load(Ordering::Relaxed)).sum()
}

/// From a change to the verdict, for one who waits for it.
fn verdict(cluster: &Cluster, report: &mut Report) {
    let addresses = addresses(cluster);
    let mut follower = compare(&addresses, "few/");
    assert_eq!(look(&mut follower).counts.same, FEW);
    let http: Http = cluster.dc(DCS[0]).http();
    let mut times = Sample::default();
    for round in 0..CHANGES {
        let key = format!("/v1/kv/few/app-{:02}/key-{:03}", round * 7 % 100, round);
        let (http, started) = (http.clone(), Instant::now());
        let writer = thread::spawn(move || http.put_text(&key, "changed"));
        let stream = runtime().block_on(async {
            follower.changed().await;
            follower.look().await.streams.remove(0)
        });
        times.add(started.elapsed());
        writer.join().expect("a writer").expect("an answer");
        assert_eq!(stream.counts.drift, round + 1);
    }
    report.at_most(&format!("a change to its verdict at {FEW} keys, p99"), times.p99(), VERDICT_MS);
}

/// Stands before an agent and counts what it answers.
struct Relay {
    address: String,
    came: Arc<AtomicUsize>,
}

impl Relay {
    fn to(agent: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let came = Arc::new(AtomicUsize::new(0));
        let (agent, counter) = (agent.to_owned(), Arc::clone(&came));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&agent).expect("an agent");
                let (to, from) = (server.try_clone(), client.try_clone());
                let (to, from) = (to.expect("a socket"), from.expect("a socket"));
                thread::spawn(move || copy(client, to, None));
                let counter = Arc::clone(&counter);
                thread::spawn(move || copy(server, from, Some(&counter)));
            }
        });
        Self { address, came }
    }
}

/// Carries bytes until either end is closed.
fn copy(mut from: TcpStream, mut to: TcpStream, counter: Option<&AtomicUsize>) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        if let Some(counter) = counter {
            counter.fetch_add(length, Ordering::Relaxed);
        }
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    // The other end is told so; that it is gone already is as good.
    let _ = to.shutdown(std::net::Shutdown::Both);
}
