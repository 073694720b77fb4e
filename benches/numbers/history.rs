//! Earlier moments of this run, kept in memory: an hour of 1,000 changes a second among three
//! datacenters of 100,000 instances, how much of it there is room for, and a jump to any of it.

use std::time::Instant;

use dcview::past::{Found, Tape, Wish};

use crate::replay::Storm;
use crate::report::{Figure, Report, Unit};
use crate::sample::Sample;

/// Half of what history may take by the settings.
const BYTES: usize = 32 << 20;
const JUMPS: usize = 200;
const JUMP_MS: f64 = 100.0;

/// Measures inside this process.
pub fn measure(report: &mut Report) {
    report.section("earlier moments of 3 x 100,000 instances, 1,000 changes/s for an hour");
    let mut tape = Tape::new(BYTES);
    let (mut kept, mut count) = (Sample::default(), 0_u64);
    for entry in Storm::new() {
        let began = Instant::now();
        tape.push(entry);
        kept.add(began.elapsed());
        count += 1;
    }
    report.note("to keep what one report told, p99", kept.p99());
    let span = tape.span().expect("moments");
    let minutes = (span.to - span.from).num_seconds() as f64 / 60.0;
    let beside = format!("the last {minutes:.1} min of {count} reports");
    let most = BYTES as f64 / 1e6;
    let now = Figure::new(tape.bytes() as f64 / 1e6, Unit::Mb).beside(beside);
    report.at_most("memory of what is kept", now, most);
    let mut jumps = Sample::default();
    for n in 0..JUMPS {
        let part = (n * 7_919 % 10_007) as i32;
        let at = span.from + (span.to - span.from) * part / 10_007;
        let began = Instant::now();
        let found = tape.find(Wish::At(at));
        jumps.add(began.elapsed());
        assert!(matches!(found, Found::Moment { .. } | Found::Live), "a moment is kept");
    }
    report.at_most("a jump to any moment, p99", jumps.p99(), JUMP_MS);
}
