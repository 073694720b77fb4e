//! Compressed answers: asked for over a long way, and only there.

use std::time::Duration;

use dcview::domain::feed::List;

use crate::mirror::{Mirror, SOON, Told};
use crate::support::consul::{Check, Cluster, Load, Plan, Status};
use crate::support::fault::Proxy;
use crate::support::wait::wait;

const CRITICAL: &str = "/v1/health/state/critical";

/// The heads of the questions for critical checks: those that block, or those that do not.
fn asked(way: &Proxy, blocking: bool) -> Vec<String> {
    let is_asked = |head: &String| {
        let line = head.lines().next().unwrap_or_default();
        line.contains(CRITICAL) && line.contains("index=") == blocking
    };
    way.heads().into_iter().filter(is_asked).collect()
}

fn is_zipped(head: &str) -> bool {
    assert!(head.contains("accept-encoding: "), "{head}");
    head.contains("accept-encoding: gzip")
}

/// A datacenter with so many critical checks that their list is worth compressing.
fn started() -> Cluster {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let load = Load { services: 20, nodes: 50, instances: FAILING, failing: FAILING };
    cluster.dc("dc-1").synthetic(load);
    cluster
}

const FAILING: usize = 1_000;

#[test]
fn over_a_long_way_answers_come_compressed_and_whole() {
    let cluster = started();
    let dc = cluster.dc("dc-1");
    let plain = dc.http().get(CRITICAL).expect("an answer").body.len();
    let way = Proxy::to(&dc.http_addr());
    way.delay(Duration::from_millis(15));
    let mirror = Mirror::of_agent(&way.addr().to_string());
    mirror.wait_dc("dc-1", "all of it", |told| told.checks.len() == FAILING && told.is_whole());
    let first = asked(&way, false);
    assert!(first.first().is_some_and(|head| is_zipped(head)), "the first and longest: {first:?}");
    assert!(way.delivered() < plain, "{} bytes for {plain} and more", way.delivered());

    let fixed = Check::of_service("service:service-0000-0", "service-0000-0", Status::Passing);
    dc.set_check("node-0000", &fixed);
    mirror.wait_dc("dc-1", "the change", |told| told.checks.len() == FAILING - 1);
    wait(SOON, "it is watched so too", || asked(&way, true).iter().any(|head| is_zipped(head)));
    let exact = dc.http().get(CRITICAL).expect("an answer").len();
    assert_eq!(mirror.look("dc-1", |told| told.checks.len()), exact);
}

#[test]
fn on_a_short_way_nothing_is_compressed() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let way = Proxy::to(&cluster.dc("dc-1").http_addr());
    let mirror = Mirror::of_agent(&way.addr().to_string());
    mirror.wait_dc("dc-1", "all is live", Told::is_whole);
    // How long a way is shows in its shortest answers: on a busy machine that takes a few.
    until_the_newest_is(&mirror, &way, false);
    way.delay(Duration::from_millis(15));
    until_the_newest_is(&mirror, &way, true);
    mirror.wait_dc("dc-1", "and it is still read", |told| told.is_live(&List::Checks));
}

/// Asks anew until the newest question for a list wants it compressed, or does not.
fn until_the_newest_is(mirror: &Mirror, way: &Proxy, zipped: bool) {
    let is_so = |head: &String| is_zipped(head) == zipped;
    for _ in 0..20 {
        let (pulses, before) = (mirror.look("dc-1", |told| told.pulses), asked(way, false).len());
        mirror.handle.as_ref().expect("a handle").refresh();
        mirror.wait_dc("dc-1", "the next pulse", |told| told.pulses > pulses);
        wait(SOON, "the next question", || asked(way, false).len() > before);
        if asked(way, false).last().is_some_and(is_so) {
            return;
        }
    }
    let all = asked(way, false);
    assert!(all.last().is_some_and(is_so), "after twenty pulses it is not {zipped}: {all:?}");
}
