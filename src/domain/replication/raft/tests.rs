//! Servers that are late, silent, no voters, or gone.

use super::*;

fn server(name: &str, index: u64, contact_ms: Option<u64>) -> Server {
    Server {
        name: name.into(),
        address: "127.0.0.1:8300".into(),
        serf: if contact_ms.is_some() { "alive" } else { "failed" }.into(),
        version: "1.8.7".into(),
        is_leader: name == "a",
        is_voter: true,
        is_healthy: contact_ms.is_some(),
        last_contact: contact_ms.map(Duration::from_millis),
        last_index: index,
        stable_since: None,
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

fn judge(servers: Vec<Server>, known: &[&str], before: &[Stream], second: i64) -> Vec<Stream> {
    let servers = Servers { servers, failure_tolerance: 0, expected: 3 };
    let known: Vec<Arc<str>> = known.iter().map(|name| Arc::from(*name)).collect();
    let before =
        before.iter().map(|stream| (stream.id.clone(), Arc::new(stream.clone()))).collect();
    let dc = Dc::from("dc-1");
    let (servers, known, before, now) = (&servers, &*known, &before, at(second));
    Raft { dc: &dc, servers, known, before, now }.streams()
}

fn one(change: impl FnOnce(&mut Server)) -> Stream {
    let mut follower = server("b", 1_000, Some(20));
    change(&mut follower);
    let all = vec![server("a", 1_000, Some(0)), follower, server("c", 1_000, Some(9))];
    let found = judge(all, &[], &[], 0);
    assert_eq!(found.len(), 2, "the leader is no stream");
    found[0].clone()
}

#[test]
fn a_follower_is_late_by_entries_by_time_and_by_what_autopilot_says() {
    type Case = (fn(&mut Server), Verdict, &'static str);
    let cases: [Case; 8] = [
        (|_| (), Verdict::InSync, "0 entries behind, last contact 20 ms ago"),
        (|b| b.last_index = 750, Verdict::InSync, "250 entries behind"),
        (|b| b.last_index = 749, Verdict::Lagging, "251 entries behind"),
        (|b| b.last_contact = Some(LATEST), Verdict::InSync, "200 ms ago"),
        (
            |b| b.last_contact = Some(Duration::from_millis(201)),
            Verdict::Lagging,
            "last contact 201 ms ago",
        ),
        (|b| b.is_voter = false, Verdict::Lagging, "it does not vote; 0 entries"),
        (|b| b.is_healthy = false, Verdict::Lagging, "autopilot calls it unhealthy; 0"),
        (|b| *b = server("b", 0, None), Verdict::Lagging, "cannot reach it, gossip says failed"),
    ];
    for (change, verdict, evidence) in cases {
        let found = one(change);
        assert_eq!(found.verdict, verdict, "{evidence}");
        assert!(found.evidence.contains(evidence), "{}", found.evidence);
    }
}

#[test]
fn a_server_that_is_alone_and_should_be_has_a_row_and_others_have_one_for_each_other() {
    let dc = Dc::from("dc-1");
    let servers = |expected| {
        let servers = vec![server("a", 1_000, Some(0))];
        Servers { servers, failure_tolerance: 0, expected }
    };
    let (before, now) = (Rows::new(), at(0));
    let streams =
        |servers: &Servers| Raft { dc: &dc, servers, known: &[], before: &before, now }.streams();
    let alone = streams(&servers(1));
    assert_eq!(alone.len(), 1);
    assert_eq!((&*alone[0].id.of, alone[0].verdict), ("a", Verdict::InSync));
    assert_eq!((alone[0].waiting, alone[0].stalled_for), (Waiting::Nothing, None));
    assert!(alone[0].evidence.contains("no followers, none may fail"), "{}", alone[0].evidence);
    assert!(alone[0].facts.contains(&("tolerance", String::from("0 more may fail"))));
    let missed = streams(&servers(3));
    assert!(missed.iter().all(|it| it.verdict == Verdict::Drift) && missed.len() == 1);
}

#[test]
fn a_server_that_answers_is_not_stalled_and_a_silent_one_is() {
    assert_eq!(one(|_| ()).stalled_for, None);
    let late = one(|b| b.last_contact = Some(Duration::from_millis(900)));
    assert_eq!(late.stalled_for, None);
    let cut_off = one(|b| b.last_contact = Some(Duration::from_secs(4)));
    assert_eq!(cut_off.stalled_for, Some(Duration::from_secs(4)));
    assert_eq!(one(|b| *b = server("b", 0, None)).stalled_for, Some(Duration::ZERO));
}

#[test]
fn how_long_it_is_silent_counts_from_when_it_was_seen_to_fall_silent() {
    let all = |contact| vec![server("a", 9, Some(0)), server("b", 9, contact)];
    let fine = judge(all(Some(1)), &[], &[], 0);
    let silent = judge(all(None), &[], &fine, 7);
    assert_eq!(silent[0].waiting, Waiting::Since(at(7)));
    let later = judge(all(None), &[], &silent, 21);
    assert_eq!(later[0].stalled_for, Some(Duration::from_secs(14)));
    // Silent from the first look: nobody knows for how long.
    let unseen = judge(all(None), &[], &judge(all(None), &[], &[], 0), 30);
    assert_eq!(unseen[0].waiting, Waiting::Unknown);
    assert_eq!(unseen[0].stalled_for, Some(Duration::from_secs(30)), "at least");
}

#[test]
fn a_server_that_autopilot_removed_is_missing_by_its_name() {
    let all = vec![server("a", 9, Some(0)), server("b", 9, Some(5)), server("c", 9, Some(5))];
    let before = judge(all.clone(), &[], &[], 0);
    let pruned = judge(all[..2].to_vec(), &["a", "b", "c"], &before, 10);
    let missing = &pruned[1];
    assert_eq!((&*missing.id.of, missing.verdict), ("c", Verdict::Drift));
    assert!(missing.evidence.starts_with("server missing: 2 of 3"), "{}", missing.evidence);
    assert_eq!(missing.waiting, Waiting::Since(at(10)));
    assert_eq!(pruned[0].verdict, Verdict::InSync);
    assert_eq!(judge(all, &["c", "old"], &pruned, 20)[1].verdict, Verdict::InSync);
}

#[test]
fn a_server_that_is_listed_without_a_name_is_about_to_be_removed() {
    let all = vec![server("a", 9, Some(0)), server("b", 9, Some(5)), server("c", 9, Some(5))];
    let before = judge(all.clone(), &[], &[], 0);
    let nameless = Server { name: "".into(), serf: "none".into(), ..server("c", 0, None) };
    let found =
        judge(vec![all[0].clone(), all[1].clone(), nameless], &["a", "b", "", "c"], &before, 4);
    let told: Vec<_> = found.iter().map(|it| (&*it.id.of, it.verdict)).collect();
    assert_eq!(told, [("b", Verdict::InSync), ("c", Verdict::Drift)]);
    assert_eq!(found[1].waiting, Waiting::Since(at(4)));
}

#[test]
fn one_that_is_missing_without_a_name_is_missing_since_it_was_seen() {
    let all = vec![server("a", 9, Some(0)), server("b", 9, Some(5)), server("c", 9, Some(5))];
    let before = judge(all.clone(), &[], &[], 0);
    let found = judge(all[..2].to_vec(), &["x", "y"], &before, 8);
    assert_eq!((&*found[1].id.of, found[1].waiting), (NAMELESS, Waiting::Since(at(8))));
}

#[test]
fn who_is_missing_is_not_guessed() {
    let all = vec![server("a", 9, Some(0))];
    for known in [&["b"][..], &["b", "c", "d"], &[]] {
        let found = judge(all.clone(), known, &[], 0);
        assert_eq!((&*found[0].id.of, found[0].counts.drift), (NAMELESS, 2), "{known:?}");
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn tolerance_is_told_against_those_that_there_should_be() {
    let servers = ["a", "b", "c"].map(|name| server(name, 9, Some(1))).to_vec();
    let left = Servers { servers, failure_tolerance: 1, expected: 5 };
    assert_eq!(tolerance(&left), "1 more may fail by autopilot, 0 of the 5");
    assert_eq!(tolerance(&Servers { expected: 3, ..left }), "1 more may fail");
}

#[test]
fn what_cannot_be_read_keeps_what_was_found() {
    let all = vec![server("a", 9, Some(0)), server("b", 9, Some(5)), server("c", 9, Some(5))];
    let before = judge(all, &[], &[], 0);
    let kept = judge(Vec::new(), &[], &before, 5);
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|it| it.verdict == Verdict::InSync && it.at == Some(at(0))));
    assert!(kept.iter().all(|it| it.problem.is_some()));
    let never = judge(Vec::new(), &[], &[], 0);
    assert_eq!((never[0].verdict, never[0].at), (Verdict::Unknown, None));
}
