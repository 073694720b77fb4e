//! Failing checks, grouped by service or by node, or not at all.
//!
//! Groups are kept as checks come and go: a change touches only the groups of its checks.
//! Invariant: every failing check that is shown is in exactly one group.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::app::command::Grouping;
use crate::domain::catalog::ServiceHealth;
use crate::domain::health::{Check, CheckKey, Counts, Status};
use crate::domain::ids::Dc;
use crate::store::{Datacenter, Since};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::views::listing::Patch;
use crate::views::{Ctx, cells};

/// What names a group: its datacenter, and its service or node. Checks that stand alone are named
/// by their own key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    dc: Dc,
    name: Arc<str>,
    alone: Option<CheckKey>,
}

/// A group as its row shows it.
#[derive(Clone, Debug)]
pub struct Group {
    /// What names it.
    pub key: GroupKey,
    /// Its checks by state.
    pub checks: Counts,
    /// Since when the newest of its worst checks is in that state.
    pub since: Option<Since>,
    /// The instances of its service, where it is one.
    pub service: Option<Arc<ServiceHealth>>,
    /// What the newest of its worst checks says, in a line.
    pub says: Arc<str>,
    /// True when its checks are a node's own.
    pub is_of_node: bool,
    /// True while its checks are listed below it.
    pub is_open: bool,
}

impl Group {
    /// Its datacenter.
    pub fn dc(&self) -> &Dc {
        &self.key.dc
    }

    /// Its service or node.
    pub fn name(&self) -> &str {
        &self.key.name
    }

    /// The order of attention: worst first, then newest, as one value that grows with both.
    pub fn urgency(&self) -> (Status, i64) {
        (self.checks.worst(), self.since.map_or(i64::MIN, |since| since.at.timestamp_millis()))
    }
}

/// A line of the list: a group's, or one of its checks'.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The group; of a check that stands alone, a group of its own.
    pub group: Arc<Group>,
    /// The check; none on the group's own line.
    pub check: Option<(Arc<Check>, Option<Since>)>,
}

/// What names a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A group's own line.
    Group(GroupKey),
    /// A check's line.
    Check(Dc, CheckKey),
}

impl Row for CheckRow {
    type Key = RowKey;

    fn key(&self) -> RowKey {
        match &self.check {
            Some((check, _)) => RowKey::Check(self.group.dc().clone(), check.key()),
            None => RowKey::Group(self.group.key.clone()),
        }
    }

    fn text(&self) -> RowText {
        let group = [self.group.dc().as_str(), self.group.name(), self.group.checks.worst().word()];
        match &self.check {
            Some((check, _)) => RowText::new(group.into_iter().chain([
                check.node.as_str(),
                check.service_name.as_str(),
                check.service_id.as_str(),
                &check.name,
                check.id.as_str(),
                check.status.word(),
                &cells::summary(check),
            ])),
            None => RowText::new(group.into_iter().chain([&*self.group.says])),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        let groups = self.group.key.cmp(&other.group.key);
        groups.then_with(|| match (&self.check, &other.check) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some((a, a_since)), Some((b, b_since))) => {
                let at = |since: &Option<Since>| since.map(|since| since.at);
                let worse = b.status.cmp(&a.status).then(at(b_since).cmp(&at(a_since)));
                worse.then_with(|| (&a.node, &a.id).cmp(&(&b.node, &b.id)))
            }
        })
    }
}

/// All groups.
#[derive(Default)]
pub struct Groups {
    /// How checks are grouped.
    pub by: Grouping,
    members: HashMap<GroupKey, BTreeSet<CheckKey>>,
    homes: HashMap<(Dc, CheckKey), GroupKey>,
    open: HashSet<GroupKey>,
    /// True when groups are open unless they are in `open`, which then lists the closed ones.
    is_inverted: bool,
}

impl Groups {
    /// Starts over with all checks that are shown; gives all lines.
    pub fn load(&mut self, ctx: &Ctx) -> Vec<CheckRow> {
        self.members.clear();
        self.homes.clear();
        let mut patch = Patch::default();
        for (dc, state) in ctx.store.datacenters().filter(|(dc, _)| ctx.shows(dc)) {
            for check in state.checks.values() {
                self.settle(dc, check);
            }
        }
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
                    touched.insert(self.settle(dc, check));
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

    /// The checks of a group, worst and newest first.
    pub fn checks(&self, ctx: &Ctx, group: &Group) -> Vec<CheckRow> {
        let mut rows = self.rows(ctx, &Arc::new(group.clone()));
        rows.sort_by(CheckRow::tie);
        rows
    }

    fn is_open(&self, key: &GroupKey) -> bool {
        self.open.contains(key) != self.is_inverted
    }

    /// Puts a check into its group.
    fn settle(&mut self, dc: &Dc, check: &Check) -> GroupKey {
        let node = || Arc::from(check.node.as_str());
        let (name, alone) = match self.by {
            Grouping::Flat => (node(), Some(check.key())),
            Grouping::Service if !check.is_of_node() => {
                (Arc::from(check.service_name.as_str()), None)
            }
            // A node's own check belongs to no service: its group is the node.
            Grouping::Service | Grouping::Node => (node(), None),
        };
        let group = GroupKey { dc: dc.clone(), name, alone };
        self.members.entry(group.clone()).or_default().insert(check.key());
        self.homes.insert((dc.clone(), check.key()), group.clone());
        group
    }

    /// Takes a check out of its group.
    fn leave(&mut self, dc: &Dc, key: &CheckKey) -> Option<GroupKey> {
        let group = self.homes.remove(&(dc.clone(), key.clone()))?;
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
            patch.upserts.extend(self.rows(ctx, &group));
        }
        if !is_alone {
            patch.upserts.push(CheckRow { group, check: None });
        }
    }

    fn rows(&self, ctx: &Ctx, group: &Arc<Group>) -> Vec<CheckRow> {
        let Some(state) = ctx.store.dc(group.dc()) else {
            return Vec::new();
        };
        let members = self.members.get(&group.key).into_iter().flatten();
        let row = |key: &CheckKey| {
            let check = (Arc::clone(state.checks.get(key)?), state.since(key));
            Some(CheckRow { group: Arc::clone(group), check: Some(check) })
        };
        members.filter_map(row).collect()
    }

    fn sum(&self, ctx: &Ctx, key: &GroupKey) -> Option<Group> {
        let members = self.members.get(key)?;
        let state = ctx.store.dc(&key.dc)?;
        let mut checks = Counts::default();
        let mut first: Option<(&Arc<Check>, Option<Since>)> = None;
        for (check, since) in
            members.iter().filter_map(|k| Some((state.checks.get(k)?, state.since(k))))
        {
            checks.add(check.status, 1);
            let rank =
                |check: &Check, since: Option<Since>| (check.status, since.map(|since| since.at));
            if first.is_none_or(|(other, at)| rank(check, since) > rank(other, at)) {
                first = Some((check, since));
            }
        }
        let (newest, since) = first?;
        let service = state.services.get(&*key.name).filter(|_| self.by == Grouping::Service);
        Some(Group {
            key: key.clone(),
            checks,
            since,
            service: service.cloned(),
            says: cells::summary(newest).into(),
            is_of_node: newest.is_of_node(),
            is_open: self.is_open(key),
        })
    }
}
