//! What consul-replicate carries, as a monitor sees it: under load, stopped, caught up, edited, and
//! with a token that sees little.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::git::put;
use crate::program::{Dcview, Ended};
use crate::support::consul::{Cluster, Plan, START};
use crate::support::replicator::{Carried, Orders, Replicator};
use crate::support::wait::wait;

const SETTINGS: &str = "[replication]\nstall_after = 2\n\n\
    [[replication.source]]\nprefix = \"app/\"\nsource = \"dc-1\"\n";

fn run(dcview: &Dcview, args: &[&str]) -> Ended {
    dcview.run(&[&["--stream", "consul-replicate"], args].concat())
}

#[test]
fn a_monitor_tells_load_from_lag_and_lag_from_drift() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    let (first, second) = (cluster.dc("dc-1"), cluster.dc("dc-2"));
    let dcview = Dcview::of(&first.http_addr()).settings(SETTINGS);
    put(first, "app/a", "1");
    let carried = Carried {
        from: "dc-1".to_owned(),
        source: "app/".to_owned(),
        destination: "app/".to_owned(),
    };
    let orders = Orders {
        http: second.http(),
        carried: vec![carried],
        exclude: Vec::new(),
        status_dir: "service/consul-replicate/statuses/".to_owned(),
    };
    let replicator = Replicator::start(&orders);
    let all = ["--max-lag", "20s", "--fail-on", "drift,extra,stall,alarm"];
    wait(START, "it is in sync", || run(&dcview, &["-o", "csv"]).out.contains(",in_sync,"));

    // Something always waits, and never for long.
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                put(first, &format!("app/k{}", number % 50), &number.to_string());
            }
        });
        for _ in 0..5 {
            let ended = run(&dcview, &all);
            assert_eq!(ended.code, 0, "{ended:?}");
        }
        is_over.store(true, Ordering::SeqCst);
    });

    wait(START, "all of it has arrived", || run(&dcview, &["--fail-on", "lag"]).code == 0);

    // It stops: what waits is seen to wait.
    replicator.pause(true);
    put(first, "app/late", "1");
    let began = Instant::now();
    let ended = run(&dcview, &["--max-lag", "3s"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("something waits for 3s at least, the most is 3s"), "{ended:?}");
    assert!(began.elapsed().as_secs() >= 3, "it looked for that long");
    let ended = run(&dcview, &["--fail-on", "stall"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    // A single look cannot say for how long.
    let row = &run(&dcview, &["-o", "json"]).rows()[0];
    assert_eq!((&row["pending"], &row["oldest_pending_seconds"]), (&1.into(), &json!(null)));
    assert_eq!(row["verdict"], "lagging");

    replicator.pause(false);
    wait(START, "it has caught up", || run(&dcview, &["--fail-on", "lag"]).code == 0);
    put(second, "app/a", "edited");
    let ended = run(&dcview, &["--fail-on", "drift"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("DRIFT"), "{ended:?}");
    assert_eq!(run(&dcview, &[]).code, 0, "without a condition no verdict is a failure");
}

#[test]
fn what_a_token_may_not_see_is_not_called_fine() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    let nobody = Dcview::of(&cluster.dc("dc-1").http_addr());
    let ended = run(&nobody, &["-o", "json", "--fail-on", "drift"]);
    assert_eq!((ended.code, ended.out.as_str()), (4, "[]\n"), "{ended:?}");
    assert!(ended.err.contains("which proves nothing"), "{ended:?}");
}

#[test]
fn a_datacenter_without_a_leader_is_3() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3));
    let dc = cluster.dc("dc-1");
    let told = "[[replication.source]]\nprefix = 'config/'\nsource = 'dc-9'\n";
    let dcview = Dcview::of(&dc.http_addr()).settings(told);
    dc.kill_server(1);
    dc.kill_server(2);
    wait(START, "there is no leader", || {
        dc.http().get("/v1/status/leader").is_some_and(|answer| answer.body == "\"\"")
    });
    let ended = run(&dcview, &["-o", "json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("no leader"), "{ended:?}");
    let into = |row: &Value| row["stream"] == "consul-replicate" && row["prefix"] == "config/";
    let rows = ended.rows().into_iter().filter(into).collect::<Vec<_>>();
    assert_eq!(rows.len(), 1, "what the settings name is not left out: {ended:?}");
    assert_eq!((&rows[0]["verdict"], &rows[0]["destination"]), (&"unknown".into(), &"dc-1".into()));
}
