//! On which nodes a service runs is long and hardly ever changes, while its counts do all the time: a
//! change that leaves the nodes as they were is recorded without them.
//!
//! Invariant: what was made slim beside a store is filled to what it was beside the same store. Where
//! that is not known, behind damage, a service has no nodes until the next whole store.

use std::sync::{Arc, LazyLock};

use crate::domain::catalog::ServiceHealth;
use crate::domain::feed::{Body, Report};
use crate::domain::ids::NodeName;
use crate::past::What;
use crate::store::Store;

/// What stands for the nodes of before: no node has an empty name.
static SAME: LazyLock<Arc<[NodeName]>> = LazyLock::new(|| [NodeName::default()].into());

/// Leaves out the nodes that `store`, which has not taken the change in yet, knows.
pub fn slim(store: &Store, what: What) -> What {
    each(store, what, |known, row| {
        let is_same = known
            .is_some_and(|known| Arc::ptr_eq(&known.nodes, &row.nodes) || known.nodes == row.nodes);
        is_same.then(|| Arc::clone(&SAME))
    })
}

/// Puts in the nodes that were left out.
pub fn fill(store: &Store, what: What) -> What {
    each(store, what, |known, row| {
        let is_slim = row.nodes == *SAME;
        is_slim.then(|| known.map(|known| Arc::clone(&known.nodes)).unwrap_or_default())
    })
}

/// Replaces the nodes of services where `nodes` gives others for what was known and what came.
fn each(
    store: &Store,
    what: What,
    nodes: impl Fn(Option<&ServiceHealth>, &ServiceHealth) -> Option<Arc<[NodeName]>>,
) -> What {
    let What::Report(Report::Feed(mut feed)) = what else { return what };
    if let Body::Services(delta) = &mut feed.body {
        let known = store.dc(&feed.dc).map(|dc| &dc.services);
        for (name, row) in &mut delta.upserts {
            let before = known.and_then(|known| known.get(name));
            if let Some(nodes) = nodes(before.map(AsRef::as_ref), row) {
                *row = Arc::new(ServiceHealth { nodes, ..ServiceHealth::clone(row) });
            }
        }
    }
    What::Report(Report::Feed(feed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delta::Delta;
    use crate::domain::feed::Feed;
    use crate::past::Entry;
    use crate::recording::code::tests::samples::second;

    fn services(nodes: &[&str], critical: usize) -> What {
        let mut row = ServiceHealth { name: "web".into(), ..ServiceHealth::default() };
        row.counts.critical = critical;
        row.nodes = nodes.iter().map(|name| NodeName::from(*name)).collect();
        let upserts = vec![(row.name.clone(), Arc::new(row))];
        let body = Body::Services(Delta { upserts, removed: vec!["gone".into()] });
        let feed = Feed { dc: "dc-1".into(), ticket: 0, at: second(0), body };
        What::Report(Report::Feed(Box::new(feed)))
    }

    #[test]
    fn nodes_that_stay_are_left_out_and_put_in_again() {
        let mut store = Store::default();
        let all = vec!["dc-1".into()];
        let datacenters = What::Report(Report::Datacenters { all, local: None });
        Entry { at: second(0), what: datacenters }.apply(&mut store);
        let steps = [(&["a", "b"][..], 0), (&["a", "b"], 1), (&["a"], 1), (&[], 1), (&[], 2)];
        for ((nodes, critical), is_slim) in steps.into_iter().zip([false, true, false, false, true])
        {
            let what = services(nodes, critical);
            let slimmed = slim(&store, what.clone());
            assert_eq!(slimmed != what, is_slim, "{nodes:?} {critical}");
            assert_eq!(fill(&store, slimmed), what);
            Entry { at: second(1), what }.apply(&mut store);
        }
    }

    #[test]
    fn where_nothing_is_known_there_are_no_nodes() {
        let what = services(&["a"], 0);
        let slimmed = each(&Store::default(), what, |_, _| Some(Arc::clone(&SAME)));
        assert_eq!(fill(&Store::default(), slimmed), services(&[], 0));
    }
}
