//! A replicator that works: what is on its way is never called lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dcview::domain::replication::Verdict;
use serde_json::json;

use super::scene::{Scene, cluster, delete, put};
use super::support::consul::Http;

/// 100 writes a second.
const PAUSE: Duration = Duration::from_millis(10);

/// Writes and deletes keys until told that it is over; how many it wrote.
fn write(http: Http, name: fn(usize) -> String, is_over: &Arc<AtomicBool>) -> JoinHandle<usize> {
    let is_over = Arc::clone(is_over);
    thread::spawn(move || {
        let (started, mut written) = (Instant::now(), 0_usize);
        while !is_over.load(Ordering::Relaxed) {
            let key = name(written * 7);
            if written % 11 == 10 {
                delete(&http, &key);
            } else {
                put(&http, &key, &written.to_string());
            }
            written += 1;
            let due = PAUSE * written as u32;
            thread::park_timeout(due.saturating_sub(started.elapsed()));
        }
        written
    })
}

/// Looks so often while keys are written and carried; what it saw, in a line.
fn look_under_load(looks: usize, prefix: &str, keys: usize, name: fn(usize) -> String) -> String {
    let mut scene = Scene::new(prefix);
    let op = |number: usize| json!({ "KV": { "Verb": "set", "Key": name(number), "Value": STANDARD.encode("0") } });
    // They were carried before: thousands of single writes are not what is looked at.
    let operations: Vec<_> = (0..keys).map(op).collect();
    cluster().dc("dc-1").transact(&operations);
    cluster().dc("dc-2").transact(&operations);
    let listing = format!("/v1/kv/{prefix}?keys");
    let index = scene.source.get(&listing).and_then(|answer| answer.index()).expect("an index");
    let status = json!({ "LastReplicated": index, "Source": prefix, "Destination": prefix });
    put(&scene.destination, &scene.status(), &status.to_string());
    let _replicator = scene.replicate();
    scene.until("caught up", |s| s.counts.same > 0 && s.last_replicated == s.source_index);
    let is_over = Arc::new(AtomicBool::new(false));
    let writer = write(scene.source.clone(), name, &is_over);
    let (started, mut seen) = (Instant::now(), [0_usize; 3]);
    for _ in 0..looks {
        let stream = scene.stream();
        assert_eq!(stream.counts.drift, 0, "{stream:#?}");
        assert_eq!(stream.alarms, [], "{stream:#?}");
        assert_eq!(stream.problem, None);
        match stream.verdict {
            Verdict::InSync => seen[0] += 1,
            Verdict::Lagging => seen[1] += 1,
            _ => seen[2] += 1,
        }
        thread::park_timeout(PAUSE);
    }
    is_over.store(true, Ordering::Relaxed);
    let written = writer.join().expect("the writer");
    let rate = written as f64 / started.elapsed().as_secs_f64();
    assert!(written > looks / 2 && seen[1] > 0, "the looks met keys on their way");
    scene.in_sync();
    format!(
        "{looks} looks at {keys} keys, {rate:.0} writes/s: 0 false drifts; in sync, lagging, \
         extra: {seen:?}"
    )
}

#[test]
fn no_look_under_100_writes_a_second_finds_drift() {
    let name = |number| format!("load/key-{:02}", number % 60);
    println!("{}", look_under_load(400, "load/", 60, name));
}

#[test]
fn no_look_at_parts_of_many_keys_under_load_finds_drift() {
    let name = |number: usize| {
        let number = number * 331 % 2_500;
        format!("loads/app-{:02}/key-{number:04}", number % 25)
    };
    println!("{}", look_under_load(100, "loads/", 2_500, name));
}

#[test]
fn a_change_is_seen_soon_though_no_query_may_hang() {
    let mut scene = Scene::new("short/");
    scene.budget = Some(0);
    scene.set("host", "10.0.0.1");
    let _replicator = scene.replicate();
    scene.in_sync();
    put(&scene.destination, "short/host", "10.9.9.9");
    let began = Instant::now();
    scene.changed();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(scene.stream().verdict, Verdict::Drift);
}
