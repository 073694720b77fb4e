//! `dcview get events`: which, and from when on.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::domain::event::when::{TIMES, When, span};

/// What happened: watched from now on, or read from a recording.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(
    after_help = "Consul keeps no history, so what happened before dcview looked is known only \
                        from a recording ('dcview --record FILE').\n\n\
                        --follow       prints each event as it comes, until it is interrupted\n\
                        --for 10m      watches for that long, from now on, then prints what happened\n\
                        --from FILE    prints what was recorded, and goes on with --follow\n\n\
                        With --follow JSON is an object a line, written at once. A line on stderr says \
                        from when on each datacenter is followed; what happened before is not told. Ends \
                        with 0 when interrupted, or at the next event when its reader is gone, with 3 when a datacenter \
                        could not be followed all the time, with 4 when the token may not read a list."
)]
pub struct Events {
    /// Which events, as after ':timeline': words of the object, kind=check,node, service=web,
    /// node=n-1, dc=dc-1,dc-2.
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Go on until interrupted, and print each event as it comes.
    #[arg(short, long)]
    pub follow: bool,
    /// Watch for so long, from now on.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, conflicts_with = "follow")]
    pub watched: Option<Duration>,
    /// The recording to read.
    #[arg(long, value_name = "FILE", conflicts_with = "watched")]
    pub from: Option<PathBuf>,
    /// Of a recording only what happened since then: 15m (before its end, with --follow before now),
    /// 10:02 or 2026-01-31T10:02.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<When>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed = span(text).and_then(|span| span.to_std().ok()).filter(|it| !it.is_zero());
    parsed.ok_or_else(|| String::from("write a number with s, m, h or d, such as 30s or 1h30m"))
}

fn time(text: &str) -> Result<When, String> {
    When::parse(text).ok_or_else(|| format!("write a time such as {TIMES}"))
}
