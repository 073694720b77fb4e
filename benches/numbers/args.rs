//! What is to be measured: the words after `cargo bench --bench numbers --`.

use std::process::exit;

use crate::ground::Kind;

/// Sizes that are measured unless one is named, in instances a datacenter.
const SIZES: [usize; 2] = [10_000, 100_000];

/// What the command line asks for.
pub struct Args {
    sections: Vec<String>,
    /// Instances a datacenter, for the section that is measured at several sizes.
    pub sizes: Vec<usize>,
    /// Real Consul, or `dcview demo --serve`.
    pub kind: Kind,
}

impl Args {
    /// Reads the words; ends the program with what is known when one is not.
    pub fn read(words: impl Iterator<Item = String>, known: &[&str]) -> Self {
        let mut args = Self { sections: Vec::new(), sizes: SIZES.to_vec(), kind: Kind::Consul };
        let mut words = words;
        while let Some(word) = words.next() {
            match word.as_str() {
                // Cargo's own.
                "--bench" => {}
                "--sim" => args.kind = Kind::Sim,
                "--instances" => match words.next().as_deref().and_then(size) {
                    Some(size) => args.sizes = vec![size],
                    None => refuse("--instances", known),
                },
                section if known.contains(&section) => args.sections.push(word),
                other => refuse(other, known),
            }
        }
        args
    }

    /// True for a section that is asked for; all are when none is named.
    pub fn wants(&self, section: &str) -> bool {
        self.sections.is_empty() || self.sections.iter().any(|wanted| wanted == section)
    }

    /// The largest size, at which everything is measured that is measured once.
    pub fn largest(&self) -> usize {
        self.sizes.iter().copied().max().unwrap_or(SIZES[1])
    }
}

fn size(text: &str) -> Option<usize> {
    let (digits, unit) = text.strip_suffix('k').map_or((text, 1), |digits| (digits, 1_000));
    digits.parse::<usize>().ok().map(|number| number * unit).filter(|size| *size > 0)
}

fn refuse(word: &str, known: &[&str]) -> ! {
    eprintln!("'{word}' is not understood; sections: {}", known.join(", "));
    eprintln!("and: --instances 10k (else 10k and 100k), --sim (no real Consul)");
    exit(2);
}
