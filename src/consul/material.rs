//! Certificates and keys from files, ready for the HTTP library.
//!
//! Read once, when a client is made, so that a wrong path is told at once and by name. Without an
//! authority of its own an endpoint trusts the system's, which are loaded later (it takes a
//! while) and only for https.

use std::fs;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, Identity};

use super::{ApiError, Tls};

/// What one endpoint's TLS needs from files.
pub(super) struct Material {
    /// The authorities to trust, or nothing for the system's.
    pub authorities: Option<Vec<Certificate>>,
    /// The client certificate with its key.
    pub identity: Option<Identity>,
}

impl Material {
    /// # Errors
    /// [`ApiError::Setup`] naming the file that cannot be read or holds no certificate, or the
    /// half of a client certificate that is missing.
    pub(super) fn read(tls: &Tls) -> Result<Self, ApiError> {
        let authorities = match (&tls.ca_file, &tls.ca_path) {
            (Some(file), _) => Some(certificates(file)?),
            (None, Some(directory)) => Some(directory_of_certificates(directory)?),
            (None, None) => None,
        };
        let identity = match (&tls.client_cert, &tls.client_key) {
            (Some(cert), Some(key)) => Some(identity(cert, key)?),
            (None, None) => None,
            (Some(_), None) => return Err(half("CONSUL_CLIENT_KEY (--client-key)")),
            (None, Some(_)) => return Err(half("CONSUL_CLIENT_CERT (--client-cert)")),
        };
        Ok(Self { authorities, identity })
    }
}

fn half(missing: &str) -> ApiError {
    ApiError::Setup(format!("a client certificate needs its key and the reverse: set {missing}"))
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, ApiError> {
    let unusable = |why: &str| ApiError::Setup(format!("the CA file '{}' {why}", file.display()));
    let pem = read(file, "CA file")?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|_| unusable("is no valid PEM"))?;
    if found.is_empty() {
        return Err(unusable("holds no PEM certificate"));
    }
    Ok(found)
}

fn directory_of_certificates(directory: &Path) -> Result<Vec<Certificate>, ApiError> {
    let unreadable = |error: std::io::Error| {
        ApiError::Setup(format!("cannot read the CA path '{}': {error}", directory.display()))
    };
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(unreadable)?;
    files.retain(|path| path.is_file());
    files.sort();
    if files.is_empty() {
        return Err(ApiError::Setup(format!(
            "the CA path '{}' holds no file",
            directory.display()
        )));
    }
    let mut all = Vec::new();
    for file in files {
        all.extend(certificates(&file)?);
    }
    Ok(all)
}

fn identity(cert: &Path, key: &Path) -> Result<Identity, ApiError> {
    // The HTTP library wants key and chain in one buffer.
    let mut pem = read(key, "client key")?;
    pem.push(b'\n');
    pem.extend(read(cert, "client certificate")?);
    Identity::from_pem(&pem).map_err(|_| {
        ApiError::Setup(format!(
            "'{}' and '{}' are no PEM certificate and key",
            cert.display(),
            key.display()
        ))
    })
}

fn read(file: &Path, what: &str) -> Result<Vec<u8>, ApiError> {
    fs::read(file).map_err(|error| {
        ApiError::Setup(format!("cannot read the {what} '{}': {error}", file.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tls: &Tls) -> String {
        Material::read(tls).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_missing_file_is_named() {
        let tls = Tls { ca_file: Some("no-such-ca.pem".into()), ..Tls::default() };
        assert!(told(&tls).contains("'no-such-ca.pem'"));
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("readme"), "hello").unwrap();
        let tls = Tls { ca_path: Some(dir.path().to_owned()), ..Tls::default() };
        let text = told(&tls);
        assert!(text.contains("readme") && text.contains("no PEM certificate"), "{text}");
    }

    #[test]
    fn half_a_client_certificate_says_which_half_is_missing() {
        let tls = Tls { client_cert: Some("a.pem".into()), ..Tls::default() };
        assert!(told(&tls).contains("CONSUL_CLIENT_KEY"));
    }

    #[test]
    fn generated_certificates_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let cert = dir.path().join("cert.pem");
        let key = dir.path().join("key.pem");
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let tls = Tls {
            ca_file: Some(cert.clone()),
            client_cert: Some(cert),
            client_key: Some(key),
            ..Tls::default()
        };
        let material = Material::read(&tls).unwrap();
        assert_eq!(material.authorities.unwrap().len(), 1);
        assert!(material.identity.is_some());
    }
}
