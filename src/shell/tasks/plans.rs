//! Many keys: what is read for a plan, the plan, and carrying it out.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Teller, Ways, files, keys};
use crate::app::task::News;
use crate::app::task::many::{Planned, Proposal, Side, Wish, keys as so_many};
use crate::consul::read;
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key};
use crate::domain::managed::Managed;
use crate::plan::make::{self, Clash, Incoming};
use crate::plan::read::{Reader, is_folder};
use crate::plan::{Plan, apply as plan_apply};

/// How often the operator hears how far something is.
pub(super) const OFTEN: Duration = Duration::from_millis(100);

/// Reads what is needed and makes a plan.
pub(super) async fn plan(ways: &Ways, wish: Wish, teller: &Teller) -> News {
    match make(ways, wish, teller).await {
        Ok(planned) => News::Planned(Box::new(planned)),
        Err(why) => News::Failed(why),
    }
}

/// Carries a plan out, transaction by transaction, until it is to halt.
pub(super) async fn apply(
    ways: &Ways,
    proposal: Proposal,
    teller: &Teller,
    halt: &AtomicBool,
) -> News {
    let Proposal { plan, without_journal, .. } = proposal;
    let committer = ways.committer(&plan.dc, without_journal);
    let tell = |progress| {
        teller.tell(News::Progress(progress));
        let is_over = halt.load(Ordering::Relaxed);
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = plan_apply::apply(&plan, &committer, tell).await;
    News::Applied(Box::new(report))
}

async fn make(ways: &Ways, wish: Wish, teller: &Teller) -> Result<Planned, String> {
    let mut gathering = Gathering { ways, teller, remarks: Vec::new() };
    let plan = match &wish {
        Wish::Delete { dc, names } => {
            let entries = gathering.all(dc, names).await?;
            gathering.not_empty(&entries, dc)?;
            make::delete(dc, entries)
        }
        Wish::Copy { dc, to_dc, names } => {
            let source = gathering.named(dc, names.from()).await?;
            gathering.not_empty(&source, dc)?;
            let there = gathering.named(to_dc, names.to()).await?;
            make::copy(to_dc, &source, names, &there, Clash::Replace)
        }
        Wish::Move { dc, names } => {
            let source = gathering.named(dc, names.from()).await?;
            gathering.not_empty(&source, dc)?;
            let there = gathering.named(dc, names.to()).await?;
            make::rename(dc, &source, names, &there, Clash::Replace)
                .map_err(|error| error.to_string())?
        }
        Wish::Import { file, dc, prefix } => {
            let incoming = files::incoming(file.clone(), prefix.clone()).await?;
            gathering.import(dc, incoming).await?
        }
        Wish::Pick { from, to_dc, to, names, extra } => {
            let incoming = match names.as_slice() {
                [] => Vec::new(),
                names => gathering.picked(from, names, to).await?,
            };
            let gone = gathering.extra((from, to_dc, to), extra).await?;
            gathering.import(to_dc, incoming).await?.deleting(gone)
        }
    };
    let touched: Vec<_> = plan.ops().map(|op| (op.key().clone(), op.base().cloned())).collect();
    let mut guarded = keys::guarded(&ways.client(wish.dc()), &touched).await;
    for (edits, copies) in as_the_replicator(&wish) {
        for it in guarded.iter_mut().filter(|it| it.why == edits) {
            it.why.clone_from(&copies);
        }
    }
    let remarks = gathering.remarks;
    let proposal = Proposal { wish, plan: Arc::new(plan), without_journal: false };
    Ok(Planned { proposal, guarded, remarks })
}

/// What is said of an edit under a replication, and what is true of a copy from its own source: it is
/// what the replicator itself would write. What is copied may be a part of what it carries.
fn as_the_replicator(wish: &Wish) -> Vec<(String, String)> {
    let Wish::Pick { from: Side::Keys { dc, prefix }, to, .. } = wish else { return Vec::new() };
    let (from, to) = (prefix.as_str(), to.as_str());
    let ends = from.char_indices().map(|(at, _)| at).chain([from.len()]);
    let carried = ends.filter_map(|at| {
        let (source, part) = from.split_at_checked(at)?;
        Some((source.to_owned(), to.strip_suffix(part)?.to_owned()))
    });
    let told = carried.map(|(source, destination)| {
        let copies = format!(
            "consul-replicate copies '{source}' of another datacenter to '{destination}': if that \
             is {dc}, this writes what it would write, and both are the same afterwards"
        );
        let edits = Managed::Replicated { source, destination, status: Key::default() };
        (edits.to_string(), copies)
    });
    told.collect()
}

/// Reads for one plan.
struct Gathering<'a> {
    ways: &'a Ways,
    teller: &'a Teller,
    remarks: Vec<String>,
}

impl Gathering<'_> {
    async fn named(&mut self, dc: &Dc, name: &Key) -> Result<Vec<Entry>, String> {
        self.all(dc, std::slice::from_ref(name)).await
    }

    async fn all(&mut self, dc: &Dc, names: &[Key]) -> Result<Vec<Entry>, String> {
        let client = self.ways.client(dc);
        let mut tell = gathered(self.teller);
        let mut reader = Reader::new(&client, &mut tell);
        let found = reader.all(names).await;
        let is_filtered = reader.is_filtered();
        // What is named and hidden is refused; what lies in a folder is left out without a word.
        let has_folder = names.iter().any(is_folder);
        if has_folder && (is_filtered || !read::sees_all(&client).await) {
            let text = format!("keys of {dc} that the token may not see are not among these");
            if !self.remarks.contains(&text) {
                self.remarks.push(text);
            }
        }
        found.map_err(|error| error.to_string())
    }

    fn not_empty(&self, entries: &[Entry], dc: &Dc) -> Result<(), String> {
        if entries.is_empty() {
            let hidden = self.remarks.first().map(|it| format!("; {it}")).unwrap_or_default();
            return Err(format!("there is no such key in {dc}{hidden}"));
        }
        Ok(())
    }

    /// The plan that stores values, on what is there now.
    async fn import(&mut self, dc: &Dc, incoming: Vec<Incoming>) -> Result<Plan, String> {
        let names: Vec<Key> = incoming.iter().map(|it| it.key.clone()).collect();
        let client = self.ways.client(dc);
        let mut tell = gathered(self.teller);
        let there = Reader::new(&client, &mut tell).exactly(&names).await;
        let there = there.map_err(|error| error.to_string())?;
        Ok(make::import(dc, incoming, &there, Clash::Replace))
    }

    /// What is to be deleted of these names, as it is now: what the source has after all is left.
    async fn extra(
        &mut self,
        (from, to_dc, to): (&Side, &Dc, &Key),
        names: &[Arc<str>],
    ) -> Result<Vec<Entry>, String> {
        let Some(dc) = from.dc().filter(|_| !names.is_empty()) else { return Ok(Vec::new()) };
        let (there, source) = (self.ways.client(to_dc), self.ways.client(dc));
        let mut tell = gathered(self.teller);
        let keys: Vec<Key> = names.iter().map(|name| Key::from(format!("{to}{name}"))).collect();
        let entries = Reader::new(&there, &mut tell).exactly(&keys).await;
        let entries = entries.map_err(|error| error.to_string())?;
        // The source last: what it has then it had not lost when the others were read.
        let keys: Vec<Key> = names.iter().map(|name| from.key(name)).collect();
        let mut reader = Reader::new(&source, &mut tell);
        let kept = reader.exactly(&keys).await.map_err(|error| error.to_string())?;
        if reader.is_filtered() || !read::sees_all(&source).await {
            let of = so_many(names.len());
            let text =
                format!("the token may not see all of {dc}: {of} may be there, and are left");
            self.remarks.push(text);
            return Ok(Vec::new());
        }
        let prefix = from.prefix().as_str();
        let kept: HashSet<&str> =
            kept.iter().filter_map(|entry| entry.key.as_str().strip_prefix(prefix)).collect();
        let is_extra = |entry: &Entry| {
            entry.key.as_str().strip_prefix(to.as_str()).is_some_and(|name| !kept.contains(name))
        };
        if !kept.is_empty() {
            let of = so_many(kept.len());
            self.remarks.push(format!("{of} of these are in {from} by now, and left here"));
        }
        let gone: Vec<Entry> = entries.into_iter().filter(is_extra).collect();
        if !gone.is_empty() {
            let of = so_many(gone.len());
            self.remarks.push(format!("{of} that {from} does not have: deleted in {to_dc}"));
        }
        Ok(gone)
    }

    /// What keys of a compared folder hold now, under their names in another one.
    async fn picked(
        &mut self,
        from: &Side,
        names: &[Arc<str>],
        to: &Key,
    ) -> Result<Vec<Incoming>, String> {
        let keys: Vec<Key> = names.iter().map(|name| from.key(name)).collect();
        let entries = match from {
            Side::Keys { dc, .. } => {
                let client = self.ways.client(dc);
                let mut tell = gathered(self.teller);
                let read = Reader::new(&client, &mut tell).exactly(&keys).await;
                read.map_err(|error| error.to_string())?
            }
            Side::File { path, prefix } => {
                let wanted: HashSet<&Key> = keys.iter().collect();
                let mut all = files::under(path.clone(), prefix.clone()).await?;
                all.retain(|entry| wanted.contains(&entry.key));
                all
            }
        };
        let missing = keys.len().saturating_sub(entries.len());
        if missing > 0 {
            let of = so_many(missing);
            self.remarks.push(format!("{of} of these are not in {from}, and left as they are"));
        }
        let prefix = from.prefix().as_str();
        let moved = entries.into_iter().filter_map(|entry| {
            let name = entry.key.as_str().strip_prefix(prefix)?;
            let key = Key::from(format!("{to}{name}"));
            Some(Incoming { key, value: entry.value, flags: entry.flags })
        });
        Ok(moved.collect())
    }
}

/// Tells how many keys were read, now and then.
pub(super) fn gathered(teller: &Teller) -> impl FnMut(usize) + Send + use<'_> {
    let mut last = Instant::now();
    move |read| {
        if last.elapsed() >= OFTEN {
            last = Instant::now();
            teller.tell(News::Gathered(read));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::managed::{Managers, REPLICATE_STATUSES};

    #[test]
    fn a_copy_from_a_replications_own_source_is_not_warned_of_as_an_edit() {
        let pick = |from: &str, to: &str| Wish::Pick {
            from: Side::Keys { dc: "dc-1".into(), prefix: from.into() },
            to_dc: "dc-2".into(),
            to: to.into(),
            names: Vec::new(),
            extra: Vec::new(),
        };
        let status = r#"{ "LastReplicated": 3, "Source": "a/", "Destination": "b/" }"#;
        let status = Entry {
            key: format!("{REPLICATE_STATUSES}x").as_str().into(),
            value: status.into(),
            flags: 0,
            modify_index: 1,
            create_index: 1,
            lock_index: 0,
            session: None,
        };
        let said = Managers::read([&status]).of_key(&"b/key".into())[0].to_string();
        let copies = |wish| as_the_replicator(&wish).into_iter().find(|(edits, _)| *edits == said);
        let (_, told) = copies(pick("a/", "b/")).expect("the same words");
        assert!(told.contains("if that is dc-1"), "{told}");
        assert!(copies(pick("a/x", "b/x")).is_some(), "a part of it");
        for (from, to) in [("a/", "c/"), ("a/x", "b/y"), ("a", "b/")] {
            assert_eq!(copies(pick(from, to)), None, "{from} to {to}");
        }
    }
}
