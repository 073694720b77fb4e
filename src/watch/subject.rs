//! What the screen shows of a datacenter beyond the lists that are always watched: the instances
//! of a service, the instances and checks of a node, sessions; what is of the KV store is in
//! [`super::kv`].

use std::sync::{Arc, Mutex, PoisonError};

use super::consumers::{watch_allocation, watch_consumers, watch_disagreements};
use super::context::Context;
use super::fresh::worse;
use super::inbox::Pending;
use super::kv;
use super::locks::watch_locks;
use super::map::watch_map;
use super::round_trip::watch_round_trip;
use super::sink::{Post, Sink};
use super::watcher::{Refusal, Watcher};
use crate::consul::read::{self, Meta};
use crate::consul::wire::OnNode;
use crate::domain::catalog::Instance;
use crate::domain::feed::{List, Subject};
use crate::domain::freshness::Freshness;
use crate::domain::health::{self, Check};
use crate::domain::ids::{NodeName, ServiceName};

/// Watches a subject for as long as it is polled.
pub(super) async fn watch_subject(ctx: Arc<Context>, subject: Subject) {
    match subject {
        Subject::Service(name) => watch_service(ctx, name).await,
        Subject::Node(name) => watch_node(ctx, name).await,
        Subject::Folder(prefix) => kv::watch_folder(ctx, prefix).await,
        Subject::Key(key) => kv::watch_key(ctx, key).await,
        Subject::Session(id) => kv::watch_session(ctx, id).await,
        Subject::Managers => kv::watch_managers(ctx).await,
        Subject::Sessions => watch_sessions(ctx).await,
        Subject::Locks(prefix) => watch_locks(ctx, prefix).await,
        Subject::Consumers(name) => watch_consumers(ctx, name).await,
        Subject::Allocation(id) => watch_allocation(ctx, id).await,
        Subject::Disagreements => watch_disagreements(ctx).await,
        Subject::Map => watch_map(ctx).await,
    }
}

async fn watch_service(ctx: Arc<Context>, name: ServiceName) {
    let subject = Subject::Service(name.clone());
    let list = List::Subject(subject.clone());
    let put = move |pending: &mut Pending, instances| {
        pending.subjects.entry(subject.clone()).or_default().instances = Some(instances);
    };
    let mut post = Post { ctx: Arc::clone(&ctx), list, put };
    let watcher = Watcher::new(&ctx, read::service_instances(&name, &ctx.versions), Refusal::Tell);
    watcher.of_page().run(&mut post).await;
}

async fn watch_sessions(ctx: Arc<Context>) {
    let list = List::Subject(Subject::Sessions);
    let put = move |pending: &mut Pending, sessions| {
        pending.subjects.entry(Subject::Sessions).or_default().sessions = Some(sessions);
    };
    let mut post = Post { ctx: Arc::clone(&ctx), list, put };
    Watcher::new(&ctx, crate::consul::kv::sessions(), Refusal::Tell).of_page().run(&mut post).await;
}

/// A node is two lists: what is registered on it, and its checks.
async fn watch_node(ctx: Arc<Context>, name: NodeName) {
    let page = Page { ctx: Arc::clone(&ctx), name: name.clone(), parts: Mutex::default() };
    let page = Arc::new(page);
    let mut services = Services(Arc::clone(&page));
    let mut checks = Checks(page);
    let mut services_watcher =
        Watcher::new(&ctx, read::node_services(&name, &ctx.versions), Refusal::Tell).of_page();
    let mut checks_watcher = Watcher::new(&ctx, read::node_health(&name), Refusal::Tell).of_page();
    tokio::join!(
        services_watcher.run(&mut services),
        checks_watcher.run(&mut checks),
        watch_round_trip(&ctx, &name),
    );
}

/// Both lists of a node.
struct Page {
    ctx: Arc<Context>,
    name: NodeName,
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    instances: Option<Vec<Instance>>,
    checks: Option<Vec<Arc<Check>>>,
    services_fresh: Freshness,
    checks_fresh: Freshness,
}

struct Services(Arc<Page>);
struct Checks(Arc<Page>);

impl Page {
    fn change(&self, change: impl FnOnce(&mut Parts)) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut parts);
        let subject = Subject::Node(self.name.clone());
        let fresh = worse(&parts.services_fresh, &parts.checks_fresh);
        let both = parts.instances.as_ref().zip(parts.checks.as_ref());
        let both = both.map(|(instances, checks)| attach(instances, checks));
        self.ctx.inbox.post(|pending| {
            if let Some((instances, own)) = both {
                let news = pending.subjects.entry(subject.clone()).or_default();
                news.instances = Some(instances);
                news.checks = Some(own);
            }
            pending.freshness.insert(List::Subject(subject), fresh);
        });
    }
}

impl Sink<Option<OnNode>> for Services {
    fn value(&mut self, value: Option<OnNode>, _meta: &Meta) {
        let instances = value.map(|on_node| on_node.instances).unwrap_or_default();
        self.0.change(|parts| parts.instances = Some(instances));
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.0.change(|parts| parts.services_fresh = freshness.clone());
    }
}

impl Sink<Vec<Arc<Check>>> for Checks {
    fn value(&mut self, value: Vec<Arc<Check>>, _meta: &Meta) {
        self.0.change(|parts| parts.checks = Some(value));
    }

    fn freshness(&mut self, freshness: &Freshness) {
        self.0.change(|parts| parts.checks_fresh = freshness.clone());
    }
}

/// The instances with their own checks and the node's, and the node's own checks.
pub(crate) fn attach(
    instances: &[Instance],
    checks: &[Arc<Check>],
) -> (Vec<Instance>, Vec<Arc<Check>>) {
    let own: Vec<Arc<Check>> = checks.iter().filter(|check| check.is_of_node()).cloned().collect();
    let with_checks = |instance: &Instance| {
        let of_instance = checks.iter().filter(|check| check.service_id == instance.id);
        let checks: Vec<Arc<Check>> = if instance.id.is_empty() {
            own.clone()
        } else {
            own.iter().chain(of_instance).cloned().collect()
        };
        let status = health::worst(checks.iter().map(AsRef::as_ref));
        Instance { checks, status, ..instance.clone() }
    };
    (instances.iter().map(with_checks).collect(), own)
}
