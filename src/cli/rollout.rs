//! `dcview rollout`: which service, and whether to wait for its rollout.

use std::time::Duration;

use clap::Args;

use super::get::{Format, plain};
use super::replication::duration;

/// Say how the rollout of a service goes in all datacenters, or wait for its end.
#[derive(Debug, Args)]
#[command(
    after_help = "One look cannot tell whether anything moves: without --wait it says which \
                        versions there are. With --wait every change is seen, until the rollout is \
                        done, failing, going back or stalled.\n\nA rollout that is waited for right \
                        after it was started may not have begun: the service is of one version then, \
                        and there is nothing to wait for. With --version the end is that every \
                        instance is of that version, whatever there is now.\n\nExit codes: 0 done, \
                        or one version in all datacenters; 1 the new version is failing, it goes \
                        back or is stalled, or there is no such service; 2 usage; 3 a datacenter \
                        could not be reached (with --wait: when the time was over); 4 denied, or the \
                        token may not see all instances; 5 several versions, or not the one that is \
                        asked for (without --wait); 6 the time was over."
)]
pub struct Rollout {
    /// The service's name.
    pub name: String,
    /// Wait until it is decided.
    #[arg(long)]
    pub wait: bool,
    /// How long to wait (30s, 10m).
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration)]
    pub timeout: Duration,
    /// The version that every instance is to be of.
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// How long a new instance may be critical, instead of 'grace' of the settings.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub grace: Option<Duration>,
    /// How long nothing may move, at least, instead of '`stall_after`' of the settings.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub stall_after: Option<Duration>,
    /// Take the instances that the token sees for all that there are.
    #[arg(long)]
    pub as_seen: bool,
    /// In which form.
    #[arg(short, long, value_name = "FORM", default_value = "table", value_parser = plain())]
    pub output: Format,
}
