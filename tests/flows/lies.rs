//! A real datacenter behind something that spoils some of its answers: what was seen stays, the
//! reason is shown, and all is well again by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::consul::{Answer, Http, Status};
use crate::support::fault::{FaultServer, Reply, Request};
use crate::{SIZES, field, flipped, instance, open, shows};

/// An agent whose answers to some paths are spoilt while the switch is on.
struct Spoilt {
    server: FaultServer,
    is_on: Arc<AtomicBool>,
}

impl Spoilt {
    fn before(
        agent: Http,
        spoil: impl Fn(&Request, Reply) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let is_on = Arc::<AtomicBool>::default();
        let switch = Arc::clone(&is_on);
        let server = FaultServer::start(move |request| {
            let real = || agent.get(&request.path).map_or(Reply::Close, |answer| reply(&answer));
            // What waits when the fault begins must not come through whole.
            if switch.load(Ordering::SeqCst)
                && let Some(spoilt) = spoil(request, Reply::Close)
            {
                return spoilt;
            }
            let answer = real();
            let is_on = switch.load(Ordering::SeqCst);
            is_on.then(|| spoil(request, answer.clone())).flatten().unwrap_or(answer)
        });
        Self { server, is_on }
    }

    fn set(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::SeqCst);
    }
}

fn reply(answer: &Answer) -> Reply {
    let mut reply = Reply::text(answer.status, &answer.body);
    for name in ["content-type", "x-consul-index", "x-consul-knownleader", "x-consul-lastcontact"] {
        if let Some(value) = answer.header(name) {
            reply = reply.header(name, value);
        }
    }
    reply
}

/// The failing checks of `dc-2`.
fn is_checks(request: &Request) -> bool {
    request.path.starts_with("/v1/health/state/") && request.query("dc") == Some("dc-2")
}

/// Lets the answers to the failing checks be spoilt: the row stays, `says` is shown, and it heals.
fn heals(prefix: &str, says: &str, spoil: impl Fn() -> Reply + Send + Sync + 'static) {
    let field = field::calm();
    let name = format!("{prefix}-api");
    let dc = field.dc("dc-2");
    dc.seed(&[instance(&name, Status::Critical, "down")]);
    let agent =
        Spoilt::before(field.dc("dc-1").http(), move |request, _| is_checks(request).then(&spoil));
    let first = format!("checks /{prefix}-");
    let screen = open(&agent.server.url(), &["-c", &first], SIZES[1]);
    screen.wait("the check", |text| shows(text, &["dc-2", "critical", &name]));
    agent.set(true);
    let node = format!("{name}-node");
    dc.set_check(&node, &flipped(&name, Status::Warning, "slow"));
    screen.wait(says, |text| {
        shows(text, &["─ checks", "dc-2", says]) && shows(text, &["dc-2", "critical", &name])
    });
    agent.set(false);
    screen.wait("news", |text| shows(text, &["dc-2", "warning", &name]) && !text.contains(says));
}

#[test]
fn an_error_of_the_server_is_shown_with_its_status() {
    heals("le", "HTTP 500: rpc error: something is", || {
        Reply::text(500, "rpc error: something is broken")
    });
}

#[test]
fn too_many_requests_are_a_pause() {
    heals("lt", "too many requests (429)", || Reply::text(429, "slow down"));
}

#[test]
fn half_an_answer_is_none() {
    let body = r#"[{"Node":"x","CheckID":"y","Status":"critical"},{"Node":"#;
    heals("lh", "bad answer", move || Reply::Truncated {
        body: format!("{body}\"z\"}}]"),
        after: 60,
    });
}

#[test]
fn wrong_json_is_a_bad_answer() {
    heals("lj", "bad answer", || Reply::json(r#"{"not": "a list"}"#, 7));
}

#[test]
fn a_reset_is_shown_as_one() {
    heals("lr", "connection reset", || Reply::Reset);
}

#[test]
fn an_index_that_goes_back_starts_over() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    dc.seed(&[instance("lb-api", Status::Critical, "down")]);
    let agent = Spoilt::before(field.dc("dc-1").http(), |request, answer| {
        let Reply::Answer { status, body, .. } = answer else { return None };
        // A restored snapshot: other content under a lower index, then nothing new.
        let reply = match request.query("index") {
            Some("3") => return Some(Reply::Silence),
            _ => Reply::text(status, &body).header("X-Consul-Index", "3"),
        };
        is_checks(request).then_some(reply)
    });
    let screen = open(&agent.server.url(), &["-c", "checks /lb-"], SIZES[0]);
    screen.wait("the check", |text| shows(text, &["dc-2", "critical", "lb-api"]));
    agent.set(true);
    dc.set_check("lb-api-node", &flipped("lb-api", Status::Warning, "restored"));
    screen.wait("what was restored", |text| shows(text, &["dc-2", "warning", "lb-api"]));
    agent.set(false);
}

#[test]
fn a_datacenter_gone_from_the_list_keeps_its_rows_and_comes_back() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    dc.seed(&[instance("lg-api", Status::Critical, "down")]);
    let agent = Spoilt::before(field.dc("dc-1").http(), |request, _| {
        let is_list = request.path.starts_with("/v1/catalog/datacenters");
        is_list.then(|| Reply::text(200, r#"["dc-1","dc-3"]"#))
    });
    let screen = open(&agent.server.url(), &["-c", "checks /lg-"], SIZES[0]);
    screen.wait("the check", |text| shows(text, &["dc-2", "critical", "lg-api"]));
    agent.set(true);
    screen.send("\x12");
    screen.wait("gone, its row still there", |text| {
        shows(text, &["dc-2", "gone"]) && shows(text, &["dc-2", "critical", "lg-api"])
    });
    agent.set(false);
    screen.send("\x12");
    screen.wait_gone("gone");
    dc.set_check("lg-api-node", &flipped("lg-api", Status::Warning, "slow"));
    screen.wait("live again", |text| shows(text, &["dc-2", "warning", "lg-api"]));
}
