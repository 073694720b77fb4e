//! All that one datacenter is asked, and its answers as the feeds that the screen is made of.

mod page;
mod teller;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::ask::{Asker, Got};
use super::facts::Facts;
use super::health::{self, Health};
use super::trouble::Troubles;
use super::ways::Way;
use crate::cli::What;
use crate::consul::{ApiError, read};
use crate::domain::catalog::Node;
use crate::domain::feed::{Body, Link, List, Pulse, Report, Subject};
use crate::domain::ids::Dc;
use crate::domain::judge;
use crate::domain::server::Servers;
use crate::domain::tally::Failing;
use crate::domain::version::Rules;
use page::Page;
use teller::Teller;

/// Which lists an answer is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// Failing checks, or services judged by them.
    pub health: Option<Judging>,
    /// Nodes, judged by the failing checks.
    pub nodes: bool,
    /// Servers, and the way to them.
    pub servers: bool,
    /// One service's or one node's page.
    pub subject: Option<Subject>,
    /// How the versions of instances are found.
    pub versions: Arc<Rules>,
    /// The lists whose rows are the answer, by name; others only judge them.
    pub printed: &'static [&'static str],
}

/// What failing checks are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judging {
    /// Themselves.
    Checks,
    /// Services too.
    Services,
}

/// What one datacenter said.
pub(super) struct Answers {
    link: Result<(Link, Duration), ApiError>,
    checks: Option<Got<Failing>>,
    services: Option<Health>,
    nodes: Option<Got<Vec<Node>>>,
    servers: Option<Got<Servers>>,
    page: Option<(Subject, Got<Page>)>,
}

impl Question {
    /// What it takes to print this.
    pub fn of(what: &What) -> Self {
        let none = Self::default();
        let services = Self { health: Some(Judging::Services), ..none.clone() };
        match what {
            What::Overview => {
                Self { nodes: true, servers: true, printed: &["services", "nodes"], ..services }
            }
            What::Services => Self { printed: &["services"], ..services },
            What::Nodes => Self { nodes: true, printed: &["nodes"], ..services },
            What::Checks => Self { health: Some(Judging::Checks), printed: &["checks"], ..none },
            // They are asked for in ways of their own.
            What::Consumers { .. } | What::Events(_) | What::Map => none,
            What::Service { name } => {
                Self { subject: Some(Subject::Service(name.as_str().into())), ..none }
            }
            What::Node { name } => {
                Self { subject: Some(Subject::Node(name.as_str().into())), ..none }
            }
        }
    }
}

/// Asks one datacenter.
pub(super) async fn ask(way: &Way, question: &Question) -> Answers {
    let asker = match Asker::knock(&way.client).await {
        Ok(asker) => asker,
        Err(error) => return Answers::none(error),
    };
    let asker = &asker;
    let is_for = |what| question.health == Some(what);
    let (checks, services, nodes, servers, page) = tokio::join!(
        maybe(is_for(Judging::Checks), health::failing(asker)),
        maybe(is_for(Judging::Services), health::services(asker)),
        maybe(question.nodes, asker.ask(read::nodes())),
        maybe(question.servers, asker.ask(read::servers())),
        page::ask(asker, question),
    );
    let link = Ok((asker.link.clone(), asker.answered_in));
    Answers { link, checks, services, nodes, servers, page }
}

async fn maybe<T>(is_wanted: bool, question: impl Future<Output = T>) -> Option<T> {
    if is_wanted { Some(question.await) } else { None }
}

impl Answers {
    fn none(error: ApiError) -> Self {
        Self {
            link: Err(error),
            checks: None,
            services: None,
            nodes: None,
            servers: None,
            page: None,
        }
    }

    /// What a store is to be told, with `now` as the time of all of it. What is missing goes to
    /// the troubles.
    pub fn tell(
        self,
        dc: &Dc,
        printed: &[&str],
        facts: &Facts,
        now: DateTime<Utc>,
        troubles: &mut Troubles,
    ) -> Vec<Report> {
        let mut teller = Teller::new(dc, now, facts.hides, printed);
        let wan = facts.trip_to(dc);
        let pulse =
            |link, answered_in| Pulse { at: now, link, answered_in, wan, ..Pulse::default() };
        let (link, answered_in) = match self.link {
            Ok((link, answered_in)) => (link, Some(answered_in)),
            Err(error) => {
                troubles.failed(Some(dc), &[], &error);
                let (why, detail) = (error.short().into(), error.to_string().into());
                (Link::Dark { why, detail, retry_at: None }, None)
            }
        };
        teller.say(Body::Pulse(pulse(link, answered_in)));
        if let Some(checks) = self.checks {
            teller.checks(checks);
        }
        let nodes = self.nodes.map(|nodes| match &self.services {
            Some(health) => nodes.map(|told| told.map(|nodes| judged(nodes, health))),
            None => nodes,
        });
        if let Some(health) = self.services {
            teller.health(health);
        }
        if let Some(nodes) = nodes {
            teller.nodes(nodes);
        }
        if let Some(servers) = self.servers
            && let Some(mut servers) = teller.list(List::Servers, "servers", servers)
            // A leader that was elected just now has not looked at any server yet.
            && !servers.servers.is_empty()
        {
            let told = facts.wan.expected(dc);
            servers.expected = told.max(servers.servers.len());
            teller.say(Body::Servers(servers));
        }
        if let Some((subject, page)) = self.page {
            teller.page(subject, page);
        }
        teller.end(troubles)
    }
}

fn judged(nodes: Vec<Node>, health: &Health) -> Vec<Node> {
    match &health.checks {
        Ok(failing) => judge::nodes(nodes, health.summaries(), &failing.value),
        Err(_) => nodes,
    }
}
