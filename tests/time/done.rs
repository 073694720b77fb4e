//! What is done while dcview can see all of it.

use serde_json::json;

use crate::support::consul::{Check, Cluster, Dc, Instance, Status};
use crate::told::Told;

fn check(status: Status) -> Check {
    Check::of_service("http", "shop-1", status).output("HTTP 503")
}

fn instance(id: &str, version: &str) -> Instance {
    Instance::new("shop-n", "shop", id).meta("version", version)
}

/// Takes an instance, or with `CheckID` a check, out of the catalog.
pub fn deregister(dc: &Dc, node: &str, (what, id): (&str, &str)) {
    let body = json!({ "Datacenter": dc.name(), "Node": node, what: id });
    dc.http().put("/v1/catalog/deregister", &body).expect("an answer");
}

/// One thing after the other in each datacenter: each is told once, in its order, and nothing else.
pub fn every_kind_in_every_datacenter(cluster: &Cluster, told: &Told) {
    for dc in cluster.dcs() {
        told.forget();
        let mut all: Vec<&str> = Vec::new();
        let mut then = |lines: &[&'static str]| {
            for line in lines {
                told.wait(line, |it| {
                    it["datacenter"] == dc.name() && crate::told::line(it) == *line
                });
            }
            all.extend(lines);
        };
        dc.seed(&[instance("shop-1", "1.0").check(check(Status::Passing))]);
        then(&[
            "node shop-n:  > joined",
            "instance shop-1 on shop-n:  > registered 1.0",
            "version shop:  > 1.0",
        ]);
        dc.set_check("shop-n", &check(Status::Critical));
        then(&["check http of shop-1 on shop-n: passing > critical"]);
        dc.set_check("shop-n", &check(Status::Warning));
        then(&["check http of shop-1 on shop-n: critical > warning"]);
        dc.set_check("shop-n", &check(Status::Passing));
        then(&["check http of shop-1 on shop-n: warning > passing"]);
        dc.set_check("shop-n", &Check::of_node("_node_maintenance", Status::Critical));
        then(&["maintenance shop-n:  > maintenance"]);
        deregister(dc, "shop-n", ("CheckID", "_node_maintenance"));
        then(&["maintenance shop-n: maintenance > "]);
        dc.seed(&[instance("shop-2", "2.0")]);
        then(&["instance shop-2 on shop-n:  > registered 2.0", "version shop:  > 2.0"]);
        deregister(dc, "shop-n", ("ServiceID", "shop-1"));
        then(&["instance shop-1 on shop-n: registered 1.0 > ", "version shop: 1.0 > "]);
        dc.seed(&[instance("shop-2", "3.0")]);
        then(&[
            "instance shop-2 on shop-n: registered 2.0 > registered 3.0",
            "version shop: 2.0 > ",
            "version shop:  > 3.0",
        ]);
        for (value, line) in
            [("on", "kv config/shop:  > created"), ("off", "kv config/shop:  > changed")]
        {
            dc.http().put_text("/v1/kv/config/shop", value).expect("an answer");
            then(&[line]);
        }
        dc.http().delete("/v1/kv/config/shop").expect("an answer");
        then(&["kv config/shop:  > deleted"]);
        dc.http().put_text("/v1/kv/elsewhere/shop", "not watched").expect("an answer");
        let deregister_node = json!({ "Datacenter": dc.name(), "Node": "shop-n" });
        dc.http().put("/v1/catalog/deregister", &deregister_node).expect("an answer");
        then(&[
            "instance shop-2 on shop-n: registered 3.0 > ",
            "version shop: 3.0 > ",
            "node shop-n: joined > left",
        ]);
        let (mut told, mut done) = (told.lines_of(dc.name(), "shop"), all);
        // What one write does is told in no order of its own.
        told.sort_unstable();
        done.sort_unstable();
        assert_eq!(told, done, "in {}", dc.name());
    }
    let fire = |name: &str| format!("/v1/event/fire/{name}");
    cluster.dc("dc-1").http().put_text(&fire("deploy"), "v2").expect("an answer");
    told.wait("a user event", |it| it["kind"] == "user-event" && it["object"] == "deploy");
}

/// Changes that come faster than answers may be one; the last state is told, and no state twice.
pub fn faster_than_answers(cluster: &Cluster, told: &Told) {
    let dc = cluster.dc("dc-2");
    dc.seed(&[Instance::new("fast-n", "fast", "fast-1").status(Status::Passing, "ok")]);
    told.wait("fast-1", |it| it["kind"] == "instance" && it["object"] == "fast-1 on fast-n");
    told.forget();
    let check = |status| Check::of_service("service:fast-1", "fast-1", status).output("-");
    for n in 0..200 {
        dc.set_check("fast-n", &check(if n % 2 == 0 { Status::Critical } else { Status::Warning }));
    }
    dc.set_check("fast-n", &check(Status::Passing));
    told.wait_for("dc-2", "check", "service:fast-1 of fast-1 on fast-n", "passing");
    let lines = told.lines_of("dc-2", "service:fast-1");
    let mut now = "passing";
    for line in &lines {
        let (_, states) = line.rsplit_once(": ").expect("its states");
        let (from, to) = states.split_once(" > ").expect("from and to");
        assert!(from == now && from != to, "{states} after {now}: {lines:#?}");
        now = to;
    }
    assert_eq!(now, "passing");
}
