//! Which way a rollout goes in one datacenter: forth, or back to what was there before.
//!
//! It looks at two numbers: instances of the new version, and of all others. One instance that dies
//! and comes again is no turn: a turn is that the new version loses of its share while the others
//! grow, or that it has lost for longer than [`DOUBT`]. The way forth again is found the same way.

use chrono::{DateTime, TimeDelta, Utc};

/// For so long a loss may be an instance that is started again.
pub const DOUBT: TimeDelta = TimeDelta::seconds(30);

/// The way, and how far it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub(crate) is_back: bool,
    /// Where it was farthest along its way: instances of the new version, and others.
    pub(crate) mark: (usize, usize),
    /// Since when it is behind that (UTC).
    pub(crate) behind: Option<DateTime<Utc>>,
}

impl Course {
    /// A rollout that begins here: so many instances of the new version, so many others.
    pub fn new(new: usize, others: usize) -> Self {
        Self { is_back: false, mark: (new, others), behind: None }
    }

    /// True when the new version is on its way out.
    pub fn is_back(&self, now: DateTime<Utc>) -> bool {
        let is_turned = self.behind.is_some_and(|since| now - since >= DOUBT);
        self.is_back != is_turned
    }

    /// Takes the numbers of this moment.
    pub fn observe(&mut self, new: usize, others: usize, at: DateTime<Utc>) {
        let now_back = self.is_back(at);
        if now_back != self.is_back {
            *self = Self { is_back: now_back, mark: (new, others), behind: None };
            return;
        }
        // Shares are compared without dividing.
        let share = new * (self.mark.0 + self.mark.1);
        let marked = self.mark.0 * (new + others);
        let (has_lost, others_moved) = if self.is_back {
            (new > self.mark.0 && share > marked, others < self.mark.1)
        } else {
            (new < self.mark.0 && share < marked, others > self.mark.1)
        };
        match (has_lost, others_moved) {
            (true, true) => {
                *self = Self { is_back: !self.is_back, mark: (new, others), behind: None };
            }
            (true, false) => {
                self.behind.get_or_insert(at);
            }
            (false, _) => {
                self.behind = None;
                self.mark = match self.mark {
                    // Others that come or go alone are no step of the way, nor one to measure by.
                    (same, _) if same != new => (new, others),
                    (_, marked) if self.is_back => (new, others.max(marked)),
                    (_, marked) => (new, others.min(marked)),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    /// After these numbers, a second apart, and so many seconds more: is it going back?
    fn goes_back(numbers: &[(usize, usize)], later: i64) -> bool {
        let mut course = Course::new(0, 40);
        for (second, (new, others)) in (1..).zip(numbers) {
            course.observe(*new, *others, at(second));
        }
        course.is_back(at(numbers.len() as i64 + later))
    }

    #[test]
    fn what_is_back_and_what_is_not() {
        for (what, numbers, later, expected) in [
            ("in place", &[(1, 39), (2, 38)][..], 0, false),
            ("old ones go first", &[(0, 39), (1, 39), (1, 38), (2, 38)], 60, false),
            ("new ones come first", &[(1, 40), (1, 39), (2, 39), (2, 38)], 60, false),
            ("in place, back", &[(12, 28), (11, 29)], 0, true),
            ("an old one first, then a new one goes", &[(12, 28), (12, 29), (11, 29)], 0, true),
            ("a new one goes, then an old one comes", &[(12, 28), (11, 28), (11, 29)], 0, true),
            ("one dies", &[(12, 28), (11, 28)], 10, false),
            ("one dies and stays away", &[(12, 28), (11, 28)], 30, true),
            ("one dies and comes again", &[(12, 28), (11, 28), (12, 28)], 60, false),
            ("an old one more where more are wanted", &[(12, 28), (12, 29)], 60, false),
            ("fewer of both", &[(12, 28), (6, 14)], 60, false),
            ("the only new one goes", &[(1, 40), (0, 40)], 30, true),
            ("back, and forth again", &[(12, 28), (9, 31), (10, 30)], 0, false),
            ("back, and one dies", &[(12, 28), (9, 31), (8, 31)], 60, true),
        ] {
            assert_eq!(goes_back(numbers, later), expected, "{what}");
        }
    }
}
