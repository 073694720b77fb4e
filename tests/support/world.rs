//! Datacenters made by hand, and an app that is fed with them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dcview::app::keymap::Keymap;
use dcview::app::msg::{Effect, Msg};
use dcview::app::{App, Setup};
use dcview::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use dcview::domain::consumers::balancer::Server;
use dcview::domain::consumers::{Answer, Asked, Balancer, Swept, judge};
use dcview::domain::delta::Delta;
use dcview::domain::event::{Event, Kind as Happened, Object};
use dcview::domain::feed::{Body, Feed, Link, List, Pulse, Report, Subject};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::{Check, CheckKey, Counts, Status};
use dcview::domain::history::Bound;
use dcview::domain::ids::{Dc, Key, NodeName};
use dcview::domain::kv::{Entry, Folder, Session};
use dcview::domain::lock::{LOCK_FLAGS, Locks};
use dcview::domain::map::fold::By;
use dcview::domain::map::{Edge, Edges, Source};
use dcview::domain::replication::{Kind, Stream, StreamId, Verdict};
use dcview::domain::rollout::Bounds;
use dcview::domain::seat::{Seat, Seats};
use dcview::domain::zone::Zone;
use dcview::ui::Look;
use dcview::ui::glyph::Glyphs;
use dcview::ui::theme::Theme;
use dcview::views::Rules;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The time at which everything happens.
pub fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// An app that has been told of these datacenters and of nothing in them.
pub fn app(dcs: &[&str]) -> App {
    let theme = Theme::built_in("mono").expect("the theme is built in");
    let setup = Setup {
        focus: None,
        configured: Vec::new(),
        rules: Rules::default(),
        bounds: Bounds::default(),
        fold: By::default(),
        drafts: Vec::new(),
        agent: String::from("http://127.0.0.1:8500"),
        keymap: Keymap::default(),
        themes: Theme::BUILT_IN.iter().filter_map(|name| Theme::built_in(name)).collect(),
        look: Look { theme, glyphs: Glyphs::Unicode, zone: Zone::default() },
        warnings: Vec::new(),
        bound: Bound::default(),
        now: now(),
    };
    let mut app = App::new(setup);
    let all = dcs.iter().map(|dc| Dc::from(*dc)).collect();
    app.update(Msg::Report(Report::Datacenters { all, local: None }));
    app
}

/// Feeds one thing from a datacenter.
pub fn feed(app: &mut App, dc: &str, body: Body) -> Vec<Effect> {
    feed_under(app, dc, 0, body)
}

/// An event of a check that failed, or recovered, so many seconds before now.
pub fn event(dc: &str, node: &str, instance: &str, to: Status, ago: i64) -> Event {
    let (_, check) = check(node, "http", instance, to);
    let from = if to == Status::Passing { Status::Critical } else { Status::Passing };
    Event {
        at: now() - TimeDelta::seconds(ago),
        after: None,
        dc: dc.into(),
        kind: Happened::Check,
        object: Object::Check {
            node: check.node.clone(),
            id: check.id.clone(),
            name: Arc::clone(&check.name),
            service: check.service_name.clone(),
            service_id: check.service_id.clone(),
        },
        from: from.word().into(),
        to: to.word().into(),
        detail: if to == Status::Passing { "".into() } else { Arc::clone(&check.output) },
        index: 7,
    }
}

/// Feeds what happened in a datacenter.
pub fn events(app: &mut App, dc: &str, events: Vec<Event>) {
    let effects = feed(app, dc, Body::Events(events.into_iter().map(Arc::new).collect(), 0));
    run_jobs(app, effects);
}

/// Feeds one thing that was asked for under a ticket.
pub fn feed_under(app: &mut App, dc: &str, ticket: u64, body: Body) -> Vec<Effect> {
    let feed = Feed { dc: dc.into(), ticket, at: now(), body };
    app.update(Msg::Report(Report::Feed(Box::new(feed))))
}

/// A datacenter with a leader whose lists are all live.
pub fn live(app: &mut App, dc: &str) {
    let pulse = Pulse { at: now(), link: Link::Led("10.0.0.1:8300".into()), ..Pulse::default() };
    feed(app, dc, Body::Pulse(pulse));
    for list in [List::Services, List::Checks, List::Nodes] {
        fresh(app, dc, list, State::Live);
    }
}

/// Sets how fresh a list is.
pub fn fresh(app: &mut App, dc: &str, list: List, state: State) {
    let at = (state != State::Loading).then(now);
    feed(app, dc, Body::Freshness(list, Freshness { state, at, ..Freshness::default() }));
}

/// Sets how fresh a shown subject is.
pub fn fresh_subject(app: &mut App, dc: &str, subject: Subject, state: State) {
    let (ticket, at) = (app.store.ticket, (state != State::Loading).then(now));
    let freshness = Freshness { state, at, ..Freshness::default() };
    feed_under(app, dc, ticket, Body::Freshness(List::Subject(subject), freshness));
}

/// Feeds a shown folder of the KV store.
pub fn folder(app: &mut App, dc: &str, prefix: &str, paths: &[&str]) {
    let key = Key::from(prefix);
    listing(app, dc, Folder::new(&key, paths.iter().copied()));
    fresh_subject(app, dc, Subject::Folder(key), State::Live);
}

/// Feeds the listing of a shown folder, or its beginning.
pub fn listing(app: &mut App, dc: &str, listing: Folder) {
    let effects = feed_under(app, dc, app.store.ticket, Body::Folder(Arc::new(listing)));
    run_jobs(app, effects);
}

/// Feeds a shown key of the KV store.
pub fn key(app: &mut App, dc: &str, key: &str, value: &str, modify_index: u64) {
    let name = Key::from(key);
    let entry = Some(Arc::new(Entry { modify_index, ..entry(key, value) }));
    let effects = feed_under(app, dc, app.store.ticket, Body::Entry(name.clone(), entry));
    run_jobs(app, effects);
    fresh_subject(app, dc, Subject::Key(name), State::Live);
}

/// A key with a value, indexes 9 and 4.
pub fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.into(),
        value: value.to_owned().into(),
        flags: 0,
        modify_index: 9,
        create_index: 4,
        lock_index: 0,
        session: None,
    }
}

/// Feeds sessions `ID` of these names, with a TTL of 15 s, on node `n-1`.
pub fn sessions(app: &mut App, dc: &str, all: &[(&str, &str)]) {
    let session = |&(id, name): &(&str, &str)| {
        let session = Session {
            id: id.into(),
            name: name.into(),
            node: "n-1".into(),
            ttl: "15s".into(),
            lock_delay: std::time::Duration::from_secs(15),
            checks: vec!["serfHealth".into()],
            create_index: 7,
            ..Session::default()
        };
        (session.id.clone(), Arc::new(session))
    };
    let upserts = all.iter().map(session).collect();
    let body = Body::Sessions(Delta { upserts, removed: Vec::new() });
    let effects = feed_under(app, dc, app.store.ticket, body);
    run_jobs(app, effects);
    fresh_subject(app, dc, Subject::Sessions, State::Live);
}

/// Feeds the locks under a prefix: keys with their holders, of so many keys.
pub fn locks(app: &mut App, dc: &str, prefix: &str, held: &[(&str, &str)], keys: usize) {
    let mut locks = Locks::under(&prefix.into());
    for (key, session) in held {
        locks.look(&Entry {
            key: (*key).into(),
            value: bytes::Bytes::new(),
            flags: LOCK_FLAGS,
            modify_index: 9,
            create_index: 8,
            lock_index: 1,
            session: (!session.is_empty()).then(|| (*session).into()),
        });
    }
    locks.keys = keys;
    let effects = feed_under(app, dc, app.store.ticket, Body::Locks(Arc::new(locks)));
    run_jobs(app, effects);
    fresh_subject(app, dc, Subject::Locks(prefix.into()), State::Live);
}

/// A failing check on `node`, of the service whose instance is `NAME-..`, or of the node itself.
pub fn check(node: &str, id: &str, instance: &str, status: Status) -> (CheckKey, Arc<Check>) {
    let check = Check {
        node: node.into(),
        id: id.into(),
        name: id.into(),
        status,
        service_id: instance.into(),
        service_name: instance.split('-').next().unwrap_or_default().into(),
        output: format!("{id} says no\nsecond line").into(),
        notes: "a reason".into(),
        kind: "http".into(),
        create_index: 1,
        modify_index: 7,
    };
    (check.key(), Arc::new(check))
}

/// Adds failing checks.
pub fn checks(app: &mut App, dc: &str, upserts: Vec<(CheckKey, Arc<Check>)>) {
    feed(app, dc, Body::Checks(Delta { upserts, removed: Vec::new() }));
}

/// Adds a service with so many passing and critical instances.
pub fn service(app: &mut App, dc: &str, name: &str, passing: usize, critical: usize) {
    let counts = Counts { passing, critical, ..Counts::default() };
    let tags = Arc::from([Arc::from("v1")]);
    let health = ServiceHealth {
        name: name.into(),
        tags,
        instances: Some(counts.total()),
        counts,
        is_exact: true,
        nodes: Arc::default(),
    };
    let upserts = vec![(name.into(), Arc::new(health))];
    feed(app, dc, Body::Services(Delta { upserts, removed: Vec::new() }));
}

/// Adds a service with a passing instance on each of these nodes; with `None` for the number of
/// instances, one of which only the name can be read.
pub fn placed(app: &mut App, dc: &str, name: &str, nodes: &[&str], instances: Option<usize>) {
    let health = ServiceHealth {
        name: name.into(),
        instances,
        counts: Counts { passing: instances.unwrap_or_default(), ..Counts::default() },
        nodes: nodes.iter().map(|node| NodeName::from(*node)).collect(),
        ..ServiceHealth::default()
    };
    let upserts = vec![(name.into(), Arc::new(health))];
    feed(app, dc, Body::Services(Delta { upserts, removed: Vec::new() }));
}

/// Adds a node.
pub fn node(app: &mut App, dc: &str, name: &str, status: Status) {
    let node = Node { name: name.into(), address: "10.0.0.7".into(), status, ..Node::default() };
    let upserts = vec![(name.into(), Arc::new(node))];
    feed(app, dc, Body::Nodes(Delta { upserts, removed: Vec::new() }));
}

/// An instance `NAME-n` on a node.
pub fn instance(node: &str, id: &str, status: Status) -> (InstanceKey, Arc<Instance>) {
    let service = id.split('-').next().unwrap_or_default();
    let (_, check) = check(node, &format!("{id}-http"), id, status);
    let instance = Instance {
        service: service.into(),
        id: id.into(),
        node: node.into(),
        address: "10.0.0.7".into(),
        port: 8080,
        tags: vec!["v1".into()],
        meta: [(Arc::from("version"), Arc::from("1.4"))].into_iter().collect(),
        version: "1.4".into(),
        checks: vec![check],
        status,
        create_index: 9,
        modify_index: 9,
    };
    (InstanceKey { node: node.into(), id: id.into() }, Arc::new(instance))
}

/// Feeds the instances of a shown subject under the ticket that it was asked for.
pub fn instances(
    app: &mut App,
    dc: &str,
    subject: Subject,
    all: Vec<(InstanceKey, Arc<Instance>)>,
) {
    let ticket = app.store.ticket;
    let delta = Delta { upserts: all, removed: Vec::new() };
    feed_under(app, dc, ticket, Body::Instances(subject.clone(), delta));
    let live = Freshness { state: State::Live, at: Some(now()), ..Freshness::default() };
    feed_under(app, dc, ticket, Body::Freshness(List::Subject(subject), live));
}

/// Feeds who calls whom: pairs of services, told by meta data.
pub fn edges(app: &mut App, dc: &str, pairs: &[(String, String)]) {
    let edge = |(from, to): &(String, String)| Edge {
        from: from.as_str().into(),
        to: to.as_str().into(),
        to_dc: None,
        source: Source::Meta,
    };
    let edges = pairs.iter().map(edge).collect();
    let edges = Edges { edges, read: (1, 1), at: Some(now()), ..Edges::default() };
    let effects = feed_under(app, dc, app.store.ticket, Body::Edges(Arc::new(edges)));
    run_jobs(app, effects);
    fresh_subject(app, dc, Subject::Map, State::Live);
}

/// Feeds the instances of a service in motion: on `n-1`, each an id, a version and a state.
pub fn seats(
    app: &mut App,
    dc: &str,
    service: &str,
    all: &[(String, &str, Status)],
) -> Vec<Effect> {
    let seat = |(id, version, status): &(String, &str, Status)| Seat {
        node: "n-1".into(),
        id: id.as_str().into(),
        version: Arc::from(*version),
        status: *status,
        output: if *status == Status::Passing { "" } else { "HTTP 503\nno such table" }.into(),
        create_index: 1,
        modify_index: 1,
    };
    let mut seats: Vec<Seat> = all.iter().map(seat).collect();
    seats.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let body = Body::Seats(service.into(), Arc::new(Seats { seats, index: 1 }));
    let feed = Feed { dc: dc.into(), ticket: 0, at: app.now, body };
    let effects = app.update(Msg::Report(Report::Feed(Box::new(feed))));
    run_jobs(app, effects)
}

/// So many instances `SERVICE-n` of a version that pass, the first of them of another one.
pub fn split(
    service: &str,
    n: usize,
    old: &'static str,
    new: (usize, &'static str, Status),
) -> Vec<(String, &'static str, Status)> {
    let (count, version, status) = new;
    let one = |i| {
        let id = format!("{service}-{i}");
        if i <= count { (id, version, status) } else { (id, old, Status::Passing) }
    };
    (1..=n).map(one).collect()
}

/// What was asked about so many instances of `web`, of which every third is critical and still UP in
/// the load balancer `edge`.
pub fn asked(n: usize) -> Asked {
    let status = |i| if i % 3 == 0 { Status::Critical } else { Status::Passing };
    let all: Vec<_> =
        (0..n).map(|i| instance(&format!("n-{i}"), &format!("web-{i}"), status(i)).1).collect();
    let server = |it: &Arc<Instance>| Server {
        backend: "web".into(),
        name: it.id.as_str().into(),
        status: "UP".into(),
        weight: 1,
        ..Server::default()
    };
    let edge = Balancer {
        name: "edge".into(),
        dc: "dc-1".into(),
        address: "http://10.0.0.5/stats".into(),
        auth: None,
        backends: std::collections::BTreeMap::new(),
    };
    let servers: Vec<Server> = all.iter().map(server).collect();
    let is_passing = |it: &&Arc<Instance>| it.status == Status::Passing;
    let key = |it: &Arc<Instance>| InstanceKey { node: it.node.clone(), id: it.id.clone() };
    Asked {
        passing: Answer::new(all.iter().filter(is_passing).map(key).collect(), now()),
        raw: Answer::new(all, now()),
        server: "127.0.0.1:8600".into(),
        name: Some("web.service.dc-1.consul".into()),
        balancers: vec![(Arc::new(edge), Answer::new(servers.into(), now()))],
        ..Asked::default()
    }
}

/// Feeds what consumers of `web` see.
pub fn consumers(app: &mut App, dc: &str, n: usize) {
    seen(app, dc, asked(n));
}

/// Feeds what was asked about `web`.
pub fn seen(app: &mut App, dc: &str, asked: Asked) {
    let mut seen = judge(&dc.into(), &"web".into(), asked);
    seen.since(None, now());
    let body = Body::Consumers(Arc::new(seen));
    let effects = feed_under(app, dc, app.store.ticket, body);
    run_jobs(app, effects);
    fresh_subject(app, dc, Subject::Consumers("web".into()), State::Live);
}

/// Feeds the disagreements of all services: those of `web`.
pub fn disagreements(app: &mut App, dc: &str, n: usize) {
    let mut swept = Swept { of: 1, at: Some(now()), ..Swept::default() };
    swept.add(&judge(&dc.into(), &"web".into(), asked(n)));
    let body = Body::Disagreements(Arc::new(swept));
    let effects = feed_under(app, dc, app.store.ticket, body);
    run_jobs(app, effects);
    fresh_subject(app, dc, Subject::Disagreements, State::Live);
}

/// A stream of consul-replicate `dc-1 -> dc-2` or of what the kind says, compared now.
pub fn stream(kind: Kind, of: &str, verdict: Verdict) -> Stream {
    let id = StreamId {
        kind,
        source: Some("dc-1".into()),
        destination: if kind == Kind::Raft { "dc-1".into() } else { "dc-2".into() },
        of: of.into(),
        to: if kind == Kind::ConsulReplicate { of.into() } else { "".into() },
    };
    Stream { verdict, at: Some(now()), ..Stream::new(id) }
}

/// Feeds streams, as what there is beside those fed before.
pub fn streams(app: &mut App, all: Vec<Stream>) {
    let upserts = all.into_iter().map(|it| (it.id.clone(), Arc::new(it))).collect();
    let delta = Delta { upserts, removed: Vec::new() };
    let effects = app.update(Msg::Report(Report::Streams(delta)));
    run_jobs(app, effects);
}

/// Presses keys: characters as they are, and names in angle brackets (`<enter>`, `<esc>`).
pub fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let names = HashMap::from([
        ("enter", KeyCode::Enter),
        ("esc", KeyCode::Esc),
        ("tab", KeyCode::Tab),
        ("up", KeyCode::Up),
        ("down", KeyCode::Down),
        ("left", KeyCode::Left),
        ("right", KeyCode::Right),
        ("home", KeyCode::Home),
        ("end", KeyCode::End),
        ("pgup", KeyCode::PageUp),
        ("pgdn", KeyCode::PageDown),
        ("f1", KeyCode::F(1)),
    ]);
    let mut effects = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|after| after.split_once('>'));
        let (code, modifiers) = if let Some((name, after)) = named {
            rest = after;
            let letter = name.strip_prefix("ctrl-").and_then(|key| key.chars().next());
            match (letter, name.strip_prefix("alt-")) {
                (Some(key), _) => (KeyCode::Char(key), KeyModifiers::CONTROL),
                (None, Some(name)) => (names[name], KeyModifiers::ALT),
                (None, None) => (names[name], KeyModifiers::NONE),
            }
        } else {
            rest = rest.strip_prefix(first).unwrap_or_default();
            (KeyCode::Char(first), KeyModifiers::NONE)
        };
        effects.extend(app.update(Msg::Key(KeyEvent::new(code, modifiers))));
    }
    run_jobs(app, effects)
}

/// Does the jobs among the effects at once, as the shell would later; gives the other effects.
pub fn run_jobs(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    let mut rest = Vec::new();
    for effect in effects {
        let more = match effect {
            Effect::Order(id, job) => app.update(Msg::Ordered(id, job.run())),
            Effect::Find(job) => app.update(Msg::Found(job.run())),
            Effect::Seek(id, job) => {
                let effects = app.update(Msg::Sought(id, Box::new(job.run())));
                run_jobs(app, effects)
            }
            other => vec![other],
        };
        rest.extend(more);
    }
    rest
}

/// The screen at a size, line by line, without trailing blanks.
pub fn screen(app: &mut App, width: u16, height: u16) -> String {
    let effects = app.update(Msg::Resize(width, height));
    run_jobs(app, effects);
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    dcview::screen::draw_on(app, area, &mut buffer);
    let line = |y| {
        let cells = (0..width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}
