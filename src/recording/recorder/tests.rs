//! Recording to disks that fill up and get room again.

use std::sync::atomic::AtomicU64;
use std::sync::mpsc::channel;
use std::time::Instant;

use tempfile::TempDir;

use super::*;
use crate::domain::feed::{Body, Feed, Link, Pulse, Report};
use crate::past::Wish;
use crate::recording::code::tests::samples::second;
use crate::recording::files::tests::scarce;
use crate::recording::player::Player;
use crate::recording::{Recording, read};

/// The longest that a test waits; it is only spent when it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A recording on a disk whose room a test decides.
struct Desk {
    dir: TempDir,
    room: Arc<AtomicU64>,
    recorder: Recorder,
    told: Receiver<Told>,
    /// The second that it is.
    now: i64,
}

impl Desk {
    fn new(room: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let room = Arc::new(AtomicU64::new(room));
        let path = dir.path().join("r");
        let files = scarce(&path, &room);
        let (has_values, run) = (false, second(0));
        let options = Options { path, size: u64::MAX, files: 3, has_values, run };
        let (tell, told) = channel();
        let tell: Tell = Arc::new(move |told| tell.send(told).unwrap());
        let recorder = Recorder::with(files, &options, Duration::from_millis(50), tell);
        let mut desk = Self { dir, room, recorder, told, now: 0 };
        let all = vec!["dc-1".into()];
        desk.note(What::Report(Report::Datacenters { all, local: None }));
        desk
    }

    fn note(&mut self, what: What) {
        self.recorder.note(second(self.now), what);
    }

    /// A second passes, at which the leader has its number for a name.
    fn pass(&mut self) {
        self.now += 1;
        let link = Link::Led(self.now.to_string().into());
        let at = second(self.now);
        let body = Body::Pulse(Pulse { at, link, ..Pulse::default() });
        let feed = Feed { dc: "dc-1".into(), ticket: 0, at, body };
        self.note(What::Report(Report::Feed(Box::new(feed))));
    }

    fn told(&self) -> Told {
        self.told.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits until what came so far is in the file.
    fn written(&self) {
        let (path, start) = (self.dir.path().join("r"), Instant::now());
        let last = || read(&path).ok()?.flatten().last().map(|entry| entry.at);
        while last() != Some(second(self.now)) {
            assert!(start.elapsed() < PATIENCE, "it is never written");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the recording, and gives what is in it.
    fn end(self) -> (TempDir, Recording) {
        self.recorder.end();
        let recording = Recording::open(&self.dir.path().join("r")).unwrap();
        (self.dir, recording)
    }
}

fn leader(recording: &Recording, at: i64) -> String {
    let store = recording.recall(second(at)).unwrap();
    match store.dc(&"dc-1".into()).map(|dc| dc.pulse.link.clone()) {
        Some(Link::Led(leader)) => leader.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn all_of_it_is_there_at_the_end() {
    let mut desk = Desk::new(u64::MAX);
    for _ in 0..50 {
        desk.pass();
    }
    let told = desk.told.try_recv();
    let (_dir, recording) = desk.end();
    assert_eq!(leader(&recording, 50), "50");
    assert_eq!(leader(&recording, 20), "20");
    assert!(told.is_err(), "{told:?}");
    assert!(recording.holes().is_empty());
}

#[test]
fn a_full_disk_pauses_it_and_what_is_missing_is_marked() {
    let mut desk = Desk::new(u64::MAX);
    desk.pass();
    desk.written();
    desk.room.store(3, std::sync::atomic::Ordering::SeqCst);
    desk.pass();
    assert!(matches!(desk.told(), Told::Paused(why) if why.contains("no storage space")));
    for _ in 0..20 {
        desk.pass();
    }
    // It is tried again and again, and told once.
    assert!(desk.told.recv_timeout(Duration::from_millis(400)).is_err());
    desk.room.store(u64::MAX, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(desk.told(), Told::Resumed(TimeDelta::seconds(20)));
    desk.pass();
    let (_dir, recording) = desk.end();
    assert_eq!(recording.damages().len(), 0, "no half of a frame is left");
    let holes: Vec<_> = recording.holes().iter().map(|hole| (hole.from, hole.to)).collect();
    assert_eq!(holes, [(second(2), second(22))]);
    assert!(recording.holes()[0].why.contains("no storage space"));
    let leaders = [1, 2, 21, 22, 23].map(|at| leader(&recording, at));
    assert_eq!(leaders, ["1", "1", "1", "22", "23"]);
    // Playing goes over it.
    let mut player = Player::new(recording).unwrap();
    player.find(Wish::At(second(1)));
    assert_eq!(player.play(Duration::from_secs(2)).map(|shown| shown.at), Some(second(22)));
}

#[test]
fn a_disk_that_is_full_from_the_beginning_is_no_reason_to_give_up() {
    let mut desk = Desk::new(0);
    desk.pass();
    assert!(matches!(desk.told(), Told::Paused(_)));
    desk.room.store(u64::MAX, std::sync::atomic::Ordering::SeqCst);
    assert!(matches!(desk.told(), Told::Resumed(_)));
    desk.pass();
    let (_dir, recording) = desk.end();
    assert_eq!(leader(&recording, 2), "2");
}

#[test]
fn values_are_left_out_unless_they_are_asked_for() {
    use crate::domain::ids::Key;
    use crate::recording::code::tests::samples::{Seed, bodies};

    let mut desk = Desk::new(u64::MAX);
    let seed = Seed { other: "s3cret".into(), ..Seed::default() };
    let entry = bodies(&seed).into_iter().find_map(|body| match body {
        Body::Entry(_, Some(entry)) => Some(entry),
        _ => None,
    });
    let body = Body::Entry(Key::from("web"), entry);
    let feed = Feed { dc: "dc-1".into(), ticket: 0, at: second(1), body };
    desk.note(What::Report(Report::Feed(Box::new(feed))));
    desk.pass();
    let (dir, recording) = desk.end();
    let store = recording.recall(second(1)).unwrap();
    assert!(store.dc(&"dc-1".into()).is_some_and(|dc| dc.entries.is_empty()));
    let all: Vec<_> = read(&dir.path().join("r")).unwrap().flatten().collect();
    assert!(!format!("{all:?}").contains("s3cret"), "{all:?}");
}
