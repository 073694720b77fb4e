//! The ground the other tests stand on: does it hold?
//!
//! Real Consul datacenters come up, federate, break and mend as the support code promises.

mod support;

use std::time::Duration;

use support::consul::{Check, Cluster, Http, Instance, Load, Plan, Status};
use support::wait::wait;

const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_datacenter_survives_the_loss_of_its_leader() {
    let cluster = Cluster::start(Plan::new().dc("ams", 3).dc("nyc", 1).dc("sgp", 1));
    let ams = cluster.dc("ams");
    cluster.dc("sgp").seed(&[Instance::new("web-1", "web", "web-1").status(Status::Passing, "ok")]);
    let web = ams.http().json("/v1/health/service/web?dc=sgp");
    assert_eq!(web[0]["Service"]["ID"], "web-1", "one datacenter answers for another");

    let old = ams.leader().expect("a leader");
    ams.kill_server(old);
    wait(SOON, "another server leads", || ams.leader().is_some_and(|new| new != old));
    ams.restart_server(old);
    ams.await_ready();
}

#[test]
fn a_stopped_server_is_silent_until_it_goes_on() {
    let cluster = Cluster::start(Plan::new().dc("ams", 1));
    let ams = cluster.dc("ams");
    ams.stop_server(0);
    let (done, answer) = std::sync::mpsc::channel();
    let http = ams.http();
    std::thread::spawn(move || done.send(http.get("/v1/status/leader").is_some()));
    assert!(answer.recv_timeout(Duration::from_millis(300)).is_err(), "a stopped server answered");
    ams.cont_server(0);
    assert_eq!(answer.recv_timeout(SOON), Ok(true), "no answer after all");
}

#[test]
fn acls_deny_by_default_and_replicate() {
    let cluster = Cluster::start(Plan::new().acl().dc("ams", 1).dc("nyc", 1));
    for dc in cluster.dcs() {
        let bare = Http::new(&format!("http://{}", dc.http_addr()));
        let refused = bare.get("/v1/kv/some/key").expect("an answer");
        assert_eq!(refused.status, 403, "{}: {}", dc.name(), refused.body);
        let own = dc.http().token(cluster.token()).json("/v1/acl/token/self");
        assert_eq!(own["SecretID"], cluster.token());
    }
}

#[test]
fn https_wants_the_client_certificate() {
    let cluster = Cluster::start(Plan::new().mutual_tls().dc("ams", 1));
    let base = format!("https://{}", cluster.dc("ams").https_addr());
    let known = Http::https(&base, cluster.tls(), true);
    assert_eq!(known.json("/v1/catalog/datacenters"), serde_json::json!(["ams"]));
    assert!(Http::https(&base, cluster.tls(), false).get("/v1/status/leader").is_none());
}

#[test]
fn a_unix_socket_answers_like_the_port() {
    let cluster = Cluster::start(Plan::new().unix_socket().dc("ams", 1));
    let ams = cluster.dc("ams");
    let through_socket = Http::unix(&ams.socket()).json("/v1/status/leader");
    assert_eq!(through_socket, ams.http().json("/v1/status/leader"));
}

#[test]
fn a_synthetic_catalog_counts_as_told() {
    let cluster = Cluster::start(Plan::new().dc("ams", 1));
    let ams = cluster.dc("ams");
    ams.synthetic(Load { services: 20, nodes: 30, instances: 1000, failing: 7 });
    let critical = || ams.http().get("/v1/health/state/critical").map_or(0, |a| a.len());
    assert_eq!(critical(), 7);
    ams.set_check("node-0000", &Check::of_node("disk", Status::Critical).output("full"));
    assert_eq!(critical(), 8);
}
