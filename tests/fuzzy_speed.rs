//! How long the finder takes for 100,000 entries: prints, never judges.
//!
//! Run with `cargo test --release --test fuzzy_speed -- --nocapture` for numbers that mean something.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dcview::app::jump::{Finder, Pairs, Placed, Target, Targets};
use dcview::app::seek::{self, Accepted, Index, Seeker, State};
use dcview::domain::ids::{Dc, NodeName};
use dcview::domain::kv::Texts;
use dcview::table::filter::{Filter, RowText};

/// How many entries are searched.
const ENTRIES: usize = 100_000;

/// Node names like those of a large site.
fn name(place: usize) -> String {
    let teams = ["payment", "fraud", "billing", "search", "catalog", "checkout", "ledger"];
    let roles = ["api", "worker", "cache", "db", "proxy"];
    let team = teams[place % teams.len()];
    let role = roles[place / 7 % roles.len()];
    format!("{team}-{role}-eu-west-{}-host-{place:06}.prod.example.net", place % 3)
}

#[test]
fn typing_in_the_finder_prints_its_times() {
    let dc = Dc::from("dc-1");
    let nodes = (0..ENTRIES)
        .map(|place| Target::Node { dc: dc.clone(), name: NodeName::from(name(place)) });
    let mut finder = Finder::default();
    let started = Instant::now();
    let job = finder.set_targets(Targets::new(nodes));
    println!("{ENTRIES} entries: {:?} to prepare", started.elapsed());
    finder.accept(job.run());
    for query in ["p", "pa", "pay", "paya", "payapi", "payapi 42", "nosuchthing", "xqzj"] {
        let job = finder.set_query(query);
        let started = Instant::now();
        let hits = job.run();
        println!("{query:>12}: {:>9.2?} {:>6} hits", started.elapsed(), hits.total());
        assert!(finder.accept(hits));
    }
}

/// Three datacenters of 2,000 services with 50 instances each.
#[test]
fn finding_instances_by_service_and_node_prints_its_times() {
    let nodes: Vec<NodeName> = (0..5_000).map(|place| NodeName::from(name(place))).collect();
    let services = (0..6_000).map(|number| {
        let on = (0..50).map(|step| nodes[(number * 7 + step * 97) % nodes.len()].clone());
        let mut on: Vec<NodeName> = on.collect();
        on.sort_unstable();
        let (dc, service) = (format!("dc-{}", number % 3), format!("service-{:04}", number / 3));
        Placed { dc: Dc::from(dc), service: service.into(), nodes: on.into() }
    });
    let mut finder = Finder::default();
    let job = finder.set_targets(Targets::default().with(Pairs::new(services.collect())));
    let started = Instant::now();
    finder.accept(job.run());
    println!("{} instances: {:?} to prepare", finder.total(), started.elapsed());
    for query in ["s", "se", "ser", "service-17", "service-17 host-0042", "host dc-1 7", "xqzj"] {
        let job = finder.set_query(query);
        let started = Instant::now();
        let hits = job.run();
        println!("{query:>20}: {:>9.2?} {:>6} hits", started.elapsed(), hits.total());
        assert!(finder.accept(hits));
    }
}

/// Keys of five datacenters, all different; fewer where nothing is optimised.
#[test]
fn typing_among_a_million_keys_prints_its_times() {
    let each = if cfg!(debug_assertions) { 4_000 } else { 200_000 };
    let (mut index, started) = (Index::default(), Instant::now());
    for dc in 1..=5 {
        let names = (0..each).map(|n| format!("prod/dc-{dc}/{}/{n:06}/db/url", name(n)));
        let names: Vec<String> = names.collect();
        let mut keys = Texts::default();
        keys.extend(names.iter().map(String::as_str));
        index = index.with(&Dc::from(format!("dc-{dc}")), &keys.ordered(), State::Whole);
    }
    println!("{} keys: {:?} to prepare", index.len(), started.elapsed());
    let (mut seeker, among) = (Seeker::default(), index.among(|_| true));
    let job = seeker.set_index(Arc::new(index), among);
    seek(&mut seeker, job);
    for query in ["p", "pa", "pay", "payapi", "payapi 0042", "pdpayurl", "dc-3 fraud 77", "xqzj"] {
        let job = seeker.set_query(query);
        let (first, whole) = seek(&mut seeker, job);
        println!(
            "{query:>14}: {first:>9.2?} to the first, {whole:>9.2?} to all {}",
            seeker.total()
        );
    }
}

/// Searches to the end; how long the first part took, and all of them.
fn seek(seeker: &mut Seeker, mut job: seek::Job) -> (Duration, Duration) {
    let (started, mut first) = (Instant::now(), None);
    loop {
        let accepted = seeker.accept(job.run());
        let first = *first.get_or_insert_with(|| started.elapsed());
        match accepted {
            Accepted::Part(rest) => job = rest,
            Accepted::Whole | Accepted::Late => return (first, started.elapsed()),
        }
    }
}

#[test]
fn filtering_rows_prints_its_times() {
    let rows: Vec<RowText> =
        (0..ENTRIES).map(|place| RowText::new([&*name(place), "dc-1", "passing"])).collect();
    for text in ["payment", "!payment", "^fraud.*-42", "web|ledger", "-f payapi42", "xqzj"] {
        let filter = Filter::parse(text).unwrap();
        let started = Instant::now();
        let shown = rows.iter().filter(|row| filter.matches(row)).count();
        println!("{text:>12}: {:>9.2?} {shown:>6} rows", started.elapsed());
    }
}
