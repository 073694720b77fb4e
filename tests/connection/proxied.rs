//! Agents behind a forward proxy, which alone knows where their names lead.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use dcview::consul::Request;

use super::raw::read_head;
use super::support::consul::{Cluster, Plan};
use super::support::fault::refused_addr;
use super::{ask, client, told};

/// A proxy that leads every name to one target: its address, and the heads that it is sent.
fn proxy(target: String) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (heads, heard) = channel();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (target, heads) = (target.clone(), heads.clone());
            thread::spawn(move || lead(client, &target, &heads));
        }
    });
    // By name: it is the proxy's own name that must be looked up, not the agent's.
    (format!("http://ann:s3cr3t@localhost:{port}"), heard)
}

/// Leads one connection; whoever goes away ends it.
fn lead(mut client: TcpStream, target: &str, heads: &Sender<String>) {
    let head = read_head(&mut client);
    let _ = heads.send(head.clone());
    let mut server = TcpStream::connect(target).expect("the target");
    if head.starts_with("CONNECT ") {
        let _ = client.write_all(b"HTTP/1.1 200 Established\r\n\r\n");
    } else {
        // A server takes the form of a request that a proxy is sent too.
        let _ = server.write_all(head.as_bytes());
    }
    let (mut from, mut to) =
        (client.try_clone().expect("a socket"), server.try_clone().expect("one"));
    thread::spawn(move || {
        let _ = copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let _ = copy(&mut server as &mut dyn Read, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_leads_to_the_agent() {
    let cluster = Cluster::start(Plan::new().tls().dc("ams", 1));
    let dc = cluster.dc("ams");
    let (plain, heard) = proxy(dc.http_addr());
    let env = [("CONSUL_HTTP_ADDR", "consul.example:8500"), ("HTTP_PROXY", &*plain)];
    assert_eq!(ask(&client(&env)).await.expect("led there").body, r#"["ams"]"#);
    let head = heard.recv().expect("a head");
    assert!(head.starts_with("GET http://consul.example:8500/v1/catalog/datacenters "), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic"), "{head}");

    let (tunnel, heard) = proxy(dc.https_addr());
    let env = [
        ("CONSUL_HTTP_ADDR", "https://consul.example:8501"),
        ("CONSUL_HTTP_TOKEN", "s3cr3t-token"),
        ("CONSUL_HTTP_SSL_VERIFY", "false"),
        ("https_proxy", &tunnel),
        ("HTTP_PROXY", &plain),
    ];
    let answer = client(&env).send(Request::get("/v1/status/leader")).await.expect("led there");
    assert_eq!(answer.status, 200);
    let head = heard.recv().expect("a head");
    assert!(head.starts_with("CONNECT consul.example:8501 "), "{head}");
    assert!(!head.contains("s3cr3t-token"), "the token is for the agent alone: {head}");
}

#[tokio::test]
async fn without_a_proxy_for_it_an_agent_is_asked_itself() {
    let cluster = Cluster::start(Plan::new().dc("ams", 1));
    let address = cluster.dc("ams").http_addr();
    let nobody = format!("http://{}", refused_addr());
    // Neither where the agent is on this machine nor where a name is spared.
    let env = [("CONSUL_HTTP_ADDR", &*address), ("HTTP_PROXY", &nobody)];
    ask(&client(&env)).await.expect("loopback needs no proxy");
    let spared = [
        ("CONSUL_HTTP_ADDR", "no-such-host.invalid:8500"),
        ("HTTP_PROXY", &*nobody),
        ("NO_PROXY", "other.example,.invalid"),
    ];
    let text = told(&spared).await;
    assert!(text.contains("its name has no address") && !text.contains("through"), "{text}");
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named() {
    let proxy = refused_addr().to_string();
    let env = [("CONSUL_HTTP_ADDR", "consul.example:8500"), ("http_proxy", &*proxy)];
    let text = told(&env).await;
    let way = format!("http://consul.example:8500 through http://{proxy}: connection refused");
    assert!(text.contains(&way), "{text}");
}
