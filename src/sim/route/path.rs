//! Which endpoint a path is, and what it accepts.

use std::sync::Arc;

use hyper::Method;

use crate::sim::model::Status;
use crate::sim::request::Request;
use crate::sim::resource::{Instances, Resource};
use crate::sim::sessions::is_id;

/// An endpoint with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Something that can be read with a blocking query.
    Read(Resource),
    /// A path whose argument is missing, with Consul's complaint.
    Invalid(&'static str),
    /// `/`
    Root,
    /// `/v1/catalog/datacenters`
    Datacenters,
    /// `/v1/coordinate/datacenters`
    WanCoordinates,
    /// `/v1/agent/self`
    About,
    /// `/v1/agent/members`
    Members,
    /// `/v1/status/leader`
    Leader,
    /// `/v1/status/peers`
    Peers,
    /// `/v1/operator/autopilot/health`
    Autopilot,
    /// `/v1/operator/raft/configuration`
    RaftConfiguration,
    /// `/v1/acl/token/self`
    TokenSelf,
    /// `/v1/event/list`
    Events,
    /// A write to `/v1/kv/KEY`
    Key(String),
    /// `/v1/session/create`
    CreateSession,
    /// `/v1/session/destroy/ID`
    DestroySession(Arc<str>),
    /// `/v1/session/info/ID` of what is no id
    NoSession,
    /// `/v1/catalog/register`
    Register,
    /// `/v1/catalog/deregister`
    Deregister,
    /// `/v1/txn`
    Transaction,
}

impl Endpoint {
    /// The endpoint of a request, if Consul 1.8 knows it.
    pub fn of(request: &Request) -> Option<Self> {
        if let Some(key) = request.path.strip_prefix("/v1/kv/") {
            return Some(key_endpoint(key, request));
        }
        let fixed = match request.path.as_str() {
            "/" => Self::Root,
            "/v1/catalog/datacenters" => Self::Datacenters,
            "/v1/catalog/nodes" => Self::Read(Resource::Nodes),
            "/v1/catalog/services" => Self::Read(services(request)),
            "/v1/catalog/register" => Self::Register,
            "/v1/catalog/deregister" => Self::Deregister,
            "/v1/internal/ui/services" => Self::Read(Resource::Summary),
            "/v1/internal/ui/nodes" => Self::Read(Resource::UiNodes),
            "/v1/session/list" => Self::Read(Resource::Sessions),
            "/v1/session/create" => Self::CreateSession,
            "/v1/coordinate/nodes" => Self::Read(Resource::Coordinates),
            "/v1/coordinate/datacenters" => Self::WanCoordinates,
            "/v1/status/leader" => Self::Leader,
            "/v1/status/peers" => Self::Peers,
            "/v1/operator/autopilot/health" => Self::Autopilot,
            "/v1/operator/raft/configuration" => Self::RaftConfiguration,
            "/v1/agent/self" => Self::About,
            "/v1/agent/members" => Self::Members,
            "/v1/acl/token/self" => Self::TokenSelf,
            "/v1/event/list" => Self::Events,
            "/v1/txn" => Self::Transaction,
            path => return named(path, request),
        };
        Some(fixed)
    }

    /// The methods it takes, as the `Allow` header lists them.
    pub fn methods(&self) -> &'static str {
        match self {
            Self::Key(_) => "OPTIONS,GET,PUT,DELETE",
            Self::Read(resource) if resource.is_kv() => "OPTIONS,GET,PUT,DELETE",
            Self::Register
            | Self::Deregister
            | Self::Transaction
            | Self::CreateSession
            | Self::DestroySession(_) => "OPTIONS,PUT",
            _ => "OPTIONS,GET",
        }
    }

    /// Whether it is always about the agent that is asked, whatever `?dc=` says.
    pub fn is_local(&self) -> bool {
        matches!(
            self,
            Self::Root
                | Self::Datacenters
                | Self::WanCoordinates
                | Self::About
                | Self::Members
                | Self::Events
        )
    }
}

fn key_endpoint(key: &str, request: &Request) -> Endpoint {
    if request.method != Method::GET {
        return Endpoint::Key(key.to_owned());
    }
    let key = key.to_owned();
    let resource = if request.has("keys") {
        let separator = request.parameter("separator").unwrap_or_default();
        Resource::Keys(key, separator.to_owned())
    } else if request.has("recurse") {
        Resource::Entries(key)
    } else if key.is_empty() {
        return Endpoint::Invalid("Missing key name");
    } else if request.has("raw") {
        Resource::RawKey(key)
    } else {
        Resource::Key(key)
    };
    Endpoint::Read(resource)
}

fn named(path: &str, request: &Request) -> Option<Endpoint> {
    let (family, name) = split(path)?;
    let name: Arc<str> = Arc::from(name);
    let (resource, missing) = match family {
        "/v1/catalog/node/" => (Resource::Node(name.clone()), "Missing node name"),
        "/v1/catalog/node-services/" => (Resource::NodeServices(name.clone()), "Missing node name"),
        "/v1/catalog/service/" => {
            (Resource::CatalogService(name.clone(), tags(request)), "Missing service name")
        }
        "/v1/health/node/" => (Resource::ChecksOfNode(name.clone()), "Missing node name"),
        "/v1/health/checks/" => (Resource::ChecksOfService(name.clone()), "Missing service name"),
        "/v1/health/service/" => {
            let which = if request.has("passing") { Instances::Passing } else { Instances::All };
            (Resource::HealthService(name.clone(), which, tags(request)), "Missing service name")
        }
        "/v1/health/state/" => (checks_in(&name), "Missing check state"),
        "/v1/session/info/" if !name.is_empty() && !is_id(&name) => {
            return Some(Endpoint::NoSession);
        }
        "/v1/session/info/" => (Resource::Session(name.clone()), "Missing session"),
        "/v1/session/destroy/" => return Some(Endpoint::DestroySession(name)),
        _ => return None,
    };
    Some(if name.is_empty() { Endpoint::Invalid(missing) } else { Endpoint::Read(resource) })
}

fn services(request: &Request) -> Resource {
    let pairs = request.parameters("node-meta").map(|pair| {
        let (key, value) = pair.split_once(':').unwrap_or((pair, ""));
        (Arc::from(key), Arc::from(value))
    });
    let pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() { Resource::Services } else { Resource::ServicesOn(pairs) }
}

fn tags(request: &Request) -> Vec<Arc<str>> {
    request.parameters("tag").map(|tag| Arc::from(tag.to_lowercase())).collect()
}

/// The fixed part of a path, with its slash, and the name after it. A name may hold slashes.
fn split(path: &str) -> Option<(&str, &str)> {
    let third = path.match_indices('/').nth(3)?.0;
    path.split_at_checked(third + 1)
}

fn checks_in(word: &str) -> Resource {
    match Status::parse(word) {
        Some(status) => Resource::Checks(Some(status)),
        None if word == "any" => Resource::Checks(None),
        None => Resource::NoChecks,
    }
}
