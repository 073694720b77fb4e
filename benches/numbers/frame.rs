//! A frame of 200x60 over 100,000 rows, and a key to its frame, inside this process.
//!
//! Drawing includes the bytes for the terminal, which nobody reads. A key is timed from its message
//! to the end of the frame that answers it; orders that the program works out beside the screen are
//! left out, as they do not hold up a frame.

use std::io::{self, BufWriter, Sink};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dcview::app::App;
use dcview::app::msg::Msg;
use dcview::domain::delta::Delta;
use dcview::domain::feed::{Body, Feed, Report as Told};
use dcview::screen;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::crowd::{self, CHECKS};
use crate::ground::DCS;
use crate::report::Report;
use crate::stopwatch::{Stopwatch, Times};
use crate::world;

const WIDTH: u16 = 200;
const HEIGHT: u16 = 60;
const FRAME_MS: f64 = 5.0;
const KEY_MS: f64 = 16.0;
/// A view of all that history holds.
const OPEN_MS: f64 = 100.0;
/// Keys pressed in each list.
const KEYS: usize = 600;
/// Changes in one feed: at 1,000 a second the fast path tells ten times a second.
const CHANGES: usize = 100;

/// Measures in this process.
pub fn measure(report: &mut Report) {
    report.section("frames of 200x60 in this process, 100,000 rows");
    let mut stage = Stage::new();
    for (list, keys) in [
        ("checks, flat", ":checks<enter>bb"),
        ("checks, unfolded by service", ":checks<enter>x"),
        ("checks, unfolded by node", ":checks<enter>bx"),
        ("checks, folded and filtered", ":checks<enter>/warning<enter>"),
        ("nodes (15,000)", ":nodes<enter>"),
    ] {
        stage.go(keys);
        let (frames, answers) = stage.scroll(|_, _| {});
        report.at_most(&format!("{list}: frame p99"), frames.p99(), FRAME_MS);
        report.at_most(&format!("{list}: key to frame p99"), answers.p99(), KEY_MS);
        let (_, answers) = stage.scroll(Stage::change);
        let what = format!("{list}: key behind a feed of {CHANGES} changes p99");
        report.at_most(&what, answers.p99(), KEY_MS);
    }
    for (list, keys) in
        [("timeline", ":timeline<enter>"), ("unfolded timeline", ":timeline<enter>x")]
    {
        stage.go("");
        let events = stage.remember();
        let pressed = Stopwatch::start();
        world::press(&mut stage.app, keys);
        stage.draw();
        let mut opened = Times::default();
        opened.add(&pressed);
        let list = format!("{list} of {events} events");
        report.at_most(&format!("{list}: opened"), opened.p99(), OPEN_MS);
        let (frames, _) = stage.scroll(|_, _| {});
        report.at_most(&format!("{list}: frame p99"), frames.p99(), FRAME_MS);
        let (_, answers) = stage.scroll(|stage, _| stage.happen());
        let what = format!("{list}: key behind {CHANGES} events p99");
        report.at_most(&what, answers.p99(), KEY_MS);
    }
}

/// The app and where it is drawn.
struct Stage {
    app: App,
    terminal: Terminal<CrosstermBackend<BufWriter<Sink>>>,
}

impl Stage {
    fn new() -> Self {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, io::sink()));
        let viewport = Viewport::Fixed(Rect::new(0, 0, WIDTH, HEIGHT));
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
        let mut app = crowd::app();
        app.update(Msg::Resize(WIDTH, HEIGHT));
        Self { app, terminal: terminal.expect("a terminal that is not there") }
    }

    /// Starts again without any folding or grouping, and presses keys.
    fn go(&mut self, keys: &str) {
        self.app = crowd::app();
        self.app.update(Msg::Resize(WIDTH, HEIGHT));
        world::press(&mut self.app, keys);
        self.draw();
    }

    fn draw(&mut self) {
        let app = &self.app;
        self.terminal.draw(|frame| screen::draw(app, frame)).expect("nothing to fail");
    }

    /// Presses keys that scroll; `before` happens within the time of each. Gives the times of the
    /// frames, and of the keys up to the end of their frames.
    fn scroll(&mut self, before: impl Fn(&mut Self, Vec<Msg>)) -> (Times, Times) {
        let (mut frames, mut answers) = (Times::default(), Times::default());
        for number in 0..KEYS {
            let key = match number % 50 {
                0 => KeyCode::End,
                1 => KeyCode::Home,
                step if step % 3 == 0 => KeyCode::PageDown,
                _ => KeyCode::Down,
            };
            let feeds = feeds(number);
            let pressed = Stopwatch::start();
            before(self, feeds);
            let effects = self.app.update(Msg::Key(KeyEvent::new(key, KeyModifiers::NONE)));
            let drawn = Stopwatch::start();
            self.draw();
            frames.add(&drawn);
            answers.add(&pressed);
            world::run_jobs(&mut self.app, effects);
        }
        (frames, answers)
    }

    /// Fills the history to its bound; gives how many events that is.
    fn remember(&mut self) -> usize {
        while self.app.history.dropped() == 0 {
            self.happen();
        }
        self.app.history.len()
    }

    /// So many checks change their state, one after another.
    fn happen(&mut self) {
        let first = self.app.history.pushed() as usize;
        let events = (first..first + CHANGES).map(crowd::event).collect();
        world::events(&mut self.app, DCS[0], events);
    }

    fn change(&mut self, feeds: Vec<Msg>) {
        for feed in feeds {
            let effects = self.app.update(feed);
            world::run_jobs(&mut self.app, effects);
        }
    }
}

/// A feed of checks that change their state, spread over the whole list.
fn feeds(round: usize) -> Vec<Msg> {
    let stride = CHECKS / CHANGES;
    // Only every third check is of the first datacenter.
    let numbers = (0..CHANGES).map(|place| (place * stride + round * DCS.len()) / 3 * 3);
    let upserts = numbers.map(|number| crowd::check(number, round)).collect();
    let body = Body::Checks(Delta { upserts, removed: Vec::new() });
    let feed = Feed { dc: DCS[0].into(), ticket: 0, at: world::now(), body };
    vec![Msg::Report(Told::Feed(Box::new(feed)))]
}
