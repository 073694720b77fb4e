//! Ages, counts and sizes, written short.
//!
//! Numbers are cut, never rounded up: what is shown has been reached.

use std::time::Duration;

/// Seconds of a minute, an hour, a day.
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An age of at most five columns: `42s`, `3m`, `1h5m`, `17h`, `2d`. Below ten hours the minutes
/// are shown too, since that is where an incident happens.
pub fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..MINUTE => format!("{seconds}s"),
        seconds @ MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        seconds @ HOUR..36_000 if seconds % HOUR >= MINUTE => {
            format!("{}h{}m", seconds / HOUR, seconds % HOUR / MINUTE)
        }
        seconds @ HOUR..DAY => format!("{}h", seconds / HOUR),
        seconds => format!("{}d", seconds / DAY),
    }
}

/// An age in its two largest units: `42s`, `12m 40s`, `3h 5m`, `2d 1h`.
pub fn long_age(age: Duration) -> String {
    let seconds = age.as_secs();
    let (large, small) = match seconds {
        0..MINUTE => return format!("{seconds}s"),
        MINUTE..HOUR => ((seconds / MINUTE, 'm'), (seconds % MINUTE, 's')),
        HOUR..DAY => ((seconds / HOUR, 'h'), (seconds % HOUR / MINUTE, 'm')),
        _ => ((seconds / DAY, 'd'), (seconds % DAY / HOUR, 'h')),
    };
    let rest = if small.0 == 0 { String::new() } else { format!(" {}{}", small.0, small.1) };
    format!("{}{}{rest}", large.0, large.1)
}

/// An age whose beginning was not seen: `>= 4m`. It is rounded down to tens of seconds, so that a
/// screen of them does not change every second: a lower bound stays one.
pub fn at_least(known: Duration) -> String {
    let seconds = known.as_secs();
    let rounded = if (10..60).contains(&seconds) { seconds / 10 * 10 } else { seconds };
    format!(">= {}", age(Duration::from_secs(rounded)))
}

/// An exact count: `1,234`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count of at most five columns: `999`, `1.2k`, `12.3k`, `123k`, `4M`.
pub fn compact(n: usize) -> String {
    scaled(n as u64, &["", "k", "M", "G", "T", "P", "E"])
}

/// A size: `512 B`, `1.2 kB`, `67.1 MB`; a kB has 1,000 bytes.
pub fn bytes(n: u64) -> String {
    scaled(n, &[" B", " kB", " MB", " GB", " TB", " PB", " EB"])
}

/// A number in the largest unit of 1,000 that it reaches, with a decimal below a hundred.
fn scaled(n: u64, units: &[&str; 7]) -> String {
    let mut unit = 0;
    let mut size = 1_u64;
    while unit + 1 < units.len() && n / size >= 1_000 {
        size *= 1_000;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    let (whole, tenth) = (n / size, n % size * 10 / size.max(1));
    if whole >= 100 || tenth == 0 {
        format!("{whole}{name}")
    } else {
        format!("{whole}.{tenth}{name}")
    }
}

/// How long something took: `0.8ms`, `18ms`, `1.2s`, `75s`.
pub fn millis(took: Duration) -> String {
    let micros = took.as_micros();
    match micros {
        0..100 => "<0.1ms".to_owned(),
        100..10_000 => format!("{}.{}ms", micros / 1_000, micros % 1_000 / 100),
        10_000..1_000_000 => format!("{}ms", micros / 1_000),
        1_000_000..10_000_000 => {
            format!("{}.{}s", micros / 1_000_000, micros % 1_000_000 / 100_000)
        }
        _ => format!("{}s", micros / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        for (seconds, text) in [
            (0, "0s"),
            (42, "42s"),
            (60, "1m"),
            (3_599, "59m"),
            (3_600, "1h"),
            (3_900, "1h5m"),
            (35_999, "9h59m"),
            (36_000, "10h"),
            (86_399, "23h"),
            (180_000, "2d"),
        ] {
            assert_eq!(age(Duration::from_secs(seconds)), text);
        }
        for (seconds, text) in [(0, ">= 0s"), (9, ">= 9s"), (19, ">= 10s"), (250, ">= 4m")] {
            assert_eq!(at_least(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn long_ages_have_two_units() {
        for (seconds, text) in
            [(42, "42s"), (760, "12m 40s"), (720, "12m"), (11_100, "3h 5m"), (176_500, "2d 1h")]
        {
            assert_eq!(long_age(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn counts_are_exact_or_short() {
        for (n, exact, short) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1,000", "1k"),
            (1_234, "1,234", "1.2k"),
            (12_399, "12,399", "12.3k"),
            (100_000, "100,000", "100k"),
            (999_999, "999,999", "999k"),
            (4_000_000, "4,000,000", "4M"),
        ] {
            assert_eq!((count(n).as_str(), compact(n).as_str()), (exact, short));
        }
        assert_eq!(compact(usize::MAX), "18.4E");
    }

    #[test]
    fn sizes_have_their_unit() {
        for (n, text) in [(0, "0 B"), (512, "512 B"), (1_250, "1.2 kB"), (67_100_000, "67.1 MB")] {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn durations_keep_two_digits() {
        for (micros, text) in [
            (20, "<0.1ms"),
            (850, "0.8ms"),
            (18_900, "18ms"),
            (999_999, "999ms"),
            (1_250_000, "1.2s"),
            (75_000_000, "75s"),
        ] {
            assert_eq!(millis(Duration::from_micros(micros)), text);
        }
    }
}
