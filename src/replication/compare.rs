//! Two prefixes that the settings want compared, whoever copies them.

use futures_util::future::BoxFuture;

use super::ends::Ends;
use super::{Follower, Ground, Seen};
use crate::domain::replication::{Kind, Pair, Rule, Stream, StreamId};

/// Compares a pair.
pub(super) struct Compare {
    stream: Stream,
    ends: Option<Ends>,
    /// The last look failed by what may pass.
    is_away: bool,
}

impl Compare {
    /// Compares this pair.
    pub fn new(ground: &Ground, pair: &Pair) -> Self {
        let to = pair.to.as_ref().unwrap_or(&pair.prefix);
        let stream = Stream::new(StreamId {
            kind: Kind::Compare,
            source: Some(pair.source.clone()),
            destination: pair.destination.clone(),
            of: pair.prefix.as_str().into(),
            to: to.as_str().into(),
        });
        let client = |dc| ground.clients.get(dc).cloned();
        let both = client(&pair.source).zip(client(&pair.destination));
        let rule = Rule { source: pair.prefix.clone(), destination: to.clone(), exclude: vec![] };
        let ends = both.map(|(source, to)| Ends::new(rule, source, to, ground.told.stall_after));
        Self { stream, ends, is_away: false }
    }
}

impl Follower for Compare {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            self.is_away = false;
            self.stream.problem = match &mut self.ends {
                Some(ends) => match ends.compare(&mut self.stream, None).await {
                    Ok(()) => None,
                    Err(failed) => {
                        self.is_away = failed.may_pass();
                        self.stream.is_denied = failed.is_denied();
                        Some(failed.text())
                    }
                },
                None => Some("one of the datacenters is not known".into()),
            };
            Seen { is_away: self.is_away, ..Seen::of(vec![self.stream.clone()]) }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            match &self.ends {
                Some(ends) if self.is_away => ends.mended().await,
                Some(ends) => ends.changed().await,
                None => std::future::pending().await,
            }
        })
    }
}
