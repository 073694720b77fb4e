//! Disagreements in words. They are read in an incident, and grepped for: short and always the same.

use std::sync::Arc;

use super::{Code, Disagreement, Grade, Instance, Reply, Server, Status};

fn disagreement(grade: Grade, text: impl Into<Arc<str>>) -> Option<Disagreement> {
    Some(Disagreement { grade, text: text.into() })
}

/// What the catalog says of an instance that should get no traffic.
fn bad(status: Status) -> Option<&'static str> {
    match status {
        Status::Critical => Some("critical in Consul"),
        Status::Maintenance => Some("in maintenance in Consul"),
        Status::Passing | Status::Warning => None,
    }
}

/// What DNS gives; `misses` is a whole answer without the instance.
pub(super) fn by_dns(
    status: Status,
    is_given: bool,
    misses: Option<&Reply>,
) -> Option<Disagreement> {
    match (status, bad(status), misses) {
        (_, Some(bad), _) if is_given => {
            disagreement(Grade::Fails, format!("{bad}, DNS still gives it"))
        }
        (Status::Warning, ..) if is_given => {
            disagreement(Grade::Differs, "warning: DNS gives it, passing does not")
        }
        (Status::Passing, _, Some(reply)) => {
            let why = match &reply.code {
                Code::NoError => String::new(),
                code => format!(" ({})", code.word()),
            };
            disagreement(Grade::Unused, format!("passing in Consul, DNS does not give it{why}"))
        }
        _ => None,
    }
}

/// What `?passing` gives: it is of the same servers, but may be a follower's older answer.
pub(super) fn by_passing(status: Status, is_given: bool) -> Option<Disagreement> {
    match (bad(status), status == Status::Passing, is_given) {
        (Some(bad), _, true) => {
            disagreement(Grade::Fails, format!("{bad}, HTTP ?passing still gives it"))
        }
        (None, true, false) => {
            disagreement(Grade::Unused, "passing in Consul, HTTP ?passing does not give it")
        }
        _ => None,
    }
}

/// What a prepared query of this datacenter gives.
pub(super) fn by_query(
    name: &str,
    status: Status,
    is_given: bool,
    is_picky: bool,
) -> Option<Disagreement> {
    match (status, bad(status), is_given) {
        (_, Some(bad), true) => {
            disagreement(Grade::Fails, format!("{bad}, prepared query {name} still gives it"))
        }
        (Status::Warning, _, true) => disagreement(
            Grade::Differs,
            format!("warning: prepared query {name} gives it, passing does not"),
        ),
        (Status::Passing, _, false) if !is_picky => disagreement(
            Grade::Unused,
            format!("passing in Consul, prepared query {name} does not give it"),
        ),
        _ => None,
    }
}

/// What a load balancer that serves the service has of an instance.
pub(super) fn by_balancer(
    name: &str,
    it: &Instance,
    server: Option<&Server>,
) -> Option<Disagreement> {
    let Some(server) = server else {
        let is_wanted = it.status == Status::Passing;
        return disagreement(Grade::Unused, format!("passing, absent from {name}"))
            .filter(|_| is_wanted);
    };
    let word = server.word();
    let is_moved = !server.address.is_empty() && *server.address != it.endpoint();
    match (it.status, bad(it.status)) {
        (_, Some(bad)) if server.takes_traffic() => {
            let text = format!("{bad}, still {word} in {name} (config not reloaded)");
            disagreement(Grade::Fails, text)
        }
        _ if is_moved && server.takes_traffic() => {
            let (old, new) = (&server.address, it.endpoint());
            let text = format!("{word} in {name} at {old}, Consul has it at {new}");
            disagreement(Grade::Fails, text)
        }
        (Status::Warning, _) if server.takes_traffic() => disagreement(
            Grade::Differs,
            format!("warning: {word} in {name}, passing leaves it out"),
        ),
        (Status::Passing, _) if server.is_taken_out() => {
            disagreement(Grade::Differs, format!("passing in Consul, {word} in {name}"))
        }
        (Status::Passing, _) if server.weight == 0 => {
            disagreement(Grade::Differs, format!("passing in Consul, weight 0 in {name}"))
        }
        (Status::Passing, _) if !server.takes_traffic() => {
            let why = server.why();
            let why = if why.is_empty() { why } else { format!(" ({why})") };
            disagreement(Grade::Unused, format!("passing in Consul, {word} in {name}{why}"))
        }
        _ => None,
    }
}

/// A server with traffic that is no instance.
pub(super) fn stray(name: &str, server: &Server) -> Disagreement {
    let at =
        if server.address.is_empty() { String::new() } else { format!(" ({})", server.address) };
    let text = format!("not in Consul, still {} in {name}{at}", server.word());
    Disagreement { grade: Grade::Fails, text: text.into() }
}
