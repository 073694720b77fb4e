//! How a plan ended: what was done, what was not, and why.

use super::super::task::many::{Guarded, Proposal, Wish, keys};
use super::Ops;
use crate::plan::apply::{Report, Stopped};
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;

/// A plan that is over.
#[derive(Clone, Debug)]
pub struct Ended {
    wish: Wish,
    /// What became of it, line by line.
    pub lines: Vec<Cell>,
    /// Its operations, those that were not done first.
    pub list: Ops,
}

impl Ended {
    /// What became of a plan; `died` is why nothing more will be heard of it.
    pub fn new(proposal: &Proposal, report: &Report, died: Option<&str>) -> Self {
        let fates = report.fates(&proposal.plan);
        let list = Ops::ended(&proposal.plan, fates);
        Self { wish: proposal.wish.clone(), lines: lines(proposal, report, died), list }
    }

    /// What was wished: wished again, what is left is done.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }
}

fn lines(proposal: &Proposal, report: &Report, died: Option<&str>) -> Vec<Cell> {
    let (done, of) = (report.progress.done, report.progress.of);
    let role = if done == of { Role::Passing } else { Role::Warning };
    let dc = clean(proposal.plan.dc.as_str());
    let sum = format!("{} of {} operations done in {dc}", count(done), count(of));
    let mut lines = vec![Cell::new(sum, role)];
    let mut say = |text: String, role| lines.push(Cell::new(clean(&text).into_owned(), role));
    if let Some(stopped) = &report.stopped {
        say(format!("stopped: {}", stopped.why), Role::Error);
        say(what_of(stopped), Role::Text);
    }
    if let Some(died) = died {
        say(format!("{died}; see :journal for what became of the last transaction"), Role::Error);
    }
    if !report.left.is_empty() {
        let why = String::from("changed since the plan was made, and left");
        say(Guarded { why, keys: report.left.clone() }.to_string(), Role::Warning);
    }
    if let Some(unkept) = &report.unkept {
        say(format!("{unkept}; what the journal lacks has no undo"), Role::Warning);
    }
    if done < of {
        say(String::from("r makes the plan again: it then does what is left"), Role::Muted);
    }
    lines
}

/// What is known of the transaction that a plan stopped at.
fn what_of(stopped: &Stopped) -> String {
    let of = keys(stopped.keys.len());
    match (stopped.keys.first(), stopped.is_known()) {
        (None, _) => String::from("nothing more was sent"),
        (Some(first), true) => {
            format!("the transaction of {of} from '{first}' on was not made, and nothing after it")
        }
        (Some(first), false) => format!(
            "whether the transaction of {of} from '{first}' on was made is not known; nothing \
             was sent after it; see :journal"
        ),
    }
}
