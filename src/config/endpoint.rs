//! How to reach an agent, as one layer.
//!
//! The same fields come from the file, from `CONSUL_*`, from `DCVIEW_*` and from flags. A layer
//! over another keeps what it has and takes the rest, with two exceptions: the token and its file
//! are one choice, as are the CA file and the CA path. Within a layer the token's file wins and
//! the CA file wins, as with the `consul` command.

use std::path::{Path, PathBuf};

use anyhow::Result;
use secrecy::SecretString;

use super::Env;
use crate::consul::{Address, BasicAuth, Endpoint, Tls, Token, Verify};

/// One layer of what is known about reaching an agent.
#[derive(Clone, Debug, Default)]
pub struct EndpointLayer {
    /// Where it listens, in any form that the `consul` command takes.
    pub address: Option<String>,
    /// Whether to speak TLS also where the address does not say so.
    pub tls: Option<bool>,
    /// Whether its certificate is checked.
    pub tls_verify: Option<bool>,
    /// The name on its certificate.
    pub tls_server_name: Option<String>,
    /// The authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// A directory of authorities to trust.
    pub ca_path: Option<PathBuf>,
    /// Our certificate.
    pub client_cert: Option<PathBuf>,
    /// Its key.
    pub client_key: Option<PathBuf>,
    /// The ACL token.
    pub token: Option<SecretString>,
    /// A file with the ACL token.
    pub token_file: Option<PathBuf>,
    /// `user:password` for basic authentication.
    pub http_auth: Option<SecretString>,
    /// Enterprise namespace.
    pub namespace: Option<String>,
    /// Enterprise admin partition.
    pub partition: Option<String>,
}

impl EndpointLayer {
    /// The layer of the variables that the `consul` command reads, under its prefix or ours.
    ///
    /// # Errors
    /// A variable that cannot be read, by name.
    pub fn from_env(env: &Env, prefix: &str) -> Result<Self> {
        let name = |rest: &str| format!("{prefix}{rest}");
        let text = |rest: &str| env.get(&name(rest)).map(str::to_owned);
        let path = |rest: &str| env.get(&name(rest)).map(PathBuf::from);
        let secret = |rest: &str| env.get(&name(rest)).map(SecretString::from);
        Ok(Self {
            address: text("HTTP_ADDR"),
            tls: env.switch(&name("HTTP_SSL"))?,
            tls_verify: env.switch(&name("HTTP_SSL_VERIFY"))?,
            tls_server_name: text("TLS_SERVER_NAME"),
            ca_file: path("CACERT"),
            ca_path: path("CAPATH"),
            client_cert: path("CLIENT_CERT"),
            client_key: path("CLIENT_KEY"),
            token: secret("HTTP_TOKEN"),
            token_file: path("HTTP_TOKEN_FILE"),
            http_auth: secret("HTTP_AUTH"),
            namespace: text("NAMESPACE"),
            partition: text("PARTITION"),
        })
    }

    /// This layer, and `lower` where it says nothing.
    #[must_use]
    pub fn over(self, lower: Self) -> Self {
        let has_token = self.token.is_some() || self.token_file.is_some();
        let has_authority = self.ca_file.is_some() || self.ca_path.is_some();
        Self {
            address: self.address.or(lower.address),
            tls: self.tls.or(lower.tls),
            tls_verify: self.tls_verify.or(lower.tls_verify),
            tls_server_name: self.tls_server_name.or(lower.tls_server_name),
            ca_file: if has_authority { self.ca_file } else { lower.ca_file },
            ca_path: if has_authority { self.ca_path } else { lower.ca_path },
            client_cert: self.client_cert.or(lower.client_cert),
            client_key: self.client_key.or(lower.client_key),
            token: if has_token { self.token } else { lower.token },
            token_file: if has_token { self.token_file } else { lower.token_file },
            http_auth: self.http_auth.or(lower.http_auth),
            namespace: self.namespace.or(lower.namespace),
            partition: self.partition.or(lower.partition),
        }
    }

    /// True when it says nothing at all.
    pub fn is_empty(&self) -> bool {
        let Self {
            address,
            tls,
            tls_verify,
            tls_server_name,
            ca_file,
            ca_path,
            client_cert,
            client_key,
            token,
            token_file,
            http_auth,
            namespace,
            partition,
        } = self;
        let texts = [address, tls_server_name, namespace, partition];
        let paths = [ca_file, ca_path, client_cert, client_key, token_file];
        texts.iter().all(|text| text.is_none())
            && paths.iter().all(|path| path.is_none())
            && [tls, tls_verify].iter().all(|switch| switch.is_none())
            && [token, http_auth].iter().all(|secret| secret.is_none())
    }

    /// What all layers together mean.
    ///
    /// # Errors
    /// An address that is none.
    pub fn endpoint(&self) -> Result<Endpoint> {
        let address = self.address.as_deref().unwrap_or_default();
        let token = match (&self.token_file, &self.token) {
            (Some(file), _) => Token::File(file.clone()),
            (None, Some(text)) => Token::Text(text.clone()),
            (None, None) => Token::None,
        };
        Ok(Endpoint {
            address: Address::parse(address, self.tls == Some(true))?,
            token,
            tls: Tls {
                ca_file: self.ca_file.clone(),
                ca_path: self.ca_path.clone(),
                client_cert: self.client_cert.clone(),
                client_key: self.client_key.clone(),
                server_name: self.tls_server_name.clone(),
                verify: if self.tls_verify == Some(false) { Verify::Off } else { Verify::Full },
            },
            proxy: None,
            auth: self.http_auth.as_ref().map(BasicAuth::parse),
            namespace: self.namespace.clone(),
            partition: self.partition.clone(),
        })
    }

    /// Makes the paths of a file absolute: `~/` is the home directory, and what is relative is
    /// relative to the file's own directory.
    pub(super) fn anchor(&mut self, directory: &Path, home: Option<&str>) {
        let paths = [
            &mut self.ca_file,
            &mut self.ca_path,
            &mut self.client_cert,
            &mut self.client_key,
            &mut self.token_file,
        ];
        for path in paths.into_iter().flatten() {
            *path = match (path.strip_prefix("~"), home) {
                (Ok(rest), Some(home)) => Path::new(home).join(rest),
                _ => directory.join(&*path),
            };
        }
        if let Some(address) = &mut self.address
            && let Some(rest) = address.strip_prefix("unix://~/")
            && let Some(home) = home
        {
            *address = format!("unix://{home}/{rest}");
        }
    }
}
