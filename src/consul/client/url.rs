//! The URL of a request: the agent's, the path, and what every request carries in its query.
//!
//! A path that the URL would turn into another one is refused: with keys, that is another key.

use reqwest::Url;

use super::Client;
use crate::consul::{ApiError, Consistency, Request, verdict};

impl Client {
    /// # Errors
    /// [`ApiError::Setup`] for a path that no URL can carry.
    pub(super) fn url(&self, request: &Request) -> Result<Url, ApiError> {
        let unusable = || {
            ApiError::Setup(format!(
                "no URL can carry the path '{}'",
                verdict::clean(&request.path)
            ))
        };
        let whole = format!("{}{}", self.link.base, request.path);
        let mut url = Url::parse(&whole).map_err(|_| unusable())?;
        // The URL parser resolves '.' and '..' segments, encoded or not: that is another key.
        if !url.path().ends_with(&request.path) || url.query().is_some() {
            return Err(unusable());
        }
        let mut query = url.query_pairs_mut();
        if let Some(dc) = &self.dc {
            query.append_pair("dc", dc.as_str());
        }
        for (name, value) in &self.link.tenancy {
            query.append_pair(name, value);
        }
        if let Some(block) = request.block {
            query.append_pair("index", &block.index.to_string());
            query.append_pair("wait", &format!("{}ms", block.wait.as_millis()));
        }
        match request.consistency {
            Consistency::Default => {}
            Consistency::Consistent => drop(query.append_key_only("consistent")),
            Consistency::Stale => drop(query.append_key_only("stale")),
        }
        for (name, value) in &request.query {
            if value.is_empty() {
                query.append_key_only(name);
            } else {
                query.append_pair(name, value);
            }
        }
        drop(query);
        if url.query() == Some("") {
            url.set_query(None);
        }
        Ok(url)
    }
}
