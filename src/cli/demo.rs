//! `dcview demo`: how large, how fast, and whether with the screen.

use std::str::FromStr;

use clap::Args;

/// Try dcview on simulated datacenters, without any Consul.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Only serve, and print the addresses.
    #[arg(long)]
    pub serve: bool,
    /// Instances in each datacenter (500, 10k, 100k), instead of the small scenario's.
    #[arg(long, value_name = "NUMBER")]
    pub size: Option<Size>,
    /// How many times faster than life the scenario runs.
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Where chance begins; the same seed tells the same story.
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    pub seed: u64,
    /// Begin with this command, as typed after ':'.
    #[arg(short = 'c', long = "command", value_name = "COMMAND")]
    pub first_command: Option<String>,
    /// Whether what is seen is recorded.
    #[command(flatten)]
    pub record: super::Record,
}

/// A number of instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub usize);

impl Size {
    /// More is a slip of the finger: it would not fit into memory.
    const MOST: usize = 1_000_000;
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1_000),
            None => (text, 1),
        };
        digits
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_mul(unit))
            .filter(|size| (1..=Self::MOST).contains(size))
            .map(Self)
            .ok_or_else(|| "write a number from 1 to 1000k, such as 500, 10k or 100k".to_owned())
    }
}

fn speed(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|speed| *speed > 0.0 && *speed <= 1_000.0)
        .ok_or_else(|| "write a number over 0 and up to 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_or_without_a_k() {
        assert_eq!("100k".parse(), Ok(Size(100_000)));
        assert_eq!("500".parse(), Ok(Size(500)));
        for text in ["", "k", "0", "-1", "2000k", "10m", "99999999999999999999k"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn speeds_are_over_zero() {
        assert!(speed("0.5").is_ok_and(|speed| (speed - 0.5).abs() < f64::EPSILON));
        for text in ["0", "-1", "nan", "inf", "fast"] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}
