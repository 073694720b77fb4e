//! What a datacenter has from its primary: ACL replication, federation states, CA roots, config
//! entries and intentions.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Interner, Text};
use crate::domain::ids::Dc;

/// What a datacenter says of its own replication of ACLs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclReplication {
    /// False in the primary, and where ACLs are not replicated.
    pub is_enabled: bool,
    /// Stays true whatever fails.
    pub is_running: bool,
    /// Whether tokens are replicated too, and not only policies and roles.
    pub has_tokens: bool,
    /// The primary.
    pub source: Option<Dc>,
    /// How far policies, roles and tokens are, in the primary's indexes.
    pub replicated: [u64; 3],
    /// When it last succeeded (UTC); it may be minutes ago when there is nothing to do.
    pub last_success: Option<DateTime<Utc>>,
    /// When it last failed (UTC).
    pub last_error: Option<DateTime<Utc>>,
    /// Why it failed; empty when the version does not say.
    pub last_error_text: Arc<str>,
}

/// The state of one federated datacenter, as one of them has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederationState {
    /// Whose state it is.
    pub dc: Dc,
    /// Its index in the primary, as it was replicated.
    pub primary_index: u64,
    /// Its index where it was read.
    pub modify_index: u64,
}

/// Whom a datacenter's certificate authority trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
    /// The active root.
    pub active: Arc<str>,
    /// The trust domain.
    pub trust_domain: Arc<str>,
}

/// Entries of one kind without their indexes, by name.
pub type Bodies = BTreeMap<String, Value>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAcl<'a> {
    enabled: bool,
    running: bool,
    #[serde(borrow, default)]
    source_datacenter: Text<'a>,
    #[serde(borrow, default)]
    replication_type: Text<'a>,
    #[serde(default)]
    replicated_index: u64,
    #[serde(default)]
    replicated_role_index: u64,
    #[serde(default)]
    replicated_token_index: u64,
    last_success: Option<DateTime<Utc>>,
    last_error: Option<DateTime<Utc>>,
    #[serde(borrow, default)]
    last_error_message: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireState<'a> {
    #[serde(borrow)]
    datacenter: Text<'a>,
    #[serde(default)]
    primary_modify_index: u64,
    modify_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireRoots<'a> {
    #[serde(borrow, rename = "ActiveRootID", default)]
    active_root_id: Text<'a>,
    #[serde(borrow, default)]
    trust_domain: Text<'a>,
}

/// `/v1/acl/replication`.
pub(crate) fn acl_replication(
    text: &str,
    names: &mut Interner,
) -> serde_json::Result<AclReplication> {
    let wire: WireAcl<'_> = serde_json::from_str(text)?;
    // "Never" is the first second of Go's calendar.
    let ever = |at: Option<DateTime<Utc>>| at.filter(|at| at.timestamp() > 0);
    Ok(AclReplication {
        is_enabled: wire.enabled,
        is_running: wire.running,
        has_tokens: &*wire.replication_type == "tokens",
        source: (!wire.source_datacenter.is_empty()).then(|| names.name(&wire.source_datacenter)),
        replicated: [
            wire.replicated_index,
            wire.replicated_role_index,
            wire.replicated_token_index,
        ],
        last_success: ever(wire.last_success),
        last_error: ever(wire.last_error),
        last_error_text: names.text(&wire.last_error_message),
    })
}

/// `/v1/internal/federation-states`.
pub(crate) fn federation_states(
    text: &str,
    names: &mut Interner,
) -> serde_json::Result<Vec<FederationState>> {
    let list: Option<Vec<WireState<'_>>> = serde_json::from_str(text)?;
    let read = |state: WireState<'_>| FederationState {
        dc: names.name(&state.datacenter),
        primary_index: state.primary_modify_index,
        modify_index: state.modify_index,
    };
    Ok(list.unwrap_or_default().into_iter().map(read).collect())
}

/// `/v1/connect/ca/roots`.
pub(crate) fn roots(text: &str, names: &mut Interner) -> serde_json::Result<Roots> {
    let wire: WireRoots<'_> = serde_json::from_str(text)?;
    let (active, trust_domain) = (&wire.active_root_id, &wire.trust_domain);
    Ok(Roots { active: names.text(active), trust_domain: names.text(trust_domain) })
}

/// `/v1/config/KIND` and `/v1/connect/intentions`. What only tells where or when it was written is
/// left out; `name` finds what an entry is called.
pub(crate) fn bodies(
    text: &str,
    name: impl Fn(&Map<String, Value>) -> String,
) -> serde_json::Result<Bodies> {
    let list: Option<Vec<Map<String, Value>>> = serde_json::from_str(text)?;
    let read = |mut body: Map<String, Value>| {
        let name = name(&body);
        for field in ["CreateIndex", "ModifyIndex", "Hash"] {
            body.remove(field);
        }
        (name, Value::Object(body))
    };
    Ok(list.unwrap_or_default().into_iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replication_that_fails_still_says_that_it_runs() {
        let text = include_str!("../../../tests/fixtures/acl-replication-broken-token.json");
        let read = acl_replication(text, &mut Interner::default()).unwrap();
        assert!(read.is_enabled && read.is_running && read.has_tokens);
        assert_eq!(read.source.as_ref().map(Dc::as_str), Some("dc-1"));
        assert_eq!(read.replicated, [483, 1, 484]);
        assert!(read.last_error > read.last_success);
    }

    #[test]
    fn never_is_no_time() {
        let text = r#"{"Enabled":false,"Running":false,"SourceDatacenter":"",
            "LastSuccess":"0001-01-01T00:00:00Z","LastError":"0001-01-01T00:00:00Z"}"#;
        let read = acl_replication(text, &mut Interner::default()).unwrap();
        assert_eq!(read, AclReplication::default());
    }

    #[test]
    fn indexes_are_no_part_of_a_body() {
        let text = r#"[{"Name":"web","Protocol":"http","CreateIndex":1,"ModifyIndex":2}]"#;
        let name = |body: &Map<String, Value>| body["Name"].as_str().unwrap().to_owned();
        let read = bodies(text, name).unwrap();
        assert_eq!(read["web"], serde_json::json!({ "Name": "web", "Protocol": "http" }));
        assert!(bodies("null", name).unwrap().is_empty());
    }
}
