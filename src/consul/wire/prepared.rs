//! Prepared queries and their answers.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Interner, Text, nullable};
use crate::domain::catalog::InstanceKey;
use crate::domain::consumers::Executed;
use crate::domain::ids::{Dc, ServiceName};

/// A prepared query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// By what it is executed: its name, or its id where it has none.
    pub name: Arc<str>,
    /// The service that it looks for.
    pub service: ServiceName,
    /// True when it picks some instances only: by tags or meta data.
    pub is_picky: bool,
    /// True for a template, which answers for many names.
    pub is_template: bool,
    /// The datacenters that it goes to where the own one has no instance, as it names them.
    pub fails_over: Vec<Dc>,
    /// True when it goes to the nearest ones too, or only.
    pub fails_over_near: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireQuery<'a> {
    #[serde(borrow, rename = "ID")]
    id: Text<'a>,
    name: Text<'a>,
    template: WireTemplate<'a>,
    service: WireTarget<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireTemplate<'a> {
    #[serde(borrow, rename = "Type")]
    kind: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireTarget<'a> {
    #[serde(borrow)]
    service: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    tags: Vec<Text<'a>>,
    #[serde(deserialize_with = "nullable")]
    node_meta: Map<String, Value>,
    #[serde(deserialize_with = "nullable")]
    service_meta: Map<String, Value>,
    failover: WireFailover<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireFailover<'a> {
    #[serde(rename = "NearestN")]
    nearest: usize,
    #[serde(borrow, rename = "Datacenters", deserialize_with = "nullable")]
    datacenters: Vec<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireEntry<'a> {
    #[serde(borrow)]
    node: WireNode<'a>,
    service: WireService<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireNode<'a> {
    #[serde(borrow)]
    node: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireService<'a> {
    #[serde(borrow, rename = "ID")]
    id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireExecuted<'a> {
    #[serde(borrow)]
    datacenter: Text<'a>,
    failovers: usize,
    #[serde(deserialize_with = "nullable")]
    nodes: Vec<WireEntry<'a>>,
}

/// `/v1/query`.
pub(crate) fn prepared(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Prepared>> {
    let list: Option<Vec<WireQuery<'_>>> = serde_json::from_str(text)?;
    let read = |wire: WireQuery<'_>| {
        let name = if wire.name.is_empty() { &wire.id } else { &wire.name };
        let target = &wire.service;
        Prepared {
            name: names.text(name),
            service: names.name(&target.service),
            is_picky: !target.tags.is_empty()
                || !target.node_meta.is_empty()
                || !target.service_meta.is_empty(),
            is_template: !wire.template.kind.is_empty(),
            fails_over: target.failover.datacenters.iter().map(|dc| names.name(dc)).collect(),
            fails_over_near: target.failover.nearest > 0,
        }
    };
    Ok(list.unwrap_or_default().into_iter().map(read).collect())
}

/// `/v1/query/NAME/execute`.
pub(crate) fn executed(text: &str, names: &mut Interner) -> serde_json::Result<Executed> {
    let wire: WireExecuted<'_> = serde_json::from_str(text)?;
    Ok(Executed {
        dc: names.name(&wire.datacenter),
        failovers: wire.failovers,
        keys: keys(&wire.nodes, names),
        is_picky: false,
    })
}

/// The names of instances in `/v1/health/service/X`.
pub(crate) fn instance_keys(
    text: &str,
    names: &mut Interner,
) -> serde_json::Result<Vec<InstanceKey>> {
    let list: Option<Vec<WireEntry<'_>>> = serde_json::from_str(text)?;
    Ok(keys(&list.unwrap_or_default(), names))
}

fn keys(entries: &[WireEntry<'_>], names: &mut Interner) -> Vec<InstanceKey> {
    let key = |entry: &WireEntry<'_>| InstanceKey {
        node: names.name(&entry.node.node),
        id: names.name(&entry.service.id),
    };
    entries.iter().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_by_name_or_id_and_templates_are_told() {
        // Consul 1.8.7, GET /v1/query.
        let text = r#"[
            {"ID":"a1","Name":"web-geo","Template":{"Type":"","Regexp":""},"Service":{"Service":"web",
             "Failover":{"NearestN":2,"Datacenters":["dc-2"]},"OnlyPassing":false,"Tags":null,"NodeMeta":null,
             "ServiceMeta":null}},
            {"ID":"a2","Name":"","Service":{"Service":"web","Tags":["v2"]}},
            {"ID":"a3","Name":"geo-","Template":{"Type":"name_prefix_match"},"Service":{"Service":"${name.full}"}}
        ]"#;
        let all = prepared(text, &mut Interner::default()).unwrap();
        let seen: Vec<_> = all.iter().map(|it| (&*it.name, it.is_picky, it.is_template)).collect();
        assert_eq!(seen, [("web-geo", false, false), ("a2", true, false), ("geo-", false, true)]);
        assert_eq!(all[0].service.as_str(), "web");
        assert_eq!((&*all[0].fails_over, all[0].fails_over_near), (&[Dc::from("dc-2")][..], true));
        assert!(all[1].fails_over.is_empty() && !all[1].fails_over_near);
    }

    #[test]
    fn an_answer_says_which_datacenter_it_is_from() {
        let text = r#"{"Service":"web","Nodes":[{"Node":{"Node":"n-1"},"Service":{"ID":"web-1"}}],
            "DNS":{"TTL":""},"Datacenter":"dc-2","Failovers":1}"#;
        let answer = executed(text, &mut Interner::default()).unwrap();
        assert_eq!((answer.dc.as_str(), answer.failovers), ("dc-2", 1));
        assert_eq!(answer.keys[0].id.as_str(), "web-1");
        let none = executed(r#"{"Nodes":null,"Datacenter":"dc-1"}"#, &mut Interner::default());
        assert!(none.unwrap().keys.is_empty());
    }
}
