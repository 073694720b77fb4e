//! Times on the clock, and of the processor beside them: what a busy machine adds shows only in the
//! first.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::report::{Figure, ms};
use crate::sample::Sample;

/// The beginning of something that happens in this thread.
pub struct Stopwatch {
    clock: Instant,
    processor: Duration,
}

/// Many of one thing.
#[derive(Default)]
pub struct Times {
    clock: Sample,
    processor: Sample,
}

impl Stopwatch {
    /// Begins now.
    pub fn start() -> Self {
        Self { processor: processor(), clock: Instant::now() }
    }
}

impl Times {
    /// Adds one that ends now.
    pub fn add(&mut self, since: &Stopwatch) {
        self.clock.add(since.clock.elapsed());
        self.processor.add(processor().saturating_sub(since.processor));
    }

    /// The 99th percentile on the clock, with that of the processor and the median beside it.
    pub fn p99(&self) -> Figure {
        let processor = ms(self.processor.quantile(0.99));
        let beside = format!("processor {processor:.2}, {}", self.clock.around());
        Figure::time(self.clock.quantile(0.99)).beside(beside)
    }
}

/// The processor time of this thread so far.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}
