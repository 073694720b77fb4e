//! Repeatable noise: the same seed gives the same world.

use std::sync::Arc;

use crate::sim::model::uuid;

/// A stream of numbers (splitmix64).
#[derive(Debug)]
pub struct Noise(u64);

impl Noise {
    /// A stream for a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that happens in so many of 1,000 cases.
    pub fn happens(&mut self, in_thousand: u64) -> bool {
        self.next() % 1000 < in_thousand
    }

    /// A UUID.
    pub fn uuid(&mut self) -> Arc<str> {
        let (high, low) = (self.next(), self.next());
        uuid(high, low)
    }
}
