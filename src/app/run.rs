//! What keys and commands do.

use crossterm::event::KeyEvent;

use super::action::Action;
use super::command::{self, Command, DcScope, Vocabulary};
use super::jump::{Finder, Target, Targets};
use super::msg::{Effect, Exit};
use super::notice::Level;
use super::overlay::Overlay;
use super::prompt::{Prompt, PromptOutcome};
use super::{App, unknown_dc};
use crate::domain::ids::Dc;
use crate::table::filter::{Changed, Filter};
use crate::ui::theme::Theme;
use crate::views::{Place, registry};

/// Services and nodes offered while a command is typed, at most.
const OFFERED: usize = 20_000;

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
            Overlay::Jump { prompt, finder } => {
                prompt.paste(text);
                effects.push(Effect::Find(finder.set_query(prompt.text())));
            }
            // Pasted text is no keys: it must not act on anything.
            Overlay::None | Overlay::Help(_) => {}
        }
    }

    /// Does an action on the view, or on the program as a whole.
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Quit if !self.trail.step(-1) => {
                effects.push(Effect::Exit(Exit { code: 0, message: None }));
            }
            Action::Quit | Action::HistoryBack | Action::HistoryForward | Action::LastView => {
                let moved = match action {
                    Action::Quit => true,
                    Action::LastView => self.trail.back_and_forth(),
                    Action::HistoryBack => self.trail.step(-1),
                    _ => self.trail.step(1),
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
            Action::Refresh => {
                effects.push(Effect::Refresh);
                self.say(Level::Info, "asking every datacenter again");
            }
            Action::Suspend => effects.push(Effect::Suspend),
            Action::NextTheme => self.next_theme(),
            Action::NextView => self.tab(1, effects),
            Action::PreviousView => self.tab(-1, effects),
            Action::DcAll => self.set_focus(None, effects),
            Action::Dc(n) => self.focus_nth(n, effects),
            other => {
                let response = self.with_view(|view, ctx| view.act(ctx, other));
                self.respond(response, effects);
            }
        }
    }

    /// One step back: an applied filter goes first, then the view.
    fn back(&mut self, effects: &mut Vec<Effect>) {
        if self.trail.view().filter().is_some_and(|filter| !filter.is_empty()) {
            self.set_filter(Filter::default(), effects);
        } else if self.trail.step(-1) {
            self.reload(effects);
        }
    }

    fn tab(&mut self, by: isize, effects: &mut Vec<Effect>) {
        let name = registry::tab(self.trail.view().place().view, by);
        self.open(&Place::new(name), effects);
    }

    fn set_focus(&mut self, focus: Option<Dc>, effects: &mut Vec<Effect>) {
        self.focus = focus;
        self.reload(effects);
    }

    fn focus_nth(&mut self, n: u8, effects: &mut Vec<Effect>) {
        let nth = self.store.datacenters().nth(usize::from(n).saturating_sub(1));
        match nth.map(|(dc, _)| dc.clone()) {
            Some(dc) => self.set_focus(Some(dc), effects),
            None => self.say(Level::Warn, format!("there is no datacenter {n}")),
        }
    }

    pub(super) fn set_filter(&mut self, filter: Filter, effects: &mut Vec<Effect>) {
        if let Some(job) = self.trail.view_mut().filter_by(filter) {
            effects.push(Effect::Order(self.trail.id(), job));
        }
    }

    fn next_theme(&mut self) {
        let now = self.setup.look.theme.name().to_owned();
        let at = self.setup.themes.iter().position(|theme| theme.name() == now).unwrap_or(0);
        if let Some(theme) = self.setup.themes.get((at + 1) % self.setup.themes.len().max(1)) {
            self.setup.look.theme = theme.clone();
            let text = format!("theme {}", self.setup.look.theme.name());
            self.say(Level::Info, text);
        }
    }

    fn help_key(&mut self, action: Option<Action>) {
        let page = isize::try_from(self.body().height).unwrap_or(1);
        match action {
            Some(Action::Up) => self.overlay.scroll(-1),
            Some(Action::Down) => self.overlay.scroll(1),
            Some(Action::PageUp) => self.overlay.scroll(-page),
            Some(Action::PageDown) => self.overlay.scroll(page),
            Some(Action::Top) => self.overlay = Overlay::Help(0),
            Some(Action::Help | Action::Back | Action::Quit | Action::Open) => self.overlay = Overlay::None,
            _ => {}
        }
    }

    fn open_command(&mut self, text: &str) {
        self.commands.open(text);
        self.suggest();
        self.overlay = Overlay::Command;
    }

    /// Offers what the typed line may become.
    fn suggest(&mut self) {
        let views = self.words();
        let lines = command::complete(self.commands.text(), &self.vocabulary(&views));
        self.commands.suggest(lines);
    }

    fn vocabulary<'a>(&'a self, views: &'a [command::ViewWord]) -> Vocabulary<'a> {
        let states = || self.store.datacenters().map(|(_, state)| state);
        let mut services: Vec<&str> =
            states().flat_map(|s| s.services.keys()).map(|name| name.as_str()).take(OFFERED).collect();
        services.sort_unstable();
        services.dedup();
        let nodes = states().flat_map(|s| s.nodes.keys()).map(|name| name.as_str());
        Vocabulary {
            views,
            dcs: self.store.datacenters().map(|(dc, _)| dc.as_str()).collect(),
            services,
            nodes: nodes.take(OFFERED).collect(),
            themes: self.setup.themes.iter().map(Theme::name).collect(),
        }
    }

    fn command_key(&mut self, outcome: PromptOutcome, effects: &mut Vec<Effect>) {
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

    /// Does what a command line says; a wrong one is kept to be mended.
    pub fn command(&mut self, line: &str, effects: &mut Vec<Effect>) {
        let views = self.words();
        match command::parse(line, &self.vocabulary(&views)) {
            Ok(command) => self.run(command, effects),
            Err(error) => {
                self.say(Level::Warn, error.to_string());
                self.open_command(line);
            }
        }
    }

    fn run(&mut self, command: Command, effects: &mut Vec<Effect>) {
        match command {
            Command::Open { view, arg, dc, filter } => {
                self.narrow(dc, effects);
                let place = arg.map_or_else(|| Place::new(view), |arg| self.object(view, &arg));
                self.open(&place, effects);
                self.apply_filter(filter, effects);
            }
            Command::Dc(dc) => self.narrow(dc, effects),
            Command::Narrow { dc, filter } => {
                self.narrow(dc, effects);
                self.apply_filter(filter, effects);
            }
            Command::Theme(name) => {
                let found = self.setup.themes.iter().find(|theme| theme.name() == name).cloned();
                match found {
                    Some(theme) => self.setup.look.theme = theme,
                    None => self.say(Level::Warn, format!("no theme '{name}'")),
                }
            }
            Command::Sort { column, descending } => {
                match self.with_view(|view, ctx| view.sort_by(ctx, &column, descending)) {
                    Ok(Some(job)) => effects.push(Effect::Order(self.trail.id(), job)),
                    Ok(None) => {}
                    Err(text) => self.say(Level::Warn, text),
                }
            }
            Command::Group(by) => {
                let response = self.with_view(|view, ctx| view.group_by(ctx, by));
                self.respond(response, effects);
            }
            Command::Quit => effects.push(Effect::Exit(Exit { code: 0, message: None })),
            Command::Act(action) => self.act(action, effects),
        }
    }

    /// The place of an object: a node is looked for in the focused datacenter, then in all.
    fn object(&self, view: &'static str, name: &str) -> Place {
        let place = Place::new(view).of(name);
        if view != "node" {
            return self.focus.as_ref().map_or(place.clone(), |dc| place.at(dc));
        }
        let has = |dc: &&Dc| self.store.dc(dc).is_some_and(|state| state.nodes.contains_key(name));
        let all = self.focus.iter().chain(self.store.datacenters().map(|(dc, _)| dc));
        let mut all = all.peekable();
        let first = all.peek().copied().cloned();
        let found = all.find(has).cloned().or(first);
        found.map_or(place.clone(), |dc| place.at(&dc))
    }

    fn narrow(&mut self, dc: DcScope, effects: &mut Vec<Effect>) {
        match dc {
            DcScope::Unchanged => {}
            DcScope::All => self.set_focus(None, effects),
            DcScope::One(name) => {
                let dc = Dc::from(name);
                if self.store.dc(&dc).is_some() {
                    self.set_focus(Some(dc), effects);
                } else {
                    let text = unknown_dc(&dc, self.store.datacenters().map(|(dc, _)| dc.as_str()));
                    self.say(Level::Warn, text);
                }
            }
        }
    }

    fn apply_filter(&mut self, text: Option<String>, effects: &mut Vec<Effect>) {
        let Some(text) = text else { return };
        match Filter::parse(&text) {
            Ok(filter) => self.set_filter(filter, effects),
            Err(error) => self.say(Level::Warn, error.to_string()),
        }
    }

    fn open_filter(&mut self) {
        let Some(before) = self.trail.view().filter().cloned() else { return };
        let mut prompt = Prompt::default();
        prompt.open(before.text());
        self.filter.set(before.text());
        self.overlay = Overlay::Filter { prompt, before, error: None };
    }

    /// Applies the filter line as far as it is typed; a half-typed one keeps the last good one.
    fn filter_key(&mut self, outcome: &PromptOutcome, effects: &mut Vec<Effect>) {
        let Overlay::Filter { prompt, before, error } = &mut self.overlay else { return };
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

    fn open_jump(&mut self, effects: &mut Vec<Effect>) {
        let mut finder = Box::<Finder>::default();
        effects.push(Effect::Find(finder.set_targets(Targets::new(self.targets()))));
        self.overlay = Overlay::Jump { prompt: Prompt::default(), finder };
    }

    /// Everything known by name in any datacenter.
    fn targets(&self) -> Vec<Target> {
        let mut targets = Vec::new();
        let mut services = std::collections::BTreeSet::new();
        for (dc, state) in self.store.datacenters() {
            targets.push(Target::Datacenter(dc.clone()));
            services.extend(state.services.keys());
            let node = |name: &_| Target::Node { dc: dc.clone(), name: Clone::clone(name) };
            targets.extend(state.nodes.keys().map(node));
            for check in state.checks.values() {
                let (key, name) = (check.key(), check.name.clone());
                targets.push(Target::Check { dc: dc.clone(), key, name });
            }
            for it in state.instances.values().flat_map(|rows| rows.iter()) {
                let service = it.1.service.clone();
                targets.push(Target::Instance { dc: dc.clone(), service, key: it.0.clone() });
            }
        }
        let service = |name: &_| Target::Service { dc: None, name: Clone::clone(name) };
        targets.extend(services.into_iter().map(service));
        targets
    }

    fn jump_key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let Overlay::Jump { prompt, finder } = &mut self.overlay else { return };
        match key.code {
            crossterm::event::KeyCode::Up => return finder.up(),
            crossterm::event::KeyCode::Down => return finder.down(),
            _ => {}
        }
        match prompt.key(key) {
            PromptOutcome::Editing => effects.push(Effect::Find(finder.set_query(prompt.text()))),
            PromptOutcome::Cancelled => self.overlay = Overlay::None,
            PromptOutcome::Accepted(_) => {
                let target = finder.selected().cloned();
                self.overlay = Overlay::None;
                match target {
                    Some(target) => self.jump(target, effects),
                    None => self.say(Level::Warn, "nothing found"),
                }
            }
        }
    }

    fn jump(&mut self, target: Target, effects: &mut Vec<Effect>) {
        let place = match target {
            Target::Datacenter(dc) => Place::new("checks").at(&dc),
            Target::Service { dc, name } => {
                let place = Place::new("service").of(name.as_str());
                dc.map_or(place.clone(), |dc| place.at(&dc))
            }
            Target::Node { dc, name } => Place::new("node").at(&dc).of(name.as_str()),
            Target::Instance { dc, key, .. } => {
                Place::new("instance").at(&dc).of(key.node.as_str()).of(key.id.as_str())
            }
            Target::Check { dc, key, .. } => Place::new("node").at(&dc).of(key.node.as_str()),
        };
        self.open(&place, effects);
    }
}
