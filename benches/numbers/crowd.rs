//! An app inside this process with more rows than anybody scrolls through.

use std::sync::Arc;

use chrono::TimeDelta;
use dcview::app::App;
use dcview::domain::catalog::Node;
use dcview::domain::delta::Delta;
use dcview::domain::event::Event;
use dcview::domain::feed::Body;
use dcview::domain::health::{Check, CheckKey, Status};

use crate::ground::DCS;
use crate::world;

/// Failing checks in all datacenters together.
pub const CHECKS: usize = 100_000;
/// Nodes in all datacenters together.
const NODES: usize = 15_000;
/// Services that the checks are of.
const SERVICES: usize = 2_000;

/// The app on its overview, knowing everything.
pub fn app() -> App {
    let mut app = world::app(&DCS);
    for (place, dc) in DCS.iter().enumerate() {
        world::live(&mut app, dc);
        let upserts = (0..NODES / DCS.len()).map(|number| {
            let node = Node { name: node(number).into(), ..Node::default() };
            (node.name.clone(), Arc::new(node))
        });
        let nodes = Delta { upserts: upserts.collect(), removed: Vec::new() };
        world::feed(&mut app, dc, Body::Nodes(nodes));
        for number in (0..SERVICES).step_by(10) {
            world::service(&mut app, dc, &format!("service{number:04}"), 40, 10);
        }
        let own = (0..CHECKS).filter(|number| number % DCS.len() == place);
        world::checks(&mut app, dc, own.map(|number| check(number, 0)).collect());
    }
    app
}

/// A failing check of the first datacenter or another; `round` changes what it says.
pub fn check(number: usize, round: usize) -> (CheckKey, Arc<Check>) {
    let instance = format!("service{:04}-{number}", number % SERVICES);
    let id = format!("service:{instance}");
    let is_warning = (number + round).is_multiple_of(4);
    let status = if is_warning { Status::Warning } else { Status::Critical };
    world::check(&node(number), &id, &instance, status)
}

/// What happens to a check, a thousandth of a second after what happened before; some of it in storms.
pub fn event(number: usize) -> Event {
    let is_storm = (number / 1_000).is_multiple_of(4);
    let service = if is_storm { number / 1_000 } else { number * 7 };
    let instance = format!("service{:04}-{number}", service % SERVICES);
    let to = if (number / CHECKS).is_multiple_of(2) { Status::Critical } else { Status::Passing };
    let at = world::now() + TimeDelta::milliseconds(number as i64);
    Event { at, ..world::event(DCS[0], &node(number), &instance, to, 0) }
}

fn node(number: usize) -> String {
    format!("node-{:04}", number % (NODES / DCS.len()))
}
