//! Keeping the text of an edit that is open, so that a lost connection does not cost it.
//!
//! A thread of its own writes to disk, since the loop may not wait for it; of texts that follow each
//! other quickly only the last is written. Invariant: when this is dropped, what was asked for last is
//! on disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::Utc;

use crate::app::task::{Keep, LeftOpen};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Entry;
use crate::editor::machine;
use crate::journal::drafts::{Draft, Drafts};
use crate::journal::{Agents, Stored};

/// Texts are written at most this often.
const PACE: Duration = Duration::from_millis(200);

/// The keeper of drafts.
pub struct Keeper {
    orders: Option<Sender<Keep>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it; `failed` hears, in words, when a text could not be kept.
    pub fn start(state: &Path, agents: Agents, failed: impl Fn(String) + Send + 'static) -> Self {
        let drafts = Drafts::in_dir(state);
        let (orders, waiting) = channel();
        let thread = thread::spawn(move || keep(&drafts, &agents, &waiting, failed));
        Self { orders: Some(orders), thread: Some(thread) }
    }

    /// Has a text kept or forgotten.
    pub fn keep(&self, order: Keep) {
        if let Some(orders) = &self.orders {
            // Its end is the program's.
            let _ = orders.send(order);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Carries out orders until nobody gives any more.
fn keep(drafts: &Drafts, agents: &Agents, waiting: &Receiver<Keep>, failed: impl Fn(String)) {
    let mut is_failing = false;
    while let Ok(mut order) = waiting.recv() {
        loop {
            let next = waiting.try_recv().ok();
            // A newer text of the same key takes its place.
            let is_overtaken = matches!((&order, &next), (Keep::Save(old), Some(Keep::Save(new)))
                if old.dc == new.dc && old.key == new.key);
            if !is_overtaken {
                let done = carry_out(drafts, agents, &order);
                if let (Err(why), false) = (&done, is_failing) {
                    failed(format!("the text of this edit cannot be kept on disk: {why}"));
                }
                is_failing = done.is_err();
            }
            match next {
                Some(next) => order = next,
                None => break,
            }
        }
        thread::sleep(PACE);
    }
}

fn carry_out(drafts: &Drafts, agents: &Agents, order: &Keep) -> std::io::Result<()> {
    match order {
        Keep::Save(draft) => drafts.save(&on_disk(draft, agents)),
        Keep::Drop(dc, key) => drafts.remove(&named(std::process::id(), dc, key)),
        Keep::Adopt(pid, dc, key) => drafts.remove(&named(*pid, dc, key)),
    }
}

fn on_disk(draft: &machine::Draft, agents: &Agents) -> Draft {
    let base = draft.base.as_ref();
    Draft {
        agent: agents.of(&draft.dc).to_owned(),
        base_index: base.map_or(0, |base| base.modify_index),
        base: base.map(|base| Stored { value: base.value.clone(), flags: base.flags }),
        text: String::from_utf8_lossy(&draft.mine).into_owned(),
        ..named(std::process::id(), &draft.dc, &draft.key)
    }
}

/// A draft without a text: enough to find its file.
fn named(pid: u32, dc: &Dc, key: &Key) -> Draft {
    Draft {
        at: Utc::now(),
        pid,
        dc: dc.clone(),
        agent: String::new(),
        key: key.clone(),
        base_index: 0,
        base: None,
        text: String::new(),
    }
}

/// The edits that were left open, newest first; what is wrong with them is a warning.
pub fn left(state: &Path, agents: &Agents, warnings: &mut Vec<String>) -> Vec<LeftOpen> {
    let mut found = match Drafts::in_dir(state).left() {
        Ok(found) => found,
        Err(error) => {
            warnings.push(format!("the unsaved edits cannot be read: {error}"));
            return Vec::new();
        }
    };
    if found.damaged > 0 {
        warnings.push(format!("{} unsaved edits are damaged and were left alone", found.damaged));
    }
    let elsewhere: Vec<Draft> = found.left.extract_if(.., |draft| !agents.began(draft)).collect();
    if let Some(newest) = elsewhere.first() {
        let n = elsewhere.len();
        let edits = if n == 1 { "edit was" } else { "edits were" };
        warnings.push(format!(
            "{n} {edits} left open through another agent ({}); start dcview with it to take {} up",
            newest.agent,
            if n == 1 { "it" } else { "them" }
        ));
    }
    if !found.left.is_empty() {
        let n = found.left.len();
        let edits = if n == 1 { "edit was" } else { "edits were" };
        warnings.push(format!("{n} {edits} left open and not saved; :drafts takes it up again"));
    }
    found.left.into_iter().map(taken_up).collect()
}

fn taken_up(draft: Draft) -> LeftOpen {
    let base = draft.base.map(|base| Entry {
        key: draft.key.clone(),
        value: base.value,
        flags: base.flags,
        modify_index: draft.base_index,
        create_index: 0,
        lock_index: 0,
        session: None,
    });
    let text = machine::Draft { dc: draft.dc, key: draft.key, base, mine: draft.text.into() };
    LeftOpen { at: draft.at, pid: draft.pid, draft: text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Agents {
        Agents { usual: "http://127.0.0.1:8500".to_owned(), ..Agents::default() }
    }

    fn draft(text: &str) -> Keep {
        let mine = text.to_owned().into();
        Keep::Save(Box::new(machine::Draft {
            dc: "dc-1".into(),
            key: "a".into(),
            base: None,
            mine,
        }))
    }

    #[test]
    fn the_last_text_is_on_disk_when_the_keeper_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper::start(dir.path(), here(), |why| panic!("{why}"));
        for text in ["a", "ab", "abc"] {
            keeper.keep(draft(text));
        }
        drop(keeper);
        let mut warnings = Vec::new();
        let left = left(dir.path(), &here(), &mut warnings);
        assert_eq!(left.len(), 1, "{warnings:?}");
        assert_eq!(left[0].draft.mine, "abc");
    }

    #[test]
    fn a_text_of_another_cluster_is_not_offered() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper::start(dir.path(), here(), |why| panic!("{why}"));
        keeper.keep(draft("a"));
        drop(keeper);
        let elsewhere = Agents { usual: "http://127.0.0.1:9500".to_owned(), ..Agents::default() };
        let mut warnings = Vec::new();
        assert_eq!(left(dir.path(), &elsewhere, &mut warnings).len(), 0);
        assert!(warnings[0].contains("another agent (http://127.0.0.1:8500)"), "{warnings:?}");
        assert_eq!(left(dir.path(), &here(), &mut warnings).len(), 1);
    }

    #[test]
    fn a_text_that_cannot_be_kept_is_said_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (said, heard) = channel();
        let keeper = Keeper::start(file.path(), here(), move |why| said.send(why).unwrap());
        keeper.keep(draft("a"));
        keeper.keep(Keep::Drop("dc-1".into(), "other".into()));
        keeper.keep(draft("ab"));
        drop(keeper);
        assert_eq!(heard.iter().count(), 1);
    }
}
