//! Secrets go to the agent and nowhere else.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use dcview::consul::Request;
use tracing_subscriber::fmt::MakeWriter;

use super::support::fault::{FaultServer, Reply};
use super::{client, config};

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics holding it").extend(bytes);
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
    // The standard encoding of ann:hunter2.
    let server = FaultServer::start(|request| match request.header("authorization") {
        Some("Basic YW5uOmh1bnRlcjI=") => Reply::json("[]", 1),
        _ => Reply::text(401, "who are you"),
    });
    let address = format!("{}/consul", server.url());
    let env = [("CONSUL_HTTP_ADDR", &*address), ("CONSUL_HTTP_TOKEN", "s3cr3t")];
    let stranger = client(&env).send(Request::get("/v1/catalog/nodes")).await;
    assert!(stranger.is_err(), "the proxy does check");

    let env = [&env[..], &[("CONSUL_HTTP_AUTH", "ann:hunter2")]].concat();
    client(&env).send(Request::get("/v1/catalog/nodes")).await.expect("through");
    let request = server.requests().pop().expect("a request");
    assert_eq!(request.path, "/consul/v1/catalog/nodes", "the path before /v1 is kept");
    assert_eq!(request.header("x-consul-token"), Some("s3cr3t"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn no_secret_shows_in_logs_errors_or_debug() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // One thread's own would miss what other tests' threads logged first, in the same places.
    tracing::subscriber::set_global_default(subscriber).expect("the only log of this program");

    let secrets =
        [("CONSUL_HTTP_TOKEN", "s3cr3t-token"), ("CONSUL_HTTP_AUTH", "ann:s3cr3t-password")];
    let mut shown = String::new();
    for reply in [
        Reply::json("[]", 1),
        Reply::text(403, "Permission denied"),
        Reply::Truncated { body: "[]".to_owned(), after: 1 },
        Reply::Reset,
    ] {
        let server = FaultServer::script(vec![reply]);
        let url = server.url();
        let env = [&secrets[..], &[("CONSUL_HTTP_ADDR", &url)]].concat();
        let client = client(&env);
        let request = Request::get("/v1/kv/logged").query("session", "s3cr3t-session");
        let result = client.send(request).await;
        write!(shown, "{client:?}{:?}{result:?}", config(&env)).expect("a String takes it");
        if let Err(error) = result {
            shown += &error.to_string();
        }
    }
    let logged = log.0.lock().expect("no test panics holding it").clone();
    let logged = String::from_utf8(logged).expect("text");
    assert!(logged.matches("path=/v1/kv/logged").count() >= 4, "{logged}");
    assert!(logged.contains("bytes=2"), "{logged}");
    assert!(!logged.contains("s3cr3t") && !shown.contains("s3cr3t"), "{logged}{shown}");
}
