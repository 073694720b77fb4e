//! A recording of three datacenters of 100,000 instances each, in which 1,000 checks a second change
//! for an hour: how large it is, how long it takes to be opened, to jump in, and to play.
//!
//! All in this process, and from files that were just written. A step at 60 times real time is what
//! the screen is given ten times a second: six seconds of the recording.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use dcview::app::msg::Msg;
use dcview::app::replay::Played;
use dcview::domain::catalog::{Node, ServiceHealth};
use dcview::domain::delta::Delta;
use dcview::domain::event::{Event, Kind, Object};
use dcview::domain::feed::{Body, Feed, Link, List, Pulse, Report as Told};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::{Check, Counts, Status};
use dcview::domain::ids::NodeName;
use dcview::past::{Entry, What, Wish};
use dcview::recording::Recording;
use dcview::recording::player::{Player, Shown};
use dcview::recording::recorder::{Options, write_down};
use dcview::screen;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ground::DCS;
use crate::report::{Figure, Report, Unit};
use crate::sample::Sample;
use crate::stopwatch::{Stopwatch, Times};
use crate::world;

/// A build that is not optimised only shows that it works.
const MINUTES: i64 = if cfg!(debug_assertions) { 2 } else { 60 };
const SERVICES: usize = 2_000;
const NODES: usize = 5_000;
/// Instances of each service, each on a node of its own.
const SIZE: usize = 50;
/// Instances of a datacenter whose check changes, half of them failing at any time.
const FLAPPING: usize = 10_000;
/// Changes a second, in all datacenters together.
const CHANGES: usize = 1_000;
/// How often a datacenter tells of its changes.
const TOLD: TimeDelta = TimeDelta::milliseconds(60);
const JUMPS: usize = 200;
/// The screen is given a moment so often.
const STEP: Duration = Duration::from_millis(100);
const SPEED: u32 = 60;

const JUMP_MS: f64 = 100.0;
const FRAME_MS: f64 = 16.0;

/// Records, and measures.
pub fn measure(report: &mut Report) {
    report.section(&format!("a recording of 3 x 100,000 instances, {CHANGES}/s for {MINUTES} min"));
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("recording");
    let files = 64;
    let size = 64 << 20;
    let options = Options { path: path.clone(), size, files, has_values: false, run: world::now() };
    let began = Instant::now();
    write_down(&options, Storm::new()).expect("a disk with room");
    let took = began.elapsed() / MINUTES as u32;
    let changes = MINUTES as f64 * 60.0 * CHANGES as f64;
    let bytes = size_of_all(dir.path()) as f64;
    let an_hour = bytes / 1e6 / MINUTES as f64 * 60.0;
    report.note("an hour of it", Figure::new(an_hour, Unit::Mb));
    let each = format!("{:.0} bytes a change", bytes / changes);
    report.note("to make and write down a minute", Figure::time(took).beside(each));
    open(&path, report);
    play(&path, report);
}

fn size_of_all(dir: &Path) -> u64 {
    let files = fs::read_dir(dir).expect("a directory").flatten();
    files.map(|file| file.metadata().map_or(0, |about| about.len())).sum()
}

/// Opens it, and jumps from place to place.
fn open(path: &Path, report: &mut Report) {
    let began = Instant::now();
    let recording = Recording::open(path).expect("a recording");
    report.note("to open it, every byte proved", Figure::time(began.elapsed()));
    let span = recording.span();
    let (mut jumps, mut steps) = (Sample::default(), Sample::default());
    for n in 0..JUMPS {
        // From one end to the other and back, at no even distance.
        let part = (n * 7_919 % 10_007) as i32;
        let at = span.from + (span.to - span.from) * part / 10_007;
        let began = Instant::now();
        let store = recording.recall(at).expect("a moment of it");
        jumps.add(began.elapsed());
        assert_eq!(store.len(), DCS.len());
        if n % 10 == 0 {
            let began = Instant::now();
            recording.find(Wish::Earlier(Some(at), 1));
            steps.add(began.elapsed());
        }
    }
    report.at_most("a jump to any moment p99", jumps.p99(), JUMP_MS);
    report.note("a step to the change before", steps.middle());
}

/// Plays it at sixty times real time, with the list of checks on screen.
fn play(path: &Path, report: &mut Report) {
    let recording = Recording::open(path).expect("a recording");
    let mut player = Player::new(recording).expect("its beginning");
    let began = Instant::now();
    let history = player.history().map(Box::new);
    report.note("what happened until then", Figure::time(began.elapsed()));
    let mut app = world::app(&[]);
    let first = Played { history, ..played(&player, player.shown()) };
    app.replay(SPEED, first);
    world::press(&mut app, ":checks<enter>");
    let area = Rect::new(0, 0, 200, 60);
    let (mut steps, mut frames) = (Sample::default(), Times::default());
    // Ten minutes show it.
    for _ in 0..100 * MINUTES.min(10) {
        if player.is_over() {
            break;
        }
        let began = Instant::now();
        let Some(shown) = player.play(STEP * SPEED) else { continue };
        steps.add(began.elapsed());
        let msg = Msg::Played(Box::new(played(&player, shown)));
        let shown = Stopwatch::start();
        let effects = app.update(msg);
        screen::draw_on(&app, area, &mut Buffer::empty(area));
        frames.add(&shown);
        world::run_jobs(&mut app, effects);
    }
    let target = STEP.as_secs_f64() * 1e3;
    report.at_most("at 60x, a step of six seconds p99", steps.p99(), target);
    report.at_most("its moment taken in and drawn p99", frames.p99(), FRAME_MS);
}

fn played(player: &Player, shown: Shown) -> Played {
    let Shown { at, way, events, known, doubt, .. } = shown;
    let span = player.span();
    Played {
        moment: Some((at, way)),
        span,
        events,
        known,
        history: None,
        doubt,
        is_playing: true,
        skipped: None,
    }
}

/// What comes, from the first answers on.
pub struct Storm {
    now: DateTime<Utc>,
    end: DateTime<Utc>,
    waiting: Vec<Entry>,
    services: Vec<ServiceHealth>,
    /// The failing instances of the datacenters, by their number.
    failing: Vec<Vec<bool>>,
    chance: u64,
    tick: i64,
}

impl Storm {
    /// From the beginning.
    pub fn new() -> Self {
        let now = world::now();
        let services = (0..SERVICES).map(|n| ServiceHealth {
            name: service(n).as_str().into(),
            tags: ["v1".into()].into(),
            instances: Some(SIZE),
            counts: Counts { passing: SIZE, ..Counts::default() },
            is_exact: true,
            nodes: (0..SIZE).map(|at| node(n * SIZE + at)).collect(),
        });
        let mut storm = Self {
            now,
            end: now + TimeDelta::minutes(MINUTES),
            waiting: Vec::new(),
            services: services.collect(),
            failing: vec![vec![false; SERVICES * SIZE]; DCS.len()],
            chance: 1,
            tick: 0,
        };
        storm.first();
        storm.waiting.reverse();
        storm
    }

    /// The first answers of every datacenter.
    fn first(&mut self) {
        let all = DCS.iter().map(|dc| (*dc).into()).collect();
        self.tell(What::Report(Told::Datacenters { all, local: None }));
        for dc in 0..DCS.len() {
            let link = Link::Led("10.0.0.1:8300".into());
            self.feed(dc, Body::Pulse(Pulse { at: self.now, link, ..Pulse::default() }));
            let services = self.services.iter().map(|it| (it.name.clone(), Arc::new(it.clone())));
            let services = Delta { upserts: services.collect(), removed: Vec::new() };
            self.feed(dc, Body::Services(services));
            let node = |n| Node { name: node(n), address: "10.0.0.1".into(), ..Node::default() };
            let nodes = (0..NODES).map(node).map(|it| (it.name.clone(), Arc::new(it)));
            let nodes = Delta { upserts: nodes.collect(), removed: Vec::new() };
            self.feed(dc, Body::Nodes(nodes));
            for list in [List::Services, List::Checks, List::Nodes] {
                let at = Some(self.now);
                let fresh = Freshness { state: State::Live, at, ..Freshness::default() };
                self.feed(dc, Body::Freshness(list, fresh));
            }
        }
    }

    fn tell(&mut self, what: What) {
        self.waiting.push(Entry { at: self.now, what });
    }

    fn feed(&mut self, dc: usize, body: Body) {
        let dc = DCS[dc].into();
        self.tell(What::Report(Told::Feed(Box::new(Feed { dc, ticket: 0, at: self.now, body }))));
    }

    fn dice(&mut self, sides: usize) -> usize {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.chance >> 33) as usize % sides
    }

    /// What one datacenter tells at once.
    fn changes(&mut self, dc: usize) {
        let (mut checks, mut events) = (Delta::default(), Vec::new());
        let mut touched = Vec::new();
        for _ in 0..CHANGES * TOLD.num_milliseconds() as usize / 1_000 / DCS.len() {
            let number = self.dice(FLAPPING) * (SERVICES * SIZE / FLAPPING);
            let fails = !self.failing[dc][number];
            self.failing[dc][number] = fails;
            let (service, check) = (number / SIZE, check(number, self.chance));
            events.push(Arc::new(self.event(dc, &check, fails)));
            if fails {
                checks.upserts.push((check.key(), Arc::new(check)));
            } else {
                checks.removed.push(check.key());
            }
            touched.push(service);
        }
        touched.sort_unstable();
        touched.dedup();
        let services = touched.into_iter().map(|n| {
            let of_it = &self.failing[dc][n * SIZE..(n + 1) * SIZE];
            let critical = of_it.iter().filter(|fails| **fails).count();
            let counts = Counts { passing: SIZE - critical, critical, ..Counts::default() };
            let health = ServiceHealth { counts, ..self.services[n].clone() };
            (health.name.clone(), Arc::new(health))
        });
        let services = Delta { upserts: services.collect(), removed: Vec::new() };
        self.feed(dc, Body::Events(events, 0));
        self.feed(dc, Body::Checks(checks));
        self.feed(dc, Body::Services(services));
    }

    fn event(&self, dc: usize, check: &Check, fails: bool) -> Event {
        let (from, to) = if fails { ("passing", "critical") } else { ("critical", "passing") };
        Event {
            at: self.now,
            after: None,
            dc: DCS[dc].into(),
            kind: Kind::Check,
            object: Object::Check {
                node: check.node.clone(),
                id: check.id.clone(),
                name: Arc::clone(&check.name),
                service: check.service_name.clone(),
                service_id: check.service_id.clone(),
            },
            from: from.into(),
            to: to.into(),
            detail: if fails { Arc::clone(&check.output) } else { "".into() },
            index: check.modify_index,
        }
    }
}

impl Iterator for Storm {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while self.waiting.is_empty() {
            if self.now >= self.end {
                return None;
            }
            self.now += TOLD;
            for dc in 0..DCS.len() {
                self.changes(dc);
            }
            if self.now.timestamp() != self.tick {
                self.tick = self.now.timestamp();
                self.tell(What::Tick);
            }
            self.waiting.reverse();
        }
        self.waiting.pop()
    }
}

fn service(number: usize) -> String {
    format!("service-{number:04}")
}

fn node(number: usize) -> NodeName {
    format!("node-{:04}", number % NODES).into()
}

fn check(number: usize, index: u64) -> Check {
    let service = service(number / SIZE);
    let id = format!("{service}-{number}");
    let output = format!(
        "HTTP GET http://10.0.{}.{}:8080/health: 503 Service Unavailable",
        number / 250,
        number % 250
    );
    Check {
        node: node(number),
        id: format!("service:{id}").into(),
        name: "HTTP health".into(),
        status: Status::Critical,
        service_id: id.into(),
        service_name: service.into(),
        output: output.into(),
        notes: "".into(),
        kind: "http".into(),
        create_index: 1,
        modify_index: index % 1_000_000_000,
    }
}
