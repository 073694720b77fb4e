//! `dcview replication`: which streams to judge, and what is a failure.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand, ValueEnum};

use super::get::plain;
use super::{Format, KvForm};
use crate::domain::replication::Kind;

/// Say whether every datacenter has the same data, and how far behind it is.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Every stream is judged as it is now. How long something waits is only known from \
                  looking twice: with --max-lag (or '--fail-on stall') what is pending is looked at \
                  again for that long, and fails if it has not arrived by then; what arrives earlier \
                  ends the wait. Without them the lag is unknown ('?', null).\n\n'--fail-on lag' \
                  fails on anything pending at the moment, which under load there always is.\n\n\
                  Exit codes: 0 fine, 1 a condition of --max-lag or --fail-on holds, 2 usage, 3 a \
                  datacenter or stream could not be read (the others are printed), 4 denied; 1 goes \
                  before 3, and 3 before 4. A stream that \
                  cannot be judged by a condition is 3, or 4 where the token may not see everything."
)]
pub struct Replication {
    /// What to do instead.
    #[command(subcommand)]
    pub verb: Option<ReplicationVerb>,
    /// Only this kind of stream; may be given more than once.
    #[arg(long = "stream", value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    pub kinds: Vec<Kind>,
    /// In which form.
    #[arg(short, long, value_name = "FORM", default_value = "table", value_parser = plain())]
    pub output: Format,
    /// Fail when something waits for longer than this (30s, 5m).
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub max_lag: Option<Duration>,
    /// Fail when this holds for any stream; may be given more than once.
    #[arg(long, value_name = "CONDITION", value_delimiter = ',')]
    pub fail_on: Vec<Condition>,
}

/// What to do instead of judging the streams.
#[derive(Debug, Subcommand)]
pub enum ReplicationVerb {
    /// Compare a prefix of two datacenters key by key: exit code 1 when they differ.
    #[command(
        after_help = "Prefixes are taken byte for byte: 'app' takes 'apple' too.\n\nExit codes: 0 \
                      the same, 1 different, 2 usage, 3 not reachable or refused, 4 denied."
    )]
    Diff {
        /// The datacenter that is right.
        source: String,
        /// The datacenter that should have the same.
        destination: String,
        /// The prefix there.
        prefix: String,
        /// The prefix in the destination, when it is another.
        to: Option<String>,
        /// Only say which keys differ.
        #[arg(long)]
        brief: bool,
        /// In which form to print.
        #[arg(short, long, value_name = "FORM", default_value = "text")]
        output: KvForm,
    },
}

/// What may be a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Condition {
    /// Something differs and will not become the same by itself.
    Drift,
    /// Something has not arrived yet.
    Lag,
    /// The destination has what the source does not have.
    Extra,
    /// Something waits and nothing moves.
    Stall,
    /// Something needs a person: keys will be deleted, were edited, or two sources share a status.
    Alarm,
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = Kind> {
    let of = |word: String| Kind::ALL.into_iter().find(|kind| kind.word() == word);
    PossibleValuesParser::new(Kind::ALL.map(Kind::word))
        .try_map(move |word| of(word).ok_or("no such stream"))
}

/// A number and its unit, as Consul writes durations.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_mins(1),
        "h" => Duration::from_hours(1),
        _ => Duration::ZERO,
    };
    digits
        .parse::<u32>()
        .ok()
        .filter(|_| !unit.is_zero())
        .and_then(|number| unit.checked_mul(number))
        .ok_or_else(|| "write a number with ms, s, m or h, such as 30s or 5m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        for (text, millis) in [("0s", 0), ("250ms", 250), ("30s", 30_000), ("5m", 300_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "30", "s", "-1s", "1.5s", "1d", "1sm"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
