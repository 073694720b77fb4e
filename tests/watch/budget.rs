//! Past the connection budget lists are polled, and the focused datacenter comes first.

use dcview::domain::feed::List;

use crate::mirror::{Mirror, SOON, Told, config_of};
use crate::support::consul::{Check, Cluster, Instance, Plan, Status};
use crate::support::wait::wait;

const LISTS: [List; 3] = [List::Checks, List::Services, List::Nodes];

fn polled(told: &Told) -> usize {
    LISTS.iter().filter(|list| told.fresh.get(list).is_some_and(|fresh| fresh.is_polled)).count()
}

#[test]
fn the_focused_datacenter_keeps_its_connections() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    let mut config = config_of(&cluster.dc("dc-1").http_addr(), None);
    // Four lists a datacenter hang on a connection each: one datacenter fits.
    config.connections = 4;
    let mirror = Mirror::start(&config);
    mirror.show(Some("dc-1"), &[]);
    let settled = |focused: &str, other: &str| {
        let whole = [focused, other].iter().all(|dc| mirror.look(dc, |told| told.is_whole()));
        whole
            && mirror.look(focused, |told| polled(told)) == 0
            && mirror.look(other, |told| polled(told)) == LISTS.len()
    };
    wait(SOON, "dc-1 watches, dc-2 polls", || settled("dc-1", "dc-2"));
    mirror.show(Some("dc-2"), &[]);
    wait(SOON, "dc-2 watches, dc-1 polls", || settled("dc-2", "dc-1"));

    let instance = Instance::new("host-1", "web", "web-1").check(Check::of_service(
        "c",
        "web-1",
        Status::Critical,
    ));
    cluster.dc("dc-1").seed(&[instance]);
    mirror.wait_dc("dc-1", "a poll finds what changed", |told| told.checks.len() == 1);
    let (used, size) = mirror.look("dc-2", |told| told.pulse.connections);
    assert!(used <= size && size == 4, "{used} of {size}");
}
