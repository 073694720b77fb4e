//! The views: what an operator can look at.
//!
//! A view is one file here and one line in [`registry::ALL`]; tabs, commands, help, watches and
//! the conformance test iterate that list. A view holds its own rows, cursor and scroll position;
//! it learns of changes by [`View::patch`] and asks for things by its [`Response`].

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::HashMap;
use std::sync::Arc;

use crate::app::action::Action;
use crate::app::command::{Grouping, Takes};
use crate::app::confirm::Confirm;
use crate::app::seek;
use crate::app::task::many::Wish;
use crate::app::task::{Ask, News};
use crate::domain::event::export::Export;
use crate::domain::feed::{Glanced, Wanted};
use crate::domain::history::History;
use crate::domain::ids::{Dc, Key};
use crate::domain::kv as keys;
use crate::domain::map::fold::By;
use crate::domain::rollout::Bounds;
use crate::journal::Agents;
use crate::store::{Change, Store};
use crate::table::filter::Filter;
use crate::table::job::{Job, Ordered};
use crate::ui::Look;

mod allocation;
mod beside;
pub mod cells;
pub mod checks;
pub mod compare;
pub mod consumers;
pub mod disagreements;
mod edges;
pub mod facts;
pub mod find;
pub mod flap;
pub mod fresh;
pub mod instance;
pub mod journal;
pub mod key;
pub mod known;
pub mod kv;
pub mod listing;
pub mod locks;
mod map;
mod matrix;
pub mod node;
pub mod nodes;
pub mod overview;
pub mod pairs;
mod prefill;
pub mod reading;
pub mod registry;
pub mod replication;
pub mod rollout;
pub mod rollouts;
pub mod search;
pub mod service;
pub mod services;
pub mod sessions;
pub mod stream;
pub mod templates;
pub mod timeline;
mod unlock;
pub mod value;

/// Where the operator is: a view, its datacenter if it has one, and what names its object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The view's name in the registry.
    pub view: &'static str,
    /// The object's datacenter; none where the view shows all.
    pub dc: Option<Dc>,
    /// What names the object, outermost first: a node, then an instance's id.
    pub args: Vec<Arc<str>>,
}

impl Place {
    /// A view without an object.
    pub fn new(view: &'static str) -> Self {
        Self { view, dc: None, args: Vec::new() }
    }

    /// In this datacenter.
    #[must_use]
    pub fn at(mut self, dc: &Dc) -> Self {
        self.dc = Some(dc.clone());
        self
    }

    /// In this datacenter, if it is given.
    #[must_use]
    pub fn perhaps_at(self, dc: Option<&Dc>) -> Self {
        match dc {
            Some(dc) => self.at(dc),
            None => self,
        }
    }

    /// Of the object with this name.
    #[must_use]
    pub fn of(mut self, arg: &str) -> Self {
        self.args.push(Arc::from(arg));
        self
    }

    /// The `n`th name of the object; empty when it has none.
    pub fn arg(&self, n: usize) -> &str {
        self.args.get(n).map_or("", AsRef::as_ref)
    }
}

/// One view of the registry.
pub struct Entry {
    /// Its name: what is typed after `:` and written to the breadcrumbs.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// What it must be told.
    pub takes: Takes,
    /// What it shows, for help.
    pub doc: &'static str,
    /// True when it is one of the tabs.
    pub is_tab: bool,
    /// Makes it.
    pub open: fn(&Place) -> Box<dyn View>,
}

/// What views read, and nothing else.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// What is known; in an earlier moment, what was known then.
    pub store: &'a Store,
    /// What happened, up to now even where an earlier moment is shown: later events are not.
    pub history: &'a History,
    /// True while an earlier moment is shown, which `now` is then.
    pub is_past: bool,
    /// The datacenter that lists are limited to; all when none.
    pub focus: Option<&'a Dc>,
    /// The time (UTC), as of the last tick.
    pub now: DateTime<Utc>,
    /// Styles and glyphs.
    pub look: &'a Look,
    /// Where writes are refused or ask for more.
    pub rules: &'a Rules,
    /// How long a rollout may take over what.
    pub bounds: &'a Bounds,
    /// By what services are folded on a large map.
    pub fold: &'a By,
}

/// Where nothing may be written, and where the datacenter's name must be typed before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// True when nothing may be written anywhere.
    pub is_read_only: bool,
    /// Datacenters in which nothing may be written.
    pub read_only: Vec<Dc>,
    /// Datacenters whose name must be typed before a write.
    pub protected: Vec<Dc>,
    /// Through which agents the datacenters are reached, which tells clusters apart.
    pub agents: Agents,
    /// What the query of every request carries beside its datacenter.
    pub tenancy: Tenancy,
}

/// What the query of every request carries beside its datacenter: namespace and partition, encoded
/// and each with its `&`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenancy {
    /// To datacenters without settings of their own.
    pub usual: String,
    /// To those that have them.
    pub own: HashMap<Dc, String>,
}

impl Rules {
    /// True where writes are refused.
    pub fn refuses(&self, dc: &Dc) -> bool {
        self.is_read_only || self.read_only.contains(dc)
    }

    /// The datacenter, if its name must be typed.
    pub fn protected(&self, dc: &Dc) -> Option<Dc> {
        self.protected.contains(dc).then(|| dc.clone())
    }

    /// What the query of every request to a datacenter begins with: `dc=dc-2`.
    pub fn query(&self, dc: &Dc) -> String {
        let tenancy = self.tenancy.own.get(dc).unwrap_or(&self.tenancy.usual);
        format!("dc={dc}{tenancy}")
    }
}

impl Ctx<'_> {
    /// True when rows of this datacenter are shown.
    pub fn shows(&self, dc: &Dc) -> bool {
        self.focus.is_none_or(|focus| focus == dc)
    }
}

/// What a view asks for after an action.
pub enum Response {
    /// The action means nothing here.
    Ignored,
    /// Something on screen changed.
    Changed,
    /// Something on screen changes when this is done.
    Work(Job),
    /// Something on screen changes when this part of a search is done; [`View::sought`] hears of it.
    Seek(seek::Job),
    /// Go there.
    Open(Place),
    /// Copy this to the operator's clipboard; the second is what it is, in words.
    Copy(String, String),
    /// Say this.
    Notice(String),
    /// Have this done outside; [`View::news`] hears what comes of it.
    Ask(Ask),
    /// Ask the operator before a change.
    Confirm(Box<Confirm>),
    /// Have a plan made of this, and ask the operator before it is carried out.
    Wish(Wish),
    /// Open the command line with this on it, to be completed by the operator.
    Command(String),
    /// Edit a key as it was read; a new one when there is none.
    Edit(Dc, Key, Option<keys::Entry>),
}

impl From<Option<Job>> for Response {
    fn from(job: Option<Job>) -> Self {
        job.map_or(Self::Changed, Self::Work)
    }
}

/// One view on screen or below it.
pub trait View: Send {
    /// Where it is.
    fn place(&self) -> &Place;

    /// The objects that it needs watched beyond what always is.
    fn subjects(&self, _ctx: &Ctx) -> Vec<Wanted> {
        Vec::new()
    }

    /// What it needs looked at as long as it is on screen so.
    fn glanced(&self, _ctx: &Ctx) -> Glanced {
        Glanced::default()
    }

    /// Takes everything from the store anew: it is shown again, or the focus moved.
    fn load(&mut self, ctx: &Ctx) -> Option<Job>;

    /// Gives up its rows, as it is no longer shown; the next [`View::load`] brings them back. Where the
    /// cursor is and what is marked stays.
    fn hide(&mut self) {}

    /// Forgets what it kept of what it was told, as it shows another moment from now on. Where the
    /// cursor is, what is marked and the filter stay.
    fn forget(&mut self) {}

    /// True where it shows what was read for it when it was opened, and nothing that the store has:
    /// at an earlier moment there is nothing to show.
    fn is_of_now(&self) -> bool {
        false
    }

    /// Takes in a change; ignored when what it shows is the same.
    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response;

    /// Takes in the result of a [`Job`] it asked for.
    fn take(&mut self, _ordered: Ordered) {}

    /// What it needs to be asked outside when it is shown.
    fn asks(&self, _ctx: &Ctx) -> Option<Ask> {
        None
    }

    /// Takes in what came of work that it asked for. A hidden view can only ask to be ordered.
    fn news(&mut self, _ctx: &Ctx, _news: News) -> Response {
        Response::Ignored
    }

    /// Forgets what came of work that it asked for, so that it is asked for anew.
    fn renew(&mut self) {}

    /// Learns that the work it asked for was given up; what came of it so far stays.
    fn stopped(&mut self, _ctx: &Ctx) {}

    /// What can be done here that no other list offers, worth a hint: the action and a word for it.
    fn hints(&self, _ctx: &Ctx) -> Vec<(Action, &'static str)> {
        Vec::new()
    }

    /// Does what a key or command asks.
    fn act(&mut self, ctx: &Ctx, action: Action) -> Response;

    /// The events that it shows, to be written to a file.
    ///
    /// # Errors
    /// Why there are none.
    fn events(&self, _ctx: &Ctx) -> Result<Box<Export>, String> {
        Err(String::from("only the events of the timeline are exported: ':timeline' shows it"))
    }

    /// What it is filtered by; none where filters mean nothing.
    fn filter(&self) -> Option<&Filter> {
        None
    }

    /// Filters it.
    fn filter_by(&mut self, _filter: Filter) -> Response {
        Response::Ignored
    }

    /// True when whatever is typed as its filter is a fuzzy query.
    fn is_fuzzy(&self) -> bool {
        false
    }

    /// Learns that it is shown, or that other datacenters are.
    fn appears(&mut self, _ctx: &Ctx) -> Response {
        Response::Ignored
    }

    /// Takes in what a search that it asked for found so far.
    fn sought(&mut self, _ctx: &Ctx, _answer: seek::Answer) -> Response {
        Response::Ignored
    }

    /// Sorts it by the column with this id; an unknown one is refused with the ids that there are.
    fn sort_by(
        &mut self,
        _ctx: &Ctx,
        _column: &str,
        _reversed: bool,
    ) -> Result<Option<Job>, String> {
        Err(String::from("nothing to sort here"))
    }

    /// Groups its rows by something.
    fn group_by(&mut self, _ctx: &Ctx, _by: Grouping) -> Response {
        Response::Notice(String::from("nothing to group here"))
    }

    /// Puts the cursor on the line of the view's area that was clicked.
    fn click(&mut self, _line: u16) {}

    /// Learns how much room it has.
    fn fit(&mut self, ctx: &Ctx, area: Rect);

    /// Draws itself with its title and border.
    fn draw(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer);
}
