//! The judgement, by tables: what each way gives of each instance, and what is said of it.

use core::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use chrono::TimeDelta;

use super::dns::{Code, Data, Record, Reply};
use super::*;
use crate::domain::ids::NodeName;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn given<T>(value: T) -> Answer<T> {
    Answer::new(value, now())
}

fn instance(id: &str, port: u16, status: Status) -> Arc<Instance> {
    Arc::new(Instance {
        service: "web".into(),
        id: id.into(),
        node: NodeName::from("dc1-host-1"),
        address: "127.77.1.11".into(),
        port,
        tags: Vec::new(),
        meta: indexmap::IndexMap::new(),
        checks: Vec::new(),
        status,
        version: "".into(),
        modify_index: 1,
        create_index: 1,
    })
}

fn keys(all: &[Arc<Instance>], is: impl Fn(Status) -> bool) -> Vec<InstanceKey> {
    let of = all.iter().filter(|it| is(it.status));
    of.map(|it| InstanceKey { node: it.node.clone(), id: it.id.clone() }).collect()
}

fn reply(code: Code, answers: Vec<Record>) -> Reply {
    Reply { code, answers, extra: Vec::new(), is_truncated: false, took: Duration::ZERO }
}

fn srv(ports: &[u16]) -> Reply {
    // Consul 1.8.7 names an instance's own address in hexadecimal digits.
    let target = Arc::from("7f4d010b.addr.dc-1.consul");
    let data = |port| Data::Service { target: Arc::clone(&target), port, weight: 1 };
    let record = |port: &u16| Record { name: "web".into(), ttl: 0, data: data(*port) };
    reply(Code::NoError, ports.iter().map(record).collect())
}

fn a(addresses: &[Ipv4Addr]) -> Reply {
    let record = |ip: &Ipv4Addr| Record {
        name: "web".into(),
        ttl: 0,
        data: Data::Address(IpAddr::from(*ip)),
    };
    reply(Code::NoError, addresses.iter().map(record).collect())
}

/// The service of the captures: 1 and 4 pass, 2 warns, 3 is critical, all on one address.
fn web() -> Asked {
    let states = [Status::Passing, Status::Warning, Status::Critical, Status::Passing];
    let all: Vec<_> = (1..)
        .zip(states)
        .map(|(n, status)| instance(&format!("web-{n}"), 8100 + n, status))
        .collect();
    let passing = keys(&all, |status| status == Status::Passing);
    Asked {
        passing: given(passing),
        raw: given(all),
        name: Some("web.service.dc-1.consul".into()),
        address: whole(&a(&[Ipv4Addr::new(127, 77, 1, 11)])),
        srv: whole(&srv(&[8102, 8101, 8104])),
        ..Asked::default()
    }
}

fn whole(reply: &Reply) -> Lookup {
    Lookup { udp: given(reply.clone()), edns: given(reply.clone()), tcp: given(reply.clone()) }
}

fn judged(asked: Asked) -> Consumers {
    judge(&"dc-1".into(), &"web".into(), asked)
}

/// The words of each row that has any, by its name.
fn said(consumers: &Consumers) -> Vec<(&str, Vec<&str>)> {
    consumers
        .disagreeing()
        .map(|row| (row.name(), row.disagreements.iter().map(|it| &*it.text).collect()))
        .collect()
}

fn server(name: &str, status: &str, address: &str) -> Server {
    Server {
        backend: "web".into(),
        name: name.into(),
        status: status.into(),
        address: address.into(),
        weight: 1,
        ..Server::default()
    }
}

fn edge(backends: &[(&str, &str)]) -> Arc<Balancer> {
    Arc::new(Balancer {
        name: "edge".into(),
        dc: "dc-1".into(),
        address: "http://10.0.0.5/stats".into(),
        auth: None,
        backends: backends.iter().map(|(b, s)| (Arc::from(*b), (*s).into())).collect(),
    })
}

fn behind(servers: Vec<Server>) -> Balancers {
    vec![(edge(&[]), given(servers.into()))]
}

#[test]
fn four_ways_give_four_answers() {
    let seen = judged(web());
    let gives = |id: &str, way: &Way| {
        let row = seen.rows.iter().find(|row| row.name() == id).unwrap();
        seen.gives(row, way).unwrap().word(row).to_owned()
    };
    let row = |id: &str| {
        let ways = [Way::Address, Way::Srv, Way::Passing, Way::Raw, Way::Template];
        ways.map(|way| gives(id, &way)).join(" ")
    };
    assert_eq!(row("web-1"), "yes yes yes yes yes");
    assert_eq!(row("web-2"), "yes yes no yes no");
    assert_eq!(row("web-3"), "shared no no yes no");
    assert_eq!(row("web-4"), "yes yes yes yes yes");
    assert_eq!(said(&seen), [("web-2", vec!["warning: DNS gives it, passing does not"])]);
    assert_eq!(
        &*seen.traps,
        ["A gives 1 record for 3 instances: one for each address, without ports".into()]
    );
}

#[test]
fn a_service_without_a_difference_has_none() {
    let mut asked = web();
    let (all, _) = asked.raw.given.take().unwrap();
    let passing: Vec<_> = all.into_iter().filter(|it| it.status == Status::Passing).collect();
    asked.raw = given(passing);
    asked.srv = whole(&srv(&[8101, 8104]));
    asked.balancers = behind(vec![server("web-1", "UP", ""), server("web-4", "UP 2/3", "")]);
    let seen = judged(asked);
    assert_eq!(said(&seen), []);
    assert!(seen.rows.iter().all(|row| row.since.is_none()));
}

#[test]
fn a_stale_balancer_is_told_worst_first() {
    // HAProxy 2.6.12 that was not reloaded; Consul 1.8.7, GET /v1/health/service/web.
    let servers =
        balancer::read(include_str!("../../../tests/fixtures/haproxy-stats-diverged.csv"));
    let mut asked = web();
    let states = [Status::Passing, Status::Critical, Status::Passing, Status::Passing];
    let all: Vec<_> = (1..)
        .zip(states)
        .map(|(n, status)| instance(&format!("web-{n}"), 8100 + n, status))
        .collect();
    asked.passing = given(keys(&all, |status| status == Status::Passing));
    asked.raw = given(all);
    asked.srv = whole(&srv(&[8101, 8103, 8104]));
    asked.balancers = behind(servers.unwrap());
    let seen = judged(asked);
    assert_eq!(
        said(&seen),
        [
            ("web-2", vec!["critical in Consul, still UP in edge (config not reloaded)"]),
            ("web-3", vec!["passing in Consul, DOWN in edge (L4CON: Connection refused)"]),
            ("web-4", vec!["passing, absent from edge"]),
        ]
    );
}

#[test]
fn each_state_of_a_server_means_something() {
    let cases = [
        (
            Status::Critical,
            "UP",
            Some("critical in Consul, still UP in edge (config not reloaded)"),
        ),
        (
            Status::Maintenance,
            "no check",
            Some("in maintenance in Consul, still no check in edge (config not reloaded)"),
        ),
        (Status::Critical, "DOWN", None),
        (Status::Critical, "MAINT", None),
        (Status::Critical, "absent", None),
        (Status::Passing, "UP", None),
        (Status::Passing, "UP 1/3", None),
        (Status::Passing, "no check", None),
        (Status::Passing, "DOWN 1/2", Some("passing in Consul, DOWN 1/2 in edge")),
        (Status::Passing, "NOLB", Some("passing in Consul, NOLB in edge")),
        (Status::Passing, "MAINT", Some("passing in Consul, MAINT in edge")),
        (Status::Passing, "DRAIN", Some("passing in Consul, DRAIN in edge")),
        (Status::Passing, "absent", Some("passing, absent from edge")),
        (Status::Warning, "UP", Some("warning: UP in edge, passing leaves it out")),
        (Status::Warning, "DOWN", None),
        (Status::Warning, "absent", None),
    ];
    for (status, state, wanted) in cases {
        let all = vec![instance("web-1", 8101, status)];
        let mut servers = vec![server("other", "DOWN", "10.9.9.9:1")];
        if state != "absent" {
            servers.push(server("web-1", state, ""));
        }
        let asked = Asked { raw: given(all), balancers: behind(servers), ..Asked::default() };
        let seen = judged(asked);
        let said: Vec<_> = said(&seen).into_iter().flat_map(|(_, texts)| texts).collect();
        assert_eq!(said, Vec::from_iter(wanted), "{status:?} {state}");
    }
}

#[test]
fn a_server_is_found_by_address_id_or_node_and_only_where_it_is_the_services() {
    let all = vec![instance("web-1", 8101, Status::Passing)];
    let joined = |balancer: &Balancer, servers: &[Server]| {
        let found = balancer::join(balancer, servers, &"web".into(), &all);
        found.map(|it| (it.servers[0].as_ref().map(|it| it.name.to_string()), it.strays.len()))
    };
    let named = |name: &str| Some((Some(name.to_owned()), 0));
    let plain = edge(&[]);
    let elsewhere = |server: Server| Server { backend: "be_shop".into(), ..server };
    // In a backend of the service's name.
    assert_eq!(joined(&plain, &[server("srv1", "UP", "127.77.1.11:8101")]), named("srv1"));
    assert_eq!(joined(&plain, &[server("web-1", "UP", "")]), named("web-1"));
    assert_eq!(joined(&plain, &[server("dc1-host-1", "UP", "")]), named("dc1-host-1"));
    assert_eq!(joined(&plain, &[server("srv1", "UP", "10.0.0.9:1")]), Some((None, 1)));
    // In one that is called otherwise: by its address, or by an id that names the service.
    let by_address = elsewhere(server("srv1", "UP", "127.77.1.11:8101"));
    assert_eq!(joined(&plain, &[by_address]), named("srv1"));
    assert_eq!(joined(&plain, &[elsewhere(server("web-1", "UP", ""))]), named("web-1"));
    assert_eq!(joined(&plain, &[elsewhere(server("dc1-host-1", "UP", ""))]), None);
    assert_eq!(joined(&plain, &[elsewhere(server("web-1", "UP", "10.0.0.9:1"))]), None);
    // Unless the settings say whose it is.
    let told = edge(&[("be_shop", "web"), ("web", "shop")]);
    assert_eq!(joined(&told, &[elsewhere(server("dc1-host-1", "UP", ""))]), named("dc1-host-1"));
    assert_eq!(joined(&told, &[server("web-1", "UP", "")]), None);
    // Such a one may have servers of others too; and a backup is for when there is none.
    let of_another = elsewhere(server("canary", "UP", "10.0.0.9:1"));
    let both = [elsewhere(server("srv1", "UP", "127.77.1.11:8101")), of_another];
    assert_eq!(joined(&plain, &both), named("srv1"));
    let sorry = Server { is_backup: true, ..server("sorry", "UP", "127.0.0.1:80") };
    assert_eq!(joined(&plain, &[server("web-1", "UP", ""), sorry]), named("web-1"));
}

#[test]
fn an_instance_that_moved_and_a_server_that_is_none_are_told() {
    let all = vec![instance("web-1", 8101, Status::Passing)];
    let servers = vec![
        server("web-1", "UP", "127.77.1.11:9000"),
        server("gone", "UP", "10.0.0.9:1"),
        server("also-gone", "DOWN", "10.0.0.8:1"),
    ];
    let asked = Asked { raw: given(all), balancers: behind(servers), ..Asked::default() };
    let seen = judged(asked);
    assert_eq!(
        said(&seen),
        [
            ("web-1", vec!["UP in edge at 127.77.1.11:9000, Consul has it at 127.77.1.11:8101"]),
            ("gone", vec!["not in Consul, still UP in edge (10.0.0.9:1)"]),
        ]
    );
    let stray = &seen.rows[1];
    assert_eq!((stray.status(), stray.gives.len()), (None, seen.ways.len()));
}

#[test]
fn nothing_is_claimed_from_a_way_that_did_not_answer() {
    let failed = || Answer::failed("no answer in time", now());
    let balancers = || vec![(edge(&[]), Answer::failed("connection refused", now()))];
    // Nothing but the catalog answers.
    let silent = Lookup { udp: failed_reply(), edns: failed_reply(), tcp: failed_reply() };
    let asked = Asked {
        passing: failed(),
        address: silent.clone(),
        srv: silent,
        balancers: balancers(),
        ..web()
    };
    let seen = judged(asked);
    assert_eq!(said(&seen), []);
    let ways: Vec<String> = seen.problems().map(|(way, _)| way.to_string()).collect();
    assert_eq!(ways, ["DNS A and AAAA", "DNS SRV", "HTTP ?passing", "edge"]);
    let row = &seen.rows[0];
    let unknown = row.gives.iter().filter(|it| **it == Gives::Unknown).count();
    assert_eq!(unknown, 5, "all but raw: {:?}", row.gives);
    // Everything but the catalog answers: what it said before is no ground to stand on.
    let mut asked = web();
    asked.raw.problem = Some(Problem { why: "dark".into(), since: now(), is_denied: false });
    asked.balancers = behind(vec![server("web-3", "UP", ""), server("x", "UP", "")]);
    let seen = judged(asked);
    assert_eq!((said(&seen), seen.rows.len()), (vec![], 5));
}

#[test]
fn a_token_that_may_not_see_all_calls_no_server_a_stray() {
    let servers = vec![server("web-1", "UP", ""), server("gone", "UP", "")];
    let mut asked = Asked { balancers: behind(servers), ..web() };
    assert!(said(&judged(asked.clone())).iter().any(|(id, _)| *id == "gone"));
    asked.may_be_filtered = true;
    let seen = judged(asked);
    assert!(said(&seen).iter().all(|(id, _)| *id != "gone"), "{:?}", said(&seen));
    assert!(seen.traps.iter().any(|trap| trap.contains("may not see every instance")));
}

fn failed_reply() -> Answer<Reply> {
    Answer::failed("no answer in time", now())
}

#[test]
fn what_is_missing_counts_only_where_the_answer_is_whole() {
    let few = srv(&[8101]);
    // UDP leaves instances out: no claim.
    let mut asked = web();
    asked.srv = Lookup { udp: given(few.clone()), edns: given(few.clone()), ..Lookup::default() };
    assert_eq!(said(&judged(asked)), [("web-2", vec!["warning: DNS gives it, passing does not"])]);
    // TCP does not.
    let mut asked = web();
    asked.srv = whole(&few);
    let seen = judged(asked);
    assert_eq!(said(&seen)[0], ("web-4", vec!["passing in Consul, DNS does not give it"]));
    // Unless it says that it does.
    let mut asked = web();
    let cut = Reply { is_truncated: true, ..few };
    asked.srv = whole(&cut);
    assert!(said(&judged(asked)).iter().all(|(id, _)| *id != "web-4"));
    // That there is no such name leaves out all.
    let mut asked = web();
    asked.srv = whole(&reply(Code::NxDomain, Vec::new()));
    let seen = judged(asked);
    let texts: Vec<_> = said(&seen).into_iter().flat_map(|(_, texts)| texts).collect();
    assert!(texts.contains(&"passing in Consul, DNS does not give it (NXDOMAIN)"), "{texts:?}");
}

#[test]
fn short_answers_are_traps_and_no_disagreements() {
    let mut asked = web();
    let all: Vec<_> = (1..=5)
        .map(|n| {
            let it = Instance::clone(&instance(&format!("web-{n}"), 80, Status::Passing));
            Arc::new(Instance { address: format!("127.0.0.{n}").into(), ..it })
        })
        .collect();
    let addresses: Vec<_> = (1..=5).map(|n| Ipv4Addr::new(127, 0, 0, n)).collect();
    asked.passing = given(keys(&all, |_| true));
    asked.raw = given(all);
    asked.srv = Lookup::default();
    asked.address = Lookup {
        udp: given(a(&addresses[..3])),
        edns: given(a(&addresses)),
        tcp: given(a(&addresses)),
    };
    let seen = judged(asked.clone());
    assert_eq!(said(&seen), []);
    let trap = "A by udp without edns: 3 of 5 records, and no sign (TC) that there are more";
    assert_eq!(&*seen.traps, [trap.into()]);
    assert_eq!(seen.gives(&seen.rows[4], &Way::Address), Some(&Gives::Partly));
    let cut = Reply { is_truncated: true, ..a(&addresses[..3]) };
    asked.address.udp = given(cut);
    let trap = "A by udp without edns: 3 of 5 records, truncated (TC): ask by tcp";
    assert_eq!(&*judged(asked).traps, [trap.into()]);
}

#[test]
fn nxdomain_says_neither_outage_nor_typo() {
    let absent = whole(&reply(Code::NxDomain, Vec::new()));
    let asked = |all| Asked {
        raw: given(all),
        name: Some("web.service.dc-1.consul".into()),
        srv: absent.clone(),
        ..Asked::default()
    };
    let trap = |all| judged(asked(all)).traps.first().map(ToString::to_string);
    let text = "DNS says NXDOMAIN, as for a mistyped name or an unknown datacenter: ";
    assert_eq!(trap(Vec::new()), Some(format!("{text}there is no instance")));
    let down = vec![instance("web-1", 80, Status::Critical)];
    assert_eq!(trap(down), Some(format!("{text}no instance is left that it gives")));
    let up = vec![instance("web-1", 80, Status::Passing)];
    assert_eq!(trap(up.clone()), None, "then it is a disagreement");
    let mut dark = asked(up);
    dark.raw.problem = Some(Problem { why: "dark".into(), since: now(), is_denied: false });
    let told = judged(dark).traps.first().map(ToString::to_string);
    assert_eq!(told, Some(format!("{text}the datacenter does not answer")));
}

#[test]
fn a_prepared_query_may_answer_from_elsewhere_or_pick() {
    let executed = |dc: &str, keys, is_picky| {
        let failovers = usize::from(dc != "dc-1");
        given(Executed { dc: dc.into(), failovers, keys, is_picky })
    };
    let mut asked = web();
    asked.queries = vec![
        ("far".into(), executed("dc-2", Vec::new(), false)),
        ("picky".into(), executed("dc-1", Vec::new(), true)),
        ("plain".into(), executed("dc-1", Vec::new(), false)),
    ];
    let seen = judged(asked);
    assert!(seen.traps.contains(&"prepared query far answers from dc-2: it failed over".into()));
    let row = seen.rows.iter().find(|row| row.name() == "web-1").unwrap();
    let texts: Vec<_> = row.disagreements.iter().map(|it| &*it.text).collect();
    assert_eq!(texts, ["passing in Consul, prepared query plain does not give it"]);
    let far = Way::Query("far".into());
    assert_eq!(seen.gives(row, &far), Some(&Gives::Elsewhere("dc-2".into())));
}

#[test]
fn a_disagreement_keeps_since_when_it_is_seen() {
    let later = now() + TimeDelta::seconds(30);
    let mut first = judged(web());
    first.since(None, now());
    let mut second = judged(web());
    second.since(Some(&first), later);
    let since = |seen: &Consumers| seen.rows.iter().map(|row| row.since).collect::<Vec<_>>();
    let at = |at, is_exact| Some(Since { at, is_exact });
    assert_eq!(since(&second), [at(now(), false), None, None, None], "it was so at first");
    // What was not so at the look before is so since then.
    let mut before = judged(web());
    before.rows.iter_mut().for_each(|row| row.disagreements.clear());
    let mut new = judged(web());
    new.since(Some(&before), later);
    assert_eq!(since(&new)[0], at(later, true));
}

#[test]
fn an_answer_that_fails_keeps_what_came_and_since_when() {
    let first = given(7);
    let failed = Answer::failed("refused", now()).after(&first);
    assert_eq!(failed.now(), None);
    assert_eq!(failed.given.as_ref().map(|(it, _)| *it), Some(7));
    let later = Answer::failed("refused", now() + TimeDelta::seconds(9)).after(&failed);
    assert_eq!(later.problem.map(|it| it.since), Some(now()));
    assert_eq!(later.given.map(|(it, _)| it), Some(7));
}

#[test]
fn statistics_are_read_by_the_names_of_their_columns() {
    let text = include_str!("../../../tests/fixtures/haproxy-stats-legends-maint.csv");
    let all = balancer::read(text).unwrap();
    let seen: Vec<_> =
        all.iter().map(|it| (&*it.name, &*it.status, &*it.address, &*it.check)).collect();
    assert_eq!(
        seen,
        [
            ("web-1", "UP", "127.77.1.11:8101", "L7OK"),
            ("web-2", "MAINT", "127.77.1.11:8102", ""),
            ("web-3", "DOWN", "127.77.1.11:8103", "L4CON"),
        ]
    );
    // Another version: other columns in another order, quotes, no weight.
    let text = "# svname,pxname,new,status,type,\n\"a,\"\"b\"\"\",web,1,UP,2,\nx,web,1,OPEN,0,\n";
    let all = balancer::read(text).unwrap();
    assert_eq!((all.len(), &*all[0].name, all[0].takes_traffic()), (1, "a,\"b\"", true));
    for garbage in ["", "<html>", "# a,b\n", "pxname,svname\n"] {
        assert!(balancer::read(garbage).is_err(), "{garbage}");
    }
}
