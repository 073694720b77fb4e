//! The lines of the list: disagreements, ways that could not be asked, what was not judged.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::domain::consumers::{Found, Grade, Problem, RowKey, Since, Swept};
use crate::domain::ids::{Dc, ServiceName};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::count;

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) dc: Dc,
    pub(super) what: What,
}

/// What a line is about.
#[derive(Clone, Debug)]
pub enum What {
    /// An instance on which the ways disagree.
    Found(Arc<Found>),
    /// A way that could not be asked.
    Unasked(Arc<str>, Problem),
    /// So many services could not be judged.
    Unread(usize),
    /// Nothing is known of the datacenter.
    Dark,
}

/// What names a line within its datacenter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKey {
    /// Nothing is known of it.
    Dark,
    /// An instance of a service.
    Found(ServiceName, RowKey),
    /// A way, and why it could not be asked.
    Unasked(Arc<str>, Arc<str>),
    /// Services that could not be judged.
    Unread,
}

impl Line {
    pub(super) fn badness(&self) -> (u8, Option<Grade>, usize) {
        match &self.what {
            What::Dark => (2, None, 0),
            What::Found(it) => (1, it.row.grade(), it.row.disagreements.len()),
            What::Unasked(..) | What::Unread(_) => (0, None, 0),
        }
    }

    pub(super) fn found(&self) -> Option<&Found> {
        match &self.what {
            What::Found(found) => Some(found),
            _ => None,
        }
    }

    pub(super) fn since(&self) -> Option<Since> {
        match &self.what {
            What::Found(found) => found.row.since,
            What::Unasked(_, problem) => Some(Since { at: problem.since, is_exact: true }),
            _ => None,
        }
    }

    /// What it says, for who reads no columns.
    pub(super) fn says(&self) -> String {
        match &self.what {
            What::Found(it) => {
                it.row.disagreements.iter().map(|it| &*it.text).collect::<Vec<_>>().join("; ")
            }
            What::Unasked(way, problem) => format!("{way} cannot be asked: {}", problem.why),
            What::Unread(n) => {
                format!("{} services are not judged: the catalog did not answer", count(*n))
            }
            What::Dark => String::new(),
        }
    }
}

impl Row for Line {
    type Key = (Dc, LineKey);

    fn key(&self) -> Self::Key {
        let key = match &self.what {
            What::Dark => LineKey::Dark,
            What::Found(it) => LineKey::Found(it.service.clone(), it.row.key.clone()),
            What::Unasked(way, problem) => {
                LineKey::Unasked(Arc::clone(way), Arc::clone(&problem.why))
            }
            What::Unread(_) => LineKey::Unread,
        };
        (self.dc.clone(), key)
    }

    fn text(&self) -> RowText {
        let mut texts = vec![self.dc.to_string(), self.says()];
        if let Some(it) = self.found() {
            texts.extend([it.service.to_string(), it.row.name().to_owned()]);
            texts.extend(it.row.status().map(|it| it.word().to_owned()));
        }
        RowText::new(texts.iter().map(String::as_str))
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// The lines of a datacenter.
pub(super) fn lines(dc: &Dc, swept: &Swept) -> Vec<Line> {
    let found = swept.found.iter().map(|it| What::Found(Arc::clone(it)));
    let unasked = swept.problems.iter().map(|(way, it)| What::Unasked(Arc::clone(way), it.clone()));
    let unread = Some(swept.unread).filter(|n| *n > 0).map(What::Unread);
    let all = found.chain(unasked).chain(unread);
    all.map(|what| Line { dc: dc.clone(), what }).collect()
}
