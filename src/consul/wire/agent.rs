//! The agent itself, what gossip tells it over the WAN, and what the token may do.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::{Interner, Text, nullable};
use crate::domain::coordinate::Coordinate;
use crate::domain::ids::{Dc, NodeName};
use crate::domain::wan::{Member, MemberState};

/// Who the agent is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSelf {
    /// The datacenter that it lives in.
    pub dc: Dc,
    /// Its node name.
    pub node: NodeName,
    /// Its Consul version.
    pub version: Arc<str>,
    /// True when it is a server.
    pub is_server: bool,
    /// The primary datacenter of its own; its own where there is no other.
    pub primary: Option<Dc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireSelf<'a> {
    #[serde(borrow)]
    config: WireConfig<'a>,
    #[serde(borrow, default, rename = "DebugConfig", deserialize_with = "nullable")]
    debug: WireDebug<'a>,
}

/// All settings of the agent; only a detail of it is no version's secret.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireDebug<'a> {
    #[serde(borrow)]
    primary_datacenter: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireConfig<'a> {
    #[serde(borrow)]
    datacenter: Text<'a>,
    node_name: Text<'a>,
    version: Text<'a>,
    server: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireMember<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    tags: HashMap<Text<'a>, Text<'a>>,
    #[serde(default)]
    status: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WirePlace<'a> {
    #[serde(borrow)]
    datacenter: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    coordinates: Vec<WireNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireNode {
    coord: WireCoordinate,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireCoordinate {
    #[serde(deserialize_with = "nullable")]
    vec: Vec<f64>,
    error: f64,
    adjustment: f64,
    height: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireToken<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    policies: Vec<WirePolicy<'a>>,
}

#[derive(Deserialize)]
struct WirePolicy<'a> {
    #[serde(borrow, rename = "ID", default)]
    id: Text<'a>,
}

/// `/v1/agent/self`.
pub(crate) fn agent_self(text: &str, names: &mut Interner) -> serde_json::Result<AgentSelf> {
    let WireSelf { config, debug } = serde_json::from_str(text)?;
    let primary = &debug.primary_datacenter;
    Ok(AgentSelf {
        dc: names.name(&config.datacenter),
        node: names.name(&config.node_name),
        version: names.text(&config.version),
        is_server: config.server,
        primary: (!primary.is_empty()).then(|| names.name(primary)),
    })
}

/// `/v1/agent/members?wan=1`; a client agent knows none.
pub(crate) fn members(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Member>> {
    let list: Option<Vec<WireMember<'_>>> = serde_json::from_str(text)?;
    let read = |member: &WireMember<'_>| {
        let tag = |name: &str| member.tags.iter().find(|(key, _)| &***key == name);
        let dc = tag("dc")?.1;
        // In the WAN pool a name is followed by its datacenter's.
        let ending = format!(".{}", &**dc);
        let name = member.name.strip_suffix(&*ending).unwrap_or(&member.name);
        // A build is a version, a colon and a revision that is often left out.
        let version = tag("build").map_or("", |(_, build)| build.split(':').next().unwrap_or(""));
        Some(Member {
            name: names.name(name),
            dc: names.name(dc),
            state: MemberState::of(member.status),
            version: names.text(version),
            expect: tag("expect").and_then(|(_, value)| value.parse().ok()),
        })
    };
    Ok(list.unwrap_or_default().iter().filter_map(read).collect())
}

/// `/v1/coordinate/datacenters`: the servers' coordinates by datacenter.
pub(crate) fn wan_coordinates(
    text: &str,
    names: &mut Interner,
) -> serde_json::Result<HashMap<Dc, Vec<Coordinate>>> {
    let list: Option<Vec<WirePlace<'_>>> = serde_json::from_str(text)?;
    let mut places: HashMap<Dc, Vec<Coordinate>> = HashMap::new();
    for place in list.unwrap_or_default() {
        let servers = place.coordinates.into_iter().map(WireNode::read);
        places.entry(names.name(&place.datacenter)).or_default().extend(servers);
    }
    Ok(places)
}

/// `/v1/coordinate/node/X`: one coordinate for each network segment that it is in.
pub(crate) fn coordinates(
    text: &str,
    _names: &mut Interner,
) -> serde_json::Result<Vec<Coordinate>> {
    let list: Option<Vec<WireNode>> = serde_json::from_str(text)?;
    Ok(list.unwrap_or_default().into_iter().map(WireNode::read).collect())
}

/// `/v1/acl/token/self`: the ids of the token's policies.
pub(crate) fn policies(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Arc<str>>> {
    let token: WireToken<'_> = serde_json::from_str(text)?;
    Ok(token.policies.iter().map(|policy| names.text(&policy.id)).collect())
}

impl WireNode {
    fn read(self) -> Coordinate {
        let WireCoordinate { vec, error, adjustment, height } = self.coord;
        Coordinate { vec, height, adjustment, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agent_says_who_it_is() {
        let text = include_str!("../../../tests/fixtures/agent-self.json");
        let read = agent_self(text, &mut Interner::default()).unwrap();
        assert_eq!((read.dc.as_str(), read.node.as_str()), ("dc-1", "server-1"));
        assert!(read.is_server);
    }

    #[test]
    fn members_tell_how_many_servers_there_should_be() {
        let text = include_str!("../../../tests/fixtures/agent-members-wan.json");
        let read = members(text, &mut Interner::default()).unwrap();
        let expect = |dc: &str| read.iter().find(|m| m.dc.as_str() == dc).unwrap().expect;
        assert_eq!(expect("dc-1"), Some(3));
        let told = |m: &Member| (m.name.to_string(), m.state, m.version.to_string());
        let first = ("server-1".to_owned(), MemberState::Alive, "1.8.7".to_owned());
        assert_eq!(told(&read[0]), first);
        let dead = read.iter().find(|m| m.state == MemberState::Failed).unwrap();
        assert_eq!(dead.dc.as_str(), "dc-4");
        assert!(members("null", &mut Interner::default()).unwrap().is_empty());
    }

    #[test]
    fn coordinates_are_grouped_by_datacenter() {
        let text = include_str!("../../../tests/fixtures/coordinate-datacenters.json");
        let read = wan_coordinates(text, &mut Interner::default()).unwrap();
        assert_eq!(read["dc-1"].len(), 3);
        assert_eq!(read["dc-1"][0].vec.len(), 8);
    }

    #[test]
    fn a_token_without_policies_has_none() {
        let text = r#"{"AccessorID":"a","Policies":null,"Roles":null}"#;
        assert!(policies(text, &mut Interner::default()).unwrap().is_empty());
    }
}
