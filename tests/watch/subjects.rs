//! What is shown beyond the lists: instances of a service, a node's page.

use dcview::domain::feed::{List, Subject};
use dcview::domain::health::Status as Seen;
use dcview::domain::ids::NodeName;

use crate::mirror::{Mirror, Told};
use crate::support::consul::{Check, Cluster, Instance, Plan, Status};

fn started() -> (Cluster, Mirror) {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    dc.seed(&[
        Instance::new("host-1", "web", "web-1").status(Status::Passing, "ok").meta("version", "1"),
        Instance::new("host-2", "web", "web-2").status(Status::Warning, "slow").tag("v2"),
        Instance::new("host-1", "db", "db-1").check(Check::of_node("disk", Status::Passing)),
    ]);
    let mirror = Mirror::of_agent(&dc.http_addr());
    mirror.wait_dc("dc-1", "the lists are live", Told::is_whole);
    (cluster, mirror)
}

#[test]
fn instances_of_a_shown_service_follow_their_checks() {
    let (cluster, mirror) = started();
    let web = Subject::Service("web".into());
    let list = List::Subject(web.clone());
    mirror.show(Some("dc-1"), &[("dc-1", web.clone())]);
    mirror.wait_dc("dc-1", "both instances are live", |told| {
        told.is_live(&list) && told.instances.get(&web).is_some_and(|rows| rows.len() == 2)
    });
    let check = Check::of_service("service:web-1", "web-1", Status::Critical);
    cluster.dc("dc-1").set_check("host-1", &check);
    let critical = |rows: &dcview::domain::delta::Rows<_, dcview::domain::catalog::Instance>| {
        rows.values().filter(|row| row.status == Seen::Critical).count()
    };
    mirror.wait_dc("dc-1", "one is critical", |told| critical(&told.instances[&web]) == 1);

    // A kept subject under a new ticket is whole again, even if what was sent before was dropped.
    mirror.look("dc-1", |told| told.instances.clear());
    mirror.show(None, &[("dc-1", web.clone()), ("dc-1", Subject::Service("db".into()))]);
    mirror.wait_dc("dc-1", "it is told again under the new ticket", |told| {
        told.instances.get(&web).is_some_and(|rows| rows.len() == 2)
    });
    let again = Check::of_service("service:web-1", "web-1", Status::Passing);
    cluster.dc("dc-1").set_check("host-1", &again);
    mirror.wait_dc("dc-1", "and still followed", |told| critical(&told.instances[&web]) == 0);
}

#[test]
fn a_shown_node_has_its_instances_and_its_own_checks() {
    let (cluster, mirror) = started();
    let node = Subject::Node("host-1".into());
    mirror.show(None, &[("dc-1", node.clone())]);
    mirror.wait_dc("dc-1", "two instances and one check of its own", |told| {
        told.instances.get(&node).is_some_and(|rows| rows.len() == 2)
            && told.node_checks.get(&NodeName::from("host-1")).is_some_and(|own| own.len() == 1)
    });
    cluster.dc("dc-1").set_check("host-1", &Check::of_node("disk", Status::Critical));
    mirror.wait_dc("dc-1", "its check fails all its instances", |told| {
        told.instances[&node].values().all(|row| row.status == Seen::Critical)
    });
}

#[test]
fn a_subject_that_is_no_longer_shown_is_no_longer_told() {
    let (cluster, mirror) = started();
    let web = Subject::Service("web".into());
    mirror.show(None, &[("dc-1", web.clone())]);
    mirror.wait_dc("dc-1", "it is shown", |told| told.instances.contains_key(&web));
    mirror.show(None, &[]);
    let check = Check::of_service("service:web-1", "web-1", Status::Critical);
    cluster.dc("dc-1").set_check("host-1", &check);
    mirror.wait_dc("dc-1", "the failing check came", |told| {
        told.check("host-1", "service:web-1").is_some()
    });
    assert!(mirror.look("dc-1", |told| !told.instances.contains_key(&web)));
}
