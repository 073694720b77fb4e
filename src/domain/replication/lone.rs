//! Since when a key is on one side only, as far as that was seen.
//!
//! What is gone has no index that tells when it went: only that it was still there at an earlier look
//! does.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Class, Judged};

/// The keys that were on one side only at the last look.
#[derive(Clone, Debug, Default)]
pub(super) struct Lone {
    /// When each was seen to become so; nothing where it was so before.
    since: HashMap<Arc<str>, Option<DateTime<Utc>>>,
    /// True when the last look listed all of them.
    were_all_listed: bool,
}

impl Lone {
    /// Tells of each key since when it is on one side only, and remembers that.
    pub fn tell(&mut self, judged: &mut Judged, now: DateTime<Utc>) {
        let mut before = std::mem::take(&mut self.since);
        let is_lone = |class: Class, is_there: bool| class == Class::Extra || !is_there;
        for key in &mut judged.differing {
            if !is_lone(key.class, key.destination.is_some()) {
                continue;
            }
            let came = self.were_all_listed.then_some(now);
            let since = before.remove(&key.name).unwrap_or(came);
            self.since.insert(Arc::clone(&key.name), since);
            // What is on its way waits since it came, whatever was there before.
            if key.class != Class::Pending {
                key.since = since;
            }
        }
        self.were_all_listed = judged.differing.len() == judged.counts.differing();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Counts, Differing, Stamp};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn judged(keys: &[&str], all: usize) -> Judged {
        let source = Some(Stamp { modify_index: 1, len: 1, flags: 0 });
        let key = |name: &&str| Differing {
            name: (*name).into(),
            class: Class::Drift,
            source,
            destination: None,
            is_edited_there: false,
            since: Some(at(1)),
        };
        let counts = Counts { drift: all, ..Counts::default() };
        Judged { differing: keys.iter().map(key).collect(), counts, ..Judged::default() }
    }

    fn tell(lone: &mut Lone, keys: &[&str], all: usize, second: i64) -> Vec<Option<DateTime<Utc>>> {
        let mut judged = judged(keys, all);
        lone.tell(&mut judged, at(second));
        judged.differing.iter().map(|key| key.since).collect()
    }

    #[test]
    fn what_went_is_gone_since_the_look_that_missed_it_first() {
        let mut lone = Lone::default();
        assert_eq!(tell(&mut lone, &["a"], 1, 10), [None]);
        assert_eq!(tell(&mut lone, &["a", "b"], 2, 20), [None, Some(at(20))]);
        assert_eq!(tell(&mut lone, &["a", "b"], 2, 30), [None, Some(at(20))]);
        assert_eq!(tell(&mut lone, &[], 0, 40), []);
        assert_eq!(tell(&mut lone, &["a"], 1, 50), [Some(at(50))]);
    }

    #[test]
    fn a_key_that_had_no_room_in_the_list_may_have_been_gone_before() {
        let mut lone = Lone::default();
        tell(&mut lone, &["a"], 5, 10);
        assert_eq!(tell(&mut lone, &["a", "b"], 2, 20), [None, None]);
    }
}
