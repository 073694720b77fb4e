//! What keys and pasted text do while something lies over the view.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::action::Action;
use super::confirm::Answer;
use super::msg::Effect;
use super::notice::Level;
use super::overlay::Overlay;
use super::prompt::PromptOutcome;
use crate::table::filter::Changed;

impl App {
    /// Gives a key to what lies over the view; false when nothing does.
    pub(super) fn overlay_key(
        &mut self,
        key: KeyEvent,
        action: Option<Action>,
        effects: &mut Vec<Effect>,
    ) -> bool {
        match &mut self.overlay {
            Overlay::None => return false,
            Overlay::Help(_) => self.help_key(action),
            Overlay::Command => {
                let outcome = self.commands.key(key);
                self.command_key(outcome, effects);
            }
            Overlay::Filter { prompt, .. } => {
                let outcome = prompt.key(key);
                self.filter_key(&outcome, effects);
            }
            Overlay::Jump { .. } => self.jump_key(key, effects),
            Overlay::Edit(_) => self.edit_key(key, effects),
            Overlay::Offer(at) => {
                let at = *at;
                self.offer_key(at, key, effects);
            }
            Overlay::Confirm(confirm) => match confirm.key(key) {
                Answer::Open => {}
                Answer::Yes => self.confirmed(effects),
                Answer::No => match confirm.otherwise.take() {
                    Some(report) => self.overlay = Overlay::Plan(report),
                    None => {
                        self.overlay = Overlay::None;
                        self.say(Level::Info, "nothing was changed");
                    }
                },
            },
            Overlay::Plan(_) => self.plan_key(key, effects),
        }
        true
    }

    pub(super) fn paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        self.is_dirty = true;
        match &mut self.overlay {
            Overlay::Command => {
                self.commands.paste(text);
                self.command_key(PromptOutcome::Editing, effects);
            }
            Overlay::Filter { prompt, .. } => {
                prompt.paste(text);
                self.filter_key(&PromptOutcome::Editing, effects);
            }
            Overlay::Jump { prompt, finder, .. } => {
                prompt.paste(text);
                effects.push(Effect::Find(finder.set_query(prompt.text())));
            }
            Overlay::Edit(_) => self.edit_paste(text, effects),
            Overlay::Confirm(confirm) if confirm.protected.is_some() => confirm.prompt.paste(text),
            // Pasted text is no keys: it must not act on anything.
            Overlay::None
            | Overlay::Help(_)
            | Overlay::Confirm(_)
            | Overlay::Offer(_)
            | Overlay::Plan(_) => {}
        }
    }

    pub(super) fn help_key(&mut self, action: Option<Action>) {
        let page = isize::try_from(crate::screen::page_of_help(self.size)).unwrap_or(1);
        match action {
            Some(Action::Up) => self.overlay.scroll(-1),
            Some(Action::Down) => self.overlay.scroll(1),
            Some(Action::PageUp) => self.overlay.scroll(-page),
            Some(Action::PageDown) => self.overlay.scroll(page),
            Some(Action::Top) => self.overlay = Overlay::Help(0),
            Some(Action::Bottom) => {
                self.overlay = Overlay::Help(crate::screen::end_of_help(self, self.size));
            }
            Some(Action::Help | Action::Back | Action::Quit | Action::Open) => {
                self.overlay = Overlay::None;
            }
            // Who has found the command in the help types it.
            Some(Action::Command) => self.open_command(""),
            _ => {}
        }
    }

    pub(super) fn command_key(&mut self, outcome: PromptOutcome, effects: &mut Vec<Effect>) {
        match outcome {
            PromptOutcome::Editing => self.suggest(),
            PromptOutcome::Cancelled => self.overlay = Overlay::None,
            PromptOutcome::Accepted(line) => {
                self.overlay = Overlay::None;
                if !line.trim().is_empty() {
                    self.command(&line, effects);
                }
            }
        }
    }

    /// Applies the filter line as far as it is typed; a half-typed one keeps the last good one.
    pub(super) fn filter_key(&mut self, outcome: &PromptOutcome, effects: &mut Vec<Effect>) {
        let Overlay::Filter { prompt, before, error } = &mut self.overlay else {
            return;
        };
        match outcome {
            PromptOutcome::Cancelled => {
                let before = before.clone();
                self.overlay = Overlay::None;
                self.set_filter(before, effects);
            }
            PromptOutcome::Editing | PromptOutcome::Accepted(_) => {
                let text = match outcome {
                    PromptOutcome::Accepted(text) => text.clone(),
                    _ => prompt.text().to_owned(),
                };
                let changed = self.filter.set(&text);
                *error = self.filter.error().map(ToString::to_string);
                if matches!(outcome, PromptOutcome::Accepted(_)) {
                    let error = error.take();
                    self.overlay = Overlay::None;
                    if let Some(error) = error {
                        self.say(Level::Warn, error);
                    }
                }
                if changed != Changed::Same {
                    self.set_filter(self.filter.filter().clone(), effects);
                }
            }
        }
    }

    pub(super) fn jump_key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let Overlay::Jump { prompt, finder, is_chosen } = &mut self.overlay else {
            return;
        };
        match key.code {
            KeyCode::Up => return finder.up(),
            KeyCode::Down => return finder.down(),
            _ => {}
        }
        match prompt.key(key) {
            PromptOutcome::Editing => effects.push(Effect::Find(finder.set_query(prompt.text()))),
            PromptOutcome::Cancelled => self.overlay = Overlay::None,
            // The hits that are shown may be those of a shorter line.
            PromptOutcome::Accepted(_) if finder.is_searching() => *is_chosen = true,
            PromptOutcome::Accepted(_) => self.choose(effects),
        }
    }
}
