//! Command lines and what they mean.

use std::time::Duration;

use super::*;
use crate::domain::replication::Kind;

fn read(line: &str) -> Result<Cli, clap::Error> {
    Cli::read(line.split_whitespace().map(OsString::from))
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn a_datacenter_may_be_named_before_and_after_the_command() {
    for line in [
        "dcview --dc dc-2 get services",
        "dcview get services --dc dc-2",
        "dcview get --datacenter dc-2 services",
        "dcview get services -datacenter=dc-2",
        "dcview -dc dc-2 get services",
    ] {
        let cli = read(line).unwrap();
        assert_eq!(cli.flags().settings.dc.as_deref(), Some("dc-2"), "{line}");
        let Some(Command::Get(get)) = cli.command else { panic!("{line}") };
        assert_eq!(get.what, What::Services);
    }
}

#[test]
fn flags_of_the_consul_command_are_taken_with_one_dash() {
    let cli =
        read("dcview -http-addr=10.0.0.1:8500 -token-file t -ca-file /ca -namespace n").unwrap();
    let agent = cli.flags().agent;
    assert_eq!(agent.address.as_deref(), Some("10.0.0.1:8500"));
    assert_eq!(agent.token_file, Some("t".into()));
    assert_eq!(agent.ca_file, Some("/ca".into()));
    assert_eq!(agent.namespace.as_deref(), Some("n"));
}

#[test]
fn a_token_on_the_command_line_is_refused_and_not_repeated() {
    for line in
        ["dcview --token s3cr3t", "dcview -token=s3cr3t", "dcview get checks --token=s3cr3t"]
    {
        let error = read(line).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(text.contains("--token-file") && text.contains("CONSUL_HTTP_TOKEN"), "{text}");
        assert!(!text.contains("s3cr3t"), "{text}");
    }
}

#[test]
fn the_form_may_follow_what_is_printed() {
    for (line, what) in [
        ("dcview get checks -o json", What::Checks),
        ("dcview get -o json service billing", What::Service { name: "billing".to_owned() }),
        ("dcview get node web-1 --output json", What::Node { name: "web-1".to_owned() }),
    ] {
        let Some(Command::Get(get)) = read(line).unwrap().command else { panic!("{line}") };
        assert_eq!((get.what, get.output), (what, Format::Json), "{line}");
    }
}

#[test]
fn nonsense_ends_with_exit_code_2() {
    for line in [
        "dcview --nonsense",
        "dcview get",
        "dcview get nonsense",
        "dcview get service",
        "dcview get checks -o xml",
        "dcview demo --size lots",
        "dcview --log-level loud",
    ] {
        assert_eq!(read(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn streams_are_chosen_by_kind_and_judged_by_conditions() {
    let line = "dcview replication --dc dc-2 --stream raft,git -o json --max-lag 30s --fail-on \
                drift,lag --fail-on stall";
    let Some(Command::Replication(it)) = read(line).unwrap().command else { panic!("{line}") };
    assert_eq!(it.kinds, [Kind::Raft, Kind::Git]);
    assert_eq!(it.max_lag, Some(Duration::from_secs(30)));
    assert_eq!(it.fail_on, [Condition::Drift, Condition::Lag, Condition::Stall]);
    for line in [
        "dcview replication --stream wire",
        "dcview replication --max-lag soon",
        "dcview replication --fail-on rain",
        "dcview replication diff dc-1 dc-2",
        "dcview replication --fail-on lag diff dc-1 dc-2 app/",
    ] {
        assert_eq!(read(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn nothing_said_changes_nothing() {
    let flags = read("dcview").unwrap().flags();
    assert!(flags.agent.is_empty() && flags.config_file.is_none());
    assert_eq!(flags.settings.read_only, None);
}

#[test]
fn the_first_command_is_kept_whole() {
    let line = ["dcview", "-c", "svc @dc-2 /billing"].map(OsString::from);
    let cli = Cli::read(line).unwrap();
    assert_eq!(cli.first_command.as_deref(), Some("svc @dc-2 /billing"));
    for line in ["dcview -c kv demo", "dcview demo -c kv", "dcview demo --command kv --seed 7"] {
        assert_eq!(read(line).unwrap().first_command.as_deref(), Some("kv"), "{line}");
    }
}

#[test]
fn the_demo_has_size_speed_and_seed() {
    let cli = read("dcview demo --serve --size 100k --speed 2.5 --seed 7").unwrap();
    let Some(Command::Demo(demo)) = cli.command else { panic!("no demo") };
    assert!(demo.serve);
    assert_eq!((demo.size, demo.seed), (Some(Size(100_000)), 7));
}
