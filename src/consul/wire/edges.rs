//! Dependencies, as registrations and intentions tell them.

use std::collections::HashMap;

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
}

/// What the instances of a service say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whom they call, or whom the service calls that they stand before.
    pub edges: Vec<Edge>,
    /// They are sidecars: none of it is called by themselves.
    pub is_sidecar: bool,
    /// They are a gateway, which has a list of services of its own.
    pub is_gateway: bool,
}

/// `/v1/catalog/service/NAME`: what its instances say of whom they call.
pub(in crate::consul) fn edges(text: &str, told: &Told) -> serde_json::Result<Said> {
    let rows: Option<Vec<WireService>> = serde_json::from_str(text)?;
    let mut said = Said::default();
    let edges = &mut said.edges;
    for row in rows.unwrap_or_default() {
        said.is_sidecar |= row.kind == "connect-proxy";
        said.is_gateway |= matches!(&*row.kind, "ingress-gateway" | "terminating-gateway");
        row.of_proxy(edges);
        row.of_meta(told, edges);
    }
    edges.sort_unstable();
    edges.dedup();
    Ok(said)
}

impl WireService {
    /// A proxy calls for the service that it stands before; a gateway for itself.
    fn of_proxy(&self, edges: &mut Vec<Edge>) {
        let Some(proxy) = self.proxy.as_ref().filter(|_| !self.kind.is_empty()) else {
            return;
        };
        let from = self.caller();
        for upstream in proxy.upstreams.iter().flatten() {
            // A prepared query is no service.
            if matches!(upstream.destination_type.as_str(), "" | "service") {
                edges.push(Edge {
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
    let is_named = |it: &WireIntention| {
        it.action == "allow" && it.source_name != "*" && it.destination_name != "*"
    };
    let edge = |it: WireIntention| Edge {
        from: it.source_name.as_str().into(),
        to: it.destination_name.as_str().into(),
        to_dc: None,
        source: Source::Intention,
    };
    Ok(rows.unwrap_or_default().into_iter().filter(is_named).map(edge).collect())
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
        assert!(said.is_sidecar && !said.is_gateway);
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
            {"SourceName":"web","DestinationName":"db","Action":"deny"}]"#;
        assert_eq!(intentions(text, &mut Interner::default()).unwrap().len(), 1);
    }
}
