//! The state of the program and what changes it.
//!
//! [`App::update`] is a plain function from a message to effects: no IO, no clock, no waiting. What
//! is drawn lives here and nowhere else; what touches the world is an [`Effect`].
//! Invariant: every message in every state has an answer, and the screen is only drawn when
//! [`App::take_dirty`] says that it differs.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use crate::domain::feed::{Report, Scope, Wanted};
use crate::domain::history::History;
use crate::domain::ids::Dc;
use crate::domain::replication::StreamId;
use crate::store::{Change, Store};
use crate::table::filter::LiveFilter;
use crate::views::{Ctx, Place, Response};

mod act;
pub mod action;
mod alarms;
pub mod command;
mod commands;
pub mod confirm;
pub mod edit;
mod editing;
mod find;
pub mod jump;
pub mod keymap;
mod keys;
pub mod msg;
pub mod nearest;
pub mod notice;
pub mod overlay;
pub mod past;
pub mod planning;
pub mod prompt;
pub mod replay;
mod rollouts;
pub mod seek;
mod setup;
pub mod task;
mod tasks;
pub mod trail;

use action::{Action, Era};
use msg::{Effect, Exit, Msg, ViewId};
use notice::{Level, Notice};
use overlay::Overlay;
use past::{Asked, Past};
use prompt::Prompt;
use replay::Replay;
pub use setup::Setup;
use tasks::{Asker, Tasks};
use trail::Trail;

/// The program's state.
pub struct App {
    /// What is known of the datacenters.
    pub store: Store,
    /// What happened since the program began.
    pub history: History,
    /// The earlier moment that is shown; none while that is what is live.
    pub past: Option<Past>,
    /// How a recording is shown; none where datacenters are.
    pub replay: Option<Replay>,
    /// The views.
    pub trail: Trail,
    /// What lies over the view.
    pub overlay: Overlay,
    /// The last thing said.
    pub notice: Option<Notice>,
    /// The time of the last tick (UTC).
    pub now: DateTime<Utc>,
    /// The datacenter that lists are limited to.
    pub focus: Option<Dc>,
    /// What it was started with.
    pub setup: Setup,
    filter: LiveFilter,
    commands: Prompt,
    size: Rect,
    scope: Scope,
    tasks: Tasks,
    asked: Asked,
    /// The streams of which it was said that data is about to be deleted.
    warned: HashSet<StreamId>,
    /// What was said of rollouts.
    told: rollouts::Told,
    /// True until the first list of datacenters was compared with the wanted focus.
    is_focus_unproven: bool,
    is_dirty: bool,
}

impl App {
    /// The program before anything happened.
    pub fn new(mut setup: Setup) -> Self {
        let notice = setup.warnings.pop().map(|text| Notice::new(Level::Warn, text, setup.now));
        let mut app = Self {
            store: Store::default(),
            history: History::new(setup.bound),
            past: None,
            replay: None,
            trail: Trail::new(&Place::new("overview")),
            overlay: Overlay::None,
            notice,
            now: setup.now,
            focus: setup.focus.clone(),
            is_focus_unproven: setup.focus.is_some(),
            setup,
            filter: LiveFilter::default(),
            commands: Prompt::default(),
            size: Rect::new(0, 0, 80, 24),
            scope: Scope::default(),
            tasks: Tasks::default(),
            asked: Asked::default(),
            warned: HashSet::new(),
            told: rollouts::Told::default(),
            is_dirty: true,
        };
        app.history.begin(app.now);
        // Nothing is known yet: no order is worked out elsewhere.
        app.reload(&mut Vec::new());
        app
    }

    /// Takes in what happened; gives what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        match msg {
            Msg::Key(key) => self.key(key, &mut effects),
            Msg::Paste(text) => self.paste(&text, &mut effects),
            Msg::Mouse(mouse) => self.mouse(mouse, &mut effects),
            Msg::Resize(width, height) => {
                self.size = Rect::new(0, 0, width, height);
                self.is_dirty = true;
            }
            Msg::Clock(now) => self.tick(now, &mut effects),
            Msg::Report(report) => self.report(report, &mut effects),
            Msg::Recalled(answer) => self.recalled(*answer, &mut effects),
            Msg::Played(played) => self.played(*played, &mut effects),
            Msg::Ordered(id, ordered) => {
                if let Some(view) = self.trail.by_id(id) {
                    view.take(ordered);
                    self.is_dirty = true;
                }
            }
            Msg::Found(hits) => self.found(hits, &mut effects),
            Msg::Sought(id, answer) => {
                self.is_dirty = true;
                self.tell_view(id, |view, ctx| view.sought(ctx, *answer), &mut effects);
            }
            Msg::News(id, news) => self.news(id, news, &mut effects),
            Msg::Edited(done) => self.edited(done, &mut effects),
            Msg::Failed(text) => self.say(Level::Error, text),
            Msg::Said(text) => self.say(Level::Info, text),
        }
        if let Overlay::Help(top) = self.overlay {
            self.overlay = Overlay::Help(top.min(crate::screen::end_of_help(self, self.size)));
        }
        if self.is_dirty {
            self.fit();
        }
        self.rescope(&mut effects);
        effects
    }

    /// True once when the screen differs from what was drawn last.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.is_dirty)
    }

    /// The size that it takes the terminal to have, in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.size.width, self.size.height)
    }

    /// The room for the view between header and footer.
    pub fn body(&self) -> Rect {
        crate::screen::body(self.size)
    }

    /// What views read.
    pub fn ctx(&self) -> Ctx<'_> {
        let shown = shown(&self.store, self.now, self.past.as_ref());
        ctx(&self.setup, shown, &self.history, self.focus.as_ref())
    }

    /// What is known, in an earlier moment what was known then.
    pub fn shown(&self) -> &Store {
        shown(&self.store, self.now, self.past.as_ref()).0
    }

    /// Whether what is shown is live, an earlier moment of it, or a recording.
    pub fn era(&self) -> Era {
        match (&self.replay, &self.past) {
            (Some(_), _) => Era::Replay,
            (None, Some(_)) => Era::Past,
            (None, None) => Era::Live,
        }
    }

    /// True when nothing may be written to what is shown.
    pub fn is_read_only(&self) -> bool {
        let rules = &self.setup.rules;
        rules.is_read_only || self.focus.as_ref().is_some_and(|dc| rules.refuses(dc))
    }

    /// The command line while it is typed.
    pub fn command_line(&self) -> &Prompt {
        &self.commands
    }

    fn say(&mut self, level: Level, text: impl Into<String>) {
        self.notice = Some(Notice::new(level, text, self.now));
        self.is_dirty = true;
    }

    fn tick(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.now = now;
        self.store.sample(now);
        if self.notice.as_ref().is_none_or(|notice| notice.is_over(now)) {
            let next = self.setup.warnings.pop();
            self.notice = next.map(|text| Notice::new(Level::Warn, text, now));
        }
        self.rollouts_tick(effects);
        self.find_news(effects);
        // Ages are on every screen.
        self.is_dirty = true;
    }

    fn report(&mut self, report: Report, effects: &mut Vec<Effect>) {
        if let Report::Restarted { dc, what } = &report {
            self.say(
                Level::Error,
                format!("{what} of {dc} stopped unexpectedly and was started again"),
            );
        }
        let change = self.store.apply(report);
        self.edit_patch(&change);
        if let Change::Streams(ids) = &change {
            self.warn_of(ids);
        }
        if let Change::Events(events, lost) = &change {
            for event in events {
                self.history.push(Arc::clone(event));
            }
            self.history.lose(*lost);
        }
        if matches!(change, Change::Datacenters) {
            self.prove_focus(effects);
        }
        // What happens now is no part of the moment on screen.
        if self.past.is_some() {
            return;
        }
        // The strip at the top shows every datacenter.
        self.is_dirty |=
            matches!(change, Change::Datacenters | Change::Datacenter(_) | Change::Checks(..));
        let response = self.with_view(|view, ctx| view.patch(ctx, &change));
        self.is_dirty |= !matches!(response, Response::Ignored);
        self.respond(response, effects);
        // A view that was opened before any datacenter was known has asked for nothing.
        let is_listed = matches!(change, Change::Datacenters);
        if is_listed && !self.is_busy(Asker::View(self.trail.id())) {
            self.begin(effects);
        }
    }

    /// A wanted datacenter that does not exist ends the program: a screen of other datacenters is
    /// not what was asked for.
    fn prove_focus(&mut self, effects: &mut Vec<Effect>) {
        let Some(focus) = self.focus.clone().filter(|_| self.is_focus_unproven) else {
            return;
        };
        if self.store.is_empty() || self.store.discovery.is_some() {
            return;
        }
        self.is_focus_unproven = false;
        if self.store.dc(&focus).is_some() || self.setup.configured.contains(&focus) {
            return;
        }
        let message = unknown_dc(&focus, self.store.datacenters().map(|(dc, _)| dc.as_str()));
        effects.push(Effect::Exit(Exit { code: 2, message: Some(message) }));
    }

    fn key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let action = self.setup.keymap.resolve(key, self.trail.view().place().view, self.era());
        // In a text being edited the same key copies, and a slip must not leave it.
        // Nor must it leave half of a plan.
        let is_kept = matches!(self.overlay, Overlay::Edit(_)) || self.is_applying();
        if action == Some(Action::ForceQuit) && !is_kept {
            effects.push(Effect::Exit(Exit { code: 0, message: self.leaves() }));
            return;
        }
        self.is_dirty = true;
        // What is wrong with a line stays beside it while it is mended.
        let is_typing = matches!(self.overlay, Overlay::Command)
            && !matches!(key.code, KeyCode::Enter | KeyCode::Esc);
        let old = self.notice.take();
        if !self.overlay_key(key, action, effects)
            && let Some(action) = action
        {
            self.act(action, effects);
        }
        match &mut self.notice {
            Some(new) => new.is_answer = true,
            None => self.notice = old.filter(|old| is_typing || old.outlives(key.code)),
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, effects: &mut Vec<Effect>) {
        let action = match mouse.kind {
            MouseEventKind::ScrollUp => Action::Up,
            MouseEventKind::ScrollDown => Action::Down,
            MouseEventKind::Down(MouseButton::Left) => {
                let body = self.body();
                if mouse.row >= body.y && matches!(self.overlay, Overlay::None) {
                    self.trail.view_mut().click(mouse.row - body.y);
                    self.is_dirty = true;
                }
                return;
            }
            _ => return,
        };
        self.is_dirty = true;
        if matches!(self.overlay, Overlay::None) {
            self.act(action, effects);
        } else {
            self.overlay.scroll(if action == Action::Up { -1 } else { 1 });
        }
    }

    /// Lets the view on screen work with what it reads.
    fn with_view<T>(&mut self, work: impl FnOnce(&mut dyn crate::views::View, &Ctx) -> T) -> T {
        let Self { setup, store, history, past, focus, now, trail, .. } = self;
        let ctx = ctx(setup, shown(store, *now, past.as_ref()), history, focus.as_ref());
        work(trail.view_mut(), &ctx)
    }

    /// Tells a view something, which may be hidden: then it can only ask to be ordered, or to be
    /// searched.
    fn tell_view(
        &mut self,
        id: ViewId,
        tell: impl FnOnce(&mut dyn crate::views::View, &Ctx) -> Response,
        effects: &mut Vec<Effect>,
    ) {
        if id == self.trail.id() {
            let response = self.with_view(tell);
            return self.respond(response, effects);
        }
        let Self { setup, store, history, past, focus, now, trail, .. } = self;
        let ctx = ctx(setup, shown(store, *now, past.as_ref()), history, focus.as_ref());
        match trail.by_id(id).map(|view| tell(view.as_mut(), &ctx)) {
            Some(Response::Work(job)) => effects.push(Effect::Order(id, job)),
            Some(Response::Seek(job)) => effects.push(Effect::Seek(id, job)),
            _ => {}
        }
    }

    fn respond(&mut self, response: Response, effects: &mut Vec<Effect>) {
        match response {
            Response::Ignored | Response::Changed => {}
            Response::Work(job) => effects.push(Effect::Order(self.trail.id(), job)),
            Response::Seek(job) => effects.push(Effect::Seek(self.trail.id(), job)),
            Response::Open(place) => self.open(&place, effects),
            Response::Copy(text, what) => {
                effects.push(Effect::Copy(text));
                self.say(Level::Info, format!("copied {what}"));
            }
            Response::Notice(text) => self.say(Level::Warn, text),
            Response::Ask(_) if self.past.is_some() => self.refuse_to_read(),
            Response::Ask(ask) => {
                self.ask(Asker::View(self.trail.id()), ask, effects);
            }
            Response::Wish(wish) => self.wish(wish, effects),
            Response::Command(line) => self.open_command(&line),
            Response::Confirm(confirm) => self.question(confirm, effects),
            Response::Edit(dc, key, entry) => self.edit(&dc, &key, entry, effects),
        }
    }

    /// Goes to a place. The place of a list in one datacenter focuses that datacenter.
    fn open(&mut self, place: &Place, effects: &mut Vec<Effect>) {
        let (mut place, before) = (place.clone(), self.focus.clone());
        if place.args.is_empty()
            && let Some(dc) = place.dc.take()
        {
            self.focus = Some(dc);
        }
        if self.trail.open(&place) && self.focus != before {
            self.trail.limited(before, self.focus.clone());
        }
        self.reload(effects);
    }

    /// Loads the view on screen anew, and asks what it asks for at its beginning.
    fn reload(&mut self, effects: &mut Vec<Effect>) {
        self.load(effects);
        self.begin(effects);
    }

    /// Lets the view on screen read anew what is known.
    fn load(&mut self, effects: &mut Vec<Effect>) {
        self.is_dirty = true;
        if let Some(job) = self.with_view(|view, ctx| view.load(ctx)) {
            effects.push(Effect::Order(self.trail.id(), job));
        }
    }

    fn fit(&mut self) {
        let body = self.body();
        if let Overlay::Edit(edit) = &mut self.overlay {
            edit.fit(crate::ui::widgets::pane::inside(body));
        }
        self.with_view(|view, ctx| view.fit(ctx, body));
    }

    /// Says what is to be watched when that changed.
    fn rescope(&mut self, effects: &mut Vec<Effect>) {
        // What is watched goes on as it was: a look back changes nothing of what is kept from now on.
        if self.past.is_some() {
            return;
        }
        let subjects: Vec<Wanted> = self.trail.view().subjects(&self.ctx());
        let mut glanced = self.trail.view().glanced(&self.ctx());
        glanced.rollouts = self.follow(glanced.rollouts);
        let is_same = subjects == self.scope.subjects && glanced == self.scope.glanced;
        if is_same && self.focus == self.scope.focus {
            return;
        }
        let ticket = self.scope.ticket + 1;
        self.scope = Scope { ticket, focus: self.focus.clone(), subjects, glanced };
        let is_recalled = self.store.show(&self.scope);
        effects.push(Effect::Scope(self.scope.clone()));
        if is_recalled {
            self.load(effects);
            self.fit();
        }
    }
}

/// What views read of an app whose parts are lent one by one.
fn ctx<'a>(
    setup: &'a Setup,
    (store, now, is_past): (&'a Store, DateTime<Utc>, bool),
    history: &'a History,
    focus: Option<&'a Dc>,
) -> Ctx<'a> {
    let Setup { look, rules, bounds, fold, .. } = setup;
    Ctx { store, history, is_past, focus, now, look, rules, bounds, fold }
}

/// What is shown and as of when: what is live, or an earlier moment, which the last says.
fn shown<'a>(
    live: &'a Store,
    now: DateTime<Utc>,
    past: Option<&'a Past>,
) -> (&'a Store, DateTime<Utc>, bool) {
    past.map_or((live, now, false), |past| (&past.store, past.at, true))
}

/// What is said of a datacenter that does not exist.
pub fn unknown_dc<'a>(wanted: &Dc, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    format!("unknown datacenter '{wanted}'; known are {}", known.join(", "))
}
