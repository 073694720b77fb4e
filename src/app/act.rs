//! What actions do to the program as a whole; the rest is the view's.

use super::App;
use super::action::{Action, When};
use super::command::READ_ONLY;
use super::msg::{Effect, Exit};
use super::notice::Level;
use super::overlay::Overlay;
use super::prompt::Prompt;
use super::task::Ask;
use super::tasks::Asker;
use crate::domain::ids::Dc;
use crate::table::filter::{Filter, LiveFilter};
use crate::views::{Place, registry};

impl App {
    /// Does an action on the view, or on the program as a whole.
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let changes = action.info().is_some_and(|info| info.when == When::Change);
        if changes && self.refuses_in_past() {
            return;
        }
        if changes && self.setup.rules.is_read_only {
            return self.say(Level::Warn, READ_ONLY);
        }
        match action {
            // The first step back from an earlier moment is to what is live.
            Action::Quit | Action::Live if self.go_live(effects) => {}
            Action::Live if self.replay.is_some() => self.replay_end(effects),
            Action::Live => self.say(Level::Info, "this is live"),
            Action::Play => self.play_or_pause(effects),
            Action::Slower => self.play_faster(-1, effects),
            Action::Faster => self.play_faster(1, effects),
            Action::Earlier => self.go_by(-1, effects),
            Action::Later => self.go_by(1, effects),
            Action::ScrubBack => self.scrub(-1, effects),
            Action::ScrubForward => self.scrub(1, effects),
            Action::Quit if !self.step(-1) => {
                effects.push(Effect::Exit(Exit { code: 0, message: self.leaves() }));
            }
            Action::Quit | Action::HistoryBack | Action::HistoryForward | Action::LastView => {
                let moved = match action {
                    Action::Quit => true,
                    Action::LastView => self.trail.back_and_forth(&mut self.focus),
                    Action::HistoryBack => self.step(-1),
                    _ => self.step(1),
                };
                if moved {
                    self.reload(effects);
                }
            }
            Action::Back => self.back(effects),
            Action::Help => self.overlay = Overlay::Help(0),
            Action::Command => self.open_command(""),
            Action::Filter => self.open_filter(),
            Action::Jump => self.open_jump(effects),
            Action::Refresh if self.past.is_some() => self.refuse_to_read(),
            Action::Refresh => {
                effects.push(Effect::Refresh);
                self.trail.view_mut().renew();
                self.reload(effects);
                self.say(Level::Info, "asking every datacenter again");
            }
            Action::Suspend => effects.push(Effect::Suspend),
            Action::NextTheme => self.next_theme(),
            Action::NextView => self.tab(1, effects),
            Action::PreviousView => self.tab(-1, effects),
            Action::Drafts => self.offer(0),
            Action::Undo if self.trail.view().place().view != "journal" => {
                self.forget(Asker::Undo, effects);
                self.ask(Asker::Undo, Ask::Journal, effects);
            }
            Action::DcAll => self.set_focus(None, effects),
            Action::Dc(n) => self.focus_nth(n, effects),
            other => {
                let response = self.with_view(|view, ctx| view.act(ctx, other));
                self.respond(response, effects);
            }
        }
    }

    /// One step back: an applied filter goes first, then the view and what it limited lists to.
    pub(super) fn back(&mut self, effects: &mut Vec<Effect>) {
        if self.go_live(effects) {
            return;
        }
        if self.forget(Asker::View(self.trail.id()), effects) {
            self.with_view(|view, ctx| view.stopped(ctx));
            return self.say(Level::Info, "stopped; what came so far is shown");
        }
        if self.trail.view().filter().is_some_and(|filter| !filter.is_empty()) {
            self.set_filter(Filter::default(), effects);
        } else if self.step(-1) {
            self.reload(effects);
        }
    }

    fn step(&mut self, by: isize) -> bool {
        self.trail.step(by, &mut self.focus)
    }

    pub(super) fn tab(&mut self, by: isize, effects: &mut Vec<Effect>) {
        let name = registry::tab(self.trail.view().place().view, by);
        self.open(&Place::new(name), effects);
    }

    pub(super) fn set_focus(&mut self, focus: Option<Dc>, effects: &mut Vec<Effect>) {
        self.focus = focus;
        self.reload(effects);
    }

    pub(super) fn focus_nth(&mut self, n: u8, effects: &mut Vec<Effect>) {
        let nth = self.shown().datacenters().nth(usize::from(n).saturating_sub(1));
        match nth.map(|(dc, _)| dc.clone()) {
            Some(dc) => self.set_focus(Some(dc), effects),
            None => self.say(Level::Warn, format!("there is no datacenter {n}")),
        }
    }

    pub(super) fn set_filter(&mut self, filter: Filter, effects: &mut Vec<Effect>) {
        let response = self.trail.view_mut().filter_by(filter);
        self.respond(response, effects);
    }

    pub(super) fn next_theme(&mut self) {
        let now = self.setup.look.theme.name().to_owned();
        let at = self.setup.themes.iter().position(|theme| theme.name() == now).unwrap_or(0);
        if let Some(theme) = self.setup.themes.get((at + 1) % self.setup.themes.len().max(1)) {
            self.setup.look.theme = theme.clone();
            let text = format!("theme {}", self.setup.look.theme.name());
            self.say(Level::Info, text);
        }
    }

    pub(super) fn open_filter(&mut self) {
        let Some(before) = self.trail.view().filter().cloned() else {
            return;
        };
        let mut prompt = Prompt::default();
        prompt.open(before.text());
        self.filter = LiveFilter::new(before.text(), self.trail.view().is_fuzzy());
        self.overlay = Overlay::Filter { prompt, before, error: None };
    }
}
