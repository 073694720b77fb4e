//! `edit`: one value in the operator's own editor, check-and-set on what was read.
//!
//! What was typed is kept as a draft until it is stored. Invariant: a draft is gone on with only
//! where somebody sees it, or asked for it.

use bytes::Bytes;
use chrono::Utc;

use super::confirm::{self, say};
use super::external;
use super::failure::{Done, Failure, fine};
use super::place::{Place, Session};
use super::store::one;
use crate::cli::{Consent, Unsaved};
use crate::consul::kv;
use crate::domain::kv::{Entry, Key, Op};
use crate::journal::Stored;
use crate::journal::drafts::{Draft, Drafts};

/// Edits a value.
pub(super) async fn edit(
    session: &Session<'_>,
    key: &str,
    unsaved: Option<Unsaved>,
    consent: &Consent,
) -> Done {
    if key.is_empty() {
        return Err(Failure::usage("a key needs a name; nothing was written"));
    }
    let place = session.place_to_change().await?;
    confirm::possible(&place, consent)?;
    let key = Key::from(key);
    let base = kv::read(&place.client, &key).await?;
    let old = base.as_ref().map_or(&[][..], |base| &base.value);
    let Ok(text) = std::str::from_utf8(old) else {
        return Err(Failure::usage(format!("'{key}' is no text; use 'get' and 'put {key} @FILE'")));
    };
    let drafts = Drafts::in_dir(session.state);
    let here = session.config.agents();
    let mut found = drafts.left()?.left;
    found.retain(|draft| here.began(draft) && draft.dc == place.dc && draft.key == key);
    let left = left(&drafts, found, unsaved, consent)?;
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

/// The edit that was not saved, of those found of this key, if it is to be gone on with.
fn left(
    drafts: &Drafts,
    found: Vec<Draft>,
    unsaved: Option<Unsaved>,
    consent: &Consent,
) -> Done<Option<Draft>> {
    let mut left = found.into_iter();
    if unsaved == Some(Unsaved::Forget) {
        for draft in left {
            drafts.remove(&draft)?;
        }
        return Ok(None);
    }
    let Some(draft) = left.next() else { return Ok(None) };
    let at = draft.at.format("%Y-%m-%d %H:%M:%S UTC");
    let is_seen = confirm::may_ask() && !consent.force;
    if unsaved.is_none() && !is_seen {
        return Err(Failure::usage(format!(
            "an edit of '{}' was not saved at {at}: '--draft take' goes on with its text, \
             '--draft forget' begins with what the key holds; nothing was written",
            draft.key
        )));
    }
    say(&format!("dcview: going on with what was not saved at {at}"));
    Ok(Some(draft))
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
