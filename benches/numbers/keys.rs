//! A key to its frame from end to end: typed into the terminal, the highlight moved on the screen,
//! with and without 1,000 changes a second coming in.

use std::thread;
use std::time::{Duration, Instant};

use crate::churn::Churn;
use crate::ground::Ground;
use crate::report::Report;
use crate::sample::Sample;
use crate::session::Session;
use crate::support::screen::Screen;

const KEY_MS: f64 = 16.0;
/// Keys pressed in each state.
const KEYS: u64 = 200;
const CHANGES: usize = 1_000;
/// The line of the screen that says how many checks fail.
const TITLE: u16 = 1;
/// About as fast as a held key repeats, and never in step with a frame.
const APART: Duration = Duration::from_millis(30);

/// Measures on one ground.
pub fn measure(ground: &Ground, report: &mut Report) {
    report.section(&format!("key to frame in the terminal: {}", ground.name()));
    Churn::prepare(ground);
    ground.rest();
    let session = Session::start(&ground.agent());
    session.await_complete();
    session.go_to_flat_checks();
    ground.rest();
    report.at_most("quiet, p99", press(&session.screen).p99(), KEY_MS);
    thread::scope(|scope| {
        let quiet = session.screen.row(TITLE);
        let churn = Churn::start(scope, ground, CHANGES);
        let title = |text: &str| text.lines().nth(usize::from(TITLE)) != Some(&quiet);
        session.screen.wait("the changes counted in the title", title);
        let sample = press(&session.screen);
        report.at_most(&format!("at {:.0} changes/s, p99", churn.rate()), sample.p99(), KEY_MS);
    });
}

/// Walks up from the last row: what failed longest stays while newer checks come and go above it.
fn press(screen: &Screen) -> Sample {
    screen.send("G");
    screen.wait("the last row", |_| highlighted(screen).is_some());
    // The jump to the last row may still be on its way when a highlight was there before.
    thread::sleep(Duration::from_secs(1));
    let mut sample = Sample::default();
    for number in 0..KEYS {
        thread::sleep(APART + Duration::from_millis(number * 7 % 13));
        let before = highlighted(screen);
        let pressed = Instant::now();
        screen.send("k");
        screen.wait("the highlight moves", |_| {
            let now = highlighted(screen);
            now.is_some() && now != before
        });
        sample.add(pressed.elapsed());
    }
    sample
}

/// What the highlighted line is about: `INSTANCE on NODE`, without what changes by itself.
fn highlighted(screen: &Screen) -> Option<String> {
    screen.with_vt(|vt| {
        let (rows, _) = vt.size();
        // Below the strip and the border, in a column of the list.
        let row = (2..rows.get()).find(|row| {
            vt.cell(*row, 3).is_some_and(|cell| cell.bgcolor() != vt100::Color::Default)
        })?;
        let text = vt.rows(0, 120).nth(usize::from(row))?;
        let (instance, node) = text.split_once(" on ")?;
        let instance = instance.rsplit(' ').next()?;
        Some(format!("{instance} on {}", node.split(' ').next()?))
    })
}
