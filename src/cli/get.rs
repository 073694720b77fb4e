//! `dcview get`: what to print, and in which form.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use super::events::Events;

/// Print what the screen would show, and end.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 fine, 1 no such service or node, 2 usage, 3 a datacenter \
                        could not be reached (the others are printed), 4 denied, or a list is \
                        empty and ACLs may be why; 3 goes before 4. What is missing, stale or may \
                        be hidden by ACLs is said on stderr, a line for each.")]
pub struct Get {
    /// What to print.
    #[command(subcommand)]
    pub what: What,
    /// In which form.
    #[arg(short, long, global = true, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// What to print.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum What {
    /// A row for each datacenter.
    Overview,
    /// All services, with their instances in each datacenter.
    Services,
    /// The instances of one service.
    Service {
        /// The service's name.
        name: String,
    },
    /// All nodes.
    Nodes,
    /// One node: its services and checks, in each datacenter that has it.
    Node {
        /// The node's name.
        name: String,
    },
    /// What consumers of one service see: DNS, HTTP, prepared queries, load balancers.
    Consumers {
        /// The service's name.
        name: String,
    },
    /// Who calls whom, where that is known from, and how the called one is.
    Map,
    /// Every critical and warning check.
    Checks,
    /// What happens from now on, or happened while it was recorded.
    Events(Events),
}

/// Reads the forms that every answer has.
pub(super) fn plain() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["table", "json", "csv"]).map(|word| match word.as_str() {
        "json" => Format::Json,
        "csv" => Format::Csv,
        _ => Format::Table,
    })
}

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// An array of objects with `snake_case` names.
    Json,
    /// A header and a line for each row.
    Csv,
    /// A graph for Graphviz: of the map only.
    Dot,
    /// A graph for Markdown: of the map only.
    Mermaid,
}
