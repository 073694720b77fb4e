//! Keeps the earlier moments of this run, on a thread of its own: writing them down and finding one
//! must not delay a frame.
//!
//! The loop hands it everything that changes the store, in the same order. Invariant: what comes
//! back for a moment is what the screen had then; when this thread dies, that is said once, and the
//! screen goes on.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::mpsc::UnboundedSender;

use crate::app::msg::Msg;
use crate::app::past::Recalled;
use crate::clock;
use crate::domain::feed::{Report, Scope};
use crate::past::{Entry, Found, Tape, What, Wish};

/// What the thread is told.
enum Order {
    Keep(Entry),
    Find(u64, Wish),
}

/// Where the moments are kept.
pub struct Archive {
    orders: Option<Sender<Order>>,
    /// The last question, which may have no answer yet.
    last: u64,
    results: UnboundedSender<Msg>,
}

impl Archive {
    /// Starts the thread, which keeps at most so many bytes.
    pub fn start(bytes: usize, results: UnboundedSender<Msg>) -> Self {
        let (orders, waiting) = channel();
        let answers = results.clone();
        let work = move || keep(Tape::new(bytes), &waiting, &answers);
        let started = thread::Builder::new().name(String::from("archive")).spawn(work);
        if let Err(error) = &started {
            tracing::error!("no thread for earlier moments: {error}");
        }
        Self { orders: started.is_ok().then_some(orders), last: 0, results }
    }

    /// Keeps what the watch layer told.
    pub fn report(&mut self, report: &Report) {
        // The history keeps events.
        if !report.is_events() {
            self.keep(What::Report(report.clone()));
        }
    }

    /// Keeps what is shown from now on.
    pub fn scope(&mut self, scope: &Scope) {
        self.keep(What::Scope(scope.clone()));
    }

    /// Keeps that a second passed.
    pub fn tick(&mut self) {
        self.keep(What::Tick);
    }

    /// Finds a moment and brings it as [`Msg::Recalled`].
    pub fn find(&mut self, id: u64, wish: Wish) {
        self.last = id;
        self.send(Order::Find(id, wish));
    }

    fn keep(&mut self, what: What) {
        if self.orders.is_some() {
            self.send(Order::Keep(Entry { at: clock::now(), what }));
        }
    }

    fn send(&mut self, order: Order) {
        if self.orders.as_ref().is_some_and(|orders| orders.send(order).is_ok()) {
            return;
        }
        self.orders = None;
        tracing::error!("earlier moments are not kept any more");
        let answer = Recalled { id: self.last, found: Found::Nothing, span: None };
        // The loop is gone only when the program ends.
        let _ = self.results.send(Msg::Recalled(Box::new(answer)));
        let text = "earlier moments are not kept any more: that stopped; the log says more";
        let _ = self.results.send(Msg::Failed(String::from(text)));
    }
}

/// Does what the thread is told until nobody tells it anything any more.
fn keep(mut tape: Tape, orders: &Receiver<Order>, results: &UnboundedSender<Msg>) {
    while let Ok(order) = orders.recv() {
        crate::provoke::panic_in("archive");
        match order {
            Order::Keep(entry) => tape.push(entry),
            Order::Find(id, wish) => {
                let answer = Recalled { id, found: tape.find(wish), span: tape.span() };
                // The loop is gone only when the program ends.
                let _ = results.send(Msg::Recalled(Box::new(answer)));
            }
        }
    }
}
