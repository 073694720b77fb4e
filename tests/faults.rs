//! The misbehaving servers that the client's tests rely on: do they misbehave as told?

mod support;

use std::net::TcpStream;
use std::time::Duration;

use support::consul::Http;
use support::fault::{FaultServer, Proxy, Reply, refused_addr};
use support::wait::wait;

const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_script_is_played_in_order() {
    let server = FaultServer::script(vec![
        Reply::json("[1]", 9),
        Reply::json("[]", 4),
        Reply::text(500, "No cluster leader"),
    ]);
    let http = Http::new(&server.url());
    assert_eq!(http.get("/v1/a?index=9&wait=1s").and_then(|a| a.index()), Some(9));
    assert_eq!(http.get("/v1/a").and_then(|a| a.index()), Some(4));
    for _ in 0..2 {
        let error = http.put_text("/v1/b", "body").expect("an answer");
        assert_eq!((error.status, error.body.as_str()), (500, "No cluster leader"));
    }
    let seen = server.requests();
    assert_eq!(seen[0].query("index"), Some("9"));
    assert_eq!((seen[3].method.as_str(), seen[3].body.as_slice()), ("PUT", &b"body"[..]));
}

#[test]
fn half_answers_are_no_answers() {
    let truncated = || Reply::Truncated { body: "[1, 2]".to_owned(), after: 3 };
    let server = FaultServer::start(move |request| match request.path.as_str() {
        "/reset" => Reply::Reset,
        "/close" => Reply::Close,
        _ => truncated(),
    });
    let http = Http::new(&server.url());
    for path in ["/reset", "/close", "/truncated"] {
        assert!(http.get(path).is_none(), "{path}");
    }
}

#[test]
fn slow_answers_arrive_whole() {
    let every = Duration::from_millis(2);
    let server = FaultServer::script(vec![Reply::Drip { body: "slowly".to_owned(), every }]);
    assert_eq!(Http::new(&server.url()).get("/").expect("an answer").body, "slowly");
}

#[test]
fn nobody_listens_at_the_refused_address() {
    assert!(TcpStream::connect(refused_addr()).is_err());
}

#[test]
fn a_network_is_cut_and_mended() {
    let server = FaultServer::script(vec![Reply::text(200, "here")]);
    let proxy = Proxy::to(&server.addr().to_string());
    let http = Http::new(&proxy.url());
    assert!(http.get("/").is_some());
    assert_eq!(proxy.open(), 1);
    proxy.cut();
    wait(SOON, "the open connection is reset", || proxy.open() == 0);
    assert!(http.get("/").is_none());
    proxy.mend();
    assert!(http.get("/").is_some());
    assert_eq!(proxy.peak(), 1);
}

#[test]
fn a_frozen_network_delivers_when_mended() {
    let server = FaultServer::script(vec![Reply::text(200, "late")]);
    let proxy = Proxy::to(&server.addr().to_string());
    proxy.freeze();
    let (done, answer) = std::sync::mpsc::channel();
    let http = Http::new(&proxy.url());
    std::thread::spawn(move || done.send(http.get("/").map(|a| a.body)));
    assert!(answer.recv_timeout(Duration::from_millis(200)).is_err(), "ice let something through");
    proxy.mend();
    assert_eq!(answer.recv_timeout(SOON), Ok(Some("late".to_owned())));
}
