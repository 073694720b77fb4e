//! The questions before a lock is released or a session destroyed: the same in every view that
//! shows one.

use super::{Ctx, Response};
use crate::app::confirm::Confirm;
use crate::app::task::{Ask, LockIntent};
use crate::domain::feed::{List, Subject};
use crate::domain::ids::{Dc, Key, SessionId};
use crate::domain::kv::Session;
use crate::domain::lock::words::{self, Known};
use crate::domain::lock::{Lock, LockChange, Part};
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;

/// Asks before the lock of a key is taken from its session.
pub(super) fn release(ctx: &Ctx, dc: &Dc, lock: &Lock) -> Response {
    let Some(id) = &lock.session else {
        let text = match lock.part {
            Part::Semaphore(_) => "a semaphore's slots are its contenders: release one of those",
            Part::Lock | Part::Contender => "no session holds it",
        };
        return Response::Notice(String::from(text));
    };
    let change = LockChange::Release {
        dc: dc.clone(),
        key: lock.key.clone(),
        session: id.clone(),
        modify_index: lock.modify_index,
    };
    let holder = known(ctx, dc, id).map_or(Known::Nothing, Known::Session);
    let lines = words::of_release(&lock.key, id, holder);
    question(change, &lines)
}

/// Asks before a session is ended; `under` is where its keys were looked for.
pub(super) fn destroy(ctx: &Ctx, dc: &Dc, id: &SessionId, under: Option<&Key>) -> Response {
    let Some(session) = known(ctx, dc, id) else {
        return Response::Notice(format!("session {id} is not listed in {dc}"));
    };
    let state = ctx.store.dc(dc);
    let looked = under.and_then(|prefix| state?.held.under(prefix));
    let mut lines = words::of_destroy(session, looked.map(AsRef::as_ref));
    let fresh = under
        .and_then(|prefix| Some(state?.freshness(&List::Subject(Subject::Locks(prefix.clone())))));
    match fresh {
        None => lines.push(String::from("  ':sessions FOLDER' looks for them under a folder")),
        Some(fresh) if !fresh.is_live() => {
            lines.push(String::from("that was looked at some time ago: it may hold others by now"));
        }
        Some(fresh) if fresh.may_be_filtered => {
            lines.push(String::from("the token may not see all keys: it may hold others"));
        }
        Some(_) => {}
    }
    question(LockChange::Destroy { dc: dc.clone(), session: id.clone() }, &lines)
}

fn question(change: LockChange, lines: &[String]) -> Response {
    let intent = LockIntent { change, without_journal: false };
    let lines = lines.iter().map(|line| Cell::new(clean(line).into_owned(), Role::Text)).collect();
    let mut confirm = Confirm::new(intent.summary(), lines, Ask::Lock(intent));
    confirm.reasons.push(String::from("there is no undo"));
    Response::Confirm(Box::new(confirm))
}

/// A session, where the list of sessions is shown.
fn known<'a>(ctx: &Ctx<'a>, dc: &Dc, id: &SessionId) -> Option<&'a Session> {
    ctx.store.dc(dc)?.held.sessions.get(id).map(AsRef::as_ref)
}
