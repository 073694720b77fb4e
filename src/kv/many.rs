//! `rm`, `cp`, `mv` and `import`: plans, shown, confirmed and carried out.

use std::ops::ControlFlow;

use super::confirm::{confirm, say};
use super::failure::{Done, Failure, fine, of_write};
use super::place::{Place, Session};
use super::store::{committer, one};
use super::{files, show};
use crate::cli::Consent;
use crate::consul::kv;
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, Op};
use crate::plan::apply::{Report, Why, apply};
use crate::plan::make::{Clash, Rename};
use crate::plan::read::{Reader, is_folder, shared_prefix};
use crate::plan::{Plan, gather, make};

/// What goes where.
pub(super) struct Names<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// Whether to replace what holds something else.
    pub replace: bool,
}

impl Names<'_> {
    fn rename(&self) -> Done<Rename> {
        Ok(Rename::new(self.from.into(), self.to.into())?)
    }

    fn clash(&self) -> Clash {
        if self.replace { Clash::Replace } else { Clash::Keep }
    }
}

/// Deletes a key or a folder.
pub(super) async fn rm(
    session: &Session<'_>,
    key: &str,
    recursive: bool,
    consent: &Consent,
) -> Done {
    let place = session.place_to_change().await?;
    let key = Key::from(key);
    if recursive && is_folder(&key) {
        let entries = gather(&place.client, &key).await?;
        if entries.is_empty() {
            return Err(Failure::absent(format!("nothing there in '{}'", place.dc)));
        }
        let plan = make::delete(&place.dc, entries);
        return carry_out(session, &place, &plan, "delete", consent).await;
    }
    match kv::read(&place.client, &key).await? {
        Some(base) => one(session, &place, Op::Delete { base }, consent).await,
        None if is_folder(&key) => Err(Failure::usage("a folder is deleted with --recursive")),
        None => Err(Failure::absent(format!("no key '{key}' in '{}'", place.dc))),
    }
}

/// Copies a key or a folder.
pub(super) async fn cp(
    session: &Session<'_>,
    names: &Names<'_>,
    to_dc: Option<&str>,
    consent: &Consent,
) -> Done {
    let rename = names.rename()?;
    let (from, to) = match to_dc {
        None => {
            let place = session.place_to_change().await?;
            (place.clone(), place)
        }
        Some(dc) => {
            let to = session.place_in(&Dc::from(dc))?.changeable(session.config)?;
            (session.place().await?, to)
        }
    };
    let source = entries(&from, rename.from()).await?;
    let there = entries(&to, rename.to()).await?;
    if source.is_empty() {
        return Err(Failure::absent(format!("nothing there in '{}'", from.dc)));
    }
    let plan = make::copy(&to.dc, &source, &rename, &there, names.clash());
    carry_out(session, &to, &plan, "copy", consent).await
}

/// Moves a key or a folder.
pub(super) async fn mv(session: &Session<'_>, names: &Names<'_>, consent: &Consent) -> Done {
    let rename = names.rename()?;
    let place = session.place_to_change().await?;
    let source = entries(&place, rename.from()).await?;
    let there = entries(&place, rename.to()).await?;
    if source.is_empty() {
        return Err(Failure::absent(format!("nothing there in '{}'", place.dc)));
    }
    let plan = make::rename(&place.dc, &source, &rename, &there, names.clash())?;
    carry_out(session, &place, &plan, "move", consent).await
}

/// Stores what a file holds.
pub(super) async fn import(session: &Session<'_>, names: &Names<'_>, consent: &Consent) -> Done {
    let place = session.place_to_change().await?;
    let incoming = files::incoming(names.from, &Key::from(names.to))?;
    let under = shared_prefix(incoming.iter().map(|it| it.key.as_str()));
    let there = gather(&place.client, &Key::from(under)).await?;
    let plan = make::import(&place.dc, incoming, &there, names.clash());
    carry_out(session, &place, &plan, "import", consent).await
}

/// A key, or all in a folder.
async fn entries(place: &Place, name: &Key) -> Done<Vec<Entry>> {
    Ok(Reader::new(&place.client, &mut |_| ()).named(name).await?)
}

async fn carry_out(
    session: &Session<'_>,
    place: &Place,
    plan: &Plan,
    what: &str,
    consent: &Consent,
) -> Done {
    if !plan.blocked.is_empty() {
        let some: Vec<_> = plan.blocked.iter().take(10).map(Key::as_str).collect();
        return Err(Failure::usage(format!(
            "{} keys hold something else (--replace replaces them): {}",
            plan.blocked.len(),
            some.join(", ")
        )));
    }
    let shown = show::plan(plan, what);
    if plan.steps.is_empty() {
        return Ok(fine(format!("nothing to do: {}", show::counts(plan.counts()))));
    }
    confirm(place, consent, &shown)?;
    let is_long = plan.ops().count() > 10 * crate::domain::kv::Write::MOST_OPS;
    let mut tenth = 0;
    let report = apply(plan, &committer(session, place, consent), |progress| {
        let now = progress.done * 10 / progress.of.max(1);
        if is_long && now > tenth {
            tenth = now;
            say(&format!("{} of {}", progress.done, progress.of));
        }
        ControlFlow::Continue(())
    })
    .await;
    ended(&report, place)
}

/// What was and what was not done.
fn ended(report: &Report, place: &Place) -> Done {
    let (done, of) = (report.progress.done, report.progress.of);
    if let Some(unkept) = &report.unkept {
        say(&format!("dcview: {unkept}; these changes have no undo"));
    }
    let did = format!("{done} of {of} operations done in '{}'", place.dc);
    match &report.stopped {
        Some(stopped) => {
            let keys: Vec<_> = stopped.keys.iter().take(3).map(Key::as_str).collect();
            let more = if stopped.keys.len() > 3 { ", .." } else { "" };
            let text = format!(
                "{did}; stopped at {}{more}; run it again to do what is left",
                keys.join(", ")
            );
            let failure = match &stopped.why {
                Why::Journal(error) => Failure::from(error.clone()),
                Why::Asked => Failure::usage("stopped"),
                Why::Write(committed) => {
                    of_write(committed).unwrap_or_else(|| Failure::usage("stopped"))
                }
            };
            Err(failure.after(&text))
        }
        None if report.left.is_empty() => Ok(fine(did)),
        None => {
            let left: Vec<_> = report.left.iter().map(Key::as_str).collect();
            Err(Failure::lost(format!("{did}; changed meanwhile and left: {}", left.join(", "))))
        }
    }
}
