//! What happened to a datacenter as a whole: lost and back, another leader or none, and whether the
//! agent lists it.
//!
//! While it is dark nothing is known of its leader: who led before is compared with who leads once it
//! is back. Words: `live` and `dark` for the datacenter, a name or an address for a leader, [`NONE`]
//! for none, `listed` in the agent's list.

use std::sync::Arc;

use super::checks::Moment;
use super::{Event, Kind, Object};
use crate::domain::feed::Link;
use crate::domain::ids::Dc;

/// The leader of a datacenter that has none.
pub const NONE: &str = "none";

/// What is known of a datacenter's link.
#[derive(Clone, Debug, Default)]
pub struct Links {
    is_dark: Option<bool>,
    /// The leader's address; empty for none.
    leader: Option<Arc<str>>,
}

/// When a link was seen, and when the one before was last known to be true.
#[derive(Clone, Copy, Debug)]
pub struct Looks<'a> {
    /// Of the datacenter: since the pulse before.
    pub link: Moment<'a>,
    /// Of its leader: since it was last heard of.
    pub leader: Moment<'a>,
}

impl Links {
    /// Takes what a pulse found; gives what happened. `name` names the server of an address.
    pub fn take(
        &mut self,
        link: &Link,
        looks: Looks,
        name: impl Fn(&str) -> Option<Arc<str>>,
    ) -> Vec<Event> {
        let (is_dark, leader, why) = match link {
            Link::Unknown => return Vec::new(),
            Link::Led(leader) => (false, Some(Arc::clone(leader)), Arc::default()),
            Link::Leaderless => (false, Some(Arc::default()), Arc::default()),
            Link::Dark { why, .. } => (true, None, Arc::clone(why)),
        };
        let mut events = Vec::new();
        let word = |is_dark: bool| if is_dark { "dark" } else { "live" };
        let before = self.is_dark.replace(is_dark).filter(|before| *before != is_dark);
        events.extend(before.map(|before| {
            let event = event(Kind::Datacenter, word(before), word(is_dark), looks.link);
            Event { detail: why, ..event }
        }));
        let Some(leader) = leader else { return events };
        let named = |address: &Arc<str>| match &**address {
            "" => Arc::from(NONE),
            text => name(text).unwrap_or_else(|| Arc::clone(address)),
        };
        let before = self.leader.replace(Arc::clone(&leader)).filter(|before| *before != leader);
        events.extend(
            before
                .map(|before| event(Kind::Leader, &named(&before), &named(&leader), looks.leader)),
        );
        events
    }
}

/// What happened between two lists of the datacenters: those that the agent no longer lists, and
/// those that it lists anew, each with its event.
pub fn listed(before: &[Dc], now: &[Dc], moment: impl Fn(&Dc) -> Moment<'_>) -> Vec<Event> {
    let event = |dc, from, to| event(Kind::Datacenter, from, to, moment(dc));
    let went = before.iter().filter(|dc| !now.contains(dc)).map(|dc| event(dc, "listed", ""));
    let came = now.iter().filter(|dc| !before.contains(dc)).map(|dc| event(dc, "", "listed"));
    went.chain(came).collect()
}

fn event(kind: Kind, from: &str, to: &str, moment: Moment) -> Event {
    Event {
        at: moment.at,
        after: moment.after,
        dc: moment.dc.clone(),
        kind,
        object: Object::Datacenter,
        from: from.into(),
        to: to.into(),
        detail: Arc::default(),
        index: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn moment(dc: &Dc) -> Moment<'_> {
        Moment { dc, at: DateTime::UNIX_EPOCH, after: None, index: 0 }
    }

    fn texts(events: &[Event]) -> Vec<String> {
        let text = |it: &Event| format!("{} {}: {} > {}", it.kind.word(), it.dc, it.from, it.to);
        events.iter().map(text).collect()
    }

    fn told(links: &[Link]) -> Vec<String> {
        let (mut known, dc) = (Links::default(), Dc::from("dc-1"));
        let name = |address: &str| (address == "10.0.0.1:8300").then(|| Arc::from("server-1"));
        let looks = Looks { link: moment(&dc), leader: moment(&dc) };
        let all = links.iter().flat_map(|link| known.take(link, looks, name));
        texts(&all.collect::<Vec<_>>())
    }

    fn led(number: u8) -> Link {
        Link::Led(format!("10.0.0.{number}:8300").into())
    }

    fn dark() -> Link {
        Link::Dark { why: "refused".into(), detail: "".into(), retry_at: None }
    }

    #[test]
    fn what_was_so_at_first_is_no_event() {
        for link in [Link::Unknown, led(1), Link::Leaderless, dark()] {
            assert_eq!(told(&[Link::Unknown, link]), [""; 0]);
        }
    }

    #[test]
    fn leaders_change_and_are_none_for_a_while() {
        assert_eq!(
            told(&[led(1), led(1), Link::Leaderless, Link::Leaderless, led(2), led(1)]),
            [
                "leader dc-1: server-1 > none",
                "leader dc-1: none > 10.0.0.2:8300",
                "leader dc-1: 10.0.0.2:8300 > server-1"
            ]
        );
    }

    #[test]
    fn who_leads_after_the_dark_is_compared_with_who_led_before() {
        assert_eq!(
            told(&[led(1), dark(), dark(), led(2), dark(), Link::Leaderless]),
            [
                "datacenter dc-1: live > dark",
                "datacenter dc-1: dark > live",
                "leader dc-1: server-1 > 10.0.0.2:8300",
                "datacenter dc-1: live > dark",
                "datacenter dc-1: dark > live",
                "leader dc-1: 10.0.0.2:8300 > none"
            ]
        );
        assert_eq!(told(&[dark(), led(1)]), ["datacenter dc-1: dark > live"]);
    }

    #[test]
    fn datacenters_come_and_go_in_the_agents_list() {
        let dcs = |all: &[&str]| all.iter().map(|dc| Dc::from(*dc)).collect::<Vec<_>>();
        let events = listed(&dcs(&["dc-1", "dc-2"]), &dcs(&["dc-3", "dc-1"]), moment);
        assert_eq!(texts(&events), ["datacenter dc-2: listed > ", "datacenter dc-3:  > listed"]);
    }
}
