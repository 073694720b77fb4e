//! Rollouts, those that go on and those that ended.

use super::shape::{choice, record};
use crate::domain::rollout::course::Course;
use crate::domain::rollout::keeper::{Record, Rollouts};
use crate::domain::rollout::part::{Expected, Failing, Part};
use crate::domain::rollout::steps::{Step, Steps};
use crate::domain::rollout::{End, Look, Rollout};

choice!(End {
    0 => Done,
    1 => AsSeen,
    2 => Back(version),
    3 => Gone,
});
record!(Failing { since, was_better });
record!(Expected { n, fewer });
record!(Course { is_back, mark, behind });
record!(Part { seats, at, split, expected, began, ill, ill_nodes, failing, arrived, course });
record!(Step { at, dc, split });
record!(Steps { all, longest, last, count });
record!(Look { seats, at, expected });
record!(Rollout {
    service,
    began,
    is_begin_seen,
    ended,
    versions,
    target,
    parts,
    steps,
    is_aimed,
    ripened,
    empty,
});
record!(Record { order, looks, left, rolling, aim });
record!(Rollouts { records, active, finished, ended });
