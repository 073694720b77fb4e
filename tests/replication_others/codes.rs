//! Exit codes, and the comparison of a prefix.

use serde_json::{Value, json};

use crate::pair;
use crate::program::Dcview;
use crate::support::consul::{Cluster, Plan, START};
use crate::support::wait::wait;

fn dcview() -> Dcview {
    Dcview::of(&pair().dc("dc-1").http_addr())
}

fn put(dc: &str, key: &str, value: &str) {
    let put = pair().dc(dc).http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
    assert_eq!(put.status, 200);
}

#[test]
fn a_prefix_is_compared_byte_for_byte_and_a_difference_is_exit_code_1() {
    for dc in ["dc-1", "dc-2"] {
        put(dc, "diff/app", "1");
        put(dc, "diff/apple", "1");
    }
    let same = dcview().run(&["diff", "dc-1", "dc-2", "diff/app"]);
    assert_eq!((same.code, same.out.as_str()), (0, ""), "{same:?}");
    assert!(same.err.contains("0 changed") && same.err.contains("2 the same"), "{same:?}");

    put("dc-2", "diff/apple", "2");
    // A slip in the name is no silent success.
    let none = dcview().run(&["diff", "dc-1", "dc-2", "nowhere/"]);
    assert!(none.code == 0 && none.err.contains("no key on either side"), "{none:?}");
    let ended = dcview().run(&["diff", "dc-1", "dc-2", "diff/app", "-o", "json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let row: Value = serde_json::from_str(&ended.out).expect("a line");
    assert_eq!((&row["name"], &row["difference"]), (&json!("le"), &json!("changed")));
    assert_eq!(
        (&row["left"]["datacenter"], &row["right"]["datacenter"]),
        (&json!("dc-1"), &json!("dc-2"))
    );

    put("dc-2", "diffed/app", "1");
    put("dc-2", "diffed/apple", "1");
    let renamed = dcview().run(&["diff", "dc-1", "dc-2", "diff/", "diffed/", "--brief"]);
    assert_eq!((renamed.code, renamed.out.as_str()), (0, ""), "{renamed:?}");
}

#[test]
fn nonsense_is_2_and_a_datacenter_that_is_not_there_too() {
    for args in [&["--fail-on", "rain"][..], &["--max-lag", "30"], &["--stream", "wire"]] {
        assert_eq!(dcview().run(args).code, 2, "{args:?}");
    }
    let unknown = dcview().run(&["--dc", "dc-9"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.err.contains("dc-9") && unknown.err.contains("dc-1"), "{unknown:?}");
    let unknown = dcview().run(&["diff", "dc-1", "dc-9", "x"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.err.contains("dc-9"), "{unknown:?}");
}

#[test]
fn an_agent_that_is_not_there_is_3() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = nobody.local_addr().expect("its address").to_string();
    drop(nobody);
    let ended = Dcview::of(&address).run(&["-o", "json"]);
    assert_eq!((ended.code, ended.out.as_str()), (3, "[]\n"), "{ended:?}");
    assert!(ended.err.contains("connection refused"), "{ended:?}");
}

#[test]
fn a_dark_datacenter_is_3_and_the_others_are_printed() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3).dc("dc-2", 1));
    let dcview = Dcview::of(&cluster.dc("dc-1").http_addr());
    // A leader looks at its servers only some time after it was elected.
    wait(START, "autopilot knows all", || {
        dcview.streams("raft").iter().all(|it| it["at"] != Value::Null)
    });
    cluster.dc("dc-2").kill_server(0);
    let ended = dcview.run(&["-o", "json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("dc-2"), "{ended:?}");
    let raft = ended.rows().into_iter().filter(|row| row["stream"] == "raft");
    let raft: Vec<_> = raft.filter(|row| row["destination"] == "dc-1").collect();
    assert_eq!(raft.len(), 2, "{ended:?}");
    // Of another datacenter alone it is no matter.
    let other = dcview.run(&["--dc", "dc-1", "--stream", "raft"]);
    assert_eq!((other.code, other.err.as_str()), (0, ""), "{other:?}");
}
