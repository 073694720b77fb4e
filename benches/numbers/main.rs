//! The numbers that dcview promises, measured and printed beside their targets.
//!
//! ```text
//! cargo bench --bench numbers                        all of it, against real Consul (minutes)
//! cargo bench --bench numbers -- frame demo          only these sections
//! cargo bench --bench numbers -- change --instances 10k
//! cargo bench --bench numbers -- --sim               against 'dcview demo --serve' instead
//! ```
//!
//! | section  | what is measured                                                                 |
//! | -------- | -------------------------------------------------------------------------------- |
//! | `first`  | from the start of the program to its first frame                                 |
//! | `frame`  | frames over 100,000 rows and keys to frames, inside this process                 |
//! | `demo`   | memory of `dcview demo`                                                          |
//! | `start`  | a complete overview beside the slowest bare request that it depends on           |
//! | `change` | a check's change to its painted line beside a bare blocking query (each size)    |
//! | `memory` | memory with each view open; what an idle dcview takes                            |
//! | `keys`   | a key to its frame in the terminal, also at 1,000 changes a second               |
//! | `load`   | what dcview costs a server while checks keep changing                            |
//! | `events` | ten minutes of 1,000 changes a second: what is told of them, and what it takes   |
//! | `kv`     | a folder of 200,000 keys, a large value, search and difference of all values     |
//! | `replication` | 200,000 keys of both ends compared, and one of them changed                 |
//! | `history` | an hour at 1,000 changes a second, kept in memory: how much, and jumps        |
//! | `replay` | a recording of an hour at 1,000 changes a second: opened, jumped in, played       |
//! | `map`    | the service map of 1,000 services and 4,000 edges                                 |
//! | `consumers` | the disagreements of 500 services in each of three datacenters            |
//!
//! Everything but `frame` and `replay` drives the released program on a real pseudo-terminal of 200x60, and all
//! but the first three, `kv` and `replay` before three federated datacenters of 100,000 instances each. Nothing is
//! asserted: a missed target is a word in the table. Figures that are ratios are taken in one run,
//! the two sides in turns or side by side. A machine that does other work shows it in every time;
//! the load average is printed with them, and processor times beside those that need no server. It
//! needs `consul` like the tests do.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and ends where it cannot measure"
)]

mod args;
mod bare;
mod change;
mod churn;
mod consumers;
mod crowd;
mod events;
mod frame;
mod ground;
mod history;
mod keys;
mod keyspace;
mod load;
mod map;
mod memory;
mod meter;
mod process;
mod replay;
mod replication;
mod report;
mod sample;
mod served;
mod session;
mod start;
mod stopwatch;
#[path = "../../tests/support/mod.rs"]
mod support;
#[expect(dead_code, reason = "a frame needs less than the tests of the screen do")]
#[path = "../../tests/support/world.rs"]
mod world;

use std::{env, fs};

use args::Args;
use ground::Ground;
use report::Report;

/// A part of the measurements that needs datacenters.
type Section = (&'static str, fn(&Ground, &mut Report));

/// In this order: what disturbs the datacenters comes last.
const SECTIONS: [Section; 6] = [
    ("start", start::measure),
    ("memory", memory::measure),
    ("change", change::measure),
    ("keys", keys::measure),
    ("load", load::measure),
    ("events", events::measure),
];

fn main() {
    let known: Vec<&str> =
        ["first", "frame", "demo", "kv", "replication", "history", "replay", "consumers", "map"]
            .into_iter()
            .chain(SECTIONS.map(|(n, _)| n))
            .collect();
    let args = Args::read(env::args().skip(1), &known);
    let mut report = Report::default();
    let load = || fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let before = load();
    if args.wants("first") {
        start::measure_first_frame(&mut report);
    }
    if args.wants("frame") {
        frame::measure(&mut report);
    }
    if args.wants("demo") {
        memory::measure_demo(&mut report);
    }
    if args.wants("kv") {
        keyspace::measure(&mut report);
    }
    if args.wants("replication") {
        replication::measure(&mut report);
    }
    if args.wants("history") {
        history::measure(&mut report);
    }
    if args.wants("replay") {
        replay::measure(&mut report);
    }
    if args.wants("map") {
        map::measure(&mut report);
    }
    if args.wants("consumers") {
        consumers::measure(&mut report);
    }
    for instances in &args.sizes {
        // The smaller sizes are for the one section that is measured at each.
        let is_largest = *instances == args.largest();
        let sections = SECTIONS.iter().filter(|(name, _)| args.wants(name));
        let sections: Vec<_> =
            sections.filter(|(name, _)| is_largest || *name == "change").collect();
        if sections.is_empty() {
            continue;
        }
        let ground = Ground::start(args.kind, *instances);
        for (_, measure) in sections {
            measure(&ground, &mut report);
        }
    }
    report.print();
    println!("load average before: {} and after: {}", before.trim(), load().trim());
}
