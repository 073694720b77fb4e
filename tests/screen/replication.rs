//! Streams on the screen: worst first, what is said of each, and what is done about them.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::domain::feed::Body;
use dcview::domain::replication::{
    Alarm, Class, Counts, Differing, Kind, Stamp, StatusKey, Stream, Verdict, Waiting,
};

use super::world::{self, app, live, press, screen, stream, streams};

/// A replication with keys in every state.
fn drifted() -> Stream {
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
fn shown() -> App {
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

#[test]
fn look() {
    let mut app = shown();
    println!("{}", screen(&mut app, 80, 24));
    println!("{}", screen(&mut app, 200, 30));
    press(&mut app, "j");
    println!("{}", screen(&mut app, 80, 24));
    println!("{}", screen(&mut app, 120, 30));
    press(&mut app, "<enter>");
    println!("{}", screen(&mut app, 80, 24));
    println!("{}", screen(&mut app, 200, 24));
}
