//! In which of the compared datacenters something is: a set of their positions.

/// How many datacenters one comparison can hold.
pub const MAX_DCS: usize = 128;

/// A set of positions of datacenters, below [`MAX_DCS`]; higher ones are never in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Presence(u128);

impl Presence {
    /// Only this datacenter.
    pub fn only(dc: usize) -> Self {
        Self(u32::try_from(dc).ok().and_then(|dc| 1_u128.checked_shl(dc)).unwrap_or(0))
    }

    /// What is in either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True when this datacenter is in it.
    pub fn has(self, dc: usize) -> bool {
        self.0 & Self::only(dc).0 != 0
    }

    /// True when some are in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// How many are in it.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// True when none is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in() {
        let set = Presence::only(0).with(Presence::only(127));
        assert!(set.has(0) && set.has(127) && !set.has(1) && !set.has(MAX_DCS));
        assert_eq!(set.count(), 2);
        assert!(set.overlaps(Presence::only(127)) && !set.overlaps(Presence::only(1)));
        assert!(Presence::only(MAX_DCS).is_empty());
    }
}
