//! The headers that say who asks: ACL token and basic authentication.
//!
//! A token from a file is read at the first request and again when the agent refuses it, so that a
//! rotated file is picked up without a restart. Header values are marked sensitive; nothing here
//! implements a `Debug` that shows one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::{ApiError, BasicAuth, Token};

/// What one endpoint sends with each request.
pub(super) struct Credentials {
    token: Source,
    basic: Option<HeaderValue>,
}

enum Source {
    Fixed(Option<HeaderValue>),
    File { path: PathBuf, last: Mutex<Option<HeaderValue>> },
}

impl Credentials {
    /// # Errors
    /// [`ApiError::Setup`] when a secret cannot stand in a header.
    pub(super) fn new(token: &Token, auth: Option<&BasicAuth>) -> Result<Self, ApiError> {
        let token = match token {
            Token::None => Source::Fixed(None),
            Token::Text(text) => Source::Fixed(token_header(text, "the ACL token")?),
            Token::File(path) => Source::File { path: path.clone(), last: Mutex::new(None) },
        };
        Ok(Self { token, basic: auth.map(basic_header).transpose()? })
    }

    pub(super) fn basic(&self) -> Option<HeaderValue> {
        self.basic.clone()
    }

    /// The token to send, or nothing when there is none; reads the file if it has not been read.
    ///
    /// # Errors
    /// [`ApiError::Setup`] when the file cannot be read.
    pub(super) async fn token(&self) -> Result<Option<HeaderValue>, ApiError> {
        match &self.token {
            Source::Fixed(token) => Ok(token.clone()),
            Source::File { path, last } => {
                let known = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
                match known {
                    Some(token) => Ok(Some(token)),
                    None => read_into(path, last).await,
                }
            }
        }
    }

    /// After `refused` was refused: the token to try instead, if the file holds another one now.
    pub(super) async fn after_refusal(&self, refused: Option<&HeaderValue>) -> Option<HeaderValue> {
        let Source::File { path, last } = &self.token else {
            return None;
        };
        let now = read_into(path, last).await.ok().flatten()?;
        (Some(&now) != refused).then_some(now)
    }
}

async fn read_into(
    path: &Path,
    last: &Mutex<Option<HeaderValue>>,
) -> Result<Option<HeaderValue>, ApiError> {
    let text = tokio::fs::read_to_string(path).await.map_err(|error| {
        ApiError::Setup(format!("cannot read the token file '{}': {error}", path.display()))
    })?;
    let what = format!("the token in '{}'", path.display());
    let token = token_header(&SecretString::from(text.trim().to_owned()), &what)?;
    last.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&token);
    Ok(token)
}

fn token_header(token: &SecretString, what: &str) -> Result<Option<HeaderValue>, ApiError> {
    let text = token.expose_secret().trim();
    if text.is_empty() {
        return Ok(None);
    }
    sensitive(text, what).map(Some)
}

fn basic_header(auth: &BasicAuth) -> Result<HeaderValue, ApiError> {
    let pair = format!("{}:{}", auth.user, auth.password.expose_secret());
    sensitive(&format!("Basic {}", BASE64_STANDARD.encode(pair)), "CONSUL_HTTP_AUTH")
}

fn sensitive(text: &str, what: &str) -> Result<HeaderValue, ApiError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        ApiError::Setup(format!("{what} has a character that an HTTP header cannot carry"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_changed_token_file_is_picked_up_after_a_refusal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, "first\n").unwrap();
        let credentials = Credentials::new(&Token::File(path.clone()), None).unwrap();

        let first = credentials.token().await.unwrap().unwrap();
        assert_eq!(first, "first");
        assert!(credentials.after_refusal(Some(&first)).await.is_none());

        std::fs::write(&path, "second\n").unwrap();
        assert_eq!(credentials.token().await.unwrap().unwrap(), "first");
        assert_eq!(credentials.after_refusal(Some(&first)).await.unwrap(), "second");
        assert_eq!(credentials.token().await.unwrap().unwrap(), "second");
    }

    #[tokio::test]
    async fn a_missing_token_file_is_named() {
        let token = Token::File(PathBuf::from("no-such-token-file"));
        let error = Credentials::new(&token, None).unwrap().token().await.unwrap_err();
        assert!(error.to_string().contains("no-such-token-file"), "{error}");
    }

    #[test]
    fn a_token_that_no_header_can_carry_is_refused_unseen() {
        let error = Credentials::new(&Token::Text("s3cr\net".into()), None).err().unwrap();
        assert!(!error.to_string().contains("s3cr"), "{error}");
    }

    #[test]
    fn headers_do_not_show_in_debug() {
        let auth = BasicAuth::parse(&"ann:hunter2".into());
        let credentials = Credentials::new(&Token::None, Some(&auth)).unwrap();
        let header = credentials.basic().unwrap();
        assert_eq!(header, "Basic YW5uOmh1bnRlcjI=");
        assert_eq!(format!("{header:?}"), "Sensitive");
    }
}
