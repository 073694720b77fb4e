//! The index rules of blocking queries.
//!
//! Pure. Whoever loops over a blocking query asks here for the index of the next one.

/// The index to ask with next, after a query asked with `asked` was answered with `got`; nothing
/// means "ask without blocking".
///
/// An index may go down (a restored snapshot, a new cluster): start over. Zero would never block
/// and an absent one cannot say more, so both count as 1.
pub fn next_index(asked: Option<u64>, got: Option<u64>) -> Option<u64> {
    let got = got.unwrap_or(0).max(1);
    match asked {
        Some(asked) if got < asked => None,
        _ => Some(got),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_goes_down_starts_over() {
        assert_eq!(next_index(Some(90), Some(12)), None);
    }

    #[test]
    fn an_equal_or_higher_index_is_kept() {
        assert_eq!(next_index(Some(12), Some(12)), Some(12));
        assert_eq!(next_index(Some(12), Some(13)), Some(13));
        assert_eq!(next_index(None, Some(7)), Some(7));
    }

    #[test]
    fn zero_and_absent_count_as_one() {
        assert_eq!(next_index(None, None), Some(1));
        assert_eq!(next_index(None, Some(0)), Some(1));
        assert_eq!(next_index(Some(9), None), None);
    }
}
