//! What the worlds are made of.

use super::*;
use crate::domain::kv::Entry;
use crate::domain::lock::Record;

#[tokio::test]
async fn demo_has_a_dozen_nodes_and_twenty_services_and_something_fails_at_once() {
    let bench = Bench::of(Options::DEMO).await;
    for dc in ["dc-1", "dc-2", "dc-3"] {
        assert_eq!(bench.get(&format!("/v1/catalog/nodes?dc={dc}")).await.len(), 12, "{dc}");
        let services = bench.get(&format!("/v1/internal/ui/services?dc={dc}")).await.len();
        assert!((20..=22).contains(&services), "{dc}: {services}");
    }
    for dc in ["dc-2", "dc-3"] {
        let failing = bench.get(&format!("/v1/health/state/critical?dc={dc}")).await;
        assert!(failing.len() > 0, "nothing fails in {dc}");
    }
    for (dc, sessions) in [("dc-1", 6), ("dc-2", 3)] {
        assert_eq!(bench.get(&format!("/v1/session/list?dc={dc}")).await.len(), sessions, "{dc}");
    }
}

/// The holders of a semaphore's record, and how many contend.
async fn backups(bench: &Bench) -> (usize, usize) {
    let keys = bench.get("/v1/kv/locks/backup/?recurse&dc=dc-3").await.json();
    let entries: Vec<Entry> = serde_json::from_value(keys).unwrap();
    let record = entries.iter().find_map(|entry| Record::read(&entry.value)).unwrap();
    (record.holders.len(), entries.len() - 1)
}

#[tokio::test]
async fn a_slot_of_a_dead_node_is_lost_until_the_next_one_comes() {
    let bench = Bench::of(Options { scenario: false, ..Options::DEMO }).await;
    let stage = bench.sim.handle("dc-3").unwrap();
    assert_eq!(backups(&bench).await, (2, 3));
    stage.set_node_alive("dc3-app-4", false);
    assert_eq!(backups(&bench).await, (2, 2), "its contender went with its session");
    let timeline = crate::sim::world::scenario().unwrap();
    let pass_on = || {
        let moments = timeline.moments.iter();
        let mut locks = moments.filter_map(|moment| match &moment.action {
            crate::sim::world::Action::PassOn(lock) if moment.dc == "dc-3" => Some(lock),
            _ => None,
        });
        stage.pass_on(locks.next_back().unwrap());
    };
    pass_on();
    assert_eq!(backups(&bench).await, (2, 2), "nobody waits: two hold it, both alive");
    stage.set_node_alive("dc3-app-4", true);
    pass_on();
    assert_eq!(backups(&bench).await, (2, 3));
}

#[tokio::test]
async fn datacenters_are_as_far_apart_as_promised() {
    let bench = Bench::of(Options::DEMO).await;
    let areas = bench.get("/v1/coordinate/datacenters").await.json();
    let at = |dc: usize| &areas[dc]["Coordinates"][0]["Coord"];
    let far = |dc: usize| {
        let squares = (0..8).map(|axis| {
            let place = |dc: usize| at(dc)["Vec"][axis].as_f64().unwrap();
            (place(0) - place(dc)).powi(2)
        });
        let heights = at(0)["Height"].as_f64().unwrap() + at(dc)["Height"].as_f64().unwrap();
        (squares.sum::<f64>().sqrt() + heights) * 1000.0
    };
    assert!((17.0..20.0).contains(&far(1)), "{}", far(1));
    assert!((73.0..76.0).contains(&far(2)), "{}", far(2));
}

#[tokio::test]
async fn large_world_has_the_promised_size_and_one_failure_in_a_hundred() {
    let options = Options { size: Size::Instances(20_000), ..SMALL };
    let bench = Bench::of(options).await;
    let services = bench.get("/v1/internal/ui/services").await.json();
    let services = services.as_array().unwrap();
    assert_eq!(services.len(), 2001, "2,000 and Consul itself");
    let total: u64 = services.iter().map(|it| it["InstanceCount"].as_u64().unwrap()).sum();
    assert_eq!(total, 20_003);
    let doubled = services.iter().filter(|service| {
        let nodes = service["Nodes"].as_array().unwrap();
        nodes.windows(2).any(|pair| pair[0] == pair[1])
    });
    assert_eq!(doubled.count(), 200, "every tenth runs twice on a node");
    let failing = bench.get("/v1/health/state/critical").await.len()
        + bench.get("/v1/health/state/warning").await.len();
    assert!((140..260).contains(&failing), "{failing}");
}

#[tokio::test]
async fn equal_seeds_give_equal_worlds() {
    let [one, two] = [Bench::new().await, Bench::new().await];
    let [one, two] = [one.get("/v1/health/state/any").await, two.get("/v1/health/state/any").await];
    assert_eq!(one.text, two.text);
}

#[tokio::test]
async fn speed_must_be_a_positive_number() {
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = serve(Options { speed, ..SMALL }).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
