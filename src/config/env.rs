//! The environment variables that settings are read from.
//!
//! A copy, taken once, so that everything behind it is a pure function and tests need no process
//! environment. As for the `consul` command, an empty variable is one that is not set.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

/// Environment variables by name. Its `Debug` shows names only: values may be secrets.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The process' own, without those that are no UTF-8.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable's value, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable that is on or off, in the words that Go's `ParseBool` takes.
    ///
    /// # Errors
    /// Any other word, named with its variable.
    pub fn switch(&self, name: &str) -> Result<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(Some(true)),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(Some(false)),
            Some(other) => bail!("{name} is '{other}'; write true or false"),
        }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let env = Env::from_iter([("CONSUL_HTTP_ADDR", "")]);
        assert_eq!(env.get("CONSUL_HTTP_ADDR"), None);
        assert_eq!(env.switch("CONSUL_HTTP_ADDR").unwrap(), None);
    }

    #[test]
    fn a_switch_that_is_neither_on_nor_off_is_named() {
        let env = Env::from_iter([("CONSUL_HTTP_SSL", "yes")]);
        let error = env.switch("CONSUL_HTTP_SSL").unwrap_err().to_string();
        assert!(error.contains("CONSUL_HTTP_SSL") && error.contains("'yes'"), "{error}");
    }

    #[test]
    fn debug_shows_no_value() {
        let env = Env::from_iter([("CONSUL_HTTP_TOKEN", "s3cr3t")]);
        assert_eq!(format!("{env:?}"), "{\"CONSUL_HTTP_TOKEN\"}");
    }
}
