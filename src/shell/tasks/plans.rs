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
use crate::journal::Committer;
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
    let (client, journal) = (ways.client(&plan.dc), ways.journal());
    let committer = Committer { client, journal, insist: without_journal };
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
        Wish::Pick { from, to_dc, to, names } => {
            let incoming = gathering.picked(from, names, to).await?;
            gathering.import(to_dc, incoming).await?
        }
    };
    let touched: Vec<_> = plan.ops().map(|op| (op.key().clone(), op.base().cloned())).collect();
    let mut guarded = keys::guarded(&ways.client(wish.dc()), &touched).await;
    if let Some((edits, copies)) = as_the_replicator(&wish) {
        for it in guarded.iter_mut().filter(|it| it.why == edits) {
            it.why.clone_from(&copies);
        }
    }
    let remarks = gathering.remarks;
    let proposal = Proposal { wish, plan: Arc::new(plan), without_journal: false };
    Ok(Planned { proposal, guarded, remarks })
}

/// What is said of an edit under a replication, and what is true of a copy from its own source: it is
/// what the replicator itself would write.
fn as_the_replicator(wish: &Wish) -> Option<(String, String)> {
    let Wish::Pick { from: Side::Keys { dc, prefix }, to, .. } = wish else { return None };
    let (source, destination) = (prefix.to_string(), to.to_string());
    let edits = Managed::Replicated { source, destination, status: Key::default() }.to_string();
    let copies = format!(
        "consul-replicate copies '{prefix}' of another datacenter to '{to}': if that is {dc}, this \
         writes what it would write, and both are the same afterwards"
    );
    Some((edits, copies))
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
        let from = Side::Keys { dc: "dc-1".into(), prefix: "a/".into() };
        let pick = |to: &str| Wish::Pick {
            from: from.clone(),
            to_dc: "dc-2".into(),
            to: to.into(),
            names: Vec::new(),
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
        let (edits, copies) = as_the_replicator(&pick("b/")).unwrap();
        assert_eq!(edits, said);
        assert!(copies.contains("if that is dc-1"), "{copies}");
        assert_ne!(as_the_replicator(&pick("c/")).unwrap().0, said, "another prefix");
    }
}
