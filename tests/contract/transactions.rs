//! Transactions and registrations: results, refusals, limits.

use serde_json::{Value, json};

use super::pair::pair;

fn key(verb: &str, key: &str, index: u64) -> Value {
    json!([{ "KV": { "Verb": verb, "Key": key, "Value": "eA==", "Index": index, "Flags": 3 } }])
}

#[test]
fn key_verbs() {
    let pair = pair();
    for operations in [
        key("set", "txn/a", 0),
        key("cas", "txn/new", 0),
        key("cas", "txn/a", 1),
        key("get", "txn/a", 0),
        key("get", "txn/missing", 0),
        key("get-tree", "txn/", 0),
        key("check-index", "txn/a", 1),
        key("check-not-exists", "txn/a", 0),
        key("check-not-exists", "txn/missing", 0),
        key("delete-cas", "txn/a", 1),
        key("delete", "txn/new", 0),
        key("delete", "txn/missing", 0),
        key("delete-tree", "txn/", 0),
        key("nonsense", "txn/a", 0),
        json!([]),
    ] {
        pair.same_put("/v1/txn", &operations);
    }
}

#[test]
fn one_refusal_undoes_everything() {
    let pair = pair();
    pair.same_put_text("/v1/kv/undo/b", "1");
    let operations = json!([
        { "KV": { "Verb": "set", "Key": "undo/a", "Value": "MQ==" } },
        { "KV": { "Verb": "cas", "Key": "undo/b", "Value": "MQ==", "Index": 1 } },
    ]);
    pair.same_put("/v1/txn", &operations);
    pair.same_get("/v1/kv/undo/a");
}

#[test]
fn later_operations_see_earlier_ones() {
    let pair = pair();
    let operations = json!([
        { "KV": { "Verb": "set", "Key": "order/a", "Value": "MQ==" } },
        { "KV": { "Verb": "get", "Key": "order/a" } },
        { "KV": { "Verb": "delete", "Key": "order/a" } },
        { "KV": { "Verb": "check-not-exists", "Key": "order/a" } },
    ]);
    pair.same_put("/v1/txn", &operations);
}

#[test]
fn catalog_verbs() {
    let pair = pair();
    let node = |verb: &str| json!([{ "Node": { "Verb": verb, "Node": { "Node": "verbs", "Address": "10.9.1.1" } } }]);
    let service = |verb: &str, node: &str| {
        json!([{ "Service": { "Verb": verb, "Node": node,
            "Service": { "ID": "verbs-1", "Service": "verbs-web", "Port": 80 } } }])
    };
    let check = |verb: &str, service: &str| {
        json!([{ "Check": { "Verb": verb, "Check": { "Node": "verbs", "CheckID": "c", "Name": "n",
            "Status": "passing", "ServiceID": service } } }])
    };
    for operations in [
        service("set", "verbs"),
        check("set", ""),
        node("get"),
        node("set"),
        node("get"),
        service("get", "verbs"),
        check("set", "verbs-1"),
        check("get", ""),
        node("cas"),
        node("nonsense"),
        service("nonsense", "verbs"),
        check("nonsense", ""),
        service("set", "verbs"),
        service("get", "verbs"),
        check("set", "verbs-1"),
        check("get", "verbs-1"),
        check("delete", "verbs-1"),
        service("delete", "verbs"),
        node("delete"),
    ] {
        pair.same_put("/v1/txn", &operations);
    }
}

#[test]
fn too_many_operations() {
    let pair = pair();
    let many: Vec<_> = (0..65)
        .map(|n| json!({ "KV": { "Verb": "set", "Key": format!("many/{n}"), "Value": "" } }))
        .collect();
    pair.same_put("/v1/txn", &Value::Array(many));
}

#[test]
fn registrations_that_cannot_be() {
    let pair = pair();
    for body in [
        json!({}),
        json!({ "Node": "half" }),
        json!({ "Node": "half", "Address": "10.9.1.2", "Service": { "ID": "x" } }),
        json!({ "Node": "half", "Address": "10.9.1.2",
            "Check": { "CheckID": "c", "Name": "c", "ServiceID": "nothing" } }),
    ] {
        pair.same_put("/v1/catalog/register", &body);
    }
    pair.same_put("/v1/catalog/deregister", &json!({}));
    pair.same_put("/v1/catalog/deregister", &json!({ "Node": "nobody" }));
    pair.same_get("/v1/health/service/half");
}

#[test]
fn deregistered_things_are_gone() {
    let pair = pair();
    pair.seed("leave", "leave-web", &["passing", "critical"]);
    pair.same_put(
        "/v1/catalog/deregister",
        &json!({ "Node": "leave", "CheckID": "check-leave-web-2" }),
    );
    pair.same_get("/v1/health/service/leave-web");
    pair.same_put(
        "/v1/catalog/deregister",
        &json!({ "Node": "leave", "ServiceID": "leave-web-1" }),
    );
    pair.same_get("/v1/health/service/leave-web");
    pair.same_put("/v1/catalog/deregister", &json!({ "Node": "leave" }));
    pair.same_get("/v1/catalog/node/leave");
    pair.same_get("/v1/health/node/leave");
}
