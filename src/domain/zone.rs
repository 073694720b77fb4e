//! The operator's time zone: how far its clocks are from UTC, and since when.
//!
//! Whoever may ask the machine tells it once ([`Zone::sampled`]); the pure rooms turn times into local
//! ones with it. Each time gets the distance that counted then, so a list over the night on which
//! the clocks are changed is right on both sides of it.

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, Offset as _, TimeZone as _, Utc};

/// Clocks are changed at most twice a year; a day apart no two changes are missed.
const STEP: Duration = Duration::days(1);

/// A time zone over some years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// What counts before the first change.
    first: FixedOffset,
    /// From when another distance counts, oldest first.
    changes: Vec<(DateTime<Utc>, FixedOffset)>,
}

impl Default for Zone {
    fn default() -> Self {
        Self { first: Utc.fix(), changes: Vec::new() }
    }
}

impl Zone {
    /// The zone whose distance from UTC `offset_at` tells, between two times. Before and after them
    /// the nearest distance counts.
    pub fn sampled(
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        offset_at: impl Fn(DateTime<Utc>) -> FixedOffset,
    ) -> Self {
        let first = offset_at(from);
        let mut changes = Vec::new();
        let (mut at, mut offset) = (from, first);
        while at < to {
            let next = (at + STEP).min(to);
            let then = offset_at(next);
            if then != offset {
                changes.push((turn(at, next, |it| offset_at(it) == offset), then));
            }
            (at, offset) = (next, then);
        }
        Self { first, changes }
    }

    /// How far clocks are from UTC at this time.
    pub fn offset(&self, at: DateTime<Utc>) -> FixedOffset {
        let later = self.changes.partition_point(|(from, _)| *from <= at);
        let last = later.checked_sub(1).and_then(|last| self.changes.get(last));
        last.map_or(self.first, |(_, offset)| *offset)
    }

    /// A time as clocks show it.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(&self.offset(at))
    }

    /// The time at which clocks showed this, the later one where they did twice. Where they never
    /// did, as they were put forward over it, what they would have shown had they not.
    pub fn utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let offsets = self.changes.iter().rev().map(|(_, offset)| *offset).chain([self.first]);
        let read = |offset: FixedOffset| {
            let at = offset.from_local_datetime(&local).single()?.to_utc();
            (self.local(at).naive_local() == local).then_some(at)
        };
        let before =
            || local.and_utc() - Duration::seconds(i64::from(self.first.local_minus_utc()));
        offsets.filter_map(read).max().unwrap_or_else(|| {
            let near = self.offset(local.and_utc() - STEP);
            near.from_local_datetime(&local).single().map_or_else(before, |at| at.to_utc())
        })
    }
}

/// The first second at which `is_before` does not hold any more: it holds at `low` and not at `high`.
fn turn(
    mut low: DateTime<Utc>,
    mut high: DateTime<Utc>,
    is_before: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    while (high - low).num_seconds() > 1 {
        let middle = low + Duration::seconds((high - low).num_seconds() / 2);
        if is_before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A zone that is an hour ahead in winter and two in the summer of 2024.
    fn zone() -> Zone {
        let summer = utc("2024-03-31T01:00:00Z")..utc("2024-10-27T01:00:00Z");
        let offset = |at| FixedOffset::east_opt(if summer.contains(&at) { 7200 } else { 3600 });
        Zone::sampled(utc("2024-01-01T00:00:07Z"), utc("2025-01-01T00:00:00Z"), |at| {
            offset(at).unwrap()
        })
    }

    #[test]
    fn each_time_has_the_distance_that_counted_then() {
        let zone = zone();
        for (at, local) in [
            ("2023-06-01T12:00:00Z", "2023-06-01T13:00:00+01:00"),
            ("2024-03-31T00:59:59Z", "2024-03-31T01:59:59+01:00"),
            ("2024-03-31T01:00:00Z", "2024-03-31T03:00:00+02:00"),
            ("2024-10-27T00:59:59Z", "2024-10-27T02:59:59+02:00"),
            ("2024-10-27T01:00:00Z", "2024-10-27T02:00:00+01:00"),
        ] {
            assert_eq!(zone.local(utc(at)).to_rfc3339(), local, "{at}");
        }
    }

    #[test]
    fn a_local_time_is_found_again_and_one_that_was_twice_is_the_later() {
        let zone = zone();
        let back = |local: &str| zone.utc(local.parse().unwrap());
        assert_eq!(back("2024-07-01T12:00:00"), utc("2024-07-01T10:00:00Z"));
        assert_eq!(back("2024-12-01T12:00:00"), utc("2024-12-01T11:00:00Z"));
        assert_eq!(back("2024-10-27T02:30:00"), utc("2024-10-27T01:30:00Z"));
        assert_eq!(back("2024-03-31T02:30:00"), utc("2024-03-31T01:30:00Z"), "there was none");
    }

    #[test]
    fn without_a_zone_it_is_utc() {
        assert_eq!(
            Zone::default().local(utc("2024-07-01T10:00:00Z")).to_rfc3339(),
            "2024-07-01T10:00:00+00:00"
        );
    }
}
