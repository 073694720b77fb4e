//! Which track of a channel the lines of each node turn on.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::map::layout::{Path, Way};

/// The lines of one node that turn in a channel.
#[derive(Clone, Debug, Default)]
struct Bundle {
    /// The line of the node.
    from: usize,
    /// The lines that they turn to.
    to: BTreeSet<usize>,
}

/// The tracks of the channel right of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    tracks: BTreeMap<usize, usize>,
    width: usize,
}

impl Bundle {
    fn span(&self) -> (usize, usize) {
        let ends = self.to.iter().chain([&self.from]);
        let (top, bottom) = (ends.clone().min(), ends.max());
        (top.copied().unwrap_or(0), bottom.copied().unwrap_or(0))
    }
}

impl Channel {
    /// The channel right of this column.
    pub fn of(paths: &[Path], column: usize) -> Self {
        let mut bundles: BTreeMap<usize, Bundle> = BTreeMap::new();
        for path in paths {
            let Some(at) = column.checked_sub(path.column) else { continue };
            let turn = match (path.way, path.lines.get(at), path.lines.get(at + 1)) {
                (Way::Beside, _, _) if at > 0 => continue,
                (_, Some(from), Some(to)) if from != to => (*from, *to),
                _ => continue,
            };
            let bundle = bundles.entry(turn.0).or_default();
            bundle.from = turn.0;
            bundle.to.insert(turn.1);
        }
        assign(bundles.into_values().collect())
    }

    /// The track on which the lines from this line turn.
    pub fn track(&self, from: usize) -> Option<usize> {
        self.tracks.get(&from).copied()
    }

    /// How many tracks there are.
    pub fn width(&self) -> usize {
        self.width
    }
}

/// Tracks from the left: first those whose own line is another's goal, which then arrives on the right
/// of where they turn; lines that would touch on a track get different ones.
fn assign(mut waiting: Vec<Bundle>) -> Channel {
    let mut channel = Channel::default();
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut done: Vec<(Bundle, usize)> = Vec::new();
    while !waiting.is_empty() {
        let is_free = |bundle: &Bundle| {
            !waiting
                .iter()
                .any(|other| other.from != bundle.from && bundle.to.contains(&other.from))
        };
        // In a ring of them none is free: one line runs along another for a few cells.
        let next = waiting.iter().position(is_free).unwrap_or(0);
        let bundle = waiting.remove(next);
        let after = done.iter().filter(|(other, _)| bundle.to.contains(&other.from));
        let least = after.map(|(_, track)| track + 1).max().unwrap_or(0);
        let (top, bottom) = bundle.span();
        let meets =
            |spans: &Vec<(usize, usize)>| spans.iter().any(|it| it.0 <= bottom && top <= it.1);
        let mut track = least;
        while taken.get(track).is_some_and(meets) {
            track += 1;
        }
        if taken.len() <= track {
            taken.resize(track + 1, Vec::new());
        }
        taken[track].push((top, bottom));
        channel.tracks.insert(bundle.from, track);
        done.push((bundle, track));
    }
    channel.width = taken.len();
    channel
}
