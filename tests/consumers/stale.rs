//! A real HAProxy whose configuration was not reloaded.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serde_json::{Value, json};

use super::pair;
use super::run::dcview;
use super::support::consul::{Check, Dc, Instance, Status};
use super::support::haproxy::{Haproxy, Stats};

/// A service whose template was rendered before things changed: HAProxy has 1, 2, 3 and an old one;
/// the catalog has 2 critical, 3 passing (nobody listens, its check lies), and 4 new.
pub struct Stale {
    pub haproxy: Haproxy,
    _listening: Vec<TcpListener>,
}

impl Stale {
    pub fn make(dc: &Dc, service: &str, stats: Stats) -> Self {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let listening: Vec<TcpListener> = (0..4).map(|_| listen()).collect();
        let mut at: Vec<SocketAddr> =
            listening.iter().map(|it| it.local_addr().expect("its address")).collect();
        let gone = listen().local_addr().expect("an address that nobody listens at");
        at.insert(2, gone);
        let id = |n: usize| format!("{service}-{n}");
        let names: Vec<String> =
            [1, 2, 3].into_iter().map(id).chain([String::from("old")]).collect();
        let places = [at[0], at[1], at[2], at[4]];
        let servers: Vec<_> = names.iter().map(String::as_str).zip(places).collect();
        let states = [Status::Passing, Status::Critical, Status::Passing, Status::Passing];
        let of_it = (1..).zip(states).map(|(n, status)| {
            let it = Instance::new(&format!("{service}-host"), service, &id(n));
            Instance { port: at[n - 1].port(), ..it.status(status, "says so") }
        });
        dc.seed_at("127.0.0.1", &of_it.collect::<Vec<_>>());
        let haproxy = Haproxy::start(service, &servers, stats);
        haproxy.await_state(&id(1), "UP");
        haproxy.await_state(&id(2), "UP");
        haproxy.await_state(&id(3), "DOWN");
        Self { haproxy, _listening: listening }
    }
}

/// Each instance with its state in the balancer and its disagreements.
fn seen(rows: &[Value]) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut all: Vec<_> = rows
        .iter()
        .map(|row| {
            let says = row["disagreements"].as_array().expect("a list").iter().map(text).collect();
            (text(&row["service_id"]), text(&row["balancers"]["edge"]), says)
        })
        .collect();
    all.sort();
    all
}

fn told(service: &str, address: &str) -> Vec<(String, String, Vec<String>)> {
    let row = |id: &str, state: &str, says: &str| {
        let says = [says].into_iter().filter(|it| !it.is_empty()).map(str::to_owned).collect();
        (id.to_owned(), state.to_owned(), says)
    };
    let id = |n: usize| format!("{service}-{n}");
    vec![
        row("-", "UP", &format!("not in Consul, still UP in edge{address}")),
        row(&id(1), "UP", ""),
        row(&id(2), "UP", "critical in Consul, still UP in edge (config not reloaded)"),
        row(&id(3), "DOWN", "passing in Consul, DOWN in edge (L4CON: Connection refused)"),
        row(&id(4), "absent", "passing, absent from edge"),
    ]
}

/// The settings with this load balancer.
fn settings(address: &str, more: &str) -> String {
    format!(
        "[[balancers]]\nname = \"edge\"\ndatacenter = \"dc-1\"\naddress = \"{address}\"\n{more}\n"
    )
}

fn asked(dc: &Dc, settings: &str, service: &str) -> Vec<Value> {
    let ended = dcview(dc, settings, &["get", "consumers", service, "--dc", "dc-1", "-o", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.rows()
}

#[test]
fn a_stale_balancer_is_told_by_each_way_to_its_statistics() {
    let dc = pair().dc("dc-1");
    let plain = Stale::make(dc, "shop", Stats::default());
    // Without legends, servers are known by their names.
    let rows = asked(dc, &settings(&plain.haproxy.url(), ""), "shop");
    assert_eq!(seen(&rows), told("shop", ""));
    // The worst is on top: traffic that goes where it fails.
    let first = rows[0]["disagreements"][0].as_str().expect("words");
    assert!(first.contains("still UP in edge"), "{first}");
    // The admin socket of the same.
    let socket = format!("unix://{}", plain.haproxy.socket().display());
    let by_socket = asked(dc, &settings(&socket, ""), "shop");
    let stray = by_socket.iter().find(|row| row["service_id"].is_null()).expect("a stray");
    let port = stray["port"].as_u64().expect("its port");
    assert_eq!(seen(&by_socket), told("shop", &format!(" (127.0.0.1:{port})")));
}

#[test]
fn legends_and_a_password_are_for_balancers_of_the_settings() {
    let dc = pair().dc("dc-1");
    let stats = Stats { legends: true, auth: true };
    let locked = Stale::make(dc, "vault", stats);
    let url = locked.haproxy.url();
    let rows = asked(dc, &settings(&url, "auth = \"admin:secret\""), "vault");
    let stray = rows.iter().find(|row| row["service_id"].is_null()).expect("a stray");
    let port = stray["port"].as_u64().expect("its port");
    assert_eq!(seen(&rows), told("vault", &format!(" (127.0.0.1:{port})")));
    // Without the password it says so, and claims nothing.
    let args = ["get", "consumers", "vault", "--dc", "dc-1", "-o", "json"];
    let ended = dcview(dc, &settings(&url, ""), &args);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.err.contains("edge cannot be asked: HTTP 401"), "{}", ended.err);
    let rows = ended.rows();
    assert!(rows.iter().all(|row| row["disagreements"] == json!([])), "{rows:#?}");
    assert!(rows.iter().all(|row| row["balancers"]["edge"].is_null()), "{rows:#?}");
}

#[test]
fn a_balancer_that_registers_itself_is_found_and_every_service_is_checked() {
    let dc = pair().dc("dc-2");
    let plain = Stale::make(dc, "cart", Stats { legends: true, auth: false });
    let front = Instance::new("front-host", "front", "edge").tag("haproxy-stats");
    dc.seed_at("127.0.0.1", &[Instance { port: plain.haproxy.port(), ..front }]);
    let ended = dcview(dc, "", &["check", "consumers", "--dc", "dc-2", "-o", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let rows = ended.rows();
    assert!(rows.iter().all(|row| row["service"] == "cart"), "{rows:#?}");
    let ids: Vec<_> = rows.iter().map(|row| row["service_id"].as_str()).collect();
    assert_eq!(ids.len(), 4, "{rows:#?}");
    assert!(ids.contains(&Some("cart-2")) && ids.contains(&None), "{ids:?}");
    // The template is rendered and the balancer reloaded: what the catalog says.
    dc.set_check("cart-host", &Check::of_service("service:cart-2", "cart-2", Status::Passing));
    plain.haproxy.admin("set server cart/old state maint");
    let ended = dcview(dc, "", &["check", "consumers", "--dc", "dc-2", "-o", "json"]);
    let ids: Vec<_> = ended.rows().iter().map(|row| row["service_id"].clone()).collect();
    assert_eq!(ids, [json!("cart-3"), json!("cart-4")], "{ended:?}");
}
