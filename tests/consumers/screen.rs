//! The operator's way, in a real terminal: a stale load balancer is seen, reloaded, and seen again.

use serde_json::json;

use super::pair;
use super::stale::Stale;
use super::support::consul::{Check, Status};
use super::support::haproxy::Stats;
use super::support::screen::{Launch, Screen};

fn open(dc: &super::support::consul::Dc, balancer: &str, first: &str) -> Screen {
    let launch = Launch::dcview(&["--dc", "dc-1", "-c", first]).size(200, 50);
    let folder = launch.home().join(".config/dcview");
    std::fs::create_dir_all(&folder).expect("a configuration directory");
    let config = format!(
        "[agent]\naddress = '{}'\n\n[datacenters.dc-1]\ndns_addr = '{}'\n\n[[balancers]]\n\
         name = 'edge'\ndatacenter = 'dc-1'\naddress = '{balancer}'\n",
        dc.http_addr(),
        dc.dns_addr()
    );
    std::fs::write(folder.join("config.toml"), config).expect("a settings file");
    launch.start()
}

#[test]
fn a_stale_balancer_is_read_from_the_list_of_all_and_from_the_service() {
    let dc = pair().dc("dc-1");
    let stale = Stale::make(dc, "book", Stats { legends: true, auth: false });
    let screen = open(dc, &stale.haproxy.url(), "disagreements");
    screen.wait_for("critical in Consul, still UP in edge (config not reloaded)");
    screen.send("/book");
    screen.send("\r");
    screen.send("\r");
    let text = screen.wait_for("consumers of book @ dc-1");
    assert!(!text.contains("cannot be asked"), "{text}");
    screen.wait_for("passing in Consul, DOWN in edge (L4CON");
    screen.wait_for("passing, absent from edge");
    screen.wait_for("udp with edns NOERROR");
    screen.picture("consumers");
    // The catalog changes: told at once. Then the balancer does: told soon.
    dc.set_check("book-host", &Check::of_service("service:book-2", "book-2", Status::Passing));
    screen.wait_gone("critical in Consul, still UP");
    stale.haproxy.admin("set server book/book-1 state drain");
    screen.wait_for("passing in Consul, DRAIN in edge");
    // It goes away: what it said is no ground to stand on.
    drop(stale);
    screen.wait_for("edge cannot be asked: connection refused");
    let text = screen.wait_gone("absent from edge");
    assert!(!text.contains("DRAIN in edge"), "{text}");
}

#[test]
fn a_service_that_left_the_catalog_is_still_looked_for_in_the_balancer() {
    let dc = pair().dc("dc-1");
    let stale = Stale::make(dc, "left", Stats { legends: true, auth: false });
    let screen = open(dc, &stale.haproxy.url(), "disagreements /left");
    screen.wait_for("critical in Consul, still UP in edge");
    for n in 1..=4 {
        let body = json!({ "Node": "left-host", "ServiceID": format!("left-{n}") });
        let answer = dc.http().put("/v1/catalog/deregister", &body).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    screen.send("\x12");
    // The first, the second and the old one take traffic; nobody listens at the third.
    screen.wait("all of it", |text| text.matches("not in Consul, still UP in").count() >= 3);
}
