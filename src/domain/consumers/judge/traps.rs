//! What is true of a service as a whole and easily overlooked.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Asked, Carrier, Code, Instance, Lookup, Status};

/// The traps of a service.
pub(super) fn of(asked: &Asked, catalog: &[Arc<Instance>]) -> Vec<Arc<str>> {
    let mut traps = Vec::new();
    if asked.name.is_none() && !asked.server.is_empty() && !catalog.is_empty() {
        traps.push("DNS has no name for it: dots, blanks or more than 63 characters".to_owned());
    }
    traps.extend(nxdomain(asked, catalog));
    traps.extend(few(&asked.address, "A"));
    traps.extend(few(&asked.srv, "SRV"));
    traps.extend(shared(asked, catalog));
    for (name, executed) in &asked.queries {
        if let Some(executed) = executed.now().filter(|it| it.failovers > 0) {
            let dc = &executed.dc;
            traps.push(format!("prepared query {name} answers from {dc}: it failed over"));
        }
    }
    if asked.may_be_filtered {
        let text = "the token may not see every instance: servers that are none are not told";
        traps.push(text.to_owned());
    }
    if let Some(problem) = &asked.no_queries {
        traps.push(format!("which prepared queries there are is not known: {}", problem.why));
    }
    traps.into_iter().map(Arc::from).collect()
}

/// NXDOMAIN is what every kind of absence looks like.
fn nxdomain(asked: &Asked, catalog: &[Arc<Instance>]) -> Option<String> {
    let answers = [&asked.srv, &asked.address].map(Lookup::best);
    let is_absent = answers.into_iter().flatten().any(|reply| reply.code == Code::NxDomain);
    let alive = catalog.iter().any(|it| matches!(it.status, Status::Passing | Status::Warning));
    let why = match (asked.raw.now().is_some(), catalog.is_empty(), alive) {
        (false, ..) => "the datacenter does not answer",
        (true, true, _) if asked.may_be_filtered => "nor does the token see an instance",
        (true, true, _) => "there is no instance",
        (true, false, false) => "no instance is left that it gives",
        (true, false, true) => return None,
    };
    is_absent.then(|| {
        format!("DNS says NXDOMAIN, as for a mistyped name or an unknown datacenter: {why}")
    })
}

/// Answers that came short.
fn few(lookup: &Lookup, kind: &str) -> Option<String> {
    let count = |carrier: Carrier| lookup.by(carrier).now().map(|reply| reply.answers.len());
    let whole = count(Carrier::Tcp)?;
    for carrier in [Carrier::Udp, Carrier::Edns] {
        let Some(reply) = lookup.by(carrier).now() else { continue };
        let (came, word) = (reply.answers.len(), carrier.word());
        if came >= whole {
            continue;
        }
        let limit = if carrier == Carrier::Udp { " without edns" } else { "" };
        return Some(if reply.is_truncated {
            format!(
                "{kind} by {word}{limit}: {came} of {whole} records, truncated (TC): ask by tcp"
            )
        } else {
            format!(
                "{kind} by {word}{limit}: {came} of {whole} records, and no sign (TC) that there are \
                 more"
            )
        });
    }
    None
}

/// Instances that A records cannot tell apart.
fn shared(asked: &Asked, catalog: &[Arc<Instance>]) -> Option<String> {
    asked.address.best()?;
    let alive = catalog.iter().filter(|it| matches!(it.status, Status::Passing | Status::Warning));
    let addresses: Vec<&str> = alive.map(|it| &*it.address).collect();
    let distinct: HashSet<&str> = addresses.iter().copied().collect();
    (distinct.len() < addresses.len()).then(|| {
        let (all, few) = (addresses.len(), distinct.len());
        let records = if few == 1 { "record" } else { "records" };
        format!("A gives {few} {records} for {all} instances: one for each address, without ports")
    })
}
