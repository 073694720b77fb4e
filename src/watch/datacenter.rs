//! All tasks of one datacenter: its watchers, its board, and those of the subjects shown of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time::sleep;
use tokio_util::sync::DropGuard;

use super::awake::Awake;
use super::board::{self, Board};
use super::catalog::{watch_nodes, watch_services};
use super::census::watch_census;
use super::context::{Context, Facts};
use super::dark::Dark;
use super::events::keys::watch_prefixes;
use super::failing::watch_failing;
use super::glance::watch_versions;
use super::keeper::Keeper;
use super::kv;
use super::permits::Permits;
use super::placement::{Wanted, watch_placement};
use super::pulse::watch_pulse;
use super::servers::watch_servers;
use super::subject::watch_subject;
use super::values::watch_values;
use crate::consul::Client;
use crate::domain::consumers::Told;
use crate::domain::feed::{self, Scope, Subject};
use crate::domain::ids::{Dc, Key};
use crate::domain::map::Told as Depends;
use crate::domain::version::Rules;

/// How long the cursor rests on a row before what it stands for is asked for: longer than a held key
/// needs for the next row.
pub(super) const REST: Duration = Duration::from_millis(150);

/// What it takes to watch one datacenter.
#[derive(Clone)]
pub(super) struct Datacenter {
    pub dc: Dc,
    /// Asks for this datacenter.
    pub client: Client,
    pub permits: Arc<Permits>,
    pub facts: watch::Receiver<Facts>,
    pub scope: watch::Receiver<Scope>,
    pub refresh: watch::Receiver<u64>,
    pub dark: Dark,
    /// How the versions of instances are found.
    pub versions: Arc<Rules>,
    pub awake: Arc<Awake>,
    /// The prefixes whose keys are watched for what happens to them.
    pub prefixes: Arc<[Key]>,
    /// How long the agent's first answer took, where there was one: the lists are long, and asked
    /// for before the first pulse.
    pub first_answer: Option<Duration>,
    /// How it is found who calls whom.
    pub depends: Arc<Depends>,
    /// How the ways of consumers are asked.
    pub consumers: Arc<Told>,
    /// What was told so far.
    pub board: Arc<Mutex<Board>>,
}

/// Watches a datacenter for as long as it is polled; dropping it ends all its tasks.
pub(super) async fn watch_datacenter(parts: Datacenter, keeper: Keeper) {
    let keeper = keeper.child();
    let _ends = keeper.token.clone().drop_guard();
    let ctx = Arc::new(Context::new(&parts));
    let (wanted, wanting) = watch::channel(Wanted::default());
    // The fast path first: it is what an operator waits for.
    let keep = Keep { keeper: &keeper, ctx: &ctx };
    keep.task("failing checks", watch_failing);
    keep.task("pulse", watch_pulse);
    keep.task("services", watch_services);
    keep.task("nodes", watch_nodes);
    let out = keeper.out.clone();
    keep.task("servers", move |ctx| watch_servers(ctx, out.clone()));
    keep.task("placement", move |ctx| watch_placement(ctx, wanting.clone()));
    keep.task("facts", pass_on_facts);
    keep.task("versions", watch_versions);
    keep.task("values", watch_values);
    keep.task("keys", watch_prefixes);
    let inner = keeper.clone();
    keep.task("census", move |ctx| watch_census(ctx, inner.clone()));
    let inner = keeper.clone();
    keep.task("subjects", move |ctx| follow_scope(ctx, inner.clone()));
    let mut board = parts.board.lock().await;
    board::run(&mut board, &ctx, &keeper.out, &wanted).await;
}

/// Starts tasks of one datacenter, each kept alive.
struct Keep<'a> {
    keeper: &'a Keeper,
    ctx: &'a Arc<Context>,
}

impl Keep<'_> {
    fn task<T, F>(&self, what: &'static str, task: T)
    where
        T: Fn(Arc<Context>) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let ctx = Arc::clone(self.ctx);
        self.keeper.keep(&self.ctx.dc, what, move || task(Arc::clone(&ctx)));
    }
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

/// Starts and stops the watchers of subjects as the screen shows them. The watcher of a subject that
/// stays shown goes on, and what it finds is told under the new ticket.
async fn follow_scope(ctx: Arc<Context>, keeper: Keeper) {
    let mut scope = ctx.scope.clone();
    let mut running: HashMap<Subject, DropGuard> = HashMap::new();
    loop {
        let now = scope.borrow_and_update().clone();
        let of_here = |wanted: Vec<feed::Wanted>| {
            let of_here = wanted.into_iter().filter(|wanted| wanted.dc == ctx.dc);
            of_here.map(|wanted| wanted.subject).collect::<HashSet<Subject>>()
        };
        let (at_once, passing) = (of_here(now.subjects), of_here(now.glanced.passing));
        let wanted: HashSet<&Subject> = at_once.union(&passing).collect();
        let hidden: Vec<Subject> =
            running.keys().filter(|subject| !wanted.contains(*subject)).cloned().collect();
        ctx.inbox.post(|pending| {
            pending.shown.extend(hidden.iter().map(|subject| (subject.clone(), None)));
            let shown = wanted.iter().map(|&subject| (subject.clone(), Some(now.ticket)));
            pending.shown.extend(shown);
        });
        running.retain(|subject, _| wanted.contains(subject));
        for subject in wanted {
            if !at_once.contains(subject) && kv::is_dear(subject) {
                kv::tell_dear(&ctx, subject);
                continue;
            }
            let rest = if at_once.contains(subject) { Duration::ZERO } else { REST };
            running
                .entry(subject.clone())
                .or_insert_with(|| start_subject(&ctx, &keeper, subject, rest));
        }
        if scope.changed().await.is_err() {
            return;
        }
    }
}

/// Watches a subject once it was wanted for so long.
fn start_subject(
    ctx: &Arc<Context>,
    keeper: &Keeper,
    subject: &Subject,
    rest: Duration,
) -> DropGuard {
    let own = keeper.child();
    let (shared, subject) = (Arc::clone(ctx), subject.clone());
    own.keep(&ctx.dc, "a subject", move || {
        let watch = watch_subject(Arc::clone(&shared), subject.clone());
        async move {
            sleep(rest).await;
            watch.await;
        }
    });
    own.token.drop_guard()
}
