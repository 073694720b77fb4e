//! A count over the last minutes, for a sparkline: checks that were critical, seconds of lag.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// Samples kept: at one in 10 seconds, the last 10 minutes.
const SAMPLES: usize = 60;
/// Time that one sample stands for.
const STEP: TimeDelta = TimeDelta::seconds(10);

/// The worst count of each span of ten seconds, oldest first. A span in which nothing could be read
/// has none: unknown is not zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    samples: VecDeque<Option<usize>>,
    began: Option<DateTime<Utc>>,
}

impl Trend {
    /// Takes the count at `now`, if it is known; true when the sparkline looks different.
    pub fn sample(&mut self, now: DateTime<Utc>, count: Option<usize>) -> bool {
        match (self.began, self.samples.back_mut()) {
            // A clock that went back counts as the same span.
            (Some(began), Some(last)) if now - began < STEP => {
                // Nothing known is less than any count.
                let has_grown = count > *last;
                *last = count.max(*last);
                has_grown
            }
            _ => {
                self.began = Some(now);
                self.samples.push_back(count);
                if self.samples.len() > SAMPLES {
                    self.samples.pop_front();
                }
                true
            }
        }
    }

    /// The last `width` samples, oldest first.
    pub fn last(&self, width: usize) -> impl Iterator<Item = Option<usize>> + '_ {
        self.samples.iter().skip(self.samples.len().saturating_sub(width)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_keeps_its_worst_count() {
        let mut trend = Trend::default();
        let start = DateTime::<Utc>::UNIX_EPOCH;
        for (second, count) in [(0, Some(1)), (3, Some(5)), (6, None), (10, Some(0)), (20, None)] {
            trend.sample(start + TimeDelta::seconds(second), count);
        }
        assert_eq!(trend.last(9).collect::<Vec<_>>(), [Some(5), Some(0), None]);
        assert_eq!(trend.last(1).collect::<Vec<_>>(), [None]);
    }
}
