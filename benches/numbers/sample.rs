//! Many measurements of one thing, and what is said of them.

use std::time::Duration;

use crate::report::{Figure, ms};

/// Times, in the order in which they were taken until one is asked for.
#[derive(Default)]
pub struct Sample {
    times: Vec<Duration>,
}

impl Sample {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.times.push(time);
    }

    /// The time that `part` (0 to 1) of all do not exceed; zero when there is none.
    pub fn quantile(&self, part: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let place = (times.len() as f64 * part).ceil() as usize;
        times.get(place.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    /// The longest.
    pub fn worst(&self) -> Duration {
        self.quantile(1.0)
    }

    /// The median, with what lies around it beside it.
    pub fn middle(&self) -> Figure {
        Figure::time(self.median()).beside(self.tail())
    }

    /// The 99th percentile, with median, longest and number beside it.
    pub fn p99(&self) -> Figure {
        Figure::time(self.quantile(0.99)).beside(self.around())
    }

    /// Median, longest and number.
    pub fn around(&self) -> String {
        let (median, worst) = (ms(self.median()), ms(self.worst()));
        format!("median {median:.2}, max {worst:.1}, n {}", self.times.len())
    }

    /// The shortest, the 90th percentile, the longest and the number.
    pub fn tail(&self) -> String {
        let (best, p90, worst) = (ms(self.quantile(0.0)), ms(self.quantile(0.9)), ms(self.worst()));
        format!("min {best:.1}, p90 {p90:.1}, max {worst:.1}, n {}", self.times.len())
    }
}
