//! User events of Consul: fired by somebody, passed on by gossip, told by the agent that heard them.
//!
//! An agent keeps the last 256 that it heard. What it had heard before dcview asked for the first
//! time is no event; what is heard by several agents of a datacenter is one.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::checks::Moment;
use super::{Event, Kind, Object};

/// So many ids are remembered: as many as four agents keep.
const REMEMBERED: usize = 1024;

/// A user event as an agent lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fired {
    /// Its id, of which there is no other.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// What was sent with it, in one clean line that is not long.
    pub payload: Arc<str>,
    /// Where it counts, in words; empty for everywhere.
    pub wanted: Arc<str>,
}

/// The ids of what was told or need not be.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    order: VecDeque<Arc<str>>,
    ids: HashSet<Arc<str>>,
}

impl Heard {
    /// Remembers an id; false for one that was remembered.
    pub fn note(&mut self, id: &Arc<str>) -> bool {
        if !self.ids.insert(Arc::clone(id)) {
            return false;
        }
        self.order.push_back(Arc::clone(id));
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

/// The event of a user event.
pub fn event(fired: &Fired, moment: Moment) -> Event {
    let Fired { name, payload, wanted, .. } = fired;
    let detail = match (&**payload, &**wanted) {
        ("", wanted) => wanted.into(),
        (payload, "") => payload.into(),
        (payload, wanted) => format!("{payload} ({wanted})").into(),
    };
    Event {
        at: moment.at,
        after: moment.after,
        dc: moment.dc.clone(),
        kind: Kind::UserEvent,
        object: Object::UserEvent(Arc::clone(name)),
        from: Arc::default(),
        to: "fired".into(),
        detail,
        index: moment.index,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn an_id_is_new_once_and_the_oldest_are_forgotten() {
        let mut heard = Heard::default();
        let id = |n: usize| Arc::from(n.to_string());
        assert!((0..REMEMBERED).all(|n| heard.note(&id(n))));
        assert!((0..REMEMBERED).all(|n| !heard.note(&id(n))));
        assert!(heard.note(&id(REMEMBERED)) && heard.note(&id(0)));
        assert_eq!((heard.ids.len(), heard.order.len()), (REMEMBERED, REMEMBERED));
    }

    #[test]
    fn what_was_sent_and_where_it_counts_is_told() {
        let dc = "dc-1".into();
        let moment = Moment { dc: &dc, at: DateTime::UNIX_EPOCH, after: None, index: 0 };
        for (payload, wanted, detail) in [
            ("", "", ""),
            ("v2", "", "v2"),
            ("", "on service web", "on service web"),
            ("v2", "on service web", "v2 (on service web)"),
        ] {
            let fired =
                Fired { payload: payload.into(), wanted: wanted.into(), ..Fired::default() };
            assert_eq!(&*event(&fired, moment).detail, detail);
        }
    }
}
