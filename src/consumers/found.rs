//! The load balancers of a datacenter: those of the settings, and those that register themselves.
//!
//! A registered one has a tag, or a meta that says where its statistics are. Anybody who may register
//! a service can name an address here: it is asked by HTTP, without any password, and never as a
//! file of this machine.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::consul::{ApiError, Client, read};
use crate::domain::catalog::Instance;
use crate::domain::consumers::{Balancer, Told};
use crate::domain::ids::Dc;

/// All load balancers of a datacenter, and why there may be more, where the catalog could not be read.
pub(super) async fn balancers(
    client: &Client,
    dc: &Dc,
    told: &Told,
) -> (Vec<Arc<Balancer>>, Option<ApiError>) {
    let own = told.balancers.iter().filter(|it| it.dc == *dc).cloned();
    let mut all: Vec<Arc<Balancer>> = own.collect();
    let services = match read::service_names().fetch(client).await {
        Ok((services, _)) => services,
        Err(error) => return (all, Some(error)),
    };
    let mut failed = None;
    let candidates = services.into_iter().filter(|service| {
        service.tags.iter().any(|tag| **tag == *told.tag) || told.services.contains(&service.name)
    });
    for service in candidates {
        match read::service_instances(&service.name, &Arc::default()).fetch(client).await {
            Ok((instances, _)) => {
                let found = instances.iter().filter_map(|it| of_instance(it, dc, told));
                all.extend(found.map(Arc::new));
            }
            Err(error) => failed = Some(error),
        }
    }
    let mut known = HashSet::new();
    all.retain(|it| known.insert(Arc::clone(&it.address)));
    named_apart(&mut all);
    (all, failed)
}

/// The load balancer that an instance is, if it is one.
fn of_instance(it: &Instance, dc: &Dc, told: &Told) -> Option<Balancer> {
    let meta = it.meta.get(&told.meta).map(AsRef::as_ref);
    let has_tag = it.tags.iter().any(|tag| **tag == *told.tag);
    let place = match meta {
        Some(place) if !place.is_empty() => place,
        Some(_) => &told.path,
        None if has_tag => &told.path,
        None => return None,
    };
    let address = if place.starts_with("http://") || place.starts_with("https://") {
        place.to_owned()
    } else if let Some(rest) = place.strip_prefix(':') {
        format!("http://{}:{rest}", bracketed(&it.address))
    } else if place.starts_with('/') {
        let port = if it.port == 0 { String::new() } else { format!(":{}", it.port) };
        format!("http://{}{port}{place}", bracketed(&it.address))
    } else {
        return None;
    };
    // Ids often repeat the service's name; a node tells more of a machine in front.
    let name =
        if it.id.as_str() == it.service.as_str() { it.node.as_str() } else { it.id.as_str() };
    Some(Balancer {
        name: name.into(),
        dc: dc.clone(),
        address: address.into(),
        auth: None,
        backends: BTreeMap::new(),
    })
}

fn bracketed(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}

/// Gives those of the same name numbers: a column is found by its name.
fn named_apart(all: &mut [Arc<Balancer>]) {
    let mut known: HashSet<Arc<str>> = HashSet::new();
    for balancer in all {
        let mut number = 2;
        while known.contains(&balancer.name) {
            let plain = balancer.name.split(" #").next().unwrap_or_default().to_owned();
            Arc::make_mut(balancer).name = format!("{plain} #{number}").into();
            number += 1;
        }
        known.insert(Arc::clone(&balancer.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Status;

    fn instance(tags: &[&str], meta: &[(&str, &str)]) -> Instance {
        Instance {
            service: "haproxy".into(),
            id: "edge-1".into(),
            node: "n-1".into(),
            address: "10.0.0.5".into(),
            port: 8404,
            tags: tags.iter().map(|tag| Arc::from(*tag)).collect(),
            meta: meta.iter().map(|(k, v)| (Arc::from(*k), Arc::from(*v))).collect(),
            checks: Vec::new(),
            status: Status::Passing,
            version: "".into(),
            modify_index: 1,
            create_index: 1,
        }
    }

    #[test]
    fn a_tag_or_a_meta_says_where_the_statistics_are() {
        let at = |tags: &[&str], meta: &[(&str, &str)]| {
            let told = Told::default();
            let found = of_instance(&instance(tags, meta), &"dc-1".into(), &told);
            found.map(|it| it.address.to_string())
        };
        let (tag, meta) = ("haproxy-stats", "haproxy-stats");
        assert_eq!(at(&[], &[]), None);
        assert_eq!(at(&[tag], &[]).as_deref(), Some("http://10.0.0.5:8404/stats"));
        let path = at(&[], &[(meta, "/haproxy?stats")]);
        assert_eq!(path.as_deref(), Some("http://10.0.0.5:8404/haproxy?stats"));
        let port = at(&[], &[(meta, ":9000/s")]);
        assert_eq!(port.as_deref(), Some("http://10.0.0.5:9000/s"));
        let url = at(&[tag], &[(meta, "https://lb.example.com/s")]);
        assert_eq!(url.as_deref(), Some("https://lb.example.com/s"));
    }

    #[test]
    fn a_catalog_leads_to_no_file_of_this_machine() {
        let told = Told::default();
        for place in ["unix:///run/docker.sock", "file:///etc/passwd", "ftp://x/"] {
            let it = instance(&["haproxy-stats"], &[("haproxy-stats", place)]);
            assert_eq!(of_instance(&it, &"dc-1".into(), &told), None, "{place}");
        }
    }
}
