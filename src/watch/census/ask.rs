//! The questions of a census, as requests.
//!
//! An index alone is had for almost nothing, of any version of Consul: by asking for services on
//! nodes that do not exist, and for instances with a tag that none has. The answers are empty, and
//! carry the index of what was looked through (measured on 1.8.7, 50 of 100,000 instances: 0.15 ms of
//! a server's time for either, where reading the instances takes 0.75 ms).

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::book::{Look, Question};
use crate::clock;
use crate::consul::read::{self, Meta};
use crate::consul::{ApiError, Class, Lane, Request};
use crate::domain::ids::ServiceName;
use crate::domain::seat::Seats;
use crate::watch::context::Context;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer.
pub(super) enum Reply {
    Index(u64),
    Seats(Seats),
}

/// A question with its answer.
pub(super) struct Replied {
    pub question: Question,
    pub look: Look,
    pub reply: Result<Reply, ApiError>,
    /// What it took the server, about.
    pub took: Duration,
}

/// Asks.
pub(super) async fn ask(ctx: Arc<Context>, question: Question, look: Look) -> Replied {
    let asked = clock::now();
    let started = Instant::now();
    let answer = match &question {
        Question::Registrations => index(&ctx, &look, read::registrations()).await,
        Question::Own(name) => index(&ctx, &look, read::service_index(name)).await,
        Question::Whole(name) => whole(&ctx, &look, name).await,
    };
    let rtt = ctx.vital.borrow().rtt;
    let (reply, took) = match answer {
        Ok((reply, meta)) => (Ok(reply), meta.to_first_byte),
        Err(error) => {
            if error.class() == Class::Retry {
                ctx.doubt.notify_one();
            }
            (Err(error), started.elapsed())
        }
    };
    let look = Look { asked, at: clock::now(), ..look };
    Replied { question, look, reply, took: took.saturating_sub(rtt) }
}

/// True when the same question may be answered another time.
pub(super) fn is_worth_trying(error: &ApiError) -> bool {
    matches!(error.class(), Class::Retry | Class::Stale)
}

type Answered = Result<(Reply, Meta), ApiError>;

async fn index(ctx: &Context, look: &Look, query: read::Query<()>) -> Answered {
    let ((), meta) = query.with(|request| dress(request, ctx, look)).fetch(&ctx.client).await?;
    Ok((Reply::Index(meta.index.unwrap_or_default()), meta))
}

async fn whole(ctx: &Context, look: &Look, name: &ServiceName) -> Answered {
    let query = read::service_instances(name, &ctx.versions);
    let query = query.with(|request| dress(request, ctx, look));
    let (instances, meta) = query.fetch(&ctx.client).await?;
    Ok((Reply::Seats(Seats::of(&instances, meta.index.unwrap_or_default())), meta))
}

/// Nobody waits for it, and a leader must answer.
fn dress(request: Request, ctx: &Context, look: &Look) -> Request {
    let request = request.lane(Lane::Watch).timeout(PATIENCE).gzip(ctx.vital.borrow().is_far());
    if look.is_certain { request.consistent() } else { request }
}
