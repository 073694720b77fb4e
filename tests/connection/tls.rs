//! HTTPS of real agents: whom we trust, and who is trusted.

use super::support::consul::{Cluster, Plan, Tls};
use super::{ask, client, told};

#[tokio::test(flavor = "multi_thread")]
async fn https() {
    let cluster = Cluster::start(Plan::new().tls().dc("ams", 1));
    let https = cluster.dc("ams").https_addr();
    let plain = cluster.dc("ams").http_addr();
    let tls = cluster.tls();

    the_given_authority_is_trusted(&https, tls).await;
    another_authority_is_not(&https).await;
    a_wrong_name_says_which_names_there_are(&https, tls).await;
    verification_can_be_switched_off(&https).await;
    the_wrong_scheme_is_told_apart(&https, &plain, tls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn https_with_client_certificates() {
    let cluster = Cluster::start(Plan::new().mutual_tls().dc("ams", 1));
    let https = cluster.dc("ams").https_addr();
    let tls = cluster.tls();

    a_missing_client_certificate_is_told(&https, tls).await;
    a_client_certificate_opens_the_door(&https, tls).await;
}

async fn the_given_authority_is_trusted(https: &str, tls: &Tls) {
    let ca = tls.ca.to_str().expect("a path");
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::copy(&tls.ca, directory.path().join("ca.pem")).expect("a copy");
    let path = directory.path().to_str().expect("a path");
    let address = format!("https://{https}");
    for env in [
        [("CONSUL_HTTP_ADDR", address.as_str()), ("CONSUL_HTTP_SSL", ""), ("CONSUL_CACERT", ca)],
        [("CONSUL_HTTP_ADDR", https), ("CONSUL_HTTP_SSL", "true"), ("CONSUL_CACERT", ca)],
        [("CONSUL_HTTP_ADDR", https), ("CONSUL_HTTP_SSL", "1"), ("CONSUL_CAPATH", path)],
    ] {
        let answer = ask(&client(&env)).await.expect("trusted");
        assert_eq!(answer.body, r#"["ams"]"#);
    }
}

async fn another_authority_is_not(https: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let other = Tls::make(directory.path());
    let address = format!("https://{https}");
    let ca = other.ca.to_str().expect("a path");
    let text = told(&[("CONSUL_HTTP_ADDR", &address), ("CONSUL_CACERT", ca)]).await;
    assert!(text.contains(&address) && text.contains("CONSUL_CACERT"), "{text}");
}

async fn a_wrong_name_says_which_names_there_are(https: &str, tls: &Tls) {
    let address = format!("https://{https}");
    let text = told(&[
        ("CONSUL_HTTP_ADDR", &address),
        ("CONSUL_CACERT", tls.ca.to_str().expect("a path")),
        ("CONSUL_TLS_SERVER_NAME", "server.nyc.consul"),
    ])
    .await;
    assert!(text.contains("localhost") && text.contains("CONSUL_TLS_SERVER_NAME"), "{text}");
}

async fn verification_can_be_switched_off(https: &str) {
    let address = format!("https://{https}");
    let env = [("CONSUL_HTTP_ADDR", address.as_str()), ("CONSUL_HTTP_SSL_VERIFY", "false")];
    ask(&client(&env)).await.expect("not verified");
}

async fn the_wrong_scheme_is_told_apart(https: &str, plain: &str, tls: &Tls) {
    let text = told(&[("CONSUL_HTTP_ADDR", &format!("http://{https}"))]).await;
    assert!(text.contains("speaks TLS") && text.contains("https://"), "{text}");
    let text = told(&[
        ("CONSUL_HTTP_ADDR", &format!("https://{plain}")),
        ("CONSUL_CACERT", tls.ca.to_str().expect("a path")),
    ])
    .await;
    assert!(text.contains("no TLS there"), "{text}");
}

async fn a_missing_client_certificate_is_told(https: &str, tls: &Tls) {
    let address = format!("https://{https}");
    let ca = tls.ca.to_str().expect("a path");
    let env = [("CONSUL_HTTP_ADDR", address.as_str()), ("CONSUL_CACERT", ca)];
    // Where in the exchange it is refused is a matter of timing; the text is not. (Rarely the HTTP
    // library loses such a request until its time is up: then the next one tells.)
    let mut texts = Vec::new();
    while !texts.last().is_some_and(|text: &String| text.contains("CONSUL_CLIENT_CERT")) {
        assert!(texts.len() < 3, "{texts:?}");
        texts.push(told(&env).await);
    }
}

async fn a_client_certificate_opens_the_door(https: &str, tls: &Tls) {
    let env = [
        ("CONSUL_HTTP_ADDR", &*format!("https://{https}")),
        ("CONSUL_CACERT", tls.ca.to_str().expect("a path")),
        ("CONSUL_CLIENT_CERT", tls.client_cert.to_str().expect("a path")),
        ("CONSUL_CLIENT_KEY", tls.client_key.to_str().expect("a path")),
    ];
    ask(&client(&env)).await.expect("let in");
}
