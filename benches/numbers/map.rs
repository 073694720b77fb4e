//! The service map: the layout of 1,000 services with 4,000 edges, and walking a map of them.

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dcview::app::msg::Msg;
use dcview::domain::feed::{Body, Feed, Report as Told};
use dcview::domain::map::layout::layout;
use dcview::domain::map::{Edge, Edges, Source};
use dcview::screen;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::crowd;
use crate::ground::DCS;
use crate::report::Report;
use crate::sample::Sample;
use crate::stopwatch::{Stopwatch, Times};
use crate::world;

const SERVICES: usize = 1_000;
const EDGES: usize = 4_000;
const LAYOUT_MS: f64 = 200.0;
const KEY_MS: f64 = 16.0;
const FRAME_MS: f64 = 5.0;
const ROUNDS: usize = 20;
const KEYS: usize = 600;

/// Measures in this process.
pub fn measure(report: &mut Report) {
    report.section(&format!("the map of {SERVICES} services and {EDGES} edges"));
    let pairs: Vec<(usize, usize)> = (0..EDGES).map(pair).collect();
    let mut whole = Sample::default();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let laid = layout(SERVICES, &pairs);
        whole.add(began.elapsed());
        assert_eq!(laid.nodes.len(), SERVICES);
    }
    report.at_most("layout of all of it, median", whole.middle(), LAYOUT_MS);
    let mut app = crowd::app();
    app.update(Msg::Resize(200, 60));
    world::press(&mut app, ":map service-0040<enter>");
    for dc in DCS {
        let edge = |(from, to): &(usize, usize)| Edge {
            from: name(*from).as_str().into(),
            to: name(*to).as_str().into(),
            to_dc: None,
            source: Source::Meta,
        };
        let edges: Vec<Edge> = pairs.iter().map(edge).collect();
        let edges = Edges { edges, at: Some(app.now), ..Edges::default() };
        let (ticket, body) = (app.store.ticket, Body::Edges(Arc::new(edges)));
        let feed = Feed { dc: dc.into(), ticket, at: app.now, body };
        app.update(Msg::Report(Told::Feed(Box::new(feed))));
    }
    let area = Rect::new(0, 0, 200, 60);
    let mut buf = Buffer::empty(area);
    let (mut keys, mut frames) = (Times::default(), Times::default());
    for n in 0..KEYS {
        let code =
            [KeyCode::Right, KeyCode::Down, KeyCode::Left, KeyCode::Char('f'), KeyCode::Char('z')]
                [n * 7 % 5];
        let pressed = Stopwatch::start();
        app.update(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        let drawn = Stopwatch::start();
        buf.reset();
        screen::draw_on(&app, area, &mut buf);
        frames.add(&drawn);
        keys.add(&pressed);
    }
    report.at_most(
        "a step, or another service in the middle, to its frame, p99",
        keys.p99(),
        KEY_MS,
    );
    report.at_most("frame with the map open, p99", frames.p99(), FRAME_MS);
}

fn name(n: usize) -> String {
    format!("service-{n:04}")
}

/// Mostly from left to right, as services call each other, with some that call back.
fn pair(n: usize) -> (usize, usize) {
    let from = n % SERVICES;
    let step = 1 + (n * 7_919) % 97;
    if n.is_multiple_of(50) {
        ((from + step) % SERVICES, from)
    } else {
        (from, (from + step) % SERVICES)
    }
}
