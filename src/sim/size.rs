//! How large a simulated datacenter is, and how that is written on a command line.

use std::fmt;
use std::str::FromStr;

/// The most instances a datacenter can be given; more would not fit the memory of a workstation.
const MAX_INSTANCES: usize = 1_000_000;

/// The size of each simulated datacenter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// The world of the demo: a dozen nodes, twenty services, and an incident.
    #[default]
    Demo,
    /// That many instances of 2,000 services on 5,000 nodes, about 1 % of them failing.
    Instances(usize),
}

/// A size that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no size: give 'demo', or a number of instances from 1 to 1000k such as '10k' or '100k'"
)]
pub struct SizeError(String);

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        if text == "demo" {
            return Ok(Self::Demo);
        }
        let (digits, unit) = match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1000),
            None => (text, 1),
        };
        digits
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_mul(unit))
            .filter(|instances| (1..=MAX_INSTANCES).contains(instances))
            .map(Self::Instances)
            .ok_or_else(|| SizeError(text.to_owned()))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Demo => f.write_str("demo"),
            Self::Instances(number) if number % 1000 == 0 => write!(f, "{}k", number / 1000),
            Self::Instances(number) => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written_alike() {
        for text in ["demo", "100k", "10k", "7"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        assert_eq!("100000".parse(), Ok(Size::Instances(100_000)));
    }

    #[test]
    fn a_wrong_size_says_what_is_accepted() {
        for text in ["", "k", "0", "huge", "-5", "2000000"] {
            let error = text.parse::<Size>().unwrap_err().to_string();
            assert!(error.contains("'demo'") && error.contains("'100k'"), "{error}");
        }
    }
}
