//! What of the KV store is looked at: values that are compared, and the key that the cursor is on.

use dcview::domain::feed::{Glanced, Subject, Wanted};
use dcview::domain::ids::Key;
use dcview::domain::kv::Print;

use crate::mirror::{Mirror, Told};
use crate::support::consul::{Cluster, Plan};
use crate::support::fault::{FaultServer, Reply, Request};

fn compared(keys: &[&str]) -> Glanced {
    let keys = keys.iter().map(|key| ("dc-1".into(), Key::from(*key))).collect();
    Glanced { keys, ..Glanced::default() }
}

#[test]
fn values_on_screen_are_read_and_read_again_when_their_folder_changes() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let http = cluster.dc("dc-1").http();
    let put = |key: &str, value: &str| {
        http.put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
    };
    put("v/a", "1");
    put("v/b", "1");
    put("w/c", "1");
    let mirror = Mirror::of_agent(&cluster.dc("dc-1").http_addr());
    mirror.wait_dc("dc-1", "the lists are live", Told::is_whole);
    mirror.show(None, &[("dc-1", Subject::Folder("v/".into()))]);
    mirror.glance(compared(&["v/a", "v/b", "v/none"]));
    let is = |told: &Told, key: &str, value: &str| {
        told.prints.get(key) == Some(&Print::of(value.as_bytes(), 0))
    };
    mirror.wait_dc("dc-1", "both values", |told| is(told, "v/a", "1") && is(told, "v/b", "1"));
    assert!(mirror.look("dc-1", |told| !told.prints.contains_key("v/none")));

    put("v/a", "2");
    mirror.wait_dc("dc-1", "the new value", |told| is(told, "v/a", "2") && is(told, "v/b", "1"));

    // What is no longer on screen is forgotten.
    mirror.glance(compared(&["v/b"]));
    mirror.wait_dc("dc-1", "one value", |told| told.prints.len() == 1 && is(told, "v/b", "1"));
    mirror.glance(Glanced::default());
    mirror.wait_dc("dc-1", "no values", |told| told.prints.is_empty());
}

/// An agent whose keys all hold one byte.
fn agent() -> FaultServer {
    FaultServer::start(|request: &Request| {
        match request.path.split('?').next().unwrap_or_default() {
            "/v1/catalog/datacenters" => Reply::json(r#"["dc-1"]"#, 1),
            path => match path.strip_prefix("/v1/kv/") {
                Some(key) => {
                    let entry = format!(
                        r#"[{{"Key":"{key}","Value":"eA==","Flags":0,"LockIndex":0,"CreateIndex":3,"ModifyIndex":3}}]"#
                    );
                    Reply::json(&entry, 3)
                }
                None => Reply::text(404, ""),
            },
        }
    })
}

#[test]
fn keys_that_the_cursor_only_passes_are_not_asked_for() {
    let agent = agent();
    let mirror = Mirror::of_agent(&agent.addr().to_string());
    mirror.wait("the datacenter", |state| state.listed == ["dc-1".into()]);
    for n in 0..50 {
        let subject = Subject::Key(format!("k{n}").into());
        let passing = vec![Wanted { dc: "dc-1".into(), subject }];
        mirror.glance(Glanced { passing, ..Glanced::default() });
    }
    mirror.wait_dc("dc-1", "the key it rests on", |told| {
        told.entries.get("k49").is_some_and(Option::is_some)
    });
    let requests = agent.requests();
    let asked = requests.iter().filter(|request| request.path.starts_with("/v1/kv/k"));
    let asked: Vec<&str> = asked.map(|request| &*request.path).collect();
    // A machine that is very busy may let it rest elsewhere for a moment.
    assert!(asked.len() < 5, "{asked:?}");
}
