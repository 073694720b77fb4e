//! Streams on the screen: worst first, what is said of each, and what is done about them.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use dcview::app::App;
use dcview::app::msg::Msg;
use dcview::domain::coordinate::Estimate;
use dcview::domain::delta::Delta;
use dcview::domain::feed::{Body, Link, Pulse, Report, Subject};
use dcview::domain::replication::{
    Alarm, Class, Counts, Differing, Kind, MOST_DIFFERING, Stamp, StatusKey, Stream, Verdict,
    Waiting,
};
use dcview::domain::wan::{Member, MemberState, Wan};

use super::world::{self, app, live, press, screen, stream, streams};

/// A replication with keys in every state.
pub fn drifted() -> Stream {
    let stamp = |modify_index, len| Some(Stamp { modify_index, len, flags: 0 });
    let differing = |name: &str, class, source, destination| Differing {
        name: name.into(),
        class,
        source,
        destination,
        is_edited_there: class == Class::Drift,
        since: (class == Class::Pending).then(|| world::now() - TimeDelta::seconds(12)),
    };
    let keys = [
        differing("db/host", Class::Drift, stamp(40, 9), stamp(77, 11)),
        differing("new", Class::Pending, stamp(60, 3), None),
        differing("old", Class::Extra, None, stamp(70, 5)),
    ];
    Stream {
        stalled_for: Some(Duration::from_secs(11)),
        evidence: "1 key differs though it was replicated".into(),
        counts: Counts { pending: 1, drift: 1, extra: 1, same: 1_234 },
        waiting: Waiting::Since(world::now() - TimeDelta::seconds(12)),
        alarms: vec![Alarm::EditedThere(1)],
        last_replicated: Some(57),
        source_index: Some(60),
        facts: vec![("excludes", String::from("config/secret/"))],
        differing: Arc::from(keys),
        status: Some(StatusKey {
            key: "service/consul-replicate/statuses/2d21".into(),
            modify_index: 75,
        }),
        whole_at: Some(world::now() - TimeDelta::minutes(3)),
        ..stream(Kind::ConsulReplicate, "config/", Verdict::Drift)
    }
}

/// An app that shows streams of many kinds.
pub fn shown() -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    press(&mut app, ":repl<enter>");
    let doomed = Alarm::MassDelete { deletes: 10, of: 10, source: 0 };
    let mut all = vec![
        stream(Kind::Acl, "", Verdict::InSync),
        drifted(),
        Stream { alarms: vec![doomed], ..stream(Kind::ConsulReplicate, "web/", Verdict::Extra) },
        Stream {
            waiting: Waiting::Unknown,
            counts: Counts { pending: 3, ..Counts::default() },
            ..stream(Kind::ConfigEntries, "service-defaults", Verdict::Lagging)
        },
        Stream {
            problem: Some("connection refused".into()),
            at: Some(world::now() - TimeDelta::seconds(41)),
            ..stream(Kind::Ca, "", Verdict::InSync)
        },
    ];
    all.extend(["s-1", "s-2", "s-3"].map(|name| stream(Kind::Raft, name, Verdict::InSync)));
    streams(&mut app, all);
    app
}

/// The rows of the list between its headings and its end.
fn rows(screen: &str) -> Vec<&str> {
    let rows = screen.lines().filter_map(|line| line.strip_prefix('│')).skip(1);
    rows.map(|line| line.trim_end_matches('│').trim()).take_while(|row| !row.is_empty()).collect()
}

#[test]
fn streams_stand_worst_first_with_word_sign_and_counts_at_both_sizes() {
    let mut app = shown();
    let text = screen(&mut app, 80, 24);
    let expected = [
        "◆ EXTRA !1 consul-replicate dc-1 -> dc-2 web/",
        "✗ DRIFT !1 consul-replicate dc-1 -> dc-2 config/",
        "▲ LAGGING  config-entries   dc-1 -> dc-2",
        "◌ IN SYNC? ca               dc-1 -> dc-2",
        "✓ IN SYNC  acl              dc-1 -> dc-2",
        "✓ IN SYNC  raft             dc-1",
    ];
    for (row, expected) in rows(&text).iter().zip(expected) {
        assert!(row.starts_with(expected), "{expected}:\n{text}");
    }
    assert_eq!(rows(&text).len(), expected.len());
    let row = rows(&text)[1].split_whitespace().rev().take(4).collect::<Vec<_>>();
    assert_eq!(row, ["12s!", "1", "1", "1"], "{text}");
    assert!(rows(&text)[2].ends_with("unknown"), "a lag that is not known is no 0:\n{text}");
    let wide = screen(&mut app, 200, 60);
    for said in ["stall", "11s", "41s", "as of 41s: connection refused", "3 followers"] {
        assert!(wide.contains(said), "{said}:\n{wide}");
    }
    press(&mut app, "<ctrl-w>");
    let other = screen(&mut app, 80, 24);
    for said in ["stall", "11s", "seen", "lag lately", "web/"] {
        assert!(other.contains(said), "{said}:\n{other}");
    }
}

#[test]
fn beside_the_rows_stand_alarms_whole_counts_indexes_and_facts() {
    let mut app = shown();
    let text = screen(&mut app, 200, 60);
    assert!(text.contains("! the next run will delete 10 of 10 keys: the source has 0"), "{text}");
    press(&mut app, "j");
    let text = screen(&mut app, 200, 60);
    for said in [
        "stalled for 11s: 1 key differs though it was replicated",
        "1 key was edited in the destination, not by the replicator",
        "1 pending, 1 drift, 1 extra, 1,234 the same",
        "replicated 57, source at 60",
        "statuses/2d21 at 75",
        "excludes   config/secret/",
        "every key read 3m ago",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    press(&mut app, "jj");
    let text = screen(&mut app, 200, 60);
    assert!(text.contains("as of 41s ago: connection refused"), "{text}");
    // Where no keys are carried none are counted.
    assert!(!text.contains("the same") && !text.contains("every key read"), "{text}");
    press(&mut app, "<enter>");
    assert!(!screen(&mut app, 200, 60).contains("the same"));
}

#[test]
fn what_is_about_to_be_deleted_is_said_once_wherever_the_operator_is() {
    let mut app = app(&["dc-1", "dc-2"]);
    press(&mut app, ":nodes<enter>");
    let doomed = Alarm::MassDelete { deletes: 10, of: 10, source: 0 };
    let doomed =
        Stream { alarms: vec![doomed], ..stream(Kind::ConsulReplicate, "web/", Verdict::Extra) };
    streams(&mut app, vec![drifted(), doomed.clone()]);
    let said = "web/: the next run will delete 10 of 10 keys";
    assert!(screen(&mut app, 120, 24).contains(said));
    press(&mut app, ":dc nowhere<enter><esc>");
    streams(&mut app, vec![doomed.clone()]);
    assert!(!screen(&mut app, 120, 24).contains(said), "once");
    streams(&mut app, vec![Stream { alarms: Vec::new(), ..doomed.clone() }]);
    streams(&mut app, vec![doomed]);
    assert!(screen(&mut app, 120, 24).contains(said), "it is a new one");
}

#[test]
fn the_lag_of_each_stream_is_drawn_over_time_and_unknown_is_no_zero() {
    let mut app = shown();
    for seconds in [0, 10, 20, 30] {
        app.update(Msg::Clock(world::now() + TimeDelta::seconds(seconds)));
    }
    let text = screen(&mut app, 200, 60);
    assert!(rows(&text)[1].contains("▃▅▇█"), "{text}");
    assert!(!rows(&text)[2].contains('▁'), "{text}");
    assert!(rows(&text)[4].contains("▁▁▁▁"), "{text}");
}

#[test]
fn what_stands_beside_begins_at_the_top_for_another_row_and_stays_for_the_same() {
    let mut app = shown();
    press(&mut app, "j>>");
    let is_top = |text: &str| text.contains("stalled for 11s: 1 key differs");
    assert!(!is_top(&screen(&mut app, 80, 24)));
    streams(&mut app, vec![Stream { last_replicated: Some(58), ..drifted() }]);
    assert!(!is_top(&screen(&mut app, 80, 24)), "the same row keeps its place");
    press(&mut app, "/web<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("! the next run will delete 10 of 10 keys"), "{text}");
}

#[test]
fn what_cannot_be_compared_now_says_since_when_on_a_small_screen_too() {
    let mut app = app(&["dc-1", "dc-2"]);
    press(&mut app, ":repl<enter>");
    let old = Stream {
        problem: Some("connection refused".into()),
        at: Some(world::now() - TimeDelta::seconds(41)),
        ..stream(Kind::Ca, "", Verdict::InSync)
    };
    streams(&mut app, vec![drifted(), old]);
    let text = screen(&mut app, 80, 24);
    assert!(rows(&text)[1].starts_with("◌ IN SYNC?"), "{text}");
    assert!(text.contains(" | dc-2 as of 41s: connection refused"), "{text}");
}

#[test]
fn who_comes_back_from_a_stream_finds_the_cursor_on_it() {
    let mut app = shown();
    press(&mut app, "<enter>");
    // It is repaired meanwhile, and no longer the worst.
    let repaired = stream(Kind::ConsulReplicate, "web/", Verdict::InSync);
    streams(&mut app, vec![repaired]);
    press(&mut app, "<esc>");
    let text = screen(&mut app, 200, 60);
    assert!(text.contains("─ consul-replicate dc-1 -> dc-2 web/ ─"), "beside the rows:\n{text}");
    assert!(rows(&text)[0].contains("config/"), "{text}");
}

#[test]
fn streams_are_chosen_by_kind_by_datacenter_and_by_fault() {
    let mut app = shown();
    press(&mut app, ":repl raft<enter>");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("replication raft") && rows(&text).len() == 3, "{text}");
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 120, 24).contains("─ node "), "a follower is a node");
    press(&mut app, ":repl replicate<enter>");
    assert_eq!(rows(&screen(&mut app, 120, 24)).len(), 2, "a part of the word will do");
    press(&mut app, ":repl nonsense<enter>");
    assert!(screen(&mut app, 120, 24).contains("there is no kind of stream 'nonsense'"));
    press(&mut app, "<esc>:repl<enter>");
    press(&mut app, "x");
    assert_eq!(rows(&screen(&mut app, 120, 24)).len(), 8, "followers each in a row");
    press(&mut app, "x<ctrl-z>");
    assert_eq!(rows(&screen(&mut app, 120, 24)).len(), 4);
    press(&mut app, "<ctrl-z>");
    app.update(Msg::Report(Report::Datacenters {
        all: ["dc-1", "dc-2", "dc-3"].map(Into::into).to_vec(),
        local: None,
    }));
    press(&mut app, "3");
    assert!(screen(&mut app, 120, 24).contains("no stream is known"));
    press(&mut app, "1");
    assert_eq!(rows(&screen(&mut app, 120, 24)).len(), 6, "what goes out counts too");
}

#[test]
fn while_streams_are_shown_they_are_followed_and_elsewhere_they_are_not() {
    let mut app = shown();
    let is_followed = |app: &App| app.trail.view().glanced(&app.ctx()).replication;
    assert!(is_followed(&app));
    press(&mut app, "j<enter>");
    assert!(is_followed(&app));
    press(&mut app, ":pairs<enter>");
    assert!(is_followed(&app));
    press(&mut app, ":overview<enter>");
    assert!(!is_followed(&app));
}

#[test]
fn a_stream_lists_its_keys_with_what_both_sides_hold_now() {
    let mut app = shown();
    press(&mut app, "j<enter>");
    let text = screen(&mut app, 80, 24);
    for said in ["✗ drift   db/host", "▲ pending new", "◆ extra   old", "edited", "✗ DRIFT !1"]
    {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    let subject = Subject::Key("config/db/host".into());
    let watched = app.trail.view().subjects(&app.ctx());
    assert!(watched.len() == 2 && watched.iter().all(|it| it.subject == subject), "{watched:?}");
    world::key(&mut app, "dc-1", "config/db/host", "db-1", 40);
    world::key(&mut app, "dc-2", "config/db/host", "db-9", 77);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("-db-1") && text.contains("+db-9"), "{text}");
    world::key(&mut app, "dc-2", "config/db/host", "db-7", 78);
    assert!(screen(&mut app, 80, 24).contains("+db-7"), "it is live");
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 80, 24).contains("key config/db/host"));
    press(&mut app, "<esc>");
    // Once it is the same again it is no longer listed, and a stream that is gone stays as it was.
    let healed = Stream { differing: Arc::default(), ..drifted() };
    streams(&mut app, vec![Stream { verdict: Verdict::InSync, ..healed }]);
    assert!(screen(&mut app, 80, 24).contains("no difference"));
    let waits = Stream { evidence: "'a.ref' is missing".into(), ..drifted() };
    streams(
        &mut app,
        vec![Stream { verdict: Verdict::Lagging, differing: Arc::default(), ..waits }],
    );
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("'a.ref' is missing") && !text.contains("no difference"), "{text}");
    let removed = vec![drifted().id];
    app.update(Msg::Report(Report::Streams(Delta { upserts: Vec::new(), removed })));
    assert!(screen(&mut app, 120, 24).contains("it is not there any more"));
}

#[test]
fn what_waits_for_a_replicator_that_stands_still_is_not_said_to_be_on_its_way() {
    let pending = || Stream {
        differing: Arc::from([drifted().differing[1].clone()]),
        counts: Counts { pending: 1, same: 9, ..Counts::default() },
        verdict: Verdict::Lagging,
        alarms: Vec::new(),
        ..drifted()
    };
    let shown = |stream: Stream| {
        let mut app = app(&["dc-1", "dc-2"]);
        streams(&mut app, vec![stream]);
        press(&mut app, ":repl<enter>");
        press(&mut app, "<enter>");
        screen(&mut app, 80, 24) + &screen(&mut app, 120, 24)
    };
    let moves = shown(Stream { stalled_for: None, ..pending() });
    assert!(moves.contains("on its way") && moves.contains("9 the same"), "{moves}");
    let still = shown(pending());
    for said in ["LAGGING!: 1 pending, stalled 11s", "is the replicator running?"] {
        assert!(still.contains(said), "'{said}':\n{still}");
    }
    let gone = shown(Stream { status: None, stalled_for: None, ..pending() });
    assert!(gone.contains("there is no status: the next run writes it"), "{gone}");
}

#[test]
fn only_a_replicator_is_said_to_delete_what_the_source_does_not_have() {
    for (kind, deletes) in
        [(Kind::ConsulReplicate, true), (Kind::Compare, false), (Kind::Acl, false)]
    {
        let mut app = app(&["dc-1", "dc-2"]);
        let id = stream(kind, "config/", Verdict::Extra).id;
        let extra = drifted().differing[2].clone();
        streams(&mut app, vec![Stream { id, differing: Arc::from([extra]), ..drifted() }]);
        press(&mut app, ":repl<enter>");
        press(&mut app, "<enter>");
        let text = screen(&mut app, 120, 24);
        assert!(text.contains("only in the destination"), "{text}");
        assert_eq!(text.contains("the next run deletes it"), deletes, "{text}");
    }
}

#[test]
fn a_list_that_was_cut_says_so() {
    let mut app = app(&["dc-1", "dc-2"]);
    let key = drifted().differing[0].clone();
    let all = (0..MOST_DIFFERING).map(|n| Differing { name: format!("{n}").into(), ..key.clone() });
    let counts = Counts { drift: MOST_DIFFERING + 5, ..Counts::default() };
    let cut = Stream { differing: all.collect(), counts, ..drifted() };
    streams(&mut app, vec![cut]);
    press(&mut app, ":repl<enter>");
    press(&mut app, "<enter>");
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("only 10,000 of 10,005 listed: 10,005 drift"), "{text}");
}

/// Round trips and servers of two datacenters.
fn wan(app: &mut App) {
    let member = |name: &str, dc: &str, state| Member {
        name: name.into(),
        dc: dc.into(),
        state,
        version: "1.8.7".into(),
        expect: Some(2),
    };
    let members = vec![
        member("s-1", "dc-1", MemberState::Alive),
        member("s-2", "dc-1", MemberState::Alive),
        member("t-1", "dc-2", MemberState::Alive),
        member("t-2", "dc-2", MemberState::Failed),
    ];
    let mut wan = Wan::new(None, Some(members));
    let estimate = |rtt, is_rough| Estimate { rtt: Duration::from_millis(rtt), is_rough };
    wan.trips.insert(("dc-1".into(), "dc-2".into()), estimate(42, true));
    wan.trips.insert(("dc-1".into(), "dc-1".into()), estimate(1, false));
    app.update(Msg::Report(Report::Wan { agent: "http://127.0.0.1:8500".into(), wan }));
}

#[test]
fn every_pair_has_its_verdict_its_way_and_its_servers_and_leads_to_its_streams() {
    let mut app = shown();
    press(&mut app, ":pairs<enter>");
    wan(&mut app);
    let text = screen(&mut app, 80, 24);
    let line = |words: &[&str]| text.lines().any(|line| words.iter().all(|it| line.contains(it)));
    assert!(line(&["dc-1", "✓ IN SYNC 3/3", "◆ EXTRA !1 1/5"]), "{text}");
    assert!(line(&["1.0ms  2/2 alive", "~42ms  1/2 alive"]), "{text}");
    assert!(line(&["dc-2", "no streams"]), "{text}");
    assert!(line(&["pairs [2x2] ", " | rows are from, columns are to "]), "{text}");
    press(&mut app, "<right>");
    let text = screen(&mut app, 80, 40);
    assert!(text.contains("─ dc-1 -> dc-2 ") && text.contains("t-2 failed"), "{text}");
    assert!(text.contains("rough: the coordinates have not settled"), "{text}");
    press(&mut app, "<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("replication dc-1 -> dc-2") && rows(&text).len() == 5, "{text}");
    press(&mut app, "<esc>jh");
    assert!(
        screen(&mut app, 80, 40).contains("─ dc-2 -> dc-1 "),
        "the cursor was where it was left"
    );
    press(&mut app, "jljl");
    assert!(screen(&mut app, 80, 40).contains("─ dc-2 -> dc-2 "), "it ends at the edge");
}

#[test]
fn what_gossip_knew_of_a_datacenter_that_does_not_answer_is_not_shown_as_seen() {
    let mut app = shown();
    press(&mut app, ":pairs<enter><right>");
    wan(&mut app);
    let dark = |app: &mut App, dc: &str| {
        let (why, detail) = ("refused".into(), "refused".into());
        let link = Link::Dark { why, detail, retry_at: None };
        let pulse = Pulse { at: world::now(), link, ..Pulse::default() };
        world::feed(app, dc, Body::Pulse(pulse));
    };
    for dc in ["dc-1", "dc-2"] {
        world::live(&mut app, dc);
    }
    let text = screen(&mut app, 80, 40);
    assert!(text.contains("pairs [2x2] live | "), "{text}");
    dark(&mut app, "dc-2");
    app.update(Msg::Clock(world::now() + chrono::TimeDelta::seconds(41)));
    let text = screen(&mut app, 80, 40);
    assert!(text.contains("[2x2] live 41s | dc-2 stale 41s: refused | compared "), "{text}");
    assert!(text.contains("1.0ms  2/2 alive") && text.contains("~42ms  gossip 1/2"), "{text}");
    assert!(text.contains("an end does not answer"), "{text}");
    dark(&mut app, "dc-1");
    let text = screen(&mut app, 80, 40);
    assert!(text.contains("◌ was 1.0ms 2/2") && text.contains("◌ was ~42ms 1/2"), "{text}");
    press(&mut app, ":overview<enter>");
    assert!(screen(&mut app, 120, 40).contains("look at the agent and the way to it"));
    assert!(text.contains("no datacenter answers now") && !text.contains("2/2 alive"), "{text}");
}

#[test]
fn pairs_of_many_datacenters_scroll_both_ways() {
    let names: Vec<String> = (10..40).map(|n| format!("dc-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut app = app(&names);
    press(&mut app, ":pairs<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("dc-12 ") && !text.contains("dc-39"), "{text}");
    press(&mut app, "G");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("─ dc-39 -> dc-39 "), "{text}");
    press(&mut app, "g");
    assert!(screen(&mut app, 80, 24).contains("─ dc-10 -> dc-10 "));
}

#[test]
fn the_overview_says_how_the_streams_into_each_datacenter_are() {
    let mut app = shown();
    press(&mut app, ":overview<enter>");
    let text = screen(&mut app, 80, 24);
    let line = |text: &str, words: &[&str]| {
        text.lines().any(|line| words.iter().all(|it| line.contains(it)))
    };
    assert!(line(&text, &["dc-2", "◆ 1/5!"]) && line(&text, &["dc-1", "✓ 3/3"]), "{text}");
    assert!(text.contains("note"), "the reasons keep their room:\n{text}");
    press(&mut app, "j");
    let text = screen(&mut app, 200, 60);
    assert!(line(&text, &["dc-2", "◆ EXTRA !1 1/5"]), "{text}");
    // What is only late takes no room from counts on a small screen.
    let late =
        Stream { alarms: Vec::new(), verdict: Verdict::Lagging, stalled_for: None, ..drifted() };
    let removed = vec![stream(Kind::ConsulReplicate, "web/", Verdict::Extra).id];
    app.update(Msg::Report(Report::Streams(Delta { upserts: Vec::new(), removed })));
    streams(&mut app, vec![late.clone()]);
    let small = screen(&mut app, 80, 24);
    assert!(small.contains("svcs") && !small.contains("repl "), "{small}");
    let stalled = Stream { stalled_for: drifted().stalled_for, ..late };
    streams(&mut app, vec![stalled.clone()]);
    let text = screen(&mut app, 200, 60);
    let words = ["▲ LAGGING!", "nothing arrives any more, is the replicator running?"];
    assert!(words.iter().all(|it| text.contains(it)), "{text}");
    for lost in [stalled, drifted()] {
        streams(&mut app, vec![lost]);
        assert!(screen(&mut app, 80, 24).contains(" repl "));
    }
    let text = screen(&mut app, 200, 60);
    assert!(line(&text, &["streams", "config/", "1 key was edited in the destination"]), "{text}");
}
