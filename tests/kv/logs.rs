//! The log of a command without a screen: in the state directory, for its owner, without secrets.

use std::os::unix::fs::PermissionsExt as _;

use super::program::Program;
use super::support::consul::{Cluster, Plan};

/// What is in the log.
fn log(program: &Program) -> String {
    std::fs::read_to_string(program.state().join("dcview.log")).unwrap_or_default()
}

#[test]
fn requests_are_logged_where_asked_for_and_never_a_token() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    let program = Program::at(&cluster.dc("dc-1").http_addr())
        .env("CONSUL_HTTP_TOKEN", cluster.token())
        .env("CONSUL_HTTP_AUTH", "ann:s3cr3t-password");
    let put = ["kv", "put", "lo/a", "s3cr3t-value", "--force", "--log-level", "trace"];
    assert_eq!(program.run(&put).code, 0);
    let get = program.run(&["get", "checks", "--log-level", "debug"]);
    assert_eq!((get.code, get.err.as_str()), (0, ""));
    let log = log(&program);
    for path in ["path=/v1/kv/lo/a", "path=/v1/txn", "path=/v1/health/state/critical"] {
        assert!(log.contains(path), "{path} is missing:\n{log}");
    }
    assert!(!log.contains(cluster.token()) && !log.contains("s3cr3t"), "{log}");
    let mode = std::fs::metadata(program.state().join("dcview.log")).expect("a log").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn a_usual_run_logs_no_request() {
    let program = Program::new();
    assert_eq!(program.run(&["kv", "get", "lo/none"]).code, 1);
    assert!(!log(&program).contains("path="), "{}", log(&program));
}

#[test]
fn without_a_place_for_the_log_the_work_is_done_all_the_same() {
    let program = Program::new().env("XDG_STATE_HOME", "/dev/null/state");
    let usual = program.run(&["get", "nodes"]);
    assert_eq!((usual.code, usual.err.as_str()), (0, ""));
    let asked = program.run(&["get", "nodes", "--log-level", "debug"]);
    assert_eq!((asked.code, &asked.out), (0, &usual.out));
    assert!(asked.err.contains("no log") && asked.err.contains("dcview.log"), "{}", asked.err);

    let full = Program::new().on_full_disk().run(&["get", "nodes", "--log-level", "debug"]);
    assert_eq!((full.code, full.err.as_str()), (0, ""), "a full disk is not the screen's matter");
}
