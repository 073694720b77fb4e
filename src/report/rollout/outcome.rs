//! What is to be said at the end, and with which exit code.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::follow::is_denied;
use super::look::Watched;
use crate::app::msg::Exit;
use crate::domain::rollout::{End, Rollout, Word, judge};
use crate::report::trouble::Troubles;
use crate::ui::text::clean;

/// It failed, went back or is stalled.
const FAILED: u8 = 1;
/// A datacenter did not answer.
const UNREAD: u8 = 3;
/// The token may not see enough.
const HIDDEN: u8 = 4;
/// There are several versions, and nobody waits.
const UNDECIDED: u8 = 5;
/// The time is over.
const LATE: u8 = 6;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every instance is of one version, or of the one that is asked for.
    Done,
    /// It will not come to that.
    Failed,
    /// No datacenter has the service.
    Absent,
    /// It is not decided, and nobody waits.
    Undecided,
    /// It was not decided in time.
    Late,
    /// The token may not see enough to say.
    Hidden,
    /// A datacenter could not be read.
    Unread,
}

impl Outcome {
    /// What one look says.
    pub fn of_one_look(watched: &Watched) -> Self {
        if !watched.is_whole() {
            return Self::Unread;
        }
        match at_rest(watched) {
            Some(outcome) => outcome,
            None => Self::Undecided,
        }
    }

    /// What is decided while it is waited for; `None` while nothing is.
    pub fn of_waiting(watched: &Watched, now: DateTime<Utc>) -> Option<Self> {
        if watched.is_nowhere() || watched.lost().any(|(_, error)| is_denied(error)) {
            return Some(Self::Unread);
        }
        match watched.rollout() {
            Some(rollout) => of_rollout(watched, rollout, now),
            None if watched.is_whole() => at_rest(watched),
            None => None,
        }
    }

    /// The time is over: where a datacenter cannot be seen that is why.
    pub fn late(watched: &Watched) -> Self {
        if watched.is_whole() { Self::Late } else { Self::Unread }
    }

    /// The same where the list of datacenters is not known: there may be more of them.
    #[must_use]
    pub fn without_list(self) -> Self {
        if matches!(self, Self::Done | Self::Late) { Self::Unread } else { self }
    }

    /// The exit code, with a line for whatever keeps it from being 0.
    pub fn exit(self, watched: &Watched, mut troubles: Troubles) -> Exit {
        for (dc, error) in watched.lost() {
            troubles.failed(Some(dc), &[], error);
        }
        let is_partial = watched.partial().next().is_some();
        for dc in watched.partial() {
            troubles.may_be_filtered(dc);
        }
        match (self, watched.rollout()) {
            (Self::Failed, Some(rollout)) => tell_failing(watched, rollout, &mut troubles),
            (Self::Absent, _) => {
                troubles.absent(&format!("no service '{}'", watched.service), is_partial);
            }
            (Self::Late, _) => troubles.warn("the time is over, and it is not decided"),
            _ => {}
        }
        let exit = troubles.exit();
        let code = match self {
            Self::Failed => FAILED,
            Self::Undecided => exit.code.max(UNDECIDED),
            Self::Late => LATE,
            Self::Hidden => HIDDEN,
            // One that was not even refused in time has left no error.
            Self::Unread if exit.code == 0 => UNREAD,
            Self::Done | Self::Absent | Self::Unread => exit.code,
        };
        Exit { code, ..exit }
    }
}

/// What is so where nothing is rolled out, as far as can be seen.
fn at_rest(watched: &Watched) -> Option<Outcome> {
    let looks = watched.looks();
    let versions: BTreeSet<_> = looks.flat_map(|(_, look)| look.split().into_keys()).collect();
    let is_it = watched.aim.as_ref().is_none_or(|aim| versions.contains(aim));
    match versions.len() {
        0 if watched.aim.is_none() => Some(Outcome::Absent),
        1 if is_it && watched.partial().next().is_some() => Some(Outcome::Hidden),
        1 if is_it => Some(Outcome::Done),
        _ => None,
    }
}

fn of_rollout(watched: &Watched, rollout: &Rollout, now: DateTime<Utc>) -> Option<Outcome> {
    if let Some((_, end)) = &rollout.ended {
        return Some(match end {
            End::Done => Outcome::Done,
            End::AsSeen => Outcome::Hidden,
            End::Back(_) | End::Gone => Outcome::Failed,
        });
    }
    let sights = watched.sights();
    let judged = judge::judge(rollout, now, &watched.bounds, &sights);
    let has_rested = judged.rests >= judge::patience(rollout, &watched.bounds);
    match judged.word {
        // Nothing that is seen says so: it may have changed since.
        _ if judged.is_past => None,
        // It cannot be taken back, and all of them may start slowly.
        Word::Failing if judged.is_early => None,
        Word::Failing | Word::GoingBack | Word::Stalled => Some(Outcome::Failed),
        // Nothing moved for as long as it was looked at.
        Word::Mixed if has_rested && watched.is_whole() => Some(Outcome::Failed),
        _ => None,
    }
}

fn tell_failing(watched: &Watched, rollout: &Rollout, troubles: &mut Troubles) {
    let sights = watched.sights();
    let judged = judge::judge(rollout, Utc::now(), &watched.bounds, &sights);
    for (dc, seat, _) in &judged.failing {
        let says = seat.output.lines().map(str::trim).find(|line| !line.is_empty());
        let name = format!("{dc}: {} on {} is {}", seat.id, seat.node, seat.status.word());
        troubles.warn(&clean(&format!("{name}: {}", says.unwrap_or_default())));
    }
}
