//! `put` and `edit`: one value, check-and-set on what was read.

use std::io::{self, IsTerminal as _, Read as _};

use bytes::Bytes;
use chrono::Utc;

use super::confirm::{confirm, say};
use super::failure::{Done, Failure, fine, of_write};
use super::place::{Place, Session};
use super::{external, show};
use crate::cli::Consent;
use crate::consul::kv;
use crate::domain::kv::{Entry, Key, Op, Write};
use crate::journal::drafts::{Draft, Drafts};
use crate::journal::{Committer, Stored};

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
            Ok(fine(format!("written to '{}': {key}{index}", place.dc)))
        }
    }
}

/// What makes changes here.
pub(super) fn committer(session: &Session<'_>, place: &Place, consent: &Consent) -> Committer {
    Committer { client: place.client.clone(), journal: session.journal(), insist: consent.insist }
}

/// Edits a value in the operator's editor. What was typed is kept as a draft until it is stored.
pub(super) async fn edit(session: &Session<'_>, key: &str, consent: &Consent) -> Done {
    let place = session.place_to_change().await?;
    let key = Key::from(key);
    let base = kv::read(&place.client, &key).await?;
    let old = base.as_ref().map_or(&[][..], |base| &base.value);
    let Ok(text) = std::str::from_utf8(old) else {
        return Err(Failure::usage(format!("'{key}' is no text; use 'get' and 'put {key} @FILE'")));
    };
    let drafts = Drafts::in_dir(session.state);
    let left = drafts.left()?.left;
    let left = left.into_iter().find(|draft| {
        session.config.agents().began(draft) && draft.dc == place.dc && draft.key == key
    });
    if let Some(draft) = &left {
        say(&format!("dcview: going on with what was not saved on {}", draft.at));
    }
    let typed = external::edit(&key, left.as_ref().map_or(text, |draft| &draft.text)).await?;
    let draft = draft_of(&place, &key, base.as_ref(), typed.text);
    if typed.is_cut_short {
        drafts.save(&draft)?;
        return Err(Failure::usage("interrupted; the text is kept and offered at the next edit"));
    }
    let value = external::as_before(old, &draft.text);
    if value == old && base.is_some() {
        forget(&drafts, left.as_ref())?;
        return Ok(fine("nothing changed"));
    }
    drafts.save(&draft)?;
    let flags = base.as_ref().map_or(0, |base| base.flags);
    let op = Op::Put { key, value: Bytes::copy_from_slice(value), flags, base };
    let done = one(session, &place, op, consent).await;
    let kept = "the text is kept and offered at the next edit of this key";
    let done = done.map_err(|failure| failure.after(kept))?;
    drafts.remove(&draft)?;
    forget(&drafts, left.as_ref())?;
    Ok(done)
}

fn draft_of(place: &Place, key: &Key, base: Option<&Entry>, text: String) -> Draft {
    Draft {
        at: Utc::now(),
        pid: std::process::id(),
        dc: place.dc.clone(),
        agent: place.client.agent().address().to_string(),
        key: key.clone(),
        base_index: base.map_or(0, |base| base.modify_index),
        base: base.map(|base| Stored { value: base.value.clone(), flags: base.flags }),
        text,
    }
}

fn forget(drafts: &Drafts, draft: Option<&Draft>) -> Done<()> {
    draft.map_or(Ok(()), |draft| drafts.remove(draft)).map_err(Failure::from)
}
