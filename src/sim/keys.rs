//! Writes of keys: `PUT` and `DELETE` on `/v1/kv/KEY`.

use std::sync::Arc;

use hyper::StatusCode;

use super::answer::Answer;
use super::kv::MAX_VALUE;
use super::request::Request;
use super::state::State;

/// Answers a `PUT`.
pub fn put(state: &mut State, key: &str, request: &Request) -> Answer {
    match try_put(state, key, request) {
        Ok(done) => Answer::json(&done),
        Err(answer) => answer,
    }
}

/// Answers a `DELETE`.
pub fn delete(state: &mut State, key: &str, request: &Request) -> Answer {
    match try_delete(state, key, request) {
        Ok(done) => Answer::json(&done),
        Err(answer) => answer,
    }
}

/// The answer to a body of this size that is larger than a value may be.
pub fn too_large(size: u64) -> Answer {
    Answer::error(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "Request body({size} bytes) too large, max size: {MAX_VALUE} bytes. \
             See https://www.consul.io/docs/agent/options.html#kv_max_value_size."
        ),
    )
}

fn try_put(state: &mut State, key: &str, request: &Request) -> Result<bool, Answer> {
    if key.is_empty() {
        return Err(Answer::bad_request("Missing key name"));
    }
    let flags = request.number("flags")?.unwrap_or(0);
    let cas = request.number("cas")?;
    let lock = request
        .parameter("acquire")
        .map(|session| (session, true))
        .or_else(|| request.parameter("release").map(|session| (session, false)));
    if cas.is_some() && lock.is_some() {
        return Err(Answer::bad_request("Conflicting flags: cas, acquire and release"));
    }
    if let Some((session, hold)) = lock {
        return try_lock(state, key, (session, hold), request);
    }
    if cas.is_some_and(|cas| !state.kv.would_accept(key, cas)) {
        return Ok(false);
    }
    let value = request.body.clone();
    state.write(|state, write| state.kv.put(key, value, flags, write));
    Ok(true)
}

fn try_lock(
    state: &mut State,
    key: &str,
    (session, hold): (&str, bool),
    request: &Request,
) -> Result<bool, Answer> {
    let Some((id, _)) = state.sessions.get_key_value(session) else {
        return Err(Answer::failure(format!("invalid session \"{session}\"")));
    };
    let id = Arc::clone(id);
    let holder = state.kv.get(key).and_then(|entry| entry.session.clone());
    let allowed = if hold { holder.is_none_or(|by| by == id) } else { holder == Some(id.clone()) };
    if !allowed || (hold && state.kv.is_delayed(key)) {
        return Ok(false);
    }
    let flags = request.number("flags")?.unwrap_or(0);
    let value = request.body.clone();
    Ok(state.write(|state, write| {
        state.kv.put(key, value, flags, write);
        state.kv.lock(key, &id, hold, write)
    }))
}

fn try_delete(state: &mut State, key: &str, request: &Request) -> Result<bool, Answer> {
    let recurse = request.has("recurse");
    if let (Some(cas), true) = (request.parameter("cas"), recurse) {
        return Err(Answer::bad_request(format!("Conflicting flags: cas={cas}&recurse=")));
    }
    if recurse {
        state.write(|state, write| state.kv.remove_under(key, write));
        return Ok(true);
    }
    if key.is_empty() {
        return Err(Answer::bad_request("Missing key name"));
    }
    // Zero never removes, not even a key that is not there; a stale index does not either.
    let stale = request
        .number("cas")?
        .is_some_and(|cas| state.kv.get(key).is_some_and(|entry| entry.stamp.modify != cas));
    if stale {
        return Ok(false);
    }
    state.write(|state, write| state.kv.remove(key, write));
    Ok(true)
}
