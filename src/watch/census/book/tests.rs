//! What a census asks, and what it makes of the answers.

use chrono::TimeDelta;

use super::*;
use crate::domain::health::Status;
use crate::domain::ids::NodeName;
use crate::domain::seat::Seat;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn look(seconds: i64) -> Look {
    Look { asked: at(seconds), at: at(seconds) + TimeDelta::milliseconds(20), ..Look::default() }
}

fn summary(name: &str, nodes: &[&str]) -> Summary {
    let nodes: Arc<[NodeName]> = nodes.iter().map(|node| NodeName::from(*node)).collect();
    Summary { name: name.into(), instances: Some(nodes.len()), nodes, ..Summary::default() }
}

fn listed(index: u64, seconds: i64, summaries: &[Summary]) -> Listed {
    let summaries = Arc::new(summaries.to_vec());
    Listed { summaries, index, until: Some(at(seconds)) }
}

fn seat(node: &str, version: &str, created: u64, modified: u64) -> Seat {
    Seat {
        node: node.into(),
        id: "a".into(),
        version: version.into(),
        status: Status::Passing,
        output: "".into(),
        create_index: created,
        modify_index: modified,
    }
}

fn seats(index: u64, seats: &[Seat]) -> Seats {
    Seats { seats: seats.to_vec(), index }
}

fn names(names: &[&str]) -> Vec<ServiceName> {
    names.iter().map(|name| ServiceName::from(*name)).collect()
}

/// A book over services of one instance each, on `n1`, that were listed at index 10.
struct Desk {
    book: Book,
    now: Instant,
}

impl Desk {
    /// A datacenter so large that nothing is read before it moves.
    fn large(services: &[&str]) -> Self {
        let mut summaries: Vec<Summary> =
            services.iter().map(|name| summary(name, &["n1"])).collect();
        let crowd: Vec<String> = (0..=KEPT).map(|n| format!("node-{n}")).collect();
        let crowd: Vec<&str> = crowd.iter().map(String::as_str).collect();
        summaries.push(summary("zz-crowd", &crowd));
        Self::of(&summaries)
    }

    fn small(services: &[&str]) -> Self {
        Self::of(&services.iter().map(|name| summary(name, &["n1"])).collect::<Vec<_>>())
    }

    fn of(summaries: &[Summary]) -> Self {
        let mut book = Book::new("dc-1".into());
        book.list(&listed(10, 1, summaries));
        Self { book, now: Instant::now() }
    }

    /// All that is asked now.
    fn asked(&mut self) -> Vec<Question> {
        std::iter::from_fn(|| self.book.next(self.now)).collect()
    }

    fn whole(&mut self, name: &str, found: Seats, look: &Look) -> News {
        self.book.answered();
        self.book.whole(&name.into(), found, look, self.now)
    }

    fn own(&mut self, name: &str, index: u64, look: &Look) {
        self.book.answered();
        self.book.own(&name.into(), index, look);
    }

    fn registrations(&mut self, index: u64, look: &Look) -> Registered {
        self.book.answered();
        self.book.registrations(index, look)
    }

    /// Something was registered at this index, seen at this second.
    fn registered(&mut self, index: u64, second: i64) {
        let mut list: Vec<Summary> =
            self.book.pages.values().map(|page| page.summary.clone()).collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        self.book.list(&listed(index, second, &list));
        assert_eq!(self.book.next(self.now), Some(Question::Registrations));
        assert_eq!(self.registrations(index, &look(second)), Registered::Goes);
    }
}

fn whole(name: &str) -> Question {
    Question::Whole(name.into())
}

fn own(name: &str) -> Question {
    Question::Own(name.into())
}

#[test]
fn a_small_datacenter_is_read_at_first_and_of_a_large_one_nothing() {
    assert_eq!(Desk::small(&["a", "b"]).asked(), [whole("a"), whole("b")]);
    assert_eq!(Desk::large(&["a", "b"]).asked(), []);
}

#[test]
fn a_list_that_only_confirms_asks_for_nothing() {
    let mut desk = Desk::large(&["a"]);
    let same: Vec<Summary> = desk.book.pages.values().map(|page| page.summary.clone()).collect();
    desk.book.list(&listed(10, 9, &same));
    assert_eq!(desk.asked(), []);
    desk.book.list(&listed(11, 9, &same));
    assert_eq!(desk.asked(), [Question::Registrations]);
    assert_eq!(desk.registrations(10, &look(9)), Registered::Goes, "checks moved the list");
    desk.book.list(&listed(12, 9, &same));
    assert_eq!(desk.asked(), [Question::Registrations]);
    assert_eq!(desk.registrations(10, &look(9)), Registered::Goes);
    assert_eq!(desk.asked(), [], "no service is asked while nothing is registered");
}

#[test]
fn a_registration_makes_every_service_be_asked_and_those_that_moved_be_read() {
    let mut desk = Desk::large(&["a", "b"]);
    desk.registered(20, 50);
    let asked = desk.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    let look = Look { registrations: 20, ..look(51) };
    desk.own("a", 9, &look);
    desk.own("b", 20, &look);
    desk.own("zz-crowd", 10, &look);
    assert_eq!(desk.asked(), [whole("b")]);
    let news = desk.whole("b", seats(20, &[seat("n1", "v2", 5, 20)]), &look);
    assert_eq!(news.events.len(), 1);
    assert_eq!(news.events[0].after, None, "it is told as it happens");
    assert!(news.seats.is_some(), "it is in motion");
    desk.registered(30, 90);
    let asked = desk.asked();
    assert_eq!((asked.len(), asked.first()), (3, Some(&own("b"))), "what moves comes first");
}

#[test]
fn what_is_followed_is_not_asked_for_its_index() {
    let mut desk = Desk::large(&["a", "b"]);
    desk.book.want(names(&["a"]));
    desk.book.follow(desk.now);
    desk.registered(20, 50);
    let asked = desk.asked();
    assert!(asked.len() == 2 && !asked.contains(&own("a")), "{asked:?}");
}

#[test]
fn a_service_whose_places_changed_is_read_at_once_and_known_by_its_nodes() {
    let mut desk = Desk::large(&["a"]);
    let crowd = desk.book.pages[&ServiceName::from("zz-crowd")].summary.clone();
    desk.book.list(&listed(20, 50, &[summary("a", &["n2"]), crowd]));
    assert_eq!(desk.asked(), [Question::Registrations, whole("a")]);
    let news = desk.whole("a", seats(20, &[seat("n2", "v1", 20, 20)]), &look(50));
    let told: Vec<String> = news.events.iter().map(|event| event.object.to_string()).collect();
    assert_eq!(told, ["a on n2", "a on n1"]);
    assert_eq!(news.events[0].after, None);
}

#[test]
fn what_is_found_late_is_told_with_the_time_since_when() {
    let mut desk = Desk::large(&["a", "b"]);
    desk.registered(20, 50);
    desk.asked();
    let find = |second| Look { registrations: 20, ..look(second) };
    let news = desk.whole("a", seats(20, &[seat("n1", "v2", 5, 15)]), &find(70));
    assert_eq!(news.events[0].after, Some(at(50)), "since the list was known to be true");
    // Another registration while `b` is not checked yet: what it is may be from before.
    desk.registered(30, 80);
    let news = desk.whole("b", seats(20, &[seat("n1", "v2", 5, 16)]), &find(90));
    assert_eq!(news.events[0].after, Some(at(50)));
    let news = desk.whole("a", seats(30, &[seat("n1", "v3", 5, 30)]), &find(91));
    assert_eq!(news.events[0].after, Some(at(70)), "since it was last looked at");
}

#[test]
fn an_older_answer_is_believed_only_when_it_is_certain() {
    let mut desk = Desk::small(&["a"]);
    desk.whole("a", seats(20, &[seat("n1", "v1", 5, 20)]), &look(5));
    let old = seats(12, &[seat("n2", "v0", 6, 6)]);
    let news = desk.whole("a", old.clone(), &look(6));
    assert!(news.is_doubtful && news.events.is_empty());
    let news = desk.whole("a", old, &Look { is_certain: true, ..look(7) });
    assert!(!news.is_doubtful && !news.events.is_empty());
}

#[test]
fn a_certain_answer_that_was_overtaken_tells_nothing() {
    let mut desk = Desk::small(&["a"]);
    let certain = Look { is_certain: true, ..look(5) };
    desk.whole("a", seats(20, &[seat("n1", "v1", 5, 20)]), &Look { at: at(6), ..look(6) });
    let news = desk.whole("a", seats(12, &[]), &certain);
    assert!(news.is_doubtful && news.events.is_empty(), "it was asked for before that was heard");
}

#[test]
fn a_registration_index_that_went_back_for_certain_makes_everything_be_asked() {
    let mut desk = Desk::large(&["a"]);
    desk.registered(50, 20);
    let look = Look { registrations: 50, ..look(21) };
    desk.asked();
    desk.own("a", 9, &look);
    assert_eq!(desk.registrations(30, &look), Registered::Doubtful, "an old leader may say so");
    let overtaken = Look { is_certain: true, asked: at(20), ..look };
    assert_eq!(desk.registrations(30, &overtaken), Registered::Doubtful);
    let certain = Look { is_certain: true, ..look };
    assert_eq!(desk.registrations(30, &certain), Registered::WentBack);
    assert!(desk.asked().contains(&own("a")));
    desk.own("a", 30, &look);
    assert_eq!(desk.asked(), [], "at the restored index nothing is new");
}

#[test]
fn a_service_that_is_gone_is_read_once_more_and_forgotten() {
    let mut desk = Desk::small(&["a", "b"]);
    desk.asked();
    desk.whole("a", seats(9, &[seat("n1", "v1", 5, 5)]), &look(2));
    desk.book.list(&listed(20, 50, &[summary("b", &["n1"])]));
    assert!(desk.asked().contains(&whole("a")));
    let news = desk.whole("a", seats(20, &[]), &look(50));
    assert_eq!(news.events.len(), 2, "the instance and its version");
    assert!(news.seats.is_some_and(|seats| seats.seats.is_empty()));
    desk.book.list(&listed(21, 51, &[summary("b", &["n1"])]));
    assert!(!desk.book.pages.contains_key("a"));
}

#[test]
fn no_more_is_kept_whole_than_there_is_room_for() {
    let mut desk = Desk::large(&["a", "b"]);
    let many = |node: &str| {
        let seats =
            (0..=(KEPT / 2)).map(|n| Seat { id: format!("{n}").into(), ..seat(node, "v1", 5, 5) });
        Seats { seats: seats.collect(), index: 9 }
    };
    for name in ["a", "b"] {
        desk.whole(name, many("n1"), &look(5));
    }
    desk.now += page::MOTION * 2;
    desk.whole("b", many("n1"), &look(6));
    let kept = |name: &str| desk.book.pages[name].kept();
    assert_eq!(kept("a").min(kept("b")), 0);
    assert!(kept("a").max(kept("b")) > 0);
}

#[test]
fn a_service_is_followed_while_it_moves_or_is_of_several_versions() {
    let mut desk = Desk::small(&["calm", "mixed", "moves"]);
    desk.whole("calm", seats(9, &[seat("n1", "v1", 5, 5)]), &look(2));
    desk.whole("mixed", seats(9, &[seat("n1", "v1", 5, 5), seat("n2", "v2", 6, 6)]), &look(2));
    desk.whole("moves", seats(20, &[seat("n1", "v1", 15, 15)]), &look(2));
    let set = |all: &[&str]| names(all).into_iter().collect::<HashSet<_>>();
    assert_eq!(*desk.book.follow(desk.now), set(&["mixed", "moves"]));
    let rest = desk.book.wakes(desk.now).unwrap();
    desk.now = rest;
    assert_eq!(*desk.book.follow(desk.now), set(&["mixed"]));
    desk.book.want(names(&["calm"]));
    assert_eq!(*desk.book.follow(desk.now), set(&["calm", "mixed"]));
}

#[test]
fn what_moves_beside_those_followed_is_polled_now_and_then() {
    let many: Vec<String> = (0..12).map(|n| format!("s{n:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut desk = Desk::small(&many);
    desk.asked();
    for name in &many {
        desk.whole(name, seats(20, &[seat("n1", "v1", 15, 15)]), &look(2));
    }
    let followed = desk.book.follow(desk.now).clone();
    assert_eq!(followed.len(), 8);
    assert_eq!(desk.asked(), [], "all were just read");
    desk.now += POLL;
    let asked = desk.asked();
    let [Question::Own(first)] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(!followed.contains(first));
    desk.now += POLLS;
    desk.book.follow(desk.now);
    let asked = desk.asked();
    assert!(asked.len() == 1 && asked != [own(first.as_str())], "{asked:?}");
}

#[test]
fn a_service_that_is_followed_before_it_is_listed_is_not_told_as_new() {
    let mut book = Book::new("dc-1".into());
    book.want(names(&["a", "b"]));
    let (one, now) = (seats(9, &[seat("n1", "v1", 5, 5)]), Instant::now());
    let news = book.whole(&"a".into(), one.clone(), &look(1), now);
    assert!(news.events.is_empty() && news.seats.is_some());
    book.list(&listed(10, 2, &[summary("a", &["n1"])]));
    assert!(book.whole(&"a".into(), one, &look(3), now).events.is_empty());
    // One that was not listed did not exist.
    let other = seats(20, &[seat("n2", "v1", 20, 20)]);
    assert_eq!(book.whole(&"b".into(), other, &look(3), now).events.len(), 2);
}

#[test]
fn a_hint_makes_a_service_be_read_that_is_not_known() {
    let mut desk = Desk::large(&["a"]);
    desk.book.hint(&"a".into());
    desk.book.hint(&"a".into());
    desk.book.hint(&"unheard-of".into());
    assert_eq!(desk.asked(), [whole("a")]);
    desk.whole("a", seats(9, &[seat("n1", "v1", 5, 5)]), &look(2));
    desk.book.hint(&"a".into());
    assert_eq!(desk.asked(), []);
}

#[test]
fn what_was_there_before_the_first_change_is_told_before_it() {
    let mut desk = Desk::small(&["a"]);
    desk.asked();
    let rest = seats(9, &[seat("n1", "v1", 5, 5)]);
    let news = desk.whole("a", rest.clone(), &look(2));
    assert!(news.seats.is_none() && news.before.is_none(), "it is at rest");
    let news = desk.whole("a", seats(20, &[seat("n1", "v2", 5, 20)]), &look(50));
    assert_eq!(news.before.as_deref(), Some(&rest));
    assert!(news.seats.is_some_and(|seats| &*seats.seats[0].version == "v2"));
    let news = desk.whole("a", seats(30, &[seat("n1", "v3", 5, 30)]), &look(60));
    assert!(news.before.is_none() && news.seats.is_some(), "that was told");
}
