//! Disagreements in words. They are read in an incident, and grepped for: short and always the same.

use core::net::{IpAddr, SocketAddr};

use super::{Code, Disagreement, Grade, Instance, Reply, Server, Status};

/// A grade and its words.
type Said = (Grade, String);

fn told(said: Option<Said>) -> Option<Disagreement> {
    said.map(|(grade, text)| Disagreement { grade, text: text.into() })
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
    told(match (status, bad(status), misses) {
        (_, Some(bad), _) if is_given => Some((Grade::Fails, format!("{bad}, DNS still gives it"))),
        (Status::Warning, ..) if is_given => {
            Some((Grade::Differs, "warning: DNS gives it, passing does not".to_owned()))
        }
        (Status::Passing, _, Some(reply)) => {
            let why = match &reply.code {
                Code::NoError => String::new(),
                code => format!(" ({})", code.word()),
            };
            Some((Grade::Unused, format!("passing in Consul, DNS does not give it{why}")))
        }
        _ => None,
    })
}

/// What `?passing` gives: it is of the same servers, but may be a follower's older answer.
pub(super) fn by_passing(status: Status, is_given: bool) -> Option<Disagreement> {
    told(match (bad(status), status == Status::Passing, is_given) {
        (Some(bad), _, true) => {
            Some((Grade::Fails, format!("{bad}, HTTP ?passing still gives it")))
        }
        (None, true, false) => {
            let text = "passing in Consul, HTTP ?passing does not give it";
            Some((Grade::Unused, text.to_owned()))
        }
        _ => None,
    })
}

/// What a prepared query of this datacenter gives.
pub(super) fn by_query(
    name: &str,
    status: Status,
    is_given: bool,
    is_picky: bool,
) -> Option<Disagreement> {
    let query = format!("prepared query {name}");
    told(match (status, bad(status), is_given) {
        (_, Some(bad), true) => Some((Grade::Fails, format!("{bad}, {query} still gives it"))),
        (Status::Warning, _, true) => {
            Some((Grade::Differs, format!("warning: {query} gives it, passing does not")))
        }
        (Status::Passing, _, false) if !is_picky => {
            Some((Grade::Unused, format!("passing in Consul, {query} does not give it")))
        }
        _ => None,
    })
}

/// What a load balancer that serves the service has of an instance.
pub(super) fn by_balancer(
    name: &str,
    it: &Instance,
    server: Option<&Server>,
) -> Option<Disagreement> {
    let word = server.map_or("", Server::word);
    told(match (it.status, bad(it.status), server) {
        (Status::Passing, _, None) => Some((Grade::Unused, format!("passing, absent from {name}"))),
        (_, Some(bad), Some(server)) if server.takes_traffic() => {
            let text = format!("{bad}, still {word} in {name} (config not reloaded)");
            Some((Grade::Fails, text))
        }
        (_, _, Some(server)) if is_moved(it, server) => {
            let (old, new) = (&server.address, it.endpoint());
            Some((Grade::Fails, format!("{word} in {name} at {old}, Consul has it at {new}")))
        }
        (Status::Warning, _, Some(server)) if server.takes_traffic() => {
            Some((Grade::Differs, format!("warning: {word} in {name}, passing leaves it out")))
        }
        (Status::Passing, _, Some(server)) => unused(name, server),
        _ => None,
    })
}

/// Why a passing instance gets no traffic from a load balancer that has it, if it gets none.
fn unused(name: &str, server: &Server) -> Option<Said> {
    let word = server.word();
    if server.is_taken_out() {
        return Some((Grade::Differs, format!("passing in Consul, {word} in {name}")));
    }
    if server.weight == 0 {
        return Some((Grade::Differs, format!("passing in Consul, weight 0 in {name}")));
    }
    let why = server.why();
    let why = if why.is_empty() { why } else { format!(" ({why})") };
    let said = (Grade::Unused, format!("passing in Consul, {word} in {name}{why}"));
    (!server.takes_traffic()).then_some(said)
}

/// True when traffic goes to another place than the instance's. A name may lead anywhere.
fn is_moved(it: &Instance, server: &Server) -> bool {
    let is_elsewhere = |at: SocketAddr, own: IpAddr| at != SocketAddr::new(own, it.port);
    let both = server.address.parse::<SocketAddr>().ok().zip(it.address.parse::<IpAddr>().ok());
    server.takes_traffic() && both.is_some_and(|(at, own)| is_elsewhere(at, own))
}

/// A server with traffic that is no instance.
pub(super) fn stray(name: &str, server: &Server) -> Disagreement {
    let at =
        if server.address.is_empty() { String::new() } else { format!(" ({})", server.address) };
    let text = format!("not in Consul, still {} in {name}{at}", server.word());
    Disagreement { grade: Grade::Fails, text: text.into() }
}
