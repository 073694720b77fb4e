//! Everything that is needed to speak to one agent: address, credentials, TLS, tenancy.
//!
//! Plain data, made by the settings and read by [`super::Client`]. Secrets are wrapped, so no
//! `Debug` of anything here shows one.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Address, Proxy, encode_segment};

/// One agent and how to speak to it.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    /// Where it listens.
    pub address: Address,
    /// Which ACL token goes with every request.
    pub token: Token,
    /// Certificates and names.
    pub tls: Tls,
    /// The forward proxy on the way to it.
    pub proxy: Option<Proxy>,
    /// HTTP basic authentication, for a reverse proxy before the agent.
    pub auth: Option<BasicAuth>,
    /// Enterprise namespace, sent as `ns`; most endpoints of other servers refuse it (400).
    pub namespace: Option<String>,
    /// Enterprise admin partition, sent as `partition`; other servers ignore it.
    pub partition: Option<String>,
}

impl Endpoint {
    /// What the query of every request carries beside the datacenter, as it is sent: `&ns=team`;
    /// nothing without a namespace or partition.
    pub fn tenancy(&self) -> String {
        let names = [("ns", &self.namespace), ("partition", &self.partition)];
        let pairs = names.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        pairs.fold(String::new(), |all, (name, value)| {
            format!("{all}&{name}={}", encode_segment(value))
        })
    }
}

/// Where the ACL token comes from.
#[derive(Clone, Debug, Default)]
pub enum Token {
    /// No token: the agent's own default token counts.
    #[default]
    None,
    /// The token itself.
    Text(SecretString),
    /// A file with the token, read at the first request and again after a 403.
    File(PathBuf),
}

/// How an `https` agent is recognised, and how we show who we are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// PEM file with the authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Directory of such files; used when there is no `ca_file`.
    pub ca_path: Option<PathBuf>,
    /// PEM client certificate (with its chain); needs `client_key`.
    pub client_cert: Option<PathBuf>,
    /// PEM private key of `client_cert`.
    pub client_key: Option<PathBuf>,
    /// The name to ask for and to check instead of the address' host.
    pub server_name: Option<String>,
    /// Whether the agent's certificate is checked.
    pub verify: Verify,
}

/// Whether the agent's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Against the trusted authorities and the name.
    #[default]
    Full,
    /// Not at all (`CONSUL_HTTP_SSL_VERIFY=false`).
    Off,
}

/// A user name and password for HTTP basic authentication.
#[derive(Clone, Debug)]
pub struct BasicAuth {
    /// The user name; not treated as secret.
    pub user: String,
    /// The password, which may be empty.
    pub password: SecretString,
}

impl BasicAuth {
    /// Reads `user:password` or `user`, the forms of `CONSUL_HTTP_AUTH`.
    pub fn parse(text: &SecretString) -> Self {
        let text = text.expose_secret();
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        Self { user: user.to_owned(), password: SecretString::from(password.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_password_may_hold_colons() {
        let auth = BasicAuth::parse(&"ann:a:b".into());
        assert_eq!((auth.user.as_str(), auth.password.expose_secret()), ("ann", "a:b"));
        assert_eq!(BasicAuth::parse(&"ann".into()).password.expose_secret(), "");
    }

    #[test]
    fn a_namespace_is_in_every_query() {
        assert_eq!(Endpoint::default().tenancy(), "");
        let namespace = Some(String::from("team a"));
        let endpoint = Endpoint { namespace, ..Endpoint::default() };
        assert_eq!(endpoint.tenancy(), "&ns=team%20a");
    }

    #[test]
    fn debug_shows_no_secret() {
        let endpoint = Endpoint {
            token: Token::Text(SecretString::from("s3cr3t-token")),
            auth: Some(BasicAuth::parse(&"ann:hunter2".into())),
            ..Endpoint::default()
        };
        let shown = format!("{endpoint:?}");
        assert!(!shown.contains("s3cr3t") && !shown.contains("hunter2"), "{shown}");
    }
}
