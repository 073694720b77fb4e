//! What is asked of an agent: a description, not yet sent.
//!
//! Built in the style `Request::get("/v1/nodes").block(index, wait).stale()`. The datacenter,
//! token and tenancy are the client's and are added when it is sent.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;

use super::peek::Peek;

/// One request to Consul's HTTP API.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) consistency: Consistency,
    pub(super) block: Option<Block>,
    pub(super) timeout: Option<Duration>,
    pub(super) lane: Lane,
    pub(super) gzip: bool,
    /// Its connection is wanted again at once, also where there are few.
    pub(super) keeps: bool,
    pub(super) body: Option<Bytes>,
    pub(super) longest: Option<usize>,
    pub(super) peek: Option<Peek>,
}

/// Whether any server may answer, or only the leader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// The leader answers; without one, an error after some seconds.
    #[default]
    Default,
    /// The leader answers when a majority has confirmed that it is: one that was cut off, or stood
    /// still, answers with old data otherwise until it finds out.
    Consistent,
    /// Any server answers at once, perhaps with old data (the answer says how old).
    Stale,
}

/// Wait for something newer than `index`, for at most `wait`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The index of the answer that is already here.
    pub index: u64,
    /// How long the server may hold the request (it adds up to a sixteenth).
    pub wait: Duration,
}

/// Which of the two connection pools carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lane {
    /// Blocking queries, bounded by the [`super::Budget`].
    Watch,
    /// Everything that somebody waits for; never behind a blocking query.
    #[default]
    Call,
}

impl Request {
    /// A GET of `path`, which begins with `/v1/` and whose names are already encoded
    /// ([`super::encode_path`], [`super::encode_segment`]).
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A PUT of `body` to `path`.
    pub fn put(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: Some(body.into()), ..Self::new(Method::PUT, path) }
    }

    /// A DELETE of `path`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            consistency: Consistency::Default,
            block: None,
            timeout: None,
            lane: Lane::Call,
            gzip: false,
            keeps: false,
            body: None,
            longest: None,
            peek: None,
        }
    }

    /// Adds a query parameter; the value is encoded when sent.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a query parameter without a value (`?keys`).
    #[must_use]
    pub fn flag(self, name: &'static str) -> Self {
        self.query(name, "")
    }

    /// Makes it a blocking query, and puts it in the lane of watches.
    #[must_use]
    pub fn block(mut self, index: u64, wait: Duration) -> Self {
        self.block = Some(Block { index, wait });
        self.lane = Lane::Watch;
        self
    }

    /// Lets any server answer, perhaps with old data.
    #[must_use]
    pub fn stale(self) -> Self {
        self.consistency(Consistency::Stale)
    }

    /// Lets only a leader answer that is sure to be it.
    #[must_use]
    pub fn consistent(self) -> Self {
        self.consistency(Consistency::Consistent)
    }

    /// Sets who may answer.
    #[must_use]
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.consistency = consistency;
        self
    }

    /// Asks for a compressed answer: worth it over a long way, a cost on loopback.
    #[must_use]
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Chooses the connection pool.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// Gives up on an answer that is longer than so many bytes, instead of the usual bound.
    #[must_use]
    pub fn longest(mut self, bytes: usize) -> Self {
        self.longest = Some(bytes);
        self
    }

    /// Looks at the beginning of a long answer while the rest is on its way.
    #[must_use]
    pub fn peek(mut self, peek: Option<Peek>) -> Self {
        self.peek = peek;
        self
    }

    /// Bounds the whole exchange, body included, instead of the usual bounds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}
