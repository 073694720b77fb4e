//! Finding anything in any datacenter, and going there.

use super::App;
use super::jump::{Finder, Hits, Target, Targets};
use super::msg::Effect;
use super::notice::Level;
use super::overlay::Overlay;
use super::prompt::Prompt;
use crate::views::Place;

impl App {
    pub(super) fn open_jump(&mut self, effects: &mut Vec<Effect>) {
        let mut finder = Box::<Finder>::default();
        effects.push(Effect::Find(finder.set_targets(Targets::new(self.targets()))));
        self.overlay = Overlay::Jump { prompt: Prompt::default(), finder, is_chosen: false };
    }

    /// Takes in hits; goes to the first when Enter was pressed while they were looked for.
    pub(super) fn found(&mut self, hits: Hits, effects: &mut Vec<Effect>) {
        self.is_dirty |= self.overlay.found(hits);
        let is_due = |finder: &Finder| !finder.is_searching();
        if matches!(&self.overlay, Overlay::Jump { finder, is_chosen: true, .. } if is_due(finder))
        {
            self.choose(effects);
        }
    }

    /// Goes to the hit under the cursor.
    pub(super) fn choose(&mut self, effects: &mut Vec<Effect>) {
        let Overlay::Jump { finder, .. } = std::mem::take(&mut self.overlay) else { return };
        match finder.selected().cloned() {
            Some(target) => self.jump(target, effects),
            None => self.say(Level::Warn, "nothing found"),
        }
    }

    /// Everything known by name in any datacenter.
    pub(super) fn targets(&self) -> Vec<Target> {
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

    pub(super) fn jump(&mut self, target: Target, effects: &mut Vec<Effect>) {
        let place = match target {
            Target::Datacenter(dc) => Place::new("checks").at(&dc),
            Target::Service { dc, name } => {
                let place = Place::new("service").of(name.as_str());
                place.perhaps_at(dc.as_ref())
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
