//! Network coordinates: the round trip between two places as Consul estimates it.

use std::time::Duration;

/// A Vivaldi coordinate; all parts are in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coordinate {
    /// The position.
    pub vec: Vec<f64>,
    /// The distance from the network's core.
    pub height: f64,
    /// A correction from measurements.
    pub adjustment: f64,
    /// How unsure it is; near 0 when settled, above 1 right after a start.
    pub error: f64,
}

/// Above this error an estimate is called rough (seen up to 1.4 right after a start).
const ROUGH: f64 = 0.5;

/// An estimated round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The estimate.
    pub rtt: Duration,
    /// True when the coordinates have not settled yet.
    pub is_rough: bool,
}

/// The estimated round trip between two coordinates, as `consul rtt` computes it; `None` when they
/// are of different dimensions.
pub fn between(a: &Coordinate, b: &Coordinate) -> Option<Estimate> {
    if a.vec.len() != b.vec.len() {
        return None;
    }
    let squares: f64 = a.vec.iter().zip(&b.vec).map(|(x, y)| (x - y) * (x - y)).sum();
    let raw = squares.sqrt() + a.height + b.height;
    let adjusted = raw + a.adjustment + b.adjustment;
    let seconds = if adjusted > 0.0 { adjusted } else { raw };
    let rtt = Duration::try_from_secs_f64(seconds).ok()?;
    Some(Estimate { rtt, is_rough: a.error.max(b.error) > ROUGH })
}

/// The estimate between two groups of servers: the median over all pairs, as Consul takes it.
/// `None` when a group is empty.
pub fn between_groups(here: &[Coordinate], there: &[Coordinate]) -> Option<Estimate> {
    let mut pairs: Vec<Estimate> =
        here.iter().flat_map(|a| there.iter().filter_map(|b| between(a, b))).collect();
    pairs.sort_by_key(|pair| pair.rtt);
    pairs.get(pairs.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, adjustment: f64) -> Coordinate {
        Coordinate { vec: vec![x, 0.0], height: 0.001, adjustment, error: 0.1 }
    }

    #[test]
    fn a_round_trip_is_distance_plus_heights_plus_adjustments() {
        let rtt = between(&at(0.0, 0.0), &at(0.010, 0.003)).unwrap().rtt;
        assert_eq!(rtt, Duration::from_millis(15));
    }

    #[test]
    fn an_adjustment_that_would_make_it_negative_is_left_out() {
        let rtt = between(&at(0.0, -1.0), &at(0.010, 0.0)).unwrap().rtt;
        assert_eq!(rtt, Duration::from_millis(12));
    }

    #[test]
    fn coordinates_of_other_dimensions_say_nothing() {
        assert_eq!(between(&at(0.0, 0.0), &Coordinate::default()), None);
        assert_eq!(between_groups(&[], &[at(0.0, 0.0)]), None);
    }
}
