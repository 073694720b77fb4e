//! Who calls whom, in three real datacenters: a chain of twelve services, a mesh of sixty whose
//! proxies say their upstreams, and the way to the root of a trouble at the far end of the chain.

use serde_json::{Value, json};

use crate::run::asked_of;
use crate::support::consul::{Check, Cluster, Dc, Instance, Plan, Status};
use crate::support::screen::{Launch, keys};

/// The chain, from the edge to the far end.
const CHAIN: usize = 12;
const MESH: usize = 60;

fn link(n: usize) -> String {
    format!("link-{n:02}")
}

/// A chain by meta data over all datacenters; the mesh by sidecar proxies in dc-1.
fn seed(cluster: &Cluster) {
    for dc in cluster.dcs() {
        let one = |n: usize| {
            let id = format!("{}-1", link(n));
            let it = Instance::new(&format!("chain-{n:02}"), &link(n), &id);
            let it = it.status(Status::Passing, "ok");
            if n + 1 < CHAIN { it.meta("upstreams", &link(n + 1)) } else { it }
        };
        dc.seed(&(0..CHAIN).map(one).collect::<Vec<_>>());
    }
    let dc = cluster.dc("dc-1");
    for n in 0..MESH {
        register(dc, n);
    }
    let allow = json!({ "SourceName": "mesh-00", "DestinationName": "link-00", "Action": "allow" });
    dc.http().post("/v1/connect/intentions", &allow).expect("an answer");
    let far = json!({ "Name": "far", "Service": {
        "Service": link(CHAIN - 1), "Failover": { "Datacenters": ["dc-2", "dc-3"] } } });
    assert_eq!(dc.http().post("/v1/query", &far).expect("an answer").status, 200);
    dc.seed(&[Instance::new("tagged-n", "tagged", "tagged-1").tag("upstream:link-03")]);
}

/// A service of the mesh with its proxy, which has the next two as upstreams; one has a prepared
/// query too.
fn register(dc: &Dc, n: usize) {
    let name = |n: usize| format!("mesh-{:02}", n % MESH);
    let put = |service: Value| {
        let body =
            json!({ "Node": format!("mesh-n{n}"), "Address": "10.7.0.1", "Service": service });
        let answer = dc.http().put("/v1/catalog/register", &body).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    put(json!({ "ID": format!("{}-1", name(n)), "Service": name(n), "Port": 80 }));
    let upstream = |n| json!({ "DestinationType": "service", "DestinationName": name(n), "LocalBindPort": 9000 + n });
    let far = json!({ "DestinationType": "prepared_query", "DestinationName": "far", "LocalBindPort": 8999 });
    let mut upstreams = vec![upstream(n + 1), upstream(n + 2)];
    upstreams.extend((n == 5).then_some(far));
    put(json!({
        "ID": format!("{}-proxy", name(n)), "Service": format!("{}-sidecar-proxy", name(n)),
        "Kind": "connect-proxy", "Port": 21000,
        "Proxy": { "DestinationServiceName": name(n), "Upstreams": upstreams },
    }));
}

#[test]
fn the_root_of_a_trouble_is_found_at_the_far_end_of_a_chain() {
    let plan = Plan::new().hcl("connect { enabled = true }");
    let cluster = Cluster::start(plan.dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1));
    seed(&cluster);
    let agent = cluster.dc("dc-1").http_addr();
    let rows = asked_of(&agent, "", &["get", "map", "-o", "json"]).rows();
    let has = |from: &str, to: &str, source: &str, dcs: usize| {
        let row = rows.iter().find(|row| row["from"] == from && row["to"] == to);
        let row = row.unwrap_or_else(|| panic!("{from} -> {to} of {} edges", rows.len()));
        let said = row["source"].as_array().expect("sources");
        assert!(said.iter().all(|it| it["source"] == source) && said.len() == dcs, "{row}");
    };
    for n in 0..CHAIN - 1 {
        has(&link(n), &link(n + 1), "meta", 3);
    }
    has("mesh-58", "mesh-00", "proxy", 1);
    has("mesh-00", "link-00", "intention", 1);
    has("tagged", "link-03", "tag", 1);
    has("mesh-05", "link-11", "query", 1);
    has("link-11", "link-11", "query", 1);
    assert_eq!(rows.len(), CHAIN - 1 + 2 * MESH + 4);

    for (size, whole) in [((200, 60), true), ((120, 34), true), ((80, 24), false)] {
        let screen = Launch::dcview(&["--http-addr", &agent]).size(size.0, size.1).start();
        screen.wait("the overview", |text| text.contains("3:dc-3 "));
        let far = link(CHAIN - 1);
        let fails = format!("service:{far}-1");
        for dc in cluster.dcs() {
            let check = Check::of_service(&fails, &format!("{far}-1"), Status::Critical);
            dc.set_check(&format!("chain-{:02}", CHAIN - 1), &check.output("disk full"));
        }
        screen.send(":map link-00");
        screen.wait_for(":map link-00");
        screen.send(keys::ENTER);
        screen.wait("the map", |text| {
            text.contains("map [")
                && text.contains("around link-00 live")
                && !text.contains("loading")
                && text.matches("✗ critical").count() >= 3
        });
        screen.send("f");
        let behind = CHAIN - 1 + MESH + 1;
        let text = screen.wait("the root of the trouble", |text| {
            text.contains(&format!("{behind} services stand behind it"))
        });
        assert!(text.contains(&format!("{far} is critical")) || !whole, "{text}");
        if whole {
            screen.wait_for("fails over to dc-2, dc-3  query in dc-1");
        }
        if size.0 == 120 {
            screen.picture("map");
        }
        screen.send(keys::ENTER);
        screen.wait_for(&format!("─ service {far}"));
        let recover = |dc: &Dc| {
            let check = Check::of_service(&fails, &format!("{far}-1"), Status::Passing);
            dc.set_check(&format!("chain-{:02}", CHAIN - 1), &check.output("ok"));
        };
        // Is it one datacenter, or all? The one that differs most is on top.
        recover(cluster.dc("dc-1"));
        recover(cluster.dc("dc-3"));
        screen.send(":matrix\r");
        screen.wait("only dc-2 fails, on top", |text| {
            let top = text.lines().nth(3).unwrap_or_default();
            top.contains(&far) && top.contains("failing in dc-2 alone")
        });
        if size.0 == 120 {
            screen.picture("matrix");
        }
        recover(cluster.dc("dc-2"));
        // Where nothing fails, a large map is what belongs together.
        screen.wait_gone("failing in dc-2");
        screen.send(":map\r");
        screen.wait("it is folded", |text| {
            text.contains(" services, folded live")
                && text.contains("▸✓ link-* 12/12")
                && text.contains("▸✓ mesh-* 60/60")
        });
        screen.send(keys::ENTER);
        screen.wait("one group is unfolded", |text| {
            text.contains("✓ link-00") && text.contains("▸✓ mesh-* 60/60")
        });
    }
}
