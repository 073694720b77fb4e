//! Agents that cannot be reached: the reason stands on the screen, with what to look at.

use std::net::TcpStream;

use crate::support::consul::{Cluster, Plan, Status};
use crate::support::fault::{FaultServer, Proxy, Reply, refused_addr};
use crate::support::screen::{Launch, Screen};
use crate::{SIZES, field, instance, open, shows};

#[test]
fn an_address_that_is_none_is_told_before_the_screen_opens() {
    let mut screen = Screen::start(&["--http-addr", "http://:no:port"], &[], SIZES[0]);
    assert_eq!(screen.exit(), 2);
    assert!(screen.text().contains("':no:port' is no address"), "{}", screen.text());
}

#[test]
fn a_refused_connection_is_told_and_tried_again() {
    let address = refused_addr();
    let text = address.to_string();
    let screen = open(&text, &["--dc", "dc-1"], SIZES[0]);
    screen.wait("who refuses", |text| {
        text.contains(&address.to_string()) && text.contains("connection refused")
    });
    screen.send(":checks\r");
    let text = screen.wait_for("checks");
    assert!(!text.contains("nothing is failing"), "{text}");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn an_agent_that_comes_late_is_found_without_a_key() {
    let field = field::calm();
    field.dc("dc-2").seed(&[instance("lt-api", Status::Critical, "down")]);
    let network = Proxy::to(&field.dc("dc-1").http_addr());
    network.cut();
    let screen = open(&network.url(), &["-c", "checks /lt-"], SIZES[0]);
    screen.wait_for("connection reset");
    network.mend();
    screen.wait("its check", |text| shows(text, &["dc-2", "critical", "lt-api"]));
}

#[test]
fn an_agent_that_never_answers_is_a_time_out_not_a_hang() {
    let silent = FaultServer::start(|_| Reply::Silence);
    let screen = open(&silent.url(), &[], SIZES[0]);
    screen.wait("asking", |text| text.contains("asking"));
    screen.send("?");
    screen.wait_for("esc closes");
    screen.send("?");
    let answer = screen.wait_for("no answer in time");
    assert!(answer.contains(&silent.addr().to_string()), "{answer}");
}

#[test]
fn http_and_https_mixed_up_are_told_apart() {
    let cluster = Cluster::start(Plan::new().tls().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    let plain_to_tls = open(&format!("http://{}", dc.https_addr()), &[], SIZES[1]);
    plain_to_tls.wait("that it speaks TLS", |text| text.contains("https://"));
    let tls_to_plain = open(&format!("https://{}", dc.http_addr()), &[], SIZES[1]);
    tls_to_plain.wait("that it does not", |text| text.contains("no TLS there; write http://"));
    let unknown = open(&format!("https://{}", dc.https_addr()), &[], SIZES[1]);
    unknown.wait("whose authority is unknown", |text| {
        text.contains("unknown authority") && text.contains("CONSUL_CACERT")
    });
    let ca = cluster.tls().ca.display().to_string();
    let known = Launch::dcview(&["--ca-file", &ca])
        .env("CONSUL_HTTP_ADDR", &dc.https_addr())
        .env("CONSUL_HTTP_SSL", "true")
        .start();
    known.wait("the datacenter", |text| shows(text, &["│ dc-1", "1/1"]));
}

#[test]
fn something_that_is_no_consul_is_not_believed() {
    let web = FaultServer::start(|_| Reply::text(200, "<html>hello</html>"));
    let screen = open(&web.url(), &[], SIZES[1]);
    screen.wait_for("bad answer");
    let teapot = FaultServer::start(|_| Reply::text(418, "short and stout"));
    let screen = open(&teapot.url(), &[], SIZES[1]);
    screen.wait("its text", |text| text.contains("418") && text.contains("short and stout"));
}
