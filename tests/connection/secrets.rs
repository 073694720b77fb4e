//! Secrets go to the agent and nowhere else.

use std::io;
use std::sync::{Arc, Mutex};

use dcview::consul::Request;
use tracing_subscriber::fmt::MakeWriter;

use super::stand_in::{Deed, StandIn};
use super::{client, config};

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("no test panics holding it")
            .extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn basic_authentication_passes_a_checking_proxy() {
    let server = StandIn::start(Deed::Say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"));
    let address = format!("http://{}/consul", server.address());
    let client = client(&[
        ("CONSUL_HTTP_ADDR", &address),
        ("CONSUL_HTTP_AUTH", "ann:hunter2"),
        ("CONSUL_HTTP_TOKEN", "s3cr3t"),
    ]);
    client
        .send(Request::get("/v1/catalog/nodes"))
        .await
        .expect("through");
    let heard = server.heard().concat();
    assert!(
        heard.starts_with("GET /consul/v1/catalog/nodes HTTP/1.1"),
        "{heard}"
    );
    assert!(
        heard.contains("authorization: Basic YW5uOmh1bnRlcjI="),
        "{heard}"
    );
    assert!(heard.contains("x-consul-token: s3cr3t"), "{heard}");
    assert!(heard.contains("accept-encoding: identity"), "{heard}");
}

#[tokio::test]
async fn no_secret_shows_in_logs_errors_or_debug() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let env = [
        ("CONSUL_HTTP_TOKEN", "s3cr3t-token"),
        ("CONSUL_HTTP_AUTH", "ann:s3cr3t-password"),
    ];
    let mut shown = String::new();
    for deed in [
        Deed::Say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"),
        Deed::Say("HTTP/1.1 403 X\r\nConnection: close\r\n\r\nPermission denied"),
        Deed::Say("nonsense"),
        Deed::Reset,
    ] {
        let server = StandIn::start(deed);
        let env = [&env[..], &[("CONSUL_HTTP_ADDR", server.address())]].concat();
        let client = client(&env);
        let request = Request::get("/v1/kv/a").query("session", "s3cr3t-session");
        let result = client.send(request).await;
        shown += &format!("{client:?}{:?}{result:?}", config(&env));
        if let Err(error) = result {
            shown += &error.to_string();
        }
    }
    let logged = log.0.lock().expect("no test panics holding it").clone();
    let logged = String::from_utf8(logged).expect("text");
    assert_eq!(logged.matches("path=/v1/kv/a").count(), 4, "{logged}");
    assert!(logged.contains("bytes=2"), "{logged}");
    assert!(!(logged + &shown).contains("s3cr3t"), "{shown}");
}
