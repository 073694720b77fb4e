//! Failing checks, grouped by service or by node, or not at all.
//!
//! Groups are kept as checks come and go: a change touches only the groups of its checks.
//! Invariant: every failing check that is shown is in exactly one group.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::rows::{CheckRow, Group, GroupKey, Member, RowKey};
use crate::app::command::Grouping;
use crate::domain::health::{Check, CheckKey, Counts};
use crate::domain::ids::Dc;
use crate::store::Datacenter;
use crate::views::listing::Patch;
use crate::views::{Ctx, cells, flap};

/// Where a check is, and as what.
type Home = (GroupKey, Arc<Member>);

/// All groups.
#[derive(Default)]
pub struct Groups {
    /// How checks are grouped.
    pub by: Grouping,
    members: HashMap<GroupKey, BTreeMap<CheckKey, Arc<Member>>>,
    homes: HashMap<(Dc, CheckKey), Home>,
    open: HashSet<GroupKey>,
    /// True when groups are open unless they are in `open`, which then lists the closed ones.
    is_inverted: bool,
}

impl Groups {
    /// Starts over with all checks that are shown; gives all lines.
    pub fn load(&mut self, ctx: &Ctx) -> Vec<CheckRow> {
        self.members.clear();
        // A check that did not change stays what it is, with the text that was made of it.
        let mut before = std::mem::take(&mut self.homes);
        for (dc, state) in ctx.store.datacenters().filter(|(dc, _)| ctx.shows(dc)) {
            for check in state.checks.values() {
                let key = (dc.clone(), check.key());
                let same = before.remove(&key).map(|(_, member)| member);
                // How often it changed is another number by now.
                let is_same = |it: &Arc<Member>| Arc::ptr_eq(&it.check, check) && it.flaps == 0;
                let same = same.filter(is_same);
                self.settle(key, same.unwrap_or_else(|| member(ctx, dc, check)));
            }
        }
        let mut patch = Patch::default();
        for key in self.members.keys() {
            self.lines(ctx, key, &mut patch);
        }
        patch.upserts
    }

    /// Takes in checks that changed; gives the lines that differ.
    pub fn patch(
        &mut self,
        dc: &Dc,
        state: &Datacenter,
        ctx: &Ctx,
        keys: &[CheckKey],
    ) -> Patch<CheckRow> {
        let mut patch = Patch::default();
        let mut touched = BTreeSet::new();
        for key in keys {
            touched.extend(self.leave(dc, key));
            match state.checks.get(key) {
                Some(check) => {
                    let member = member(ctx, dc, check);
                    touched.insert(self.settle((dc.clone(), key.clone()), member));
                }
                None => patch.removed.push(RowKey::Check(dc.clone(), key.clone())),
            }
        }
        for group in &touched {
            self.lines(ctx, group, &mut patch);
        }
        patch
    }

    /// The lines of the groups of these services, whose instances were counted anew.
    pub fn recount(
        &self,
        dc: &Dc,
        ctx: &Ctx,
        services: impl Iterator<Item = Arc<str>>,
    ) -> Patch<CheckRow> {
        let mut patch = Patch::default();
        for name in services {
            let key = GroupKey { dc: dc.clone(), name, alone: None };
            if self.by == Grouping::Service && self.members.contains_key(&key) {
                self.lines(ctx, &key, &mut patch);
            }
        }
        patch
    }

    /// Folds or unfolds one group.
    pub fn toggle(&mut self, group: &Group) {
        if !self.open.remove(&group.key) {
            self.open.insert(group.key.clone());
        }
    }

    /// Unfolds all groups, or folds them when they all are unfolded.
    pub fn toggle_all(&mut self) {
        self.is_inverted = !self.is_inverted;
        self.open.clear();
    }

    fn is_open(&self, key: &GroupKey) -> bool {
        self.open.contains(key) != self.is_inverted
    }

    /// Puts a check into its group.
    fn settle(&mut self, key: (Dc, CheckKey), member: Arc<Member>) -> GroupKey {
        let group = self.group_of(&key.0, &member.check);
        let members = self.members.entry(group.clone()).or_default();
        members.insert(key.1.clone(), Arc::clone(&member));
        self.homes.insert(key, (group.clone(), member));
        group
    }

    fn group_of(&self, dc: &Dc, check: &Check) -> GroupKey {
        let node = || Arc::from(check.node.as_str());
        let (name, alone) = match self.by {
            Grouping::Flat => (node(), Some(check.key())),
            Grouping::Service if !check.is_of_node() => {
                (Arc::from(check.service_name.as_str()), None)
            }
            // A node's own check belongs to no service: its group is the node.
            Grouping::Service | Grouping::Node => (node(), None),
        };
        GroupKey { dc: dc.clone(), name, alone }
    }

    /// Takes a check out of its group.
    fn leave(&mut self, dc: &Dc, key: &CheckKey) -> Option<GroupKey> {
        let (group, _) = self.homes.remove(&(dc.clone(), key.clone()))?;
        if let Some(members) = self.members.get_mut(&group) {
            members.remove(key);
            if members.is_empty() {
                self.members.remove(&group);
            }
        }
        Some(group)
    }

    /// Adds the lines of a group as they are now: its own unless it stands alone, its checks' while
    /// it is open.
    fn lines(&self, ctx: &Ctx, key: &GroupKey, patch: &mut Patch<CheckRow>) {
        let Some(group) = self.sum(ctx, key) else {
            patch.removed.push(RowKey::Group(key.clone()));
            return;
        };
        let (group, is_alone) = (Arc::new(group), key.alone.is_some());
        if is_alone || group.is_open {
            let row = |member: &Arc<Member>| {
                let (group, member) = (Arc::clone(&group), Some(Arc::clone(member)));
                CheckRow { group, member }
            };
            patch.upserts.extend(group.members.iter().map(row));
        }
        if !is_alone {
            patch.upserts.push(CheckRow { group, member: None });
        }
    }

    fn sum(&self, ctx: &Ctx, key: &GroupKey) -> Option<Group> {
        let members: Arc<[Arc<Member>]> = self.members.get(key)?.values().cloned().collect();
        let mut checks = Counts::default();
        for member in members.iter() {
            checks.add(member.check.status, 1);
        }
        let newest = Arc::clone(members.iter().max_by_key(|member| member.urgency())?);
        let state = ctx.store.dc(&key.dc)?;
        let most = members.iter().max_by_key(|member| member.flaps).filter(|it| it.flaps > 0);
        let service = state.services.get(&*key.name).filter(|_| self.by == Grouping::Service);
        Some(Group {
            key: key.clone(),
            checks,
            since: Group::oldest(members.iter().map(AsRef::as_ref), newest.check.status),
            newest: newest.since.map(|since| since.at),
            service: service.cloned(),
            flaps: most.map_or((0, None), |it| (it.flaps, Some(it.check.key()))),
            says: cells::summary(&newest.check).into(),
            is_of_node: newest.check.is_of_node(),
            is_open: self.is_open(key),
            members,
        })
    }
}

/// A check as it is now.
fn member(ctx: &Ctx, dc: &Dc, check: &Arc<Check>) -> Arc<Member> {
    let key = check.key();
    let flaps = ctx.history.checks(dc).and_then(|all| all.get(&key));
    let flaps = flaps.map_or(0, |track| track.flaps(ctx.now));
    Arc::new(Member::new(check, flap::check_since(ctx, dc, &key, check.status), flaps))
}
