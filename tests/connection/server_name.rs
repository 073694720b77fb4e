//! A server name of its own: asked for in TLS, checked on the certificate, never resolved.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use super::raw::read_head;
use super::{ask, client};

/// A name that no resolver knows.
const NAME: &str = "server.dc-1.consul";

/// A TLS server with a certificate for [`NAME`] alone: its address, its authority as PEM, and the
/// names and heads that clients send.
fn named_server() -> (String, String, Receiver<(Option<String>, String)>) {
    let made = rcgen::generate_simple_self_signed(vec![NAME.to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key)
        })
        .expect("a server's configuration");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let mut tls = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = Stream::new(&mut tls, &mut socket);
            let head = read_head(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
            let _ = sender.send((tls.server_name().map(str::to_owned), head));
        }
    });
    (address, made.cert.pem(), receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_name_replaces_the_host_in_tls_only() {
    let (address, ca, heard) = named_server();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, ca).expect("a CA file");
    let client = client(&[
        ("CONSUL_HTTP_ADDR", &format!("https://{address}")),
        ("CONSUL_CACERT", file.to_str().expect("a path")),
        ("CONSUL_TLS_SERVER_NAME", NAME),
    ]);
    assert_eq!(ask(&client).await.expect("the right name").body, "[]");
    let (name, head) = heard.recv().expect("a request");
    assert_eq!(name.as_deref(), Some(NAME));
    assert!(head.contains(&format!("host: {address}\r\n")), "{head}");
}
