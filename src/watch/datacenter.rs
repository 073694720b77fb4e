//! All tasks of one datacenter: its watchers, its board, and those of the subjects shown of it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::DropGuard;

use super::board;
use super::catalog::{watch_nodes, watch_services};
use super::context::{Context, Facts};
use super::failing::watch_failing;
use super::keeper::Keeper;
use super::permits::Permits;
use super::placement::{Wanted, watch_placement};
use super::pulse::watch_pulse;
use super::servers::watch_servers;
use super::subject::watch_subject;
use crate::consul::Client;
use crate::domain::feed::{Scope, Subject};
use crate::domain::ids::Dc;

/// What it takes to watch one datacenter.
#[derive(Clone)]
pub(super) struct Datacenter {
    pub dc: Dc,
    /// Asks for this datacenter.
    pub client: Client,
    pub permits: Arc<Permits>,
    pub facts: watch::Receiver<Facts>,
    pub scope: watch::Receiver<Scope>,
}

/// Watches a datacenter for as long as it is polled; dropping it ends all its tasks.
pub(super) async fn watch_datacenter(parts: Datacenter, keeper: Keeper) {
    let keeper = keeper.child();
    let _ends = keeper.token.clone().drop_guard();
    let Datacenter { dc, client, permits, facts, scope } = parts;
    let ctx = Arc::new(Context::new(dc.clone(), client, permits, scope, facts));
    let (wanted, wanting) = watch::channel(Wanted::default());
    // The fast path first: it is what an operator waits for.
    let of = || Arc::clone(&ctx);
    let (a, b, c, d, e, f, g) = (of(), of(), of(), of(), of(), of(), of());
    keeper.keep(&dc, "failing checks", move || watch_failing(Arc::clone(&a)));
    keeper.keep(&dc, "pulse", move || watch_pulse(Arc::clone(&b)));
    keeper.keep(&dc, "services", move || watch_services(Arc::clone(&c)));
    keeper.keep(&dc, "nodes", move || watch_nodes(Arc::clone(&d)));
    keeper.keep(&dc, "servers", move || watch_servers(Arc::clone(&e)));
    keeper.keep(&dc, "placement", move || watch_placement(Arc::clone(&f), wanting.clone()));
    keeper.keep(&dc, "facts", move || pass_on_facts(Arc::clone(&g)));
    let (subjects, inner) = (of(), keeper.clone());
    keeper.keep(&dc, "subjects", move || follow_scope(Arc::clone(&subjects), inner.clone()));
    board::run(&ctx, &keeper.out, &wanted).await;
}

/// Tells the board what the agent's token may see.
async fn pass_on_facts(ctx: Arc<Context>) {
    let mut facts = ctx.facts.clone();
    loop {
        let may_be_filtered = facts.borrow_and_update().may_be_filtered;
        if may_be_filtered.is_some() {
            ctx.inbox.post(|pending| pending.may_be_filtered = may_be_filtered);
        }
        if facts.changed().await.is_err() {
            return;
        }
    }
}

/// Starts and stops the watchers of subjects as the screen shows them. A subject that stays shown
/// keeps its ticket.
async fn follow_scope(ctx: Arc<Context>, keeper: Keeper) {
    let mut scope = ctx.scope.clone();
    let mut running: HashMap<Subject, DropGuard> = HashMap::new();
    loop {
        let now = scope.borrow_and_update().clone();
        let of_here = now.subjects.into_iter().filter(|wanted| wanted.dc == ctx.dc);
        let mut wanted: Vec<Subject> = of_here.map(|wanted| wanted.subject).collect();
        running.retain(|subject, _| {
            let stays = wanted.contains(subject);
            if !stays {
                ctx.inbox.post(|pending| {
                    pending.shown.insert(subject.clone(), None);
                });
            }
            stays
        });
        wanted.retain(|subject| !running.contains_key(subject));
        for subject in wanted {
            let own = keeper.child();
            ctx.inbox.post(|pending| {
                pending.shown.insert(subject.clone(), Some(now.ticket));
            });
            let (shared, shown) = (Arc::clone(&ctx), subject.clone());
            own.keep(&ctx.dc, "a subject", move || {
                watch_subject(Arc::clone(&shared), shown.clone(), now.ticket)
            });
            running.insert(subject, own.token.drop_guard());
        }
        if scope.changed().await.is_err() {
            return;
        }
    }
}
