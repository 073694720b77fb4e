//! Managers as the seed systems leave them: Consul 1.8.7 with consul-replicate 0.4.0, git2consul
//! 0.12.13, consul-template 0.20.1 and `consul lock`.

use super::*;

fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.into(),
        value: value.to_owned().into(),
        flags: 0,
        modify_index: 32,
        create_index: 24,
        lock_index: 0,
        session: None,
    }
}

fn replication(source: &str, destination: &str) -> Entry {
    let value = format!(
        "{{\n  \"LastReplicated\": 36,\n  \"Source\": \"{source}\",\n  \"Destination\": \"{destination}\"\n}}"
    );
    entry("service/consul-replicate/statuses/0094f930b016e3f94efbcda42673bc88", &value)
}

fn git() -> Entry {
    entry(
        "git2consul/config",
        r#"{"version":"1.0","repos":[
            {"name":"platform-config","url":"u","branches":["main","staging"],"hooks":[]},
            {"name":"app-config","url":"u","branches":["main"],"include_branch_name":false,
             "mountpoint":"cfg/global","source_root":"svc","expand_keys":true},
            {"name":"bare","branches":["b"],"include_branch_name":false,"ignore_repo_name":true}]}"#,
    )
}

fn said(managers: &Managers, entry: &Entry) -> Vec<String> {
    managers.of(entry).iter().map(ToString::to_string).collect()
}

#[test]
fn a_key_under_a_destination_is_replicated() {
    let managers = Managers::read(&[replication("runner/", "mirror/runner/")]);
    let found = said(&managers, &entry("mirror/runner/job", "x"));
    assert!(found[0].starts_with("consul-replicate copies 'runner/' of another datacenter"));
    for other in ["runner/job", "mirror/runner", "mirror/", "x"] {
        assert_eq!(managers.of_key(&other.into()), [], "{other}");
    }
}

#[test]
fn a_destination_without_a_slash_takes_all_that_begins_so() {
    let managers = Managers::read(&[replication("global", "backup")]);
    assert_eq!(managers.of_key(&"backupization/x".into()).len(), 1);
}

#[test]
fn a_status_that_cannot_be_read_or_claims_everything_manages_nothing() {
    let broken = entry("service/consul-replicate/statuses/a", "{}");
    let managers = Managers::read(&[broken.clone(), replication("a/", "")]);
    assert_eq!(managers, Managers::default());
    assert_eq!(managers.of(&broken), [Managed::ReplicationStatus]);
}

#[test]
fn a_key_of_a_repository_names_its_file() {
    let managers = Managers::read(&[git()]);
    let git = |repo: &str, branch: &str, path: &str| {
        let text = str::to_owned;
        vec![Managed::Git { repo: text(repo), branch: text(branch), path: text(path) }]
    };
    let marker =
        |repo: &str| vec![Managed::GitMarker { repo: repo.to_owned(), branch: "main".to_owned() }];
    for (key, expected) in [
        ("platform-config/main/a/b.json", git("platform-config", "main", "a/b.json")),
        ("platform-config/staging/x", git("platform-config", "staging", "x")),
        ("cfg/global/app-config/s.json/db/host", git("app-config", "main", "svc/s.json/db/host")),
        ("platform-config/main.ref", marker("platform-config")),
        ("cfg/global/app-config/main.ref", marker("app-config")),
        ("git2consul/config", vec![Managed::GitConfig]),
        ("platform-config/other/x", vec![]),
        ("anything", vec![]),
    ] {
        assert_eq!(managers.of_key(&key.into()), expected, "{key}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_manages_nothing() {
    for value in ["", "{}", "[]", "{\"repos\": 1}"] {
        let managers = Managers::read(&[entry("git2consul/config", value)]);
        assert_eq!(managers, Managers::default(), "{value}");
    }
}

#[test]
fn what_templates_share_is_told_by_its_name() {
    let id = "45e76050dd7a2c67bc64a7e3277bdcdc";
    let mut shared = entry(&format!("consul-template/dedup/{id}/data"), "__NO_DATA__");
    shared.flags = 3_304_740_253_564_472_344;
    shared.session = Some("36d03f23-b0f2-3086-2a6a-b62751c3f553".into());
    let found = said(&Managers::default(), &shared);
    assert!(found[0].contains(id), "{found:?}");
    assert_eq!(found[1], "session 36d03f23-b0f2-3086-2a6a-b62751c3f553 holds its lock");
    assert_eq!(said(&Managers::default(), &entry("consul-template/dedup/x", "")), [""; 0]);
}

#[test]
fn locks_and_semaphores_are_told_by_their_flags() {
    let lock = Entry {
        flags: 3_304_740_253_564_472_344,
        session: Some("36d03f23".into()),
        ..entry("service/runner/leader/.lock", "")
    };
    let expected = ["it is the lock of 'service/runner/leader'", "session 36d03f23 holds its lock"];
    assert_eq!(said(&Managers::default(), &lock), expected);

    let record = r#"{"Limit":2,"Holders":{"0daba747":true,"9c0ba7b8":true}}"#;
    let flags = 16_210_313_421_097_356_768;
    let semaphore = Entry { flags, ..entry("service/runner/sem/.lock", record) };
    let found = said(&Managers::default(), &semaphore);
    assert!(found[0].starts_with("it is the semaphore of 'service/runner/sem', held by 2 of 2"));
    let contender = Entry { flags, ..entry("service/runner/sem/0daba747", "") };
    let prefix = "service/runner/sem".to_owned();
    assert_eq!(Managers::default().of(&contender), [Managed::Contender { prefix }]);
    // Rounded as a float would round it, it is another number.
    let rounded = Entry { flags: 3_304_740_253_564_472_300, ..entry("a/.lock", "") };
    assert_eq!(Managers::default().of(&rounded), []);
}

#[test]
fn an_ordinary_key_that_a_session_holds_says_so() {
    let held = Entry { session: Some("s".into()), ..entry("app/x", "1") };
    assert_eq!(said(&Managers::default(), &held), ["session s holds its lock"]);
}
