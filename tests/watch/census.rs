//! Instances and versions: what happened to them is told, each once and nothing else.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use dcview::domain::event::{Kind, Object};
use dcview::domain::feed::{Glanced, Link};
use dcview::domain::ids::ServiceName;
use serde_json::json;

use crate::mirror::{Mirror, Told};
use crate::support::consul::{Check, Cluster, Dc, Instance, Plan, Status};
use crate::support::fault::Proxy;

/// How many instances are rolled.
const ROLLED: usize = 40;
/// After so many it is waited for what is told of them.
const STEP: usize = 8;

/// The datacenters of all tests here, each of which has services of its own.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let plan = || Plan::new().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1);
    CLUSTER.get_or_init(|| Cluster::start(plan()))
}

/// What happened to the instances and versions of a service, in short and in order.
fn told(told: &Told, service: &str) -> Vec<String> {
    let service = ServiceName::from(service);
    let is_of = |kind| matches!(kind, Kind::Instance | Kind::Version);
    let events = told.events.iter().filter(|it| is_of(it.kind));
    events
        .filter(|it| it.object.service() == Some(&service))
        .map(|it| match &it.object {
            Object::Service(_) => format!("version: {} -> {}", it.from, it.to),
            object => format!("{object}: {} -> {}", it.from, it.to),
        })
        .collect()
}

fn web(node: &str, id: &str, version: &str) -> Instance {
    let service = id.split('-').next().expect("a service");
    Instance::new(node, service, id).meta("version", version)
}

/// Returns when the instances of these services are known. They are followed until then, and at rest
/// again.
fn learn(mirror: &Mirror, dcs: &[&str], services: &[&str]) {
    let services: Vec<ServiceName> = services.iter().map(|name| ServiceName::from(*name)).collect();
    mirror.glance(Glanced { rollouts: services.clone(), ..Glanced::default() });
    for dc in dcs {
        mirror.wait_dc(dc, "all instances are known", |it| {
            it.is_led() && services.iter().all(|name| it.seats.contains_key(name))
        });
    }
    mirror.glance(Glanced::default());
}

fn deregister(dc: &Dc, node: &str, id: &str) {
    let answer = dc.http().put("/v1/catalog/deregister", &json!({ "Node": node, "ServiceID": id }));
    assert_eq!(answer.expect("an answer").status, 200);
}

/// Sorted, where the order is not certain: two changes may be found by one look.
fn sorted(mut told: Vec<String>) -> Vec<String> {
    told.sort();
    told
}

#[test]
fn instances_that_come_go_and_change_are_told_each_once() {
    let dc = cluster().dc("dc-1");
    dc.seed(&[web("a1", "old-1", "v1"), web("a2", "old-2", "v1"), web("a1", "other-1", "v1")]);
    let mirror = Mirror::of_agent(&dc.http_addr());
    learn(&mirror, &["dc-1"], &["old", "other"]);
    dc.seed(&[web("a1", "new-1", "v1")]);
    mirror.wait_dc("dc-1", "a new service", |it| told(it, "new").len() == 2);
    dc.seed(&[web("a2", "old-2", "v2")]);
    mirror.wait_dc("dc-1", "a change in place", |it| told(it, "old").len() == 2);
    deregister(dc, "a1", "old-1");
    mirror.wait_dc("dc-1", "one that went", |it| told(it, "old").len() == 4);
    deregister(dc, "a1", "new-1");
    mirror.wait_dc("dc-1", "a service that went", |it| told(it, "new").len() == 4);
    // The same again is nothing new, and neither is a check.
    dc.seed(&[web("a2", "old-2", "v2").status(Status::Critical, "no")]);
    mirror.wait_dc("dc-1", "it fails", |it| {
        let seats = it.seats.get(&ServiceName::from("old")).and_then(|all| all.last());
        seats.is_some_and(|seats| seats.seats.iter().any(|seat| &*seat.output == "no"))
    });
    let (old, new, other) =
        mirror.look("dc-1", |it| (told(it, "old"), told(it, "new"), told(it, "other")));
    assert_eq!(
        new,
        [
            "new-1 on a1:  -> registered v1",
            "version:  -> v1",
            "new-1 on a1: registered v1 -> ",
            "version: v1 -> ",
        ]
    );
    assert_eq!(
        old,
        [
            "old-2 on a2: registered v1 -> registered v2",
            "version:  -> v2",
            "old-1 on a1: registered v1 -> ",
            "version: v1 -> ",
        ]
    );
    assert!(other.is_empty(), "{other:?}");
}

/// The instances of a service before a rollout, or after one.
fn fleet(service: &str, version: &str, number: usize) -> Instance {
    web(&format!("r{number}"), &format!("{service}-{number}"), version)
}

fn id(service: &str, number: usize) -> String {
    format!("{service}-{number}")
}

/// What must be told of a rollout that replaces each instance by another.
fn replaced(service: &str) -> Vec<String> {
    let one = |number: usize| {
        let (old, new) = (id(service, number), id(&format!("{service}-b"), number));
        [
            format!("{old} on r{number}: registered v1 -> "),
            format!("{new} on r{number}:  -> registered v2"),
        ]
    };
    let versions = ["version:  -> v2", "version: v1 -> "].map(str::to_owned);
    sorted((0..ROLLED).flat_map(one).chain(versions).collect())
}

/// The same of one that changes each in place.
fn in_place(service: &str) -> Vec<String> {
    let one = |number: usize| {
        format!("{} on r{number}: registered v1 -> registered v2", id(service, number))
    };
    let versions = ["version:  -> v2", "version: v1 -> "].map(str::to_owned);
    sorted((0..ROLLED).map(one).chain(versions).collect())
}

#[test]
fn a_rollout_over_three_datacenters_is_told_one_and_all() {
    for dc in cluster().dcs() {
        dc.seed(&(0..ROLLED).map(|number| fleet("roll", "v1", number)).collect::<Vec<_>>());
    }
    let roll = ServiceName::from("roll");
    // How far it is, as it is told: new ones, of all.
    let of_new = |it: &Told| {
        let last = it.seats.get(&roll).and_then(|all| all.last());
        let seats = last.map_or(&[][..], |last| &last.seats);
        (seats.iter().filter(|it| &*it.version == "v2").count(), seats.len())
    };
    let mirror = Mirror::of_agent(&cluster().dc("dc-1").http_addr());
    learn(&mirror, &["dc-1", "dc-2", "dc-3"], &["roll"]);
    for dc in cluster().dcs() {
        for number in 0..ROLLED {
            if number % STEP == 0 {
                mirror.wait_dc(dc.name(), "it is followed", |it| of_new(it).0 >= number);
            }
            if dc.name() == "dc-2" {
                dc.seed(&[fleet("roll", "v2", number)]);
            } else {
                let new = id("roll-b", number);
                let new = Instance::new(&format!("r{number}"), "roll", &new).meta("version", "v2");
                dc.seed(&[new]);
                deregister(dc, &format!("r{number}"), &id("roll", number));
            }
        }
        let expected = if dc.name() == "dc-2" { in_place("roll") } else { replaced("roll") };
        mirror.wait_dc(dc.name(), "its end is told", |it| {
            of_new(it) == (ROLLED, ROLLED) && told(it, "roll").len() >= expected.len()
        });
        assert_eq!(
            mirror.look(dc.name(), |it| sorted(told(it, "roll"))),
            expected,
            "{}",
            dc.name()
        );
    }
}

#[test]
fn what_happens_in_the_dark_is_told_with_the_time_since_when() {
    let dc = cluster().dc("dc-2");
    let way = Proxy::to(&dc.http_addr());
    dc.seed(&[web("d1", "dark-1", "v1"), web("d2", "dark-2", "v1"), web("d3", "dark-3", "v1")]);
    let mirror = Mirror::of_agent(&way.addr().to_string());
    learn(&mirror, &["dc-2"], &["dark"]);
    way.cut();
    mirror.wait_dc("dc-2", "dark", |it| matches!(it.pulse.link, Link::Dark { .. }));
    let before = Utc::now();
    deregister(dc, "d1", "dark-1");
    dc.seed(&[web("d2", "dark-2", "v2"), web("d4", "dark-4", "v2")]);
    let pulses = mirror.look("dc-2", |it| it.pulses);
    mirror.wait_dc("dc-2", "it stays dark for a while", |it| it.pulses > pulses);
    way.mend();
    mirror.wait_dc("dc-2", "all of it is told", |it| told(it, "dark").len() >= 4);
    let (seen, spans) = mirror.look("dc-2", |it| {
        let service = ServiceName::from("dark");
        let events = it.events.iter().filter(|it| it.object.service() == Some(&service));
        let spans: Vec<(Option<DateTime<Utc>>, DateTime<Utc>)> =
            events.map(|it| (it.after, it.at)).collect();
        (sorted(told(it, "dark")), spans)
    });
    assert_eq!(
        seen,
        [
            "dark-1 on d1: registered v1 -> ",
            "dark-2 on d2: registered v1 -> registered v2",
            "dark-4 on d4:  -> registered v2",
            "version:  -> v2",
        ]
    );
    for (after, at) in spans {
        assert!(after.is_some_and(|after| after <= before) && at > before, "{after:?} {at}");
    }
}

#[test]
fn a_service_that_the_screen_follows_is_told_at_rest_too() {
    let dc = cluster().dc("dc-3");
    dc.seed(&[web("f1", "calm-1", "v1").status(Status::Passing, "")]);
    let mirror = Mirror::of_agent(&dc.http_addr());
    mirror.wait_dc("dc-3", "the lists are live", Told::is_whole);
    let calm = ServiceName::from("calm");
    assert!(mirror.look("dc-3", |it| !it.seats.contains_key(&calm)), "it is at rest");
    mirror.glance(Glanced { rollouts: vec![calm.clone()], ..Glanced::default() });
    mirror.wait_dc("dc-3", "it is told", |it| it.seats.contains_key(&calm));
    let check = Check::of_service("service:calm-1", "calm-1", Status::Critical).output("why");
    dc.set_check("f1", &check);
    mirror.wait_dc("dc-3", "what becomes of it", |it| {
        it.seats[&calm].last().is_some_and(|seats| &*seats.seats[0].output == "why")
    });
    assert!(mirror.look("dc-3", |it| told(it, "calm")).is_empty());
}
