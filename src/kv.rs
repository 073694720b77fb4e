//! Keys without the screen: `dcview kv`.
//!
//! ```text
//! place (which datacenter, may it be written) -> read | locks | store | many | files | unlock | past
//!                    plan, journal::Committer (every write) -> confirm (show, ask) -> exit code
//! ```
//!
//! What is asked for goes to stdout, everything said about it to stderr. Nothing is written that was
//! not read first, and nothing without consent: a terminal is asked, a script says `--force`.
//! Invariant: where changes are not allowed, nothing at all is sent for a command that changes.

mod confirm;
mod diff;
mod edit;
pub(crate) mod external;
mod failure;
mod files;
mod locks;
mod many;
mod past;
mod place;
mod read;
mod search;
mod show;
mod store;
mod unlock;

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use crate::app::msg::Exit;
use crate::cli::{Kv, KvVerb, ReplicationVerb};
use crate::config::Config;
use crate::domain::ids::Dc;
use failure::Done;
use place::Session;

/// Does what was asked. `state` is the directory of the journal.
///
/// # Errors
/// Settings that cannot be used. Whatever else goes wrong is an exit code with a message.
pub async fn run(kv: &Kv, config: &Config, state: &Path, mut out: impl Write) -> Result<Exit> {
    let session = Session { config, state, form: kv.output };
    let done = act(&session, &kv.verb, &mut out).await;
    Ok(finish(&session, done, &mut out).await)
}

/// Compares what `dcview replication diff` was told to. It writes nothing.
///
/// # Errors
/// As [`run`].
pub async fn diff_of(verb: &ReplicationVerb, config: &Config, mut out: impl Write) -> Result<Exit> {
    let ReplicationVerb::Diff { source, destination, prefix, to, brief, output } = verb;
    let session = Session { config, state: Path::new(""), form: *output };
    let right = to.as_deref().unwrap_or(prefix);
    let sides = diff::Sides { left: prefix, right, to_dc: None, brief: *brief };
    let dcs = (&Dc::from(source.as_str()), &Dc::from(destination.as_str()));
    let done = diff::prefixes(&session, dcs, &sides, &mut out).await;
    Ok(finish(&session, done, &mut out).await)
}

/// The exit of what was done, with the warnings of the settings before its message.
async fn finish(session: &Session<'_>, done: Done, out: &mut impl Write) -> Exit {
    let mut exit = match done {
        Ok(exit) => exit,
        Err(failure) => session.named(failure).await.exit(),
    };
    if out.flush().is_err() && exit.code == 0 {
        exit.code = 2;
    }
    let warnings = session.config.warnings.iter().map(String::as_str);
    let lines: Vec<&str> = warnings.chain(exit.message.as_deref()).collect();
    exit.message = (!lines.is_empty()).then(|| lines.join("\n"));
    exit
}

async fn act(session: &Session<'_>, verb: &KvVerb, out: &mut impl Write) -> Done {
    match verb {
        KvVerb::Ls { prefix, recursive: false } => read::ls(session, prefix, out).await,
        KvVerb::Ls { prefix, recursive: true } => read::ls_all(session, prefix, out).await,
        KvVerb::Get { key } => read::get(session, key, out).await,
        KvVerb::Search { .. } => search::search(session, verb, out).await,
        KvVerb::Put { key, value, cas, flags, consent } => {
            let wanted = store::Wanted { key, cas: *cas, flags: *flags };
            store::put(session, &wanted, value, consent).await
        }
        KvVerb::Edit { key, draft, consent } => edit::edit(session, key, *draft, consent).await,
        KvVerb::Rm { key, recursive, consent } => many::rm(session, key, *recursive, consent).await,
        KvVerb::Diff { left, right, to_dc, brief } => {
            let sides = diff::Sides { left, right, to_dc: to_dc.as_deref(), brief: *brief };
            diff::diff(session, &sides, out).await
        }
        KvVerb::Cp { from, to, to_dc, replace, consent } => {
            let names = many::Names { from, to, replace: *replace };
            many::cp(session, &names, to_dc.as_deref(), consent).await
        }
        KvVerb::Mv { from, to, replace, consent } => {
            let names = many::Names { from, to, replace: *replace };
            many::mv(session, &names, consent).await
        }
        KvVerb::Export { prefix, dir } => files::export(session, prefix, dir.as_deref(), out).await,
        KvVerb::Import { from, prefix, replace, consent } => {
            let names = many::Names { from, to: prefix, replace: *replace };
            many::import(session, &names, consent).await
        }
        KvVerb::Sessions { prefix } => locks::sessions(session, prefix.as_deref(), out).await,
        KvVerb::Locks { prefix } => locks::locks(session, prefix, out).await,
        KvVerb::Release { key, consent } => unlock::release(session, key, consent).await,
        KvVerb::Destroy { session: id, keys_under, consent } => {
            unlock::destroy(session, id, keys_under.as_deref(), consent).await
        }
        KvVerb::Journal { number, settle } => past::journal(session, *number, *settle, out).await,
        KvVerb::Undo { id, consent } => past::undo(session, id.as_deref(), consent).await,
    }
}
