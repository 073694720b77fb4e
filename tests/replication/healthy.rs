//! A replicator that works: what is on its way is never called lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dcview::domain::replication::Verdict;

use super::scene::{Scene, delete, put};

/// Looks while keys are written.
const LOOKS: usize = 400;
/// About 100 writes a second.
const PAUSE: Duration = Duration::from_millis(10);

#[test]
fn no_look_under_100_writes_a_second_finds_drift() {
    let mut scene = Scene::new("load/");
    for number in 0..50 {
        scene.set(&format!("key-{number:02}"), "0");
    }
    let _replicator = scene.replicate();
    scene.in_sync();
    let is_over = Arc::new(AtomicBool::new(false));
    let writer = thread::spawn({
        let (http, is_over) = (scene.source.clone(), Arc::clone(&is_over));
        move || {
            let mut written = 0_usize;
            while !is_over.load(Ordering::Relaxed) {
                let key = format!("load/key-{:02}", written * 7 % 60);
                if written % 11 == 10 {
                    delete(&http, &key);
                } else {
                    put(&http, &key, &written.to_string());
                }
                written += 1;
                thread::park_timeout(PAUSE);
            }
            written
        }
    });
    let (started, mut seen) = (Instant::now(), [0_usize; 3]);
    for _ in 0..LOOKS {
        let stream = scene.stream();
        assert_eq!(stream.counts.drift, 0, "{stream:#?}");
        assert_eq!(stream.alarms, [], "{stream:#?}");
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
    println!("{LOOKS} looks at {rate:.0} writes/s: no drift; in sync, lagging, extra: {seen:?}");
    assert!(written > LOOKS / 2 && seen[1] > 0, "the looks met keys on their way");
    scene.in_sync();
}
