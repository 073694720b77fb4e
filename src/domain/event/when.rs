//! A time as an operator writes it: `15m` ago, `10:02` on the clock, a day, or to the second.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::domain::zone::Zone;

/// What may be written, for texts of errors.
pub const TIMES: &str = "15m, 10:02, 2026-01-31T10:02 or 2026-01-31T10:02:00Z";

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So long ago.
    Ago(TimeDelta),
    /// The last time that clocks showed this.
    Clock(NaiveTime),
    /// A day and a time on the operator's clock.
    Local(NaiveDateTime),
    /// Said in full.
    At(DateTime<Utc>),
}

impl When {
    /// Reads a time; `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let clock = |text| {
            let read = |format| NaiveTime::parse_from_str(text, format).ok();
            read("%H:%M:%S").or_else(|| read("%H:%M"))
        };
        if let Some(ago) = span(text) {
            return Some(Self::Ago(ago));
        }
        if let Some(clock) = clock(text) {
            return Some(Self::Clock(clock));
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::At(at.to_utc()));
        }
        let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
        Some(Self::Local(day.and_time(clock(time)?)))
    }

    /// The time that is meant, at this time in this zone.
    pub fn at(self, now: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
        match self {
            Self::Ago(ago) => now.checked_sub_signed(ago).unwrap_or(DateTime::<Utc>::MIN_UTC),
            Self::At(at) => at,
            Self::Local(local) => zone.utc(local),
            Self::Clock(clock) => {
                let today = zone.local(now).date_naive();
                let of = |day: NaiveDate| zone.utc(day.and_time(clock));
                let is_over = of(today) <= now;
                let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
                if is_over { of(today) } else { of(yesterday) }
            }
        }
    }
}

/// A span such as `90s`, `15m`, `1h30m` or `2d`; `None` for what is none.
pub fn span(text: &str) -> Option<TimeDelta> {
    let mut all = TimeDelta::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, after) = rest.split_at_checked(end)?;
        let number: i64 = digits.parse().ok()?;
        let seconds = match after.chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        all = all.checked_add(&TimeDelta::try_seconds(number.checked_mul(seconds)?)?)?;
        rest = after.get(1..)?;
    }
    (!text.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn at(text: &str) -> Option<String> {
        let zone = Zone::sampled(DateTime::<Utc>::UNIX_EPOCH, DateTime::<Utc>::UNIX_EPOCH, |_| {
            FixedOffset::east_opt(7_200).unwrap()
        });
        let now = "2026-01-31T10:00:00Z".parse().unwrap();
        When::parse(text).map(|it| it.at(now, &zone).format("%m-%dT%H:%M:%S").to_string())
    }

    #[test]
    fn a_time_is_ago_or_on_the_clock_or_said_in_full() {
        for (text, utc) in [
            ("15m", "01-31T09:45:00"),
            ("1h30m", "01-31T08:30:00"),
            ("2d", "01-29T10:00:00"),
            ("11:30", "01-31T09:30:00"),
            ("12:00:00", "01-31T10:00:00"),
            ("12:01", "01-30T10:01:00"),
            ("2026-01-31", "01-30T22:00:00"),
            ("2026-01-31T11:30", "01-31T09:30:00"),
            ("2026-01-31 11:30:05", "01-31T09:30:05"),
            ("2026-01-31T09:30:00Z", "01-31T09:30:00"),
            ("2026-01-31T09:30:00+01:00", "01-31T08:30:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(utc), "{text}");
        }
        for text in ["", "15", "m", "-5m", "1w", "25:00", "10:2x", "soon", "2026-13-01", "15m ago"]
        {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(at("99999999999999999999s"), None);
        assert_eq!(at("9999999999d").as_deref(), Some("01-01T00:00:00"), "the first there is");
    }
}
