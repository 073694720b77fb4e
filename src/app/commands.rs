//! What typed commands do.

use super::command::{self, Command, DcScope, Vocabulary};
use super::msg::{Effect, Exit};
use super::notice::Level;
use super::overlay::Overlay;
use super::{App, unknown_dc};
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::table::filter::Filter;
use crate::table::grep::Grep;
use crate::ui::theme::Theme;
use crate::views::{Place, kv, registry, search};

/// Services and nodes offered while a command is typed, at most.
const OFFERED: usize = 20_000;

impl App {
    pub(super) fn open_command(&mut self, text: &str) {
        self.commands.open(text);
        self.suggest();
        self.overlay = Overlay::Command;
    }

    /// Offers what the typed line may become.
    pub(super) fn suggest(&mut self) {
        let views = registry::words();
        let lines = command::complete(self.commands.text(), &self.vocabulary(&views));
        self.commands.suggest(lines);
    }

    pub(super) fn vocabulary<'a>(&'a self, views: &'a [command::ViewWord]) -> Vocabulary<'a> {
        let states = || self.shown().datacenters().map(|(_, state)| state);
        let mut services: Vec<&str> = states()
            .flat_map(|s| s.services.keys())
            .map(ServiceName::as_str)
            .take(OFFERED)
            .collect();
        services.sort_unstable();
        services.dedup();
        let nodes = states().flat_map(|s| s.nodes.keys()).map(NodeName::as_str);
        Vocabulary {
            views,
            dcs: self.shown().datacenters().map(|(dc, _)| dc.as_str()).collect(),
            services,
            nodes: nodes.take(OFFERED).collect(),
            themes: self.setup.themes.iter().map(Theme::name).collect(),
            is_read_only: self.setup.rules.is_read_only,
        }
    }

    /// Does what a command line says; a wrong one is kept to be mended.
    pub fn command(&mut self, line: &str, effects: &mut Vec<Effect>) {
        let views = registry::words();
        // What was wrong with the line before it is over.
        self.notice = None;
        let parsed = command::parse(line, &self.vocabulary(&views)).map_err(|it| it.to_string());
        if let Err(why) = parsed.and_then(|command| self.run(command, effects)) {
            self.say(Level::Warn, why);
            self.open_command(line);
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// What does not fit together, though it was understood; nothing was done.
    fn run(&mut self, command: Command, effects: &mut Vec<Effect>) -> Result<(), String> {
        match command {
            Command::Open { view: "search", arg, dc, filter } => {
                let place = self.search(arg.as_deref(), filter.as_deref().unwrap_or_default())?;
                self.narrow(dc, effects);
                self.open(&place, effects);
            }
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
            Command::Keys(command) => return self.keys_command(command, effects),
            Command::Quit => effects.push(Effect::Exit(Exit { code: 0, message: self.leaves() })),
            Command::Act(action) => self.act(action, effects),
        }
        Ok(())
    }

    /// The place of a search: under the folder that is named, or else the one that is shown.
    fn search(&self, folder: Option<&str>, typed: &str) -> Result<Place, String> {
        Grep::parse(typed)?;
        let here = self.trail.view().place();
        let shown = if here.view == "kv" { here.arg(0) } else { "" };
        Ok(search::place(&kv::folder_of(folder.unwrap_or(shown)), typed))
    }

    /// The place of an object: a node is looked for in the focused datacenter, then in all.
    pub(super) fn object(&self, view: &'static str, name: &str) -> Place {
        let place = Place::new(view).of(name);
        // They follow the focus: the keys of all datacenters are searched in once they are read.
        if view == "find" || view == "replication" || view == "timeline" {
            return place;
        }
        if view != "node" {
            return place.perhaps_at(self.focus.as_ref());
        }
        let has =
            |dc: &&Dc| self.shown().dc(dc).is_some_and(|state| state.nodes.contains_key(name));
        let all = self.focus.iter().chain(self.shown().datacenters().map(|(dc, _)| dc));
        let mut all = all.peekable();
        let first = all.peek().copied().cloned();
        let found = all.find(has).cloned().or(first);
        place.perhaps_at(found.as_ref())
    }

    pub(super) fn narrow(&mut self, dc: DcScope, effects: &mut Vec<Effect>) {
        match dc {
            DcScope::Unchanged => {}
            DcScope::All => self.set_focus(None, effects),
            DcScope::One(name) => {
                let dc = Dc::from(name);
                if self.shown().dc(&dc).is_some() {
                    self.set_focus(Some(dc), effects);
                } else {
                    let text =
                        unknown_dc(&dc, self.shown().datacenters().map(|(dc, _)| dc.as_str()));
                    self.say(Level::Warn, text);
                }
            }
        }
    }

    pub(super) fn apply_filter(&mut self, text: Option<String>, effects: &mut Vec<Effect>) {
        let Some(text) = text else { return };
        let is_fuzzy = self.trail.view().is_fuzzy();
        match if is_fuzzy { Ok(Filter::fuzzy(&text)) } else { Filter::parse(&text) } {
            Ok(filter) => self.set_filter(filter, effects),
            Err(error) => self.say(Level::Warn, error.to_string()),
        }
    }
}
