//! The simulator over plain HTTP: blocking, indexes, counts, keys, faults.

mod faults;
mod keys;
mod reads;
mod worlds;

use std::time::Duration;

use serde_json::Value;

use super::{Handle, Options, Sim, Size, serve};

/// A small generated world: quick to build, with failing checks in it.
const SMALL: Options = Options { size: Size::Instances(400), speed: 1.0, scenario: false, seed: 1 };
/// Longer than any answer of a healthy machine takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer, read to the end.
struct Reply {
    status: u16,
    index: Option<u64>,
    known_leader: Option<String>,
    text: String,
}

/// A simulator and a client to it.
struct Bench {
    sim: Sim,
    http: reqwest::Client,
}

impl Bench {
    async fn new() -> Self {
        Self::of(SMALL).await
    }

    async fn of(options: Options) -> Self {
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { sim: serve(options).await.unwrap(), http }
    }

    fn handle(&self, dc: &str) -> Handle {
        self.sim.handle(dc).unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sim.addresses()[0].1)
    }

    async fn get(&self, path: &str) -> Reply {
        self.try_get(path).await.unwrap()
    }

    async fn try_get(&self, path: &str) -> reqwest::Result<Reply> {
        Reply::read(self.http.get(self.url(path)).send().await?).await
    }

    async fn put(&self, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        let sent = self.http.put(self.url(path)).body(body).send().await.unwrap();
        Reply::read(sent).await.unwrap()
    }

    async fn delete(&self, path: &str) -> Reply {
        Reply::read(self.http.delete(self.url(path)).send().await.unwrap()).await.unwrap()
    }

    /// Starts a blocking query from the present index, and returns once it is blocked.
    async fn block(&self, dc: &str, path: &str) -> (u64, tokio::task::JoinHandle<Reply>) {
        let index = self.get(path).await.index.unwrap();
        let join = if path.contains('?') { '&' } else { '?' };
        let sent = self.http.get(self.url(&format!("{path}{join}index={index}&wait=15s")));
        let before = self.handle(dc).blocked();
        let reply =
            tokio::spawn(async move { Reply::read(sent.send().await.unwrap()).await.unwrap() });
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.handle(dc).blocked() <= before {
            assert!(tokio::time::Instant::now() < deadline, "'{path}' never blocked");
            tokio::task::yield_now().await;
        }
        (index, reply)
    }
}

impl Reply {
    async fn read(response: reqwest::Response) -> reqwest::Result<Self> {
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        Ok(Self {
            status: response.status().as_u16(),
            index: header("x-consul-index").map(|text| text.parse().unwrap()),
            known_leader: header("x-consul-knownleader"),
            text: response.text().await?,
        })
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn len(&self) -> usize {
        self.json().as_array().unwrap().len()
    }
}
