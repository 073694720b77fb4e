//! `dcview check`: questions for a monitor, answered by the exit code.

use clap::{Args, Subcommand};

use super::get::{Format, plain};

/// Answer a monitor's question by the exit code.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 fine, 1 what was asked about is not, 2 usage, 3 something \
                        could not be asked (what could is printed), 4 denied; 1 goes before 3, and \
                        3 before 4. Why is said on stderr, a line for each.")]
pub struct Check {
    /// What to check.
    #[command(subcommand)]
    pub what: Checked,
    /// In which form.
    #[arg(short, long, global = true, value_name = "FORM", default_value = "table", value_parser = plain())]
    pub output: Format,
}

/// What to check.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Checked {
    /// Whether DNS and load balancers give of every service what the catalog says.
    #[command(
        after_help = "Prints an instance a row where they do not, worst first. Every service's \
                      instances are read once from each datacenter and asked for by DNS (SRV); each \
                      load balancer is asked once. What disagrees is looked at twice. Prepared \
                      queries and addresses (A) are asked by 'dcview get consumers SERVICE'."
    )]
    Consumers,
}
