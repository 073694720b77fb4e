//! One template of one datacenter, and how it stands.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::ids::Dc;
use crate::domain::kv::Session;
use crate::domain::template::Template;
use crate::store::Since;
use crate::table::filter::RowText;
use crate::table::row::Row;

/// One template of one datacenter.
#[derive(Clone, Debug)]
pub struct TemplateRow {
    pub(super) dc: Dc,
    pub(super) template: Arc<Template>,
    pub(super) leader: Option<Arc<Session>>,
    /// How many sessions of consul-template there are.
    pub(super) instances: usize,
    /// Since when it has this leader.
    pub(super) led: Option<Since>,
    pub(super) data: Option<Since>,
    pub(super) gone: Option<DateTime<Utc>>,
    /// True when the leader's node fails.
    pub(super) is_failing: bool,
}

/// How a template stands, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It has a leader.
    Led,
    /// Its leader's node fails: the session ends when its TTL has run out.
    Failing,
    /// It has no leader; another instance takes over.
    Failover,
}

impl TemplateRow {
    pub(super) fn standing(&self) -> Standing {
        if self.gone.is_some() || self.template.leader.is_none() {
            Standing::Failover
        } else if self.is_failing {
            Standing::Failing
        } else {
            Standing::Led
        }
    }
}

impl Row for TemplateRow {
    type Key = (Dc, Arc<str>);

    fn key(&self) -> Self::Key {
        (self.dc.clone(), Arc::clone(&self.template.id))
    }

    fn text(&self) -> RowText {
        let node = self.leader.as_ref().map_or("", |it| it.node.as_str());
        let session = self.template.leader.as_ref().map_or("", |it| it.as_str());
        RowText::new([self.dc.as_str(), &self.template.id, node, session])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
