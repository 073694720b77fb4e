//! `put`, and whatever else makes one change: check-and-set on what was read.

use std::io::{self, IsTerminal as _, Read as _};

use bytes::Bytes;

use super::confirm::{confirm, say};
use super::failure::{Done, Failure, fine, of_write};
use super::place::{Place, Session};
use super::show;
use crate::cli::Consent;
use crate::consul::kv;
use crate::domain::kv::{Key, Op, Write};
use crate::journal::Committer;

/// Which key, and as what.
pub(super) struct Wanted<'a> {
    pub key: &'a str,
    /// The index that it must have.
    pub cas: Option<u64>,
    pub flags: Option<u64>,
}

/// Stores a value.
pub(super) async fn put(
    session: &Session<'_>,
    wanted: &Wanted<'_>,
    value: &str,
    consent: &Consent,
) -> Done {
    if wanted.key.is_empty() {
        return Err(Failure::usage("a key needs a name; nothing was written"));
    }
    let place = session.place_to_change().await?;
    let value = value_of(value)?;
    let key = Key::from(wanted.key);
    let base = kv::read(&place.client, &key).await?;
    let index = base.as_ref().map_or(0, |base| base.modify_index);
    if let Some(cas) = wanted.cas.filter(|cas| *cas != index) {
        let now = if index == 0 { "does not exist".to_owned() } else { format!("is {index}") };
        return Err(Failure::lost(format!(
            "'{key}' has another index than {cas}: it {now}; nothing was written"
        )));
    }
    let flags = wanted.flags.or_else(|| base.as_ref().map(|base| base.flags)).unwrap_or(0);
    if base.as_ref().is_some_and(|base| base.holds(&value, flags)) {
        return Ok(fine(format!("'{key}' holds this already; nothing was written")));
    }
    let op = Op::Put { key, value, flags, base };
    // An index on the command line says that the caller has seen what it replaces.
    let consent = &Consent { force: consent.force || wanted.cas.is_some(), ..consent.clone() };
    one(session, &place, op, consent).await
}

/// The value that an argument means.
fn value_of(argument: &str) -> Done<Bytes> {
    let mut value = Vec::new();
    match argument.strip_prefix('@') {
        Some(file) => {
            value = std::fs::read(file)
                .map_err(|error| Failure::usage(format!("cannot read '{file}': {error}")))?;
        }
        None if argument == "-" => {
            if io::stdin().is_terminal() {
                say("reading the value from the terminal; end it with ctrl-d");
            }
            io::stdin().lock().read_to_end(&mut value)?;
        }
        None => value.extend_from_slice(argument.as_bytes()),
    }
    Ok(value.into())
}

/// Makes one change after consent.
pub(super) async fn one(session: &Session<'_>, place: &Place, op: Op, consent: &Consent) -> Done {
    confirm(place, consent, &show::op(&place.dc, &op))?;
    let key = op.key().clone();
    let did = if op.after().is_some() { "written to" } else { "deleted in" };
    let committer = committer(session, place, consent);
    let committed = committer.commit(&Write::one(place.dc.clone(), op)).await?;
    if let Some(unkept) = &committed.unkept {
        say(&format!("dcview: {unkept}; this change has no undo"));
    }
    match of_write(&committed) {
        Some(failure) => Err(failure),
        None => {
            let index = committed.indexes().first().copied().flatten();
            let index = index.map(|index| format!(", index {index}")).unwrap_or_default();
            Ok(fine(format!("{did} '{}': {key}{index}", place.dc)))
        }
    }
}

/// What makes changes here.
pub(super) fn committer(session: &Session<'_>, place: &Place, consent: &Consent) -> Committer {
    let (client, journal) = (place.client.clone(), session.journal());
    Committer { client, journal, insist: consent.insist, told: None }
}
