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

/// `/v1/catalog/service/NAME`: what its instances say of whom they call.
pub(in crate::consul) fn edges(text: &str, told: &Told) -> serde_json::Result<Vec<Edge>> {
    let rows: Option<Vec<WireService>> = serde_json::from_str(text)?;
    let mut edges = Vec::new();
    for row in rows.unwrap_or_default() {
        row.of_proxy(&mut edges);
        row.of_meta(told, &mut edges);
    }
    edges.sort_unstable();
    edges.dedup();
    Ok(edges)
}

impl WireService {
    /// A proxy calls for the service that it stands before; a gateway for itself.
    fn of_proxy(&self, edges: &mut Vec<Edge>) {
        let Some(proxy) = self.proxy.as_ref().filter(|_| !self.kind.is_empty()) else {
            return;
        };
        let of = proxy.destination_service_name.as_str();
        let from = ServiceName::from(if of.is_empty() { &self.name } else { of });
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

    fn of_meta(&self, told: &Told, edges: &mut Vec<Edge>) {
        let Some(meta) = &self.meta else { return };
        for text in told.meta.iter().filter_map(|key| meta.get(&**key)) {
            edges.extend(Told::named(text).map(|(to, to_dc)| Edge {
                from: self.name.as_str().into(),
                to,
                to_dc,
                source: Source::Meta,
            }));
        }
    }
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
        let edges = edges(text, &Told::default()).unwrap();
        let words: Vec<String> = edges
            .iter()
            .map(|it| format!("{} {} {:?} {}", it.from, it.to, it.to_dc, it.source.word()))
            .collect();
        assert_eq!(
            words,
            ["web api Some(Dc(\"dc-2\")) proxy", "web-sidecar-proxy queue None meta"]
        );
    }

    #[test]
    fn intentions_that_allow_by_name_are_edges() {
        let text = r#"[{"SourceName":"web","DestinationName":"api","Action":"allow"},
            {"SourceName":"*","DestinationName":"api","Action":"allow"},
            {"SourceName":"web","DestinationName":"db","Action":"deny"}]"#;
        assert_eq!(intentions(text, &mut Interner::default()).unwrap().len(), 1);
    }
}
