//! A throw-away certificate authority for one cluster.
//!
//! Writes PEM files for the agents and for dcview's flags; keeps the texts for clients in tests.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// The authority, a server and a client certificate, as files and as texts.
#[derive(Clone, Debug)]
pub struct Tls {
    pub ca: PathBuf,
    pub server_cert: PathBuf,
    pub server_key: PathBuf,
    pub client_cert: PathBuf,
    pub client_key: PathBuf,
    pub ca_pem: String,
    pub client_cert_pem: String,
    pub client_key_pem: String,
}

impl Tls {
    pub(super) const CA: &str = "ca.pem";
    pub(super) const CERT: &str = "server.pem";
    pub(super) const KEY: &str = "server.key";

    /// Makes all of it in the directory `dir`.
    pub fn make(dir: &Path) -> Self {
        let mut params = named("dcview test authority", &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let ca_pem = params.self_signed(&key).expect("an authority").pem();
        let authority = Issuer::new(params, key);
        let (server_cert, server_key) = signed(&authority, "server", &["localhost", "127.0.0.1"]);
        let (client_cert_pem, client_key_pem) = signed(&authority, "client", &["client"]);
        let save = |name: &str, text: &str| {
            let path = dir.join(name);
            fs::write(&path, text).expect("a PEM file");
            path
        };
        Self {
            ca: save(Self::CA, &ca_pem),
            server_cert: save(Self::CERT, &server_cert),
            server_key: save(Self::KEY, &server_key),
            client_cert: save("client.pem", &client_cert_pem),
            client_key: save("client.key", &client_key_pem),
            ca_pem,
            client_cert_pem,
            client_key_pem,
        }
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("plain host names");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn signed(authority: &Issuer<'_, KeyPair>, name: &str, hosts: &[&str]) -> (String, String) {
    let mut params = named(name, hosts);
    // Servers call each other too, with the same certificate.
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().expect("a key");
    let cert = params.signed_by(&key, authority).expect("a signed certificate");
    (cert.pem(), key.serialize_pem())
}
