//! The client against real Consul agents, and against servers that misbehave.
//!
//! Settings go in as environment variables, the way an operator gives them, so that a test covers
//! the whole way from a variable to the bytes on the wire.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod acl;
mod faults;
mod gate;
mod plain;
mod proxied;
mod raw;
mod secrets;
mod server_name;
mod tls;

use dcview::config::{Config, Dirs, Env, Flags};
use dcview::consul::{Access, Answer, ApiError, Client, Request};

/// The settings that these variables make.
fn config(env: &[(&str, &str)]) -> Config {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env = env.iter().copied().collect();
    dcview::config::resolve(None, &env, &Flags::default(), &dirs).expect("good settings")
}

/// A client that may write, by these variables.
fn client(env: &[(&str, &str)]) -> Client {
    Client::new(&config(env).agent, Access::ReadWrite).expect("a client")
}

/// Asks for the datacenters: the smallest question every agent answers.
async fn ask(client: &Client) -> Result<Answer, ApiError> {
    client.send(Request::get("/v1/catalog/datacenters")).await
}

/// What an error says when asked with these variables.
async fn told(env: &[(&str, &str)]) -> String {
    ask(&client(env)).await.expect_err("an error").to_string()
}
