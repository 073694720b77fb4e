//! `--record` and `dcview replay`: where a recording is, and how it goes on.

use std::path::PathBuf;

use clap::Args;

use crate::domain::event::when::{TIMES, When};

/// Recording while the screen is open.
#[derive(Clone, Debug, Default, Args)]
pub struct Record {
    /// Record everything that is seen, for 'dcview replay'; a recording that is there is gone on
    /// with, and anything else is left alone.
    #[arg(id = "record", long = "record", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Record the values of keys too, which may be secrets.
    #[arg(id = "record_values", long = "record-values", requires = "record")]
    pub values: bool,
    /// A file that is this long is full: it becomes FILE.1, and a new one begins.
    #[arg(
        id = "record_size",
        long = "record-size",
        value_name = "SIZE",
        default_value = "64MB",
        requires = "record",
        value_parser = size
    )]
    pub size: Option<u64>,
    /// How many files there are at most, FILE itself among them.
    #[arg(
        id = "record_files",
        long = "record-files",
        value_name = "NUMBER",
        default_value = "5",
        requires = "record",
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    pub files: Option<u16>,
}

/// Look at a recording, with the keys and views of the screen; nothing is asked of any server.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Older files (FILE.1, FILE.2, ..) beside it belong to it. What is damaged is \
                        left out, and said. Exit codes: 0 left, 2 the file cannot be shown."
)]
pub struct Replay {
    /// The recording: what '--record' was given.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where to begin: a time of day, a day and a time, or so long before its end (15m).
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub at: Option<When>,
    /// How many times faster than life it goes on.
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: u32,
    /// Begin with this command, as typed after ':'.
    #[arg(short = 'c', long = "command", value_name = "COMMAND")]
    pub first_command: Option<String>,
}

/// Less is not worth a file: what one begins with would fill it.
const LEAST: u64 = 1 << 20;

fn when(text: &str) -> Result<When, String> {
    When::parse(text).ok_or_else(|| format!("write {TIMES}"))
}

/// A number of bytes: `64MB`, `1GB`, `500000000`.
fn size(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let units = [("GB", 1 << 30), ("MB", 1 << 20), ("G", 1 << 30), ("M", 1 << 20), ("KB", 1 << 10)];
    let unit = units.iter().find_map(|(unit, size)| Some((upper.strip_suffix(unit)?, *size)));
    let (digits, unit) = unit.unwrap_or((&upper, 1_u64));
    digits
        .trim()
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|size| *size >= LEAST)
        .ok_or_else(|| "write a size of at least 1MB, such as 64MB or 1GB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("64MB"), Ok(64 << 20));
        assert_eq!(size("1 gb"), Ok(1 << 30));
        assert_eq!(size("2000000"), Ok(2_000_000));
        for text in ["", "MB", "64", "-1MB", "64TB", "99999999999999999999", "9999999999999GB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
