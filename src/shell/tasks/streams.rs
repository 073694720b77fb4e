//! What is done about streams between datacenters, and what is remembered of them.

use super::{Teller, Ways};
use crate::app::task::{News, StreamIntent};
use crate::domain::replication::Source;
use crate::editor::machine::WriteAnswer;
use crate::replication::Memory;
use crate::replication::act::{Ended, Hands, carry_out};

/// Does what was confirmed about a stream, and tells how far it is.
pub(super) async fn act(ways: &Ways, intent: &StreamIntent, teller: &Teller) -> News {
    let StreamIntent { act, without_journal } = intent;
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
    let memory = Memory::new(&ways.config.sources_file);
    let kept = source.clone();
    let done = tokio::task::spawn_blocking(move || memory.remember(kept)).await;
    match done.map_err(|died| died.to_string()).and_then(|done| done.map_err(|it| it.to_string())) {
        Ok(()) => News::Remembered(source),
        Err(why) => News::Failed(format!("not remembered: {why}")),
    }
}
