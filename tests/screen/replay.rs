//! A recording on screen: it plays, stands still, is walked through, and changes nothing.
//!
//! The recording is a real file; what plays it is called by the test instead of a clock.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::past::Recalled;
use dcview::app::replay::{Play, Played};
use dcview::domain::delta::Delta;
use dcview::domain::event::{Event, Kind, Object};
use dcview::domain::feed::{Body, Feed, Link, List, Pulse, Report};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::Status;
use dcview::past::{Entry, What};
use dcview::recording::Recording;
use dcview::recording::player::{Player, Shown};
use dcview::recording::recorder::{Options, write_down};
use tempfile::TempDir;

use super::world;

/// What happens in a recording, second by second.
struct Story {
    now: DateTime<Utc>,
    all: Vec<Entry>,
}

impl Story {
    /// Two datacenters whose lists are live, and a check of dc-1 that fails at second 10 and passes at 30,
    /// of 60.
    fn incident() -> Vec<Entry> {
        let mut story = Self { now: world::now(), all: Vec::new() };
        let all = vec!["dc-1".into(), "dc-2".into()];
        story.tell(What::Report(Report::Datacenters { all, local: None }));
        for dc in ["dc-1", "dc-2"] {
            let link = Link::Led("10.0.0.1:8300".into());
            story.feed(dc, Body::Pulse(Pulse { at: story.now, link, ..Pulse::default() }));
            for list in [List::Services, List::Checks, List::Nodes] {
                let (state, at) = (State::Live, Some(story.now));
                let fresh = Freshness { state, at, ..Freshness::default() };
                story.feed(dc, Body::Freshness(list, fresh));
            }
        }
        story.pass(10);
        story.check(Status::Critical);
        story.pass(20);
        story.check(Status::Passing);
        story.pass(30);
        story.all
    }

    fn tell(&mut self, what: What) {
        self.all.push(Entry { at: self.now, what });
    }

    fn feed(&mut self, dc: &str, body: Body) {
        let feed = Feed { dc: dc.into(), ticket: 0, at: self.now, body };
        self.tell(What::Report(Report::Feed(Box::new(feed))));
    }

    fn pass(&mut self, seconds: usize) {
        for _ in 0..seconds {
            self.now += TimeDelta::seconds(1);
            self.tell(What::Tick);
        }
    }

    fn check(&mut self, status: Status) {
        let (key, check) = world::check("n-1", "ping", "web-1", status);
        let event = Event {
            at: self.now,
            after: None,
            dc: "dc-1".into(),
            kind: Kind::Check,
            object: Object::Check {
                node: check.node.clone(),
                id: check.id.clone(),
                name: Arc::clone(&check.name),
                service: check.service_name.clone(),
                service_id: check.service_id.clone(),
            },
            from: "".into(),
            to: status.word().into(),
            detail: "".into(),
            index: 1,
        };
        self.feed("dc-1", Body::Events(vec![Arc::new(event)], 0));
        let rows = match status {
            Status::Passing => Delta { upserts: Vec::new(), removed: vec![key] },
            _ => Delta { upserts: vec![(key, check)], removed: Vec::new() },
        };
        self.feed("dc-1", Body::Checks(rows));
    }
}

/// The program on a recording, and what plays it.
struct Stage {
    app: App,
    player: Player,
    /// How fast it plays, as the program asked for.
    speed: u32,
    is_playing: bool,
    _dir: TempDir,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("r");
        let (run, files, size) = (world::now(), 1, u64::MAX);
        let options = Options { path: path.clone(), size, files, has_values: false, run };
        write_down(&options, Story::incident()).expect("a recording");
        let player = Player::new(Recording::open(&path).expect("a recording"));
        let player = player.expect("its beginning");
        let mut stage =
            Self { app: world::app(&[]), player, speed: 1, is_playing: true, _dir: dir };
        let history = stage.player.history().map(Box::new);
        let first = Played { history, ..stage.played(stage.player.shown()) };
        let effects = stage.app.replay(1, first);
        stage.carry_out(effects);
        stage
    }

    fn played(&self, shown: Shown) -> Played {
        let Shown { at, way, events, known, doubt, .. } = shown;
        Played {
            moment: Some((at, way)),
            span: self.player.span(),
            events,
            known,
            history: None,
            doubt,
            is_playing: self.is_playing,
            skipped: None,
        }
    }

    /// It plays for so many tenths of a second.
    fn play(&mut self, tenths: u32) {
        for _ in 0..tenths {
            let time = Duration::from_millis(100) * self.speed;
            if !self.is_playing {
                return;
            }
            let Some(shown) = self.player.play(time) else { continue };
            self.is_playing = !self.player.is_over();
            let msg = Msg::Played(Box::new(self.played(shown)));
            let effects = self.app.update(msg);
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in world::run_jobs(&mut self.app, effects) {
            match effect {
                Effect::Recall(id, wish) => {
                    let found = self.player.find(wish);
                    let answer = Recalled { id, found, span: Some(self.player.span()) };
                    let effects = self.app.update(Msg::Recalled(Box::new(answer)));
                    self.carry_out(effects);
                    let history = self.player.history().map(Box::new);
                    let played = self.played(self.player.shown());
                    let played = Played { history, moment: None, ..played };
                    let effects = self.app.update(Msg::Played(Box::new(played)));
                    self.carry_out(effects);
                }
                Effect::Play(Play::Go(is_playing)) => self.is_playing = is_playing,
                Effect::Play(Play::Speed(speed)) => self.speed = speed,
                Effect::Ask(..) => panic!("a server is asked"),
                _ => {}
            }
        }
    }

    fn press(&mut self, keys: &str) {
        let effects = world::press(&mut self.app, keys);
        self.carry_out(effects);
    }

    fn screen(&mut self) -> String {
        world::screen(&mut self.app, 110, 24)
    }
}

#[test]
fn it_plays_from_its_beginning_to_its_end() {
    let mut stage = Stage::new();
    stage.press(":checks<enter>");
    assert!(stage.screen().contains(" REPLAY 00:00:00 x1 "), "{}", stage.screen());
    stage.play(105);
    let text = stage.screen();
    assert!(text.contains(" REPLAY 00:00:10 x1 ") && text.contains("ping"), "{text}");
    assert!(text.contains("1:dc-1 ✗ critical 1") && text.contains("as it was"), "{text}");
    stage.play(55);
    assert!(stage.screen().contains("6s"), "its age grows:\n{}", stage.screen());
    stage.press("))))");
    assert!(stage.screen().contains(" x30 "), "{}", stage.screen());
    stage.play(7);
    let text = stage.screen();
    assert!(!text.contains("ping") && text.contains(" REPLAY 00:00:37 x30 "), "{text}");
    stage.play(20);
    let text = stage.screen();
    assert!(text.contains(" REPLAY 00:01:00 end "), "{text}");
    assert!(text.contains("the recording ends here"), "{text}");
    stage.press("p");
    assert!(stage.screen().contains(" end "), "there is nothing to play");
}

#[test]
fn it_stands_still_and_goes_on_from_where_the_keys_lead() {
    let mut stage = Stage::new();
    stage.press(":checks<enter>");
    stage.play(400);
    stage.press("p");
    stage.play(50);
    let text = stage.screen();
    assert!(text.contains(" REPLAY 00:00:40 paused ") && !text.contains("ping"), "{text}");
    stage.press("[");
    let text = stage.screen();
    assert!(text.contains(" REPLAY 00:00:10 paused ") && text.contains("ping"), "{text}");
    stage.press("p");
    stage.play(11);
    let text = stage.screen();
    assert!(text.contains(" REPLAY 00:00:11 x1 ") && text.contains("ping"), "{text}");
    stage.press(":at 30s<enter>");
    assert!(stage.screen().contains(" REPLAY 00:00:30 "), "half a minute before its end");
    stage.press("<end>");
    assert!(stage.screen().contains(" REPLAY 00:01:00 "), "{}", stage.screen());
    stage.press(":at 5h<enter>");
    assert!(stage.screen().contains(" REPLAY 00:00:00 "), "{}", stage.screen());
    stage.press("[");
    let text = stage.screen();
    assert!(text.contains("the recording begins then"), "{text}");
}

#[test]
fn what_happened_is_told_up_to_the_moment_once() {
    let mut stage = Stage::new();
    stage.press(":timeline<enter>");
    stage.play(120);
    let count = |stage: &mut Stage| stage.screen().matches("ping").count();
    let failed = count(&mut stage);
    assert!(failed > 0, "{}", stage.screen());
    stage.press(":at 55s<enter>");
    assert_eq!(count(&mut stage), 0, "{}", stage.screen());
    stage.play(70);
    assert_eq!(count(&mut stage), failed, "{}", stage.screen());
    assert_eq!(stage.app.history.len(), 1);
    stage.press("<end>");
    assert_eq!(stage.app.history.len(), 2);
    assert!(count(&mut stage) > failed, "all of it is listed:\n{}", stage.screen());
}

#[test]
fn it_is_left_as_any_screen_and_changes_nothing() {
    let mut stage = Stage::new();
    stage.play(150);
    for (keys, expected) in [
        ("e", "nothing can be changed"),
        (":rm a/<enter>", "it was not recorded"),
        ("<ctrl-r>", "no server is asked"),
        (":find x<enter>", "REPLAY"),
    ] {
        stage.press(keys);
        let text = stage.screen();
        assert!(text.contains(expected), "{keys}:\n{text}");
        stage.press("<esc><esc>");
    }
    stage.press(":checks<enter>:nodes<enter>");
    stage.press("<esc>");
    assert!(stage.screen().contains("checks by service"), "esc goes back a view");
    let effects = world::press(&mut stage.app, "qqqq");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Exit(exit) if exit.code == 0)));
}

#[test]
fn what_was_before_the_recording_is_not_said_to_be_known() {
    let mut stage = Stage::new();
    stage.press(":checks<enter>");
    stage.play(150);
    assert!(stage.screen().contains("ping"), "{}", stage.screen());
    stage.press(":timeline<enter>");
    assert!(stage.screen().contains("timeline from 00:00:00"), "{}", stage.screen());
    stage.press("t");
    let text = stage.screen();
    assert!(text.contains("known from 00:00:00 to 00:00:10, before"), "{text}");
    stage.press("<end>");
    let text = stage.screen();
    assert!(text.contains("known from 00:00:00 to 00:00:10, before"), "{text}");
}

#[test]
fn the_speed_has_two_ends() {
    let mut stage = Stage::new();
    stage.press("(");
    assert!(stage.screen().contains("x1 is as far as it goes"), "{}", stage.screen());
    stage.press(&")".repeat(20));
    assert_eq!(stage.speed, 3_600);
    assert!(stage.screen().contains("x3600 is as far as it goes"), "{}", stage.screen());
    stage.press("(");
    assert_eq!(stage.speed, 1_800);
}
