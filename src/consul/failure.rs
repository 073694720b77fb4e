//! Reads the cause out of a failed exchange.
//!
//! The HTTP library's own text hides the cause, so the whole chain of sources is walked and
//! recognised by type. Nothing of a URL gets into the result.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};

use super::Why;
use super::transport::NoAddress;
use super::verdict::clean;

/// What happened on the way, from the error that a request ended with.
pub(super) fn why_of(error: &reqwest::Error) -> Why {
    if let Some(why) = find(error) {
        return why;
    }
    if error.is_timeout() {
        return Why::Timeout;
    }
    Why::Other(clean(&innermost(error)))
}

/// True when the answer broke off after it had begun.
pub(super) fn is_cut_off(error: &reqwest::Error) -> bool {
    error.is_body() || error.is_decode()
}

/// True when the connection ended before the request was written, and nothing says why.
pub(super) fn is_unsent(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(http) = error.downcast_ref::<hyper::Error>() {
            return http.is_canceled() && http.source().is_none_or(|cause| find(cause).is_none());
        }
        next = error.source();
    }
    false
}

fn find(error: &(dyn Error + 'static)) -> Option<Why> {
    let mut next = Some(error);
    let mut fallback = None;
    while let Some(error) = next {
        if error.is::<NoAddress>() {
            return Some(Why::Dns);
        }
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(Why::Tls(tls_text(tls)));
        }
        if let Some(io) = error.downcast_ref::<io::Error>() {
            // An io::Error that wraps another error passes over it as its source.
            if let Some(why) = io.get_ref().and_then(|inner| find(inner)) {
                return Some(why);
            }
            fallback = Some(io_why(io));
        }
        if let Some(http) = error.downcast_ref::<hyper::Error>()
            && (http.is_incomplete_message() || http.is_closed() || http.is_canceled())
        {
            fallback = fallback.or(Some(Why::Closed));
        }
        next = error.source();
    }
    fallback
}

fn io_why(error: &io::Error) -> Why {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Why::Refused,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Why::Reset,
        io::ErrorKind::TimedOut => Why::Timeout,
        io::ErrorKind::UnexpectedEof => Why::Closed,
        io::ErrorKind::Other => Why::Other(clean(&error.to_string())),
        kind => Why::Other(kind.to_string()),
    }
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn tls_text(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(reason) => certificate_text(reason),
        rustls::Error::AlertReceived(alert) => alert_text(*alert),
        rustls::Error::InvalidMessage(_) => {
            "no TLS there; write http:// or unset CONSUL_HTTP_SSL".to_owned()
        }
        other => format!("TLS failed: {}", clean(&other.to_string())),
    }
}

fn certificate_text(reason: &CertificateError) -> String {
    match reason {
        CertificateError::UnknownIssuer => {
            "its certificate is signed by an unknown authority; set CONSUL_CACERT (--ca-file) or \
             CONSUL_CAPATH (--ca-path)"
                .to_owned()
        }
        CertificateError::BadSignature => {
            "its certificate is not signed by the given authority; check CONSUL_CACERT".to_owned()
        }
        CertificateError::NotValidForName => {
            "its certificate is for another name; set CONSUL_TLS_SERVER_NAME (--tls-server-name)"
                .to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<String> = presented.iter().take(4).map(|name| clean(name)).collect();
            format!(
                "its certificate is for another name ({}); set CONSUL_TLS_SERVER_NAME \
                 (--tls-server-name)",
                names.join(", ")
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired; renew it, and check the clock here".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; check the clock here".to_owned()
        }
        other => format!("its certificate is unusable: {}", clean(&other.to_string())),
    }
}

/// An agent that wants a client certificate says so with one of several alerts, by TLS version
/// and by whether one was sent.
fn alert_text(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired
        | AlertDescription::BadCertificate
        | AlertDescription::NoCertificate
        | AlertDescription::HandshakeFailure => {
            "it wants a client certificate; set CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY \
             (--client-cert, --client-key)"
                .to_owned()
        }
        AlertDescription::UnknownCA
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked => {
            "it refuses our client certificate; check CONSUL_CLIENT_CERT".to_owned()
        }
        other => format!("it ended the TLS handshake ({other:?})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_inside_an_io_error_is_found() {
        let tls = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        let Some(Why::Tls(text)) = find(&wrapped) else { panic!("no TLS cause") };
        assert!(text.contains("CONSUL_CLIENT_CERT"), "{text}");
    }

    #[test]
    fn kinds_of_io_errors_are_told_apart() {
        for (kind, why) in [
            (io::ErrorKind::ConnectionRefused, Why::Refused),
            (io::ErrorKind::ConnectionReset, Why::Reset),
            (io::ErrorKind::TimedOut, Why::Timeout),
            (io::ErrorKind::UnexpectedEof, Why::Closed),
            (io::ErrorKind::NotFound, Why::Other("entity not found".to_owned())),
        ] {
            assert_eq!(find(&io::Error::from(kind)), Some(why));
        }
    }

    #[test]
    fn each_certificate_trouble_says_what_to_try() {
        for (reason, hint) in [
            (CertificateError::UnknownIssuer, "CONSUL_CACERT"),
            (CertificateError::NotValidForName, "CONSUL_TLS_SERVER_NAME"),
            (CertificateError::Expired, "clock"),
        ] {
            assert!(certificate_text(&reason).contains(hint));
        }
    }
}
