//! Checks that flip: seen where they fail, gone where they recover.

use crate::support::consul::{Check, Instance, Status};
use crate::{SIZES, field, flipped, instance, line, open, shows};

#[test]
fn a_check_that_flips_is_seen_in_every_view_and_leaves_them_when_it_recovers() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    dc.seed(&[instance("fl-api", Status::Passing, "fine")]);
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
    screen.send(":overview /fl-\r");
    screen.wait_for("</fl->");
    dc.set_check("fl-api-node", &flipped("fl-api", Status::Critical, "connection refused"));
    screen.wait("the overview's worst services", |text| shows(text, &["fl-api", "critical"]));
    screen.send(":services /fl-\r");
    screen.wait("the column of dc-2", |text| shows(text, &["fl-api", "critical", "0/1"]));
    screen.send(":checks /fl-\r");
    screen.wait("the check", |text| {
        shows(text, &["dc-2", "critical", "fl-api", "1/1 inst"])
            && text.contains("connection refused")
    });

    dc.set_check("fl-api-node", &flipped("fl-api", Status::Warning, "slow"));
    screen.wait("warning", |text| shows(text, &["dc-2", "warning", "fl-api"]));
    dc.set_check("fl-api-node", &flipped("fl-api", Status::Critical, "down again"));
    screen.wait("critical again", |text| shows(text, &["critical", "fl-api", "1/1 inst"]));

    dc.set_check("fl-api-node", &flipped("fl-api", Status::Passing, "fine"));
    screen
        .wait("no check", |text| text.contains("checks by service") && !text.contains("1/1 inst"));
    screen.send(":services /fl-\r");
    screen.wait("all passing", |text| shows(text, &["fl-api", "passing", "1/1"]));
    screen.send(":overview /fl-\r");
    screen.wait("no worst service", |text| {
        text.contains("worst services") && !shows(text, &["fl-api", "critical"])
    });
}

#[test]
fn maintenance_is_shown_as_such_with_its_reason() {
    let field = field::calm();
    let dc = field.dc("dc-3");
    let check = Check::of_service("_service_maintenance:ma-1", "ma-1", Status::Critical);
    dc.seed(&[Instance::new("ma-node", "ma-api", "ma-1").check(check.notes("kernel upgrade"))]);
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
    screen.send(":checks /ma-api\r");
    screen.wait("maintenance", |text| {
        shows(text, &["dc-3", "maintenance", "ma-api", "kernel upgrade"])
            && !shows(text, &["critical", "ma-api"])
    });
    screen.send(":services /ma-api\r");
    screen.wait("as a state", |text| shows(text, &["ma-api", "maintenance", "0/1"]));
}

#[test]
fn a_failing_node_folds_the_checks_of_its_services() {
    let field = field::calm();
    let dc = field.dc("dc-3");
    let fails = |service: &str| {
        let id = format!("{service}-1");
        Instance::new("no-box", service, &id).status(Status::Critical, "refused")
    };
    let disk = Check::of_node("no-disk", Status::Critical).output("disk is gone");
    dc.seed(&[fails("no-api"), fails("no-web"), fails("no-db").check(disk)]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /no-"], SIZES[0]);
    screen.wait("services and the node", |text| {
        shows(text, &["no-api", "1/1 inst"]) && shows(text, &["no-box", "disk is gone"])
    });
    screen.send(":group node\r");
    let text = screen.wait("one line", |text| shows(text, &["▸ no-box", "4 checks"]));
    assert_eq!(text.lines().filter(|line| line.starts_with("│ dc-3 ✗")).count(), 1, "{text}");
    screen.send("\r");
    screen.wait("its checks", |text| {
        shows(text, &["▾ no-box"]) && shows(text, &["no-api-1"]) && shows(text, &["no-db-1"])
    });
    // A node that fails takes all its instances with it.
    screen.send(":services /no-web\r");
    screen.wait("an instance without a failing check of its own", |text| {
        shows(text, &["no-web", "critical", "0/1"])
    });
}

#[test]
fn groups_count_instances_and_the_worst_and_newest_come_first() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    let status = |n: usize| match n {
        0..3 => Status::Critical,
        3..5 => Status::Warning,
        _ => Status::Passing,
    };
    let one = |n: usize| {
        let node = format!("gr-node-{n}");
        Instance::new(&node, "gr-big", &format!("gr-big-{n}")).status(status(n), "503")
    };
    dc.seed(&(0..12).map(one).collect::<Vec<_>>());
    dc.seed(&[instance("gr-small", Status::Warning, "slow")]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /gr-"], SIZES[1]);
    let text = screen.wait("5 of 12", |text| shows(text, &["gr-big", "5/12 inst"]));
    assert!(line(&text, &["gr-small"]).is_some_and(|line| line.contains("1/1 inst")), "{text}");
    let place = |word: &str| text.find(word);
    assert!(place("▸ gr-big") < place("▸ gr-small"), "worst first:\n{text}");
    dc.set_check("gr-small-node", &flipped("gr-small", Status::Critical, "down"));
    screen.wait("the newest of the worst on top", |text| {
        let place = |word: &str| text.find(word);
        shows(text, &["gr-small", "critical"]) && place("▸ gr-small") < place("▸ gr-big")
    });
}
