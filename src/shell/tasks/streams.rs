//! What is done about streams between datacenters, and what is remembered of them.
//!
//! Invariant: what loses its status by a resync is remembered before, so that it is missed by whoever
//! looks next, until its replicator has written it again.

use super::{Teller, Ways};
use crate::app::task::{News, StreamIntent};
use crate::domain::replication::Source;
use crate::editor::machine::WriteAnswer;
use crate::replication::Memory;
use crate::replication::act::{Ended, Hands, carry_out};

/// Does what was confirmed about a stream, and tells how far it is.
pub(super) async fn act(ways: &Ways, intent: &StreamIntent, teller: &Teller) -> News {
    let StreamIntent { act, without_journal } = intent;
    if let Some(source) = act.leaves_to_remember()
        && let Err(why) = keep(ways, source, Memory::remember).await
        && !without_journal
    {
        // It lies beside the journal: who insists without one insists without this.
        let why = format!("that it is missed after a restart cannot be kept: {why}");
        return News::Written(WriteAnswer::NotJournalled(why));
    }
    let (source, destination) = act.ends();
    let committer = |dc| ways.committer(dc, *without_journal);
    let (source, destination) = (committer(source), committer(destination));
    let hands = Hands { source, destination, waits: act.waits() };
    match carry_out(act, &hands, |step| teller.tell(News::Step(step))).await {
        Ended::Done(text) => News::Done(text),
        Ended::Failed(why) => News::Failed(why),
        Ended::NotJournalled(why) => News::Written(WriteAnswer::NotJournalled(why)),
    }
}

/// Keeps where a stream comes from.
pub(super) async fn remember(ways: &Ways, source: Source) -> News {
    let from = source.source.clone();
    let said = format!("remembered: {} comes from {from}", source.prefix);
    told(said, keep(ways, source, Memory::remember).await)
}

/// Keeps that a replication which left no status is over.
pub(super) async fn end(ways: &Ways, source: Source) -> News {
    let said = format!("{} is no longer missed", source.prefix);
    told(said, keep(ways, source, Memory::end).await)
}

fn told(said: String, kept: Result<(), String>) -> News {
    kept.map_or_else(
        |why| News::Failed(format!("not remembered: {why}")),
        |()| News::Remembered(said),
    )
}

/// Writes to the memory, as of the agent that the destination is reached by.
async fn keep(
    ways: &Ways,
    source: Source,
    how: fn(&Memory, Source, &str) -> std::io::Result<()>,
) -> Result<(), String> {
    let memory = Memory::new(&ways.config.sources_file);
    let into = source.destination.as_ref().unwrap_or(&source.source);
    let agent = ways.client(into).agent().address().to_string();
    let done = tokio::task::spawn_blocking(move || how(&memory, source, &agent)).await;
    done.map_err(|died| died.to_string())?.map_err(|error| error.to_string())
}
