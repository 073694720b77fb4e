//! How long the finder takes for 100,000 entries: prints, never judges.
//!
//! Run with `cargo test --release --test fuzzy_speed -- --nocapture` for numbers that mean something.

use std::time::Instant;

use dcview::app::jump::{Finder, Target, Targets};
use dcview::domain::ids::{Dc, NodeName};
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
