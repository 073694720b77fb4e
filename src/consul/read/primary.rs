//! What a secondary datacenter has from its primary, and what the primary has.

use serde_json::{Map, Value};

use super::Query;
use crate::consul::wire::{self, AclReplication, Bodies, FederationState, Roots};

/// How a datacenter replicates ACLs from its primary.
pub fn acl_replication() -> Query<AclReplication> {
    Query::new("/v1/acl/replication", wire::acl_replication)
}

/// The lists of ACLs whose indexes replication follows, in the order of
/// [`AclReplication::replicated`]. Only the answer's index counts; where the list can be limited
/// without changing the index, it is.
pub fn acl_lists() -> [Query<()>; 3] {
    let managing = |path: &str| {
        Query::new(path, |_, _| Ok(())).with(|it| it.query("policy", super::GLOBAL_MANAGEMENT))
    };
    let policies = Query::new("/v1/acl/policies", |_, _| Ok(()));
    [policies, managing("/v1/acl/roles"), managing("/v1/acl/tokens")]
}

/// The federation states that a datacenter has.
pub fn federation_states() -> Query<Vec<FederationState>> {
    Query::new("/v1/internal/federation-states", wire::federation_states)
}

/// The roots that a datacenter's certificate authority trusts.
pub fn roots() -> Query<Roots> {
    Query::new("/v1/connect/ca/roots", wire::roots)
}

/// The config entries of a kind.
pub fn config_entries(kind: &str) -> Query<Bodies> {
    Query::new(format!("/v1/config/{kind}"), |text, _| wire::bodies(text, name))
}

/// The intentions, as they are listed by themselves.
pub fn intentions() -> Query<Bodies> {
    Query::new("/v1/connect/intentions", |text, _| wire::bodies(text, whose))
}

fn name(body: &Map<String, Value>) -> String {
    // Enterprise servers have the same name in many namespaces.
    let part = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    match part("Namespace") {
        "" | "default" => part("Name").to_owned(),
        namespace => format!("{namespace}/{}", part("Name")),
    }
}

fn whose(body: &Map<String, Value>) -> String {
    let part = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let of = |namespace: &str, name: &str| match part(namespace) {
        "" | "default" => part(name).to_owned(),
        namespace => format!("{namespace}/{}", part(name)),
    };
    format!("{} -> {}", of("SourceNS", "SourceName"), of("DestinationNS", "DestinationName"))
}
