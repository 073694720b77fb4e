//! How well a service is, as far as its datacenters answer.
//!
//! Of a datacenter that does not answer, what it said last is known and no more: it counts, and is
//! shown as what was. That all is well is certain only where every part of it is confirmed; that
//! something fails, where one is.

use super::{Ctx, cells, fresh};
use crate::domain::catalog::ServiceHealth;
use crate::domain::feed::List;
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::{Counts, Status};
use crate::domain::ids::Dc;
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::clean;
use crate::ui::theme::Role;

/// What the health of services is read from.
const LISTS: [List; 2] = [List::Services, List::Checks];

/// A state, and how far it is that of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The worst there is.
    pub worst: Status,
    /// What of it is confirmed.
    pub sure: Sure,
}

/// How much of a state is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// All that it takes to say it.
    Yes,
    /// A part of what all of it would take.
    Partly,
    /// Nothing: it is as it was last.
    No,
}

/// The datacenters of which it is not known how their services are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// Those of which what is known is as it was last.
    old: Vec<Dc>,
    /// Those that never told which services they have; some may be known by their checks.
    blank: Vec<Dc>,
}

impl Unseen {
    /// Among all datacenters.
    pub fn of(ctx: &Ctx) -> Self {
        Self::among(ctx, |_| true)
    }

    /// Among those that are shown.
    pub fn shown(ctx: &Ctx) -> Self {
        Self::among(ctx, |dc| ctx.shows(dc))
    }

    fn among(ctx: &Ctx, is_in: impl Fn(&Dc) -> bool) -> Self {
        let mut unseen = Self::default();
        for (dc, state) in ctx.store.datacenters().filter(|(dc, _)| is_in(dc)) {
            if state.freshness(&List::Services).is_empty() {
                unseen.blank.push(dc.clone());
            }
            if LISTS.iter().any(|list| is_old(&fresh::of(ctx, state, list))) {
                unseen.old.push(dc.clone());
            }
        }
        unseen
    }

    /// True when what is known of this one is as it was last.
    pub fn is_old(&self, dc: &Dc) -> bool {
        self.old.contains(dc)
    }

    /// True when it is not known how this one's services are now.
    pub fn has(&self, dc: &Dc) -> bool {
        self.is_old(dc) || self.blank.contains(dc)
    }

    /// All of them, those that told something first.
    pub fn dcs(&self) -> Vec<Dc> {
        let blank = self.blank.iter().filter(|dc| !self.is_old(dc));
        self.old.iter().chain(blank).cloned().collect()
    }

    /// `; dc-3 not seen`; nothing where all are.
    pub fn words(&self) -> String {
        let names: Vec<_> = self.dcs().iter().map(|dc| clean(dc.as_str()).into_owned()).collect();
        if names.is_empty() { String::new() } else { format!("; {} not seen", names.join(", ")) }
    }
}

/// Without a leader nothing that changes is written down.
fn is_old(freshness: &Freshness) -> bool {
    matches!(freshness.state, State::Stale { .. } | State::Denied { .. })
        || freshness.leaderless.is_some()
}

impl Known {
    /// How well a service is in these datacenters; `None` where it is in none. One that never told
    /// what it has may have it too.
    pub fn of<'a>(
        unseen: &Unseen,
        places: impl IntoIterator<Item = (&'a Dc, &'a ServiceHealth)>,
    ) -> Option<Self> {
        let each = places.into_iter().map(|(dc, health)| Self {
            worst: health.counts.worst(),
            sure: if unseen.is_old(dc) { Sure::No } else { Sure::Yes },
        });
        let known = each.reduce(Self::and)?;
        let is_part = known.sure == Sure::Yes && !known.fails() && !unseen.blank.is_empty();
        Some(if is_part { Self { sure: Sure::Partly, ..known } } else { known })
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (more, less) = if self.worst >= other.worst { (self, other) } else { (other, self) };
        let is_sure = |it: Self| it.sure == Sure::Yes;
        match more.fails() {
            // What fails for certain is not hidden by what was worse.
            true if less.fails() && is_sure(less) && !is_sure(more) => less,
            true => more,
            false if self.sure == other.sure => more,
            false => Self { sure: Sure::Partly, ..more },
        }
    }

    /// True where something does not work that should; what was taken out on purpose does not count.
    pub fn fails(self) -> bool {
        self.worst > Status::Maintenance
    }

    /// As sign and word.
    pub fn cell(self, ctx: &Ctx) -> Cell {
        match self.sure {
            Sure::Yes => cells::status(ctx, self.worst),
            Sure::Partly => {
                let sign = ctx.look.sign(Sign::Stale);
                Cell::new(format!("{sign} {}?", self.worst.word()), Role::Stale)
            }
            Sure::No => cells::past(ctx, self.worst.word()),
        }
    }

    /// The role of a name that it is about: what is well is quiet.
    pub fn role(self) -> Role {
        match self {
            Self { sure: Sure::Partly | Sure::No, .. } => Role::Stale,
            Self { worst: Status::Passing, .. } => Role::Text,
            Self { worst, .. } => cells::role(worst),
        }
    }

    /// Its sign, and the role of that.
    pub fn sign(self, ctx: &Ctx) -> (&'static str, Role) {
        if self.sure != Sure::Yes {
            return (ctx.look.sign(Sign::Stale), Role::Stale);
        }
        (ctx.look.status(self.worst), cells::role(self.worst))
    }
}

/// `passing/total` in a datacenter: what is not confirmed, behind a sign that says so.
pub fn health(ctx: &Ctx, unseen: &Unseen, dc: &Dc, service: Option<&ServiceHealth>) -> Cell {
    if service.is_none() && unseen.blank.contains(dc) {
        // It never said that it has none.
        return Cell::new("?", Role::Unknown);
    }
    let cell = cells::health(ctx, service);
    if !unseen.is_old(dc) {
        return cell;
    }
    cells::old(ctx, &cell)
}

/// What fails of a service, in words; what was failing where nobody confirms it, apart.
pub fn failing<'a>(
    unseen: &Unseen,
    places: impl IntoIterator<Item = (&'a Dc, &'a ServiceHealth)>,
) -> Cell {
    let (mut live, mut old) = (Counts::default(), Counts::default());
    let mut has_unseen = !unseen.blank.is_empty();
    for (dc, health) in places {
        let is_old = unseen.is_old(dc);
        has_unseen |= is_old;
        *(if is_old { &mut old } else { &mut live }) += health.counts;
    }
    let was = || {
        let text: String = cells::failing(&old).runs.iter().map(|(text, _)| &**text).collect();
        format!("was {text}")
    };
    match (live.failing(), old.failing()) {
        (0, 0) if has_unseen => Cell::new("none seen failing", Role::Stale),
        (_, 0) => cells::failing(&live),
        (0, _) => Cell::new(was(), Role::Stale),
        (..) => cells::failing(&live).then(format!(", {}", was()), Role::Stale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_all_is_well_takes_every_part_and_that_something_fails_one() {
        let of = |worst, sure| Known { worst, sure };
        let (well, rests, bad) = (Status::Passing, Status::Maintenance, Status::Critical);
        for (one, other, both) in [
            (of(well, Sure::Yes), of(well, Sure::Yes), of(well, Sure::Yes)),
            (of(well, Sure::Yes), of(well, Sure::No), of(well, Sure::Partly)),
            (of(well, Sure::Partly), of(well, Sure::Yes), of(well, Sure::Partly)),
            (of(well, Sure::No), of(well, Sure::No), of(well, Sure::No)),
            (of(bad, Sure::Yes), of(bad, Sure::No), of(bad, Sure::Yes)),
            (of(bad, Sure::No), of(well, Sure::Yes), of(bad, Sure::No)),
            (of(bad, Sure::Yes), of(well, Sure::No), of(bad, Sure::Yes)),
            (of(bad, Sure::No), of(Status::Warning, Sure::Yes), of(Status::Warning, Sure::Yes)),
            // What rests on purpose hides nothing.
            (of(bad, Sure::No), of(rests, Sure::Yes), of(bad, Sure::No)),
            (of(rests, Sure::Yes), of(well, Sure::No), of(rests, Sure::Partly)),
        ] {
            assert_eq!((one.and(other), other.and(one)), (both, both));
        }
    }
}
