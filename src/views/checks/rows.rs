//! The lines of the failing checks: a group's own, and those of its members.
//!
//! A filter looks at members: a group is shown when one of them is, also while it is folded. The
//! text of a member is made when a filter first looks at it, and once for each change of the check.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use crate::domain::catalog::ServiceHealth;
use crate::domain::health::{Check, CheckKey, Counts, Status};
use crate::domain::ids::Dc;
use crate::store::Since;
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::views::cells;

/// What names a group: its datacenter, and its service or node. Checks that stand alone are named
/// by their own key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// Its datacenter.
    pub dc: Dc,
    /// Its service or node.
    pub name: Arc<str>,
    /// The check, where it is a check that stands alone.
    pub alone: Option<CheckKey>,
}

/// A failing check of a group.
#[derive(Debug)]
pub struct Member {
    /// The check.
    pub check: Arc<Check>,
    /// Since when it is in its state.
    pub since: Option<Since>,
    /// How often it changed of late, as of when this was made.
    pub flaps: usize,
    text: OnceLock<RowText>,
}

impl Member {
    /// A check as it is now.
    pub fn new(check: &Arc<Check>, since: Option<Since>, flaps: usize) -> Self {
        Self { check: Arc::clone(check), since, flaps, text: OnceLock::new() }
    }

    /// The order of attention, as one value that grows with it: worst first, then newest.
    pub fn urgency(&self) -> (Status, Option<DateTime<Utc>>) {
        (self.check.status, self.since.map(|since| since.at))
    }

    /// What a filter looks at.
    fn text(&self, dc: &Dc) -> &RowText {
        let check = &self.check;
        self.text.get_or_init(|| {
            RowText::new([
                dc.as_str(),
                check.node.as_str(),
                check.service_name.as_str(),
                check.service_id.as_str(),
                &check.name,
                check.id.as_str(),
                check.status.word(),
                &cells::summary(check),
            ])
        })
    }
}

/// A group as its row shows it.
#[derive(Clone, Debug)]
pub struct Group {
    /// What names it.
    pub key: GroupKey,
    /// Its checks.
    pub members: Arc<[Arc<Member>]>,
    /// Its checks by state.
    pub checks: Counts,
    /// Since when any of its worst checks is in that state: the oldest speaks for the outage.
    pub since: Option<Since>,
    /// When the newest of its worst checks came to that state: what just failed comes first.
    pub newest: Option<DateTime<Utc>>,
    /// The instances of its service, where it is one.
    pub service: Option<Arc<ServiceHealth>>,
    /// The check that changed most often of late, and how often.
    pub flaps: (usize, Option<CheckKey>),
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
        (self.checks.worst(), self.newest.map_or(i64::MIN, |at| at.timestamp_millis()))
    }

    /// Since when the oldest of the checks in a state is in it. One that was so before dcview began
    /// makes a lower bound of it.
    pub fn oldest<'a>(members: impl Iterator<Item = &'a Member>, status: Status) -> Option<Since> {
        let worst = members.filter(|member| member.check.status == status);
        worst.filter_map(|member| member.since).reduce(Since::oldest)
    }

    /// Its checks, worst and newest first.
    pub fn sorted(&self) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.iter().map(AsRef::as_ref).collect();
        members.sort_by(|a, b| order(a, b));
        members
    }

    /// The first `n` of [`Self::sorted`]; only these are sorted.
    pub fn first(&self, n: usize) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.iter().map(AsRef::as_ref).collect();
        if n < members.len() {
            members.select_nth_unstable_by(n, |a, b| order(a, b));
            members.truncate(n);
        }
        members.sort_by(|a, b| order(a, b));
        members
    }
}

/// Worst first, then newest, then by name.
fn order(a: &Member, b: &Member) -> Ordering {
    let names = || (&a.check.node, &a.check.id).cmp(&(&b.check.node, &b.check.id));
    b.urgency().cmp(&a.urgency()).then_with(names)
}

/// A line of the list: a group's, or one of its checks'.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The group; of a check that stands alone, a group of its own.
    pub group: Arc<Group>,
    /// The check; none on the group's own line.
    pub member: Option<Arc<Member>>,
}

impl CheckRow {
    /// The check; none on the group's own line.
    pub fn check(&self) -> Option<&Check> {
        self.member.as_ref().map(|member| &*member.check)
    }
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
        match self.check() {
            Some(check) => RowKey::Check(self.group.dc().clone(), check.key()),
            None => RowKey::Group(self.group.key.clone()),
        }
    }

    fn text(&self) -> RowText {
        let dc = self.group.dc();
        match &self.member {
            Some(member) => member.text(dc).clone(),
            None => RowText::any_of(self.group.members.iter().map(|member| member.text(dc))),
        }
    }

    fn weight(&self) -> usize {
        if self.member.is_some() { 1 } else { self.group.members.len() }
    }

    fn tie(&self, other: &Self) -> Ordering {
        let groups = self.group.key.cmp(&other.group.key);
        groups.then_with(|| match (&self.member, &other.member) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => order(a, b),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Status;

    fn member(id: usize, status: Status) -> Arc<Member> {
        let check = Check {
            node: "n".into(),
            id: format!("c{id}").as_str().into(),
            name: "a check".into(),
            status,
            service_id: "web-1".into(),
            service_name: "web".into(),
            output: "refused".into(),
            notes: "".into(),
            kind: "".into(),
            create_index: 1,
            modify_index: 1,
        };
        Arc::new(Member::new(&Arc::new(check), None, 0))
    }

    fn group(members: Vec<Arc<Member>>) -> Group {
        Group {
            key: GroupKey { dc: "dc-1".into(), name: "web".into(), alone: None },
            members: members.into(),
            checks: Counts::default(),
            since: None,
            newest: None,
            service: None,
            flaps: (0, None),
            says: "".into(),
            is_of_node: false,
            is_open: false,
        }
    }

    #[test]
    fn the_first_members_are_those_that_sorting_all_gives() {
        let status = |id| if id % 3 == 0 { Status::Critical } else { Status::Warning };
        let group = group((0..20).map(|id| member(id * 7 % 20, status(id))).collect());
        let ids = |members: Vec<&Member>| {
            members.into_iter().map(|member| member.check.id.clone()).collect::<Vec<_>>()
        };
        let all = ids(group.sorted());
        for n in [0, 1, 7, 20, 30] {
            assert_eq!(ids(group.first(n)), all[..n.min(20)]);
        }
    }

    #[test]
    fn a_group_fails_as_long_as_the_oldest_of_its_worst_checks() {
        let since = |seconds, is_exact| {
            let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds);
            Some(Since { at, is_exact })
        };
        let one = |id, status, since| {
            let check = Arc::clone(&member(id, status).check);
            Member::new(&check, since, 0)
        };
        let critical = Status::Critical;
        let members = [
            one(1, critical, since(20, true)),
            one(2, critical, since(5, false)),
            one(3, critical, None),
            one(4, Status::Warning, since(1, true)),
        ];
        assert_eq!(Group::oldest(members.iter(), critical), since(5, false));
        assert_eq!(Group::oldest(members[..1].iter(), critical), since(20, true));
        assert_eq!(Group::oldest(members.iter(), Status::Warning), since(1, true));
        assert_eq!(Group::oldest(members[2..3].iter(), critical), None);
    }

    #[test]
    fn the_text_of_a_member_is_kept_once_it_was_made() {
        let group = Arc::new(group(vec![member(1, Status::Critical)]));
        assert!(group.members[0].text.get().is_none(), "nobody has looked yet");
        let head = CheckRow { group: Arc::clone(&group), member: None };
        assert_eq!(head.weight(), 1);
        let _ = head.text();
        assert!(group.members[0].text.get().is_some());
    }
}
