//! Dependencies, as registrations and intentions tell them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use super::Interner;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::map::{Edge, Source, Told};

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireService {
    #[serde(rename = "ServiceName")]
    name: String,
    #[serde(rename = "ServiceKind")]
    kind: String,
    #[serde(rename = "ServiceMeta")]
    meta: Option<HashMap<String, String>>,
    #[serde(rename = "ServiceProxy")]
    proxy: Option<WireProxy>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireProxy {
    destination_service_name: String,
    upstreams: Option<Vec<WireUpstream>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireUpstream {
    destination_type: String,
    destination_name: String,
    datacenter: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireIntention {
    source_name: String,
    destination_name: String,
    action: String,
    permissions: Option<Vec<WirePermission>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WirePermission {
    action: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireTopology {
    upstreams: Option<Vec<WireNeighbour>>,
    #[serde(rename = "FilteredByACLs")]
    is_filtered: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireNeighbour {
    name: String,
    datacenter: String,
    source: String,
}

/// What the instances of a service say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whom they call, or whom the service calls that they stand before.
    pub edges: Vec<Edge>,
    /// The prepared queries that they call, each with who does.
    pub queries: Vec<(ServiceName, Arc<str>)>,
    /// The services that they stand before as sidecars: none of it is called by themselves.
    pub stands_before: BTreeSet<ServiceName>,
    /// They are a gateway, which has a list of services of its own.
    pub is_gateway: bool,
}

/// `/v1/catalog/service/NAME`: what its instances say of whom they call.
pub(in crate::consul) fn edges(text: &str, told: &Told) -> serde_json::Result<Said> {
    let rows: Option<Vec<WireService>> = serde_json::from_str(text)?;
    let mut said = Said::default();
    for row in rows.unwrap_or_default() {
        if row.kind == "connect-proxy" {
            said.stands_before.insert(row.caller());
        }
        said.is_gateway |= matches!(&*row.kind, "ingress-gateway" | "terminating-gateway");
        row.of_proxy(&mut said);
        row.of_meta(told, &mut said.edges);
    }
    said.edges.sort_unstable();
    said.edges.dedup();
    said.queries.sort_unstable();
    said.queries.dedup();
    Ok(said)
}

impl WireService {
    /// A proxy calls for the service that it stands before; a gateway for itself.
    fn of_proxy(&self, said: &mut Said) {
        let Some(proxy) = self.proxy.as_ref().filter(|_| !self.kind.is_empty()) else {
            return;
        };
        let from = self.caller();
        for upstream in proxy.upstreams.iter().flatten() {
            if upstream.destination_type == "prepared_query" {
                said.queries.push((from.clone(), upstream.destination_name.as_str().into()));
            } else if matches!(upstream.destination_type.as_str(), "" | "service") {
                said.edges.push(Edge {
                    from: from.clone(),
                    to: upstream.destination_name.as_str().into(),
                    to_dc: Some(upstream.datacenter.as_str())
                        .filter(|it| !it.is_empty())
                        .map(Dc::from),
                    source: Source::Proxy,
                });
            }
        }
    }

    /// For whom it speaks: a sidecar has the meta data of the service that it stands before.
    fn caller(&self) -> ServiceName {
        let of = self.proxy.as_ref().map_or("", |proxy| proxy.destination_service_name.as_str());
        ServiceName::from(if of.is_empty() { &self.name } else { of })
    }

    fn of_meta(&self, told: &Told, edges: &mut Vec<Edge>) {
        let Some(meta) = &self.meta else { return };
        for text in told.meta.iter().filter_map(|key| meta.get(&**key)) {
            edges.extend(Told::named(text).map(|(to, to_dc)| Edge {
                from: self.caller(),
                to,
                to_dc,
                source: Source::Meta,
            }));
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireGatewayService {
    gateway: WireName,
    service: WireName,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireName {
    name: String,
}

/// `/v1/catalog/gateway-services/NAME`: the services that a gateway leads to.
pub(in crate::consul) fn gateway_services(
    text: &str,
    _names: &mut Interner,
) -> serde_json::Result<Vec<Edge>> {
    let rows: Option<Vec<WireGatewayService>> = serde_json::from_str(text)?;
    let edge = |it: WireGatewayService| Edge {
        from: it.gateway.name.as_str().into(),
        to: it.service.name.as_str().into(),
        to_dc: None,
        source: Source::Gateway,
    };
    let is_named = |it: &WireGatewayService| it.service.name != "*";
    Ok(rows.unwrap_or_default().into_iter().filter(is_named).map(edge).collect())
}

/// `/v1/connect/intentions`: those that allow one service to call another, all by name.
pub(in crate::consul) fn intentions(
    text: &str,
    _names: &mut Interner,
) -> serde_json::Result<Vec<Edge>> {
    let rows: Option<Vec<WireIntention>> = serde_json::from_str(text)?;
    // One that looks at requests allows some of them, in place of all.
    let allows = |it: &WireIntention| {
        let mut some = it.permissions.iter().flatten();
        it.action == "allow" || some.any(|permission| permission.action == "allow")
    };
    let is_named =
        |it: &WireIntention| allows(it) && it.source_name != "*" && it.destination_name != "*";
    let edge = |it: WireIntention| Edge {
        from: it.source_name.as_str().into(),
        to: it.destination_name.as_str().into(),
        to_dc: None,
        source: Source::Intention,
    };
    Ok(rows.unwrap_or_default().into_iter().filter(is_named).map(edge).collect())
}

/// `/v1/internal/ui/service-topology/NAME`: whom a service of the mesh calls, and whether some are
/// hidden. What may only be called since everything may is left out.
pub(in crate::consul) fn topology(
    text: &str,
    from: &ServiceName,
) -> serde_json::Result<(Vec<Edge>, bool)> {
    let wire: WireTopology = serde_json::from_str(text)?;
    let is_told = |it: &WireNeighbour| {
        !it.name.is_empty() && !matches!(it.source.as_str(), "default-allow" | "wildcard-intention")
    };
    let edge = |it: WireNeighbour| Edge {
        from: from.clone(),
        to: it.name.as_str().into(),
        to_dc: Some(it.datacenter).filter(|dc| !dc.is_empty()).map(|dc| Dc::from(dc.as_str())),
        source: Source::Topology,
    };
    let upstreams = wire.upstreams.unwrap_or_default();
    Ok((upstreams.into_iter().filter(is_told).map(edge).collect(), wire.is_filtered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_and_meta_are_read() {
        let text = r#"[{"ServiceName":"web-sidecar-proxy","ServiceKind":"connect-proxy",
            "ServiceMeta":{"depends-on":"queue"},"ServiceProxy":{"DestinationServiceName":"web",
            "Upstreams":[{"DestinationType":"service","DestinationName":"api","Datacenter":"dc-2"},
            {"DestinationType":"prepared_query","DestinationName":"q"}]}},
            {"ServiceName":"web","ServiceKind":"","ServiceMeta":null,"ServiceProxy":{}}]"#;
        let said = edges(text, &Told::default()).unwrap();
        assert!(said.stands_before.contains("web") && !said.is_gateway);
        assert_eq!(said.queries, [("web".into(), "q".into())]);
        let edges = said.edges;
        let words: Vec<String> = edges
            .iter()
            .map(|it| format!("{} {} {:?} {}", it.from, it.to, it.to_dc, it.source.word()))
            .collect();
        assert_eq!(words, ["web api Some(Dc(\"dc-2\")) proxy", "web queue None meta"]);
    }

    #[test]
    fn a_gateway_leads_to_its_services() {
        let text = r#"[{"Gateway":{"Name":"front"},"Service":{"Name":"web"},"GatewayKind":"ingress-gateway"},
            {"Gateway":{"Name":"front"},"Service":{"Name":"*"}}]"#;
        let edges = gateway_services(text, &mut Interner::default()).unwrap();
        assert!(edges.len() == 1 && edges[0].from.as_str() == "front", "{edges:?}");
    }

    #[test]
    fn intentions_that_allow_by_name_are_edges() {
        let text = r#"[{"SourceName":"web","DestinationName":"api","Action":"allow"},
            {"SourceName":"*","DestinationName":"api","Action":"allow"},
            {"SourceName":"web","DestinationName":"db","Action":"deny"},
            {"SourceName":"web","DestinationName":"shop","Action":"",
             "Permissions":[{"Action":"deny"},{"Action":"allow","HTTP":{"PathPrefix":"/v2"}}]}]"#;
        let edges = intentions(text, &mut Interner::default()).unwrap();
        let to: Vec<&str> = edges.iter().map(|it| it.to.as_str()).collect();
        assert_eq!(to, ["api", "shop"]);
    }

    #[test]
    fn a_topology_says_whom_a_service_calls_unless_everything_may_be_called() {
        let text = r#"{"Protocol":"http","TransparentProxy":true,"FilteredByACLs":true,"Upstreams":[
            {"Name":"api","Datacenter":"dc-2","Source":"proxy-registration","Intention":{"Allowed":true}},
            {"Name":"db","Datacenter":"dc-1","Source":"specific-intention"},
            {"Name":"all","Datacenter":"dc-1","Source":"default-allow"},
            {"Name":"any","Datacenter":"dc-1","Source":"wildcard-intention"}],
            "Downstreams":[{"Name":"front","Datacenter":"dc-1","Source":"proxy-registration"}]}"#;
        let (edges, is_filtered) = topology(text, &"web".into()).unwrap();
        let to: Vec<&str> = edges.iter().map(|it| it.to.as_str()).collect();
        assert_eq!((to, is_filtered), (vec!["api", "db"], true));
        assert!(topology(r#"{"Upstreams":null}"#, &"web".into()).unwrap().0.is_empty());
    }
}
