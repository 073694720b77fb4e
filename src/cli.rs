//! The command line.
//!
//! Flags are named as those of the `consul` command and, like there, may begin with one dash or
//! two. What they say becomes the topmost layer of the settings; nothing is decided here. A
//! command line that makes no sense ends with exit code 2 (clap's own for usage).

mod check;
mod demo;
mod events;
mod get;
mod kv;
mod record;
mod replication;
mod rollout;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::config::{EndpointLayer, Flags, LogLevel, SettingsLayer};

pub use check::{Check, Checked};
pub use demo::{Demo, Size};
pub use events::Events;
pub use get::{Format, Get, What};
pub use kv::{Consent, Kv, KvForm, KvVerb, Unsaved};
pub use record::{Record, Replay};
pub use replication::{Condition, Replication, ReplicationVerb};
pub use rollout::Rollout;

/// Several Consul datacenters, visible and operable in one terminal.
#[derive(Debug, Parser)]
#[command(name = "dcview", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// Flags that go with every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do instead of opening the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Begin with this command, as typed after ':' (for example 'svc @dc-2 /billing').
    #[arg(short = 'c', long = "command", value_name = "COMMAND")]
    pub first_command: Option<String>,
    /// Whether what is seen is recorded.
    #[command(flatten)]
    pub record: Record,
}

/// What to do instead of opening the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what the screen would show, and end.
    Get(Get),
    /// Read, compare and change keys, without the screen.
    Kv(Kv),
    /// Say whether every datacenter has the same data, and how far behind it is.
    Replication(Replication),
    /// Look at what was recorded with '--record'.
    Replay(Replay),
    /// Say how the rollout of a service goes in all datacenters, or wait for its end.
    Rollout(Rollout),
    /// Answer a monitor's question by the exit code.
    Check(Check),
    /// Try dcview on simulated datacenters, without any Consul.
    Demo(Demo),
    /// Print the settings that count, after all layers, and where they are.
    Config,
}

/// Flags that go with every command.
#[derive(Debug, Default, Args)]
#[expect(clippy::doc_markdown, reason = "these texts are the help, which shows backticks")]
pub struct Global {
    /// The datacenter to begin in, or to print alone.
    #[arg(long, visible_alias = "datacenter", global = true, value_name = "NAME")]
    dc: Option<String>,
    /// The agent: host:port, http://.., https://.. or unix://PATH [env: CONSUL_HTTP_ADDR].
    #[arg(long, global = true, value_name = "ADDRESS")]
    http_addr: Option<String>,
    /// File with the ACL token [env: CONSUL_HTTP_TOKEN_FILE].
    #[arg(long, global = true, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Not taken here: everybody on the machine can read it.
    #[arg(long, global = true, hide = true, num_args = 0..=1, value_name = "TOKEN")]
    #[expect(clippy::option_option, reason = "the flag alone, and the flag with a value")]
    token: Option<Option<Unread>>,
    /// PEM file of authorities to trust instead of the system's [env: CONSUL_CACERT].
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Directory of such files [env: CONSUL_CAPATH].
    #[arg(long, global = true, value_name = "DIRECTORY")]
    ca_path: Option<PathBuf>,
    /// PEM client certificate [env: CONSUL_CLIENT_CERT].
    #[arg(long, global = true, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// PEM key of the client certificate [env: CONSUL_CLIENT_KEY].
    #[arg(long, global = true, value_name = "FILE")]
    client_key: Option<PathBuf>,
    /// Name on the agent's certificate [env: CONSUL_TLS_SERVER_NAME].
    #[arg(long, global = true, value_name = "NAME")]
    tls_server_name: Option<String>,
    /// Enterprise namespace [env: CONSUL_NAMESPACE].
    #[arg(long, global = true, value_name = "NAME")]
    namespace: Option<String>,
    /// Enterprise admin partition [env: CONSUL_PARTITION].
    #[arg(long, global = true, value_name = "NAME")]
    partition: Option<String>,
    /// Change nothing, anywhere [env: DCVIEW_READ_ONLY].
    #[arg(long, global = true)]
    read_only: bool,
    /// Settings file to read instead of the usual one [env: DCVIEW_CONFIG].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Theme [env: DCVIEW_THEME].
    #[arg(long, global = true, value_name = "NAME")]
    theme: Option<String>,
    /// How much goes to the log file [env: DCVIEW_LOG_LEVEL].
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<LogLevel>,
    /// How many blocking queries may hang on one agent [env: DCVIEW_CONNECTIONS].
    #[arg(long, global = true, value_name = "NUMBER")]
    connections: Option<usize>,
}

/// A value that is dropped as it is read, because it is a secret in the wrong place.
#[derive(Clone, Debug)]
struct Unread;

impl From<OsString> for Unread {
    fn from(_: OsString) -> Self {
        Self
    }
}

impl Cli {
    /// Reads a command line, the program's name first.
    ///
    /// # Errors
    /// A usage error, also for `--help` and `--version`; its `exit` prints it and ends as it should.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut cli = Self::try_parse_from(two_dashes(arguments))?;
        match &mut cli.command {
            Some(Command::Demo(demo)) => {
                cli.first_command = demo.first_command.take().or(cli.first_command);
                if demo.record.file.is_some() {
                    cli.record = demo.record.clone();
                }
            }
            Some(Command::Replay(replay)) => {
                cli.first_command = replay.first_command.take().or(cli.first_command);
            }
            _ => {}
        }
        let has_screen = matches!(cli.command, None | Some(Command::Demo(_)));
        if cli.record.file.is_some() && !has_screen {
            let text = "'--record' records what the screen shows: this command opens none on a \
                        datacenter";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, text));
        }
        if cli.global.token.is_some() {
            return Err(Self::command().error(
                ErrorKind::UnknownArgument,
                "'--token' is not taken: every user of this machine can read a command line; set \
                 CONSUL_HTTP_TOKEN or use --token-file",
            ));
        }
        Ok(cli)
    }

    /// What the command line says, as the topmost layer of the settings.
    pub fn flags(&self) -> Flags {
        let global = &self.global;
        Flags {
            config_file: global.config.clone(),
            agent: EndpointLayer {
                address: global.http_addr.clone(),
                token_file: global.token_file.clone(),
                ca_file: global.ca_file.clone(),
                ca_path: global.ca_path.clone(),
                client_cert: global.client_cert.clone(),
                client_key: global.client_key.clone(),
                tls_server_name: global.tls_server_name.clone(),
                namespace: global.namespace.clone(),
                partition: global.partition.clone(),
                ..EndpointLayer::default()
            },
            settings: SettingsLayer {
                dc: global.dc.clone(),
                read_only: global.read_only.then_some(true),
                connections: global.connections,
                theme: global.theme.clone(),
                mouse: None,
                log_level: global.log_level,
            },
        }
    }
}

/// Gives `-http-addr`, the `consul` command's habit, its second dash.
fn two_dashes(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let names: Vec<&str> = command
        .get_arguments()
        .flat_map(|flag| {
            flag.get_long().into_iter().chain(flag.get_all_aliases().unwrap_or_default())
        })
        .collect();
    let mut is_flag = true;
    let mut out = Vec::new();
    for (position, argument) in arguments.into_iter().enumerate() {
        is_flag = is_flag && argument != "--";
        let name = argument.to_str().and_then(|text| text.strip_prefix('-'));
        let name = name.map(|text| text.split_once('=').map_or(text, |(name, _)| name));
        if position > 0 && is_flag && name.is_some_and(|name| names.contains(&name)) {
            let mut longer = OsString::from("-");
            longer.push(argument);
            out.push(longer);
        } else {
            out.push(argument);
        }
    }
    out
}

#[cfg(test)]
mod tests;
