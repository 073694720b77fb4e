//! From a request to an answer: which endpoint a path is, which methods it takes, in which
//! datacenter it is read, and which fault stands in its way.

mod clean;
mod path;

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::answer::{Answer, Contact};
use super::datacenter::Datacenter;
use super::fault::Fault;
use super::federation::Federation;
use super::request::{Consistency, Request};
use super::{agent, keys, registration, sessions, txn};
use path::Endpoint;

/// Answers a request that came to the agent of `local`.
pub async fn answer(federation: &Federation, local: &Arc<Datacenter>, request: &Request) -> Answer {
    if let Some(redirect) = clean::redirect(request) {
        return redirect;
    }
    let Some(endpoint) = Endpoint::of(request) else {
        return Answer::not_found();
    };
    let allowed = endpoint.methods();
    if request.method == Method::OPTIONS {
        return Answer { allow: Some(allowed), ..Answer::error(StatusCode::OK, "") };
    }
    if !allowed.split(',').any(|method| method == request.method.as_str()) {
        return Answer::wrong_method(request.method.as_str(), allowed);
    }
    let target = match target(federation, local, request, &endpoint) {
        Ok(target) => target,
        Err(answer) => return answer,
    };
    let forwarded = !Arc::ptr_eq(&target, local);
    let (latency, fault) = {
        let state = target.lock();
        (state.faults.latency, state.faults.on(&request.path).cloned())
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let answer = match fault {
        Some(Fault::Denied) => Answer::denied(),
        Some(Fault::Status(code, text)) => {
            Answer::error(StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY), text)
        }
        Some(Fault::Garbage) => Answer::ready("<html>not json".into()),
        Some(Fault::Truncated) => {
            Answer { cut: true, ..act(federation, &target, request, endpoint).await }
        }
        None => act(federation, &target, request, endpoint).await,
    };
    if forwarded { answer.forwarded() } else { answer }
}

fn target(
    federation: &Federation,
    local: &Arc<Datacenter>,
    request: &Request,
    endpoint: &Endpoint,
) -> Result<Arc<Datacenter>, Answer> {
    if endpoint.is_local() {
        return Ok(Arc::clone(local));
    }
    federation.reach(local, request.parameter("dc")).map_err(|answer| match endpoint {
        Endpoint::Read(resource) if !resource.is_kv() => {
            let contact = Contact { known_leader: false, last_contact_ms: 0 };
            Answer { index: Some(1), contact: Some(contact), ..answer }
        }
        _ => answer,
    })
}

async fn act(
    federation: &Federation,
    dc: &Arc<Datacenter>,
    request: &Request,
    endpoint: Endpoint,
) -> Answer {
    match endpoint {
        Endpoint::Read(resource) => match request.blocking() {
            Ok(blocking) => dc.read(&resource, blocking).await,
            Err(answer) => answer,
        },
        Endpoint::Invalid(text) => Answer::bad_request(text),
        Endpoint::Root => Answer::error(StatusCode::OK, "Consul Agent"),
        Endpoint::Datacenters => {
            let names: Vec<_> = federation.nearest(dc).iter().map(|dc| &dc.name).collect();
            Answer::json(&names)
        }
        Endpoint::WanCoordinates => Answer::json(&federation.coordinates()),
        Endpoint::Members if request.parameter("wan").is_some_and(|wan| !wan.is_empty()) => {
            Answer::json(&federation.wan_members())
        }
        Endpoint::Members => Answer::json(&agent::members(dc)),
        Endpoint::About => {
            let primary = federation.datacenters.first().map_or("", |dc| dc.name.as_str());
            Answer::json(&agent::about(dc, primary))
        }
        Endpoint::Leader => Answer::json(&dc.lock().raft.leader_address()),
        Endpoint::Peers => Answer::json(&dc.lock().raft.peers()),
        Endpoint::Events => Answer { index: Some(1), ..Answer::ready("[]".into()) },
        Endpoint::TokenSelf => token(dc),
        Endpoint::Autopilot | Endpoint::RaftConfiguration => operator(dc, request, &endpoint).await,
        Endpoint::NoSession => {
            let contact = Contact { known_leader: false, last_contact_ms: 0 };
            Answer { index: Some(1), contact: Some(contact), ..sessions::not_an_id() }
        }
        Endpoint::DestroySession(id) if id.is_empty() => Answer::bad_request("Missing session"),
        Endpoint::Key(_)
        | Endpoint::CreateSession
        | Endpoint::DestroySession(_)
        | Endpoint::Register
        | Endpoint::Deregister
        | Endpoint::Transaction => match dc.leader().await {
            Ok(()) => write(dc, request, &endpoint),
            Err(answer) => answer,
        },
    }
}

async fn operator(dc: &Datacenter, request: &Request, endpoint: &Endpoint) -> Answer {
    let stale = request.blocking().is_ok_and(|it| it.consistency == Consistency::Stale);
    if !stale && let Err(answer) = dc.leader().await {
        return answer;
    }
    let state = dc.lock();
    if *endpoint == Endpoint::RaftConfiguration {
        return Answer::json(&state.raft.configuration());
    }
    let (healthy, body) = state.raft.autopilot(state.index);
    let status = if healthy { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
    Answer::json(&body).with_status(status)
}

fn write(dc: &Datacenter, request: &Request, endpoint: &Endpoint) -> Answer {
    let mut state = dc.lock();
    if state.faults.hidden {
        return Answer::denied();
    }
    match endpoint {
        Endpoint::Key(key) if request.method == Method::PUT => keys::put(&mut state, key, request),
        Endpoint::Key(key) => keys::delete(&mut state, key, request),
        Endpoint::CreateSession => {
            let agent = state.raft.servers.first().map(|server| Arc::clone(&server.name));
            sessions::create(&mut state, &agent.unwrap_or_default(), &request.body)
        }
        Endpoint::DestroySession(id) => sessions::destroy(&mut state, id),
        Endpoint::Register => registration::register(&mut state, &request.body),
        Endpoint::Deregister => registration::deregister(&mut state, &request.body),
        _ => txn::run(&mut state, &dc.name, &request.body),
    }
}

fn token(dc: &Datacenter) -> Answer {
    if !dc.lock().faults.hidden {
        return Answer::error(StatusCode::UNAUTHORIZED, "ACL support disabled");
    }
    // The anonymous token: valid, and without a single policy.
    Answer::json(&json!({
        "AccessorID": "00000000-0000-0000-0000-000000000002",
        "SecretID": "anonymous",
        "Description": "Anonymous Token",
        "Local": false,
        "CreateTime": "2026-01-05T08:00:00Z",
        "Hash": "RNVFSWnfd5DUOuB8vplp+imivlIna3fKQVnkUHh21cA=",
        "CreateIndex": 4,
        "ModifyIndex": 4,
    }))
}
