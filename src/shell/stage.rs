//! Plays a recording on a thread of its own: finding a moment in the files must not delay a frame.
//!
//! Invariant: what comes is in the order in which it is to be shown, and never more than one moment
//! waits for the screen: a slow one sees fewer moments, and time goes on at its speed all the same.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::app::msg::Msg;
use crate::app::past::Recalled;
use crate::app::replay::{Play, Played};
use crate::past::Wish;
use crate::recording::Hole;
use crate::recording::player::{Player, Shown};

/// A moment is shown at most once in this time while the recording plays.
const STEP: Duration = Duration::from_millis(100);

/// What the thread is told.
enum Order {
    Find(u64, Wish),
    Play(Play),
}

/// Where a recording plays.
pub struct Stage(Sender<Order>);

impl Stage {
    /// What is shown first, of a recording that begins at once.
    pub fn first(player: &mut Player) -> Played {
        let history = player.history().map(Box::new);
        Played { history, ..played(player, player.shown(), true) }
    }

    /// Starts the thread, which plays so many times faster than life; what it shows goes to `out`,
    /// which should hold one.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(player: Player, speed: u32, out: mpsc::Sender<Msg>) -> std::io::Result<Self> {
        let (orders, waiting) = channel();
        let scene = Scene { player, speed, is_playing: true, out };
        thread::Builder::new().name(String::from("replay")).spawn(move || scene.run(&waiting))?;
        Ok(Self(orders))
    }

    /// Goes to a moment, and brings it as [`Msg::Recalled`].
    pub fn find(&self, id: u64, wish: Wish) {
        self.send(Order::Find(id, wish));
    }

    /// Lets it go on in another way.
    pub fn play(&self, play: Play) {
        self.send(Order::Play(play));
    }

    fn send(&self, order: Order) {
        if self.0.send(order).is_err() {
            tracing::error!("the recording does not play any more");
        }
    }
}

/// The recording, and how it goes on.
struct Scene {
    player: Player,
    speed: u32,
    is_playing: bool,
    out: mpsc::Sender<Msg>,
}

impl Scene {
    fn run(mut self, orders: &Receiver<Order>) {
        let mut last = Instant::now();
        loop {
            let due = last + STEP;
            let order = if self.is_playing {
                orders.recv_timeout(due.saturating_duration_since(Instant::now()))
            } else {
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            let time = last.elapsed();
            let is_told = match order {
                Ok(Order::Find(id, wish)) => {
                    last = Instant::now();
                    self.find(id, wish)
                }
                Ok(Order::Play(Play::Go(is_playing))) => {
                    last = Instant::now();
                    self.is_playing = is_playing;
                    true
                }
                Ok(Order::Play(Play::Speed(speed))) => {
                    self.speed = speed;
                    true
                }
                Err(RecvTimeoutError::Timeout) => {
                    last = Instant::now();
                    self.play(time)
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if !is_told {
                return;
            }
        }
    }

    /// Tells the screen; false when it is gone.
    fn tell(&self, msg: Msg) -> bool {
        self.out.blocking_send(msg).is_ok()
    }

    fn play(&mut self, time: Duration) -> bool {
        let Some(shown) = self.player.play(time.saturating_mul(self.speed)) else { return true };
        self.is_playing &= !self.player.is_over();
        let played = played(&self.player, shown, self.is_playing);
        self.tell(Msg::Played(Box::new(played)))
    }

    fn find(&mut self, id: u64, wish: Wish) -> bool {
        let found = self.player.find(wish);
        let answer = Recalled { id, found, span: Some(self.player.span()) };
        if !self.tell(Msg::Recalled(Box::new(answer))) {
            return false;
        }
        // What happened before is read after the moment itself is on its way.
        let history = self.player.history().map(Box::new);
        let played = played(&self.player, self.player.shown(), self.is_playing);
        self.tell(Msg::Played(Box::new(Played { history, moment: None, ..played })))
    }
}

/// A moment as the screen takes it.
fn played(player: &Player, shown: Shown, is_playing: bool) -> Played {
    let Shown { at, way, events, known, skipped, doubt } = shown;
    let skipped = skipped.map(|Hole { from, to, why }| (from, to, why));
    let span = player.span();
    Played {
        moment: Some((at, way)),
        span,
        events,
        known,
        history: None,
        doubt,
        is_playing,
        skipped,
    }
}
