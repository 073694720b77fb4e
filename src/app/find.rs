//! Finding anything in any datacenter, and going there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::App;
use super::jump::{Finder, Hits, Pairs, Placed, Target, Targets};
use super::msg::Effect;
use super::notice::Level;
use super::overlay::Overlay;
use super::prompt::Prompt;
use crate::domain::catalog::ServiceHealth;
use crate::domain::feed::{List, Subject};
use crate::domain::freshness::State;
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::table::filter::Filter;
use crate::views::Place;

impl App {
    pub(super) fn open_jump(&mut self, effects: &mut Vec<Effect>) {
        let mut finder = Box::<Finder>::default();
        let targets = Targets::new(self.targets()).with(self.pairs());
        effects.push(Effect::Find(finder.set_targets(targets)));
        self.overlay = Overlay::Jump { prompt: Prompt::default(), finder, is_chosen: false };
    }

    /// Looks also among what came, or went, since the finder was opened.
    pub(super) fn find_news(&mut self, effects: &mut Vec<Effect>) {
        let known = self.count_targets();
        let Overlay::Jump { finder, .. } = &self.overlay else { return };
        if finder.labelled() == known {
            return;
        }
        let targets = Targets::new(self.targets()).with(self.pairs());
        if let Overlay::Jump { finder, .. } = &mut self.overlay {
            effects.push(Effect::Find(finder.set_targets(targets)));
        }
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

    /// How many those are.
    fn count_targets(&self) -> usize {
        let all = || self.store.datacenters().map(|(_, state)| state);
        let services: HashSet<_> = all().flat_map(|state| state.services.keys()).collect();
        let others = all().map(|state| {
            let instances: usize = state.instances.values().map(HashMap::len).sum();
            1 + state.nodes.len() + state.checks.len() + instances
        });
        services.len() + others.sum::<usize>()
    }

    /// Every service on each of its nodes, as the summaries tell.
    fn pairs(&self) -> Pairs {
        let all = self.store.datacenters().flat_map(|(dc, state)| {
            state.services.values().map(|service| Placed {
                dc: dc.clone(),
                service: service.name.clone(),
                nodes: Arc::clone(&service.nodes),
            })
        });
        Pairs::new(all.collect())
    }

    /// What cannot be found and why, a line for each reason.
    pub fn unfindable(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (dc, state) in self.store.datacenters() {
            let services = state.freshness(&List::Services);
            let is_named_only = |service: &Arc<ServiceHealth>| service.instances.is_none();
            if services.is_empty() {
                let why = match &services.state {
                    State::Denied { .. } => "may not be read",
                    _ => "have not come yet",
                };
                lines.push(format!("{dc}: its services {why}"));
            } else if !state.services.is_empty() && state.services.values().all(is_named_only) {
                lines.push(format!(
                    "{dc}: only names of services may be read, so its instances are not found"
                ));
            }
            if services.may_be_filtered {
                lines.push(format!("{dc}: ACLs may hide services, nodes and checks"));
            }
        }
        lines
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
            Target::Placed { dc, service, node } => {
                return self.jump_to_node_of(&dc, &service, &node, effects);
            }
            Target::Check { dc, key, .. } => {
                let check = self.store.dc(&dc).and_then(|state| state.checks.get(&key));
                let instance = check.filter(|check| !check.is_of_node());
                match instance.map(|check| check.service_id.clone()) {
                    Some(id) => {
                        let place = Place::new("instance").at(&dc).of(key.node.as_str());
                        place.of(id.as_str())
                    }
                    None => Place::new("node").at(&dc).of(key.node.as_str()),
                }
            }
        };
        self.open(&place, effects);
    }

    /// Goes to the instances of a service on one node: to the page of the one whose id is known,
    /// else to the service's instances, of which those on the node are shown.
    fn jump_to_node_of(
        &mut self,
        dc: &Dc,
        service: &ServiceName,
        node: &NodeName,
        effects: &mut Vec<Effect>,
    ) {
        let known = self.store.dc(dc).and_then(|state| {
            let rows = state.instances.get(&Subject::Service(service.clone()))?;
            let mut there = rows.keys().filter(|key| key.node == *node);
            there.next().filter(|_| there.next().is_none()).cloned()
        });
        if let Some(key) = known {
            let (dc, service) = (dc.clone(), service.clone());
            return self.jump(Target::Instance { dc, service, key }, effects);
        }
        self.open(&Place::new("service").at(dc).of(service.as_str()), effects);
        self.set_filter(Filter::of_cell(node.as_str()), effects);
    }
}
