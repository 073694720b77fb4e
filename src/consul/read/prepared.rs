//! What consumers ask for: passing instances, and prepared queries.

use super::Query;
use crate::consul::encode_segment;
use crate::consul::wire::{self, Prepared};
use crate::domain::catalog::InstanceKey;
use crate::domain::consumers::Executed;
use crate::domain::ids::ServiceName;

/// The prepared queries that the token may see.
pub fn prepared_queries() -> Query<Vec<Prepared>> {
    Query::new("/v1/query", wire::prepared)
}

/// What a prepared query answers, by its name or id.
pub fn executed(name: &str) -> Query<Executed> {
    Query::new(format!("/v1/query/{}/execute", encode_segment(name)), wire::executed)
}

/// The passing instances of a service as the server picks them, by their names only.
pub fn passing(service: &ServiceName) -> Query<Vec<InstanceKey>> {
    let path = format!("/v1/health/service/{}", encode_segment(service.as_str()));
    Query::new(path, wire::instance_keys).with(|request| request.flag("passing"))
}
