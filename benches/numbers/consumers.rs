//! The disagreements of all services: 500 services in each of three datacenters, looked at once, and
//! what looking again and again costs while the list is shown.
//!
//! Real Consul with its DNS; a load balancer in front of all services of the first datacenter is
//! played by a server that always gives the same statistics, some of them stale.

use std::fmt::Write as _;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use dcview::config::{Dirs, Env, Flags};
use dcview::consul::{Access, Client};
use dcview::consumers::{Looker, sweep};
use dcview::domain::consumers::{Balancer, Swept, Told};
use dcview::domain::ids::Dc;
use futures_util::future::join_all;

use crate::process::Process;
use crate::report::{Figure, Report, Unit};
use crate::sample::Sample;
use crate::support::consul::{Cluster, Load, Plan};
use crate::support::fault::{FaultServer, Reply};
use crate::support::runtime::runtime;
use crate::support::screen::Launch;

const DCS: [&str; 3] = ["dc-1", "dc-2", "dc-3"];
const LOAD: Load = Load { services: 500, nodes: 100, instances: 5_000, failing: 50 };
const ROUNDS: usize = 5;
/// How long the list is left open: some looks at all.
const OPEN: Duration = Duration::from_mins(2);

const ONCE_MS: f64 = 5_000.0;
const MOST_CORE: f64 = 5.0;

/// Starts the datacenters, fills and measures them.
pub fn measure(report: &mut Report) {
    report
        .section("consumers: Consul, 3 x 500 services, 3 x 5,000 instances, a stale load balancer");
    let plan = DCS.iter().fold(Plan::new().dns(), |plan, dc| plan.dc(dc, 1));
    let cluster = Cluster::start(plan);
    for dc in cluster.dcs() {
        dc.synthetic(LOAD);
    }
    let statistics = statistics();
    let balancer = FaultServer::start(move |_| Reply::text(200, &statistics));
    once(&cluster, &balancer, report);
    open(&cluster, &balancer, report);
}

/// All instances as servers that are up, but for each eleventh, which the balancer does not know.
fn statistics() -> String {
    let mut text = String::from("# pxname,svname,status,weight,type,addr,\n");
    for number in (0..LOAD.instances).filter(|number| number % 11 != 9) {
        let service = format!("service-{:04}", number % LOAD.services);
        let _ = writeln!(text, "{service},{service}-{number},UP,1,2,,");
    }
    text
}

/// Three lookers as the watch layer has them, all at once.
fn once(cluster: &Cluster, balancer: &FaultServer, report: &mut Report) {
    let mut told = Told {
        dns_usual: cluster.dc("dc-1").dns_addr().into(),
        balancers: vec![Arc::new(Balancer {
            name: "edge".into(),
            dc: "dc-1".into(),
            address: format!("{}/stats", balancer.url()).into(),
            auth: None,
            backends: std::collections::BTreeMap::new(),
        })],
        ..Told::default()
    };
    told.dns = cluster.dcs().iter().map(|dc| (dc.name().into(), dc.dns_addr().into())).collect();
    let told = Arc::new(told);
    let mut lookers: Vec<Looker> =
        DCS.iter().map(|dc| Looker::new(&Dc::from(*dc), &client(cluster, dc), &told)).collect();
    let mut before: Vec<Option<Swept>> = vec![None; DCS.len()];
    let (mut took, mut first, mut spent) = (Sample::default(), None, Sample::default());
    for _ in 0..=ROUNDS {
        let (started, cpu) = (Instant::now(), this().cpu());
        let each = lookers
            .iter_mut()
            .zip(&before)
            .map(|(looker, before)| sweep(looker, before.as_ref(), |_| {}));
        let swept = runtime().block_on(join_all(each));
        let all = started.elapsed();
        before = swept.into_iter().map(Result::ok).collect();
        if first.is_none() {
            first = Some(all);
            continue;
        }
        took.add(all);
        spent.add(this().cpu().saturating_sub(cpu));
    }
    let found = |swept: &Option<Swept>| swept.as_ref().map_or(0, |swept| swept.found.len());
    let checked = |swept: &Option<Swept>| swept.as_ref().map_or(0, |swept| swept.checked);
    assert_eq!(before.iter().map(checked).sum::<usize>(), DCS.len() * (LOAD.services + 1));
    let all: usize = before.iter().map(found).sum();
    assert!(all > LOAD.instances / 20, "the stale balancer is seen: {all}");
    let first = first.unwrap_or_default();
    let text = "all services of three datacenters, the first time (what is found is asked twice)";
    report.at_most(text, Figure::time(first), ONCE_MS);
    report.at_most("again, median", took.middle(), ONCE_MS);
    report.note("processor time of dcview for that, median", spent.middle());
}

/// The program with the list open.
fn open(cluster: &Cluster, balancer: &FaultServer, report: &mut Report) {
    let launch = Launch::dcview(&["-c", "disagreements"]).size(200, 60);
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a configuration directory");
    let mut config = format!("[agent]\naddress = '{}'\n", cluster.dc("dc-1").http_addr());
    for dc in cluster.dcs() {
        let _ = writeln!(config, "[datacenters.{}]\ndns_addr = '{}'", dc.name(), dc.dns_addr());
    }
    let _ = writeln!(
        config,
        "[[balancers]]\nname = 'edge'\ndatacenter = 'dc-1'\naddress = '{}/stats'",
        balancer.url()
    );
    std::fs::write(folder.join("config.toml"), config).expect("a settings file");
    let started = Instant::now();
    let screen = launch.start();
    let services = format!("1,{:03} services", DCS.len() * (LOAD.services + 1) - 1_000);
    screen.wait_for(&services);
    report.at_most(
        "from the start of the program to the whole list",
        Figure::time(started.elapsed()),
        ONCE_MS,
    );
    let program = Process(screen.pid());
    let before = program.cpu();
    sleep(OPEN);
    let share = (program.cpu().saturating_sub(before)).as_secs_f64() / OPEN.as_secs_f64() * 100.0;
    report.at_most(
        "processor while the list stays open",
        Figure::new(share, Unit::Core),
        MOST_CORE,
    );
}

fn client(cluster: &Cluster, dc: &str) -> Client {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let address = cluster.dc(dc).http_addr();
    let env: Env = [("CONSUL_HTTP_ADDR", address.as_str())].into_iter().collect();
    let config = dcview::config::resolve(None, &env, &Flags::default(), &dirs);
    let client = Client::new(&config.expect("good settings").agent, Access::ReadOnly);
    client.expect("a client").in_dc(&Dc::from(dc))
}

/// This very process.
fn this() -> Process {
    Process(std::process::id())
}
