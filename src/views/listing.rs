//! A view that is a list: everything that all lists do alike.
//!
//! A file of a view says what its rows and columns are and what they open ([`Listing`]); moving,
//! sorting, filtering, marking, copying, the detail pane and drawing are here, once.

use super::{Ctx, Place, Response};
use crate::app::action::Action;
use crate::app::command::Grouping;
use crate::app::seek::Answer;
use crate::app::task::{Ask, News};
use crate::domain::event::export::Export;
use crate::domain::feed::{Glanced, List, Wanted};
use crate::domain::ids::Dc;
use crate::store::Change;
use crate::table::column::{Cell, Column};
use crate::table::filter::Filter;
use crate::table::row::Row;
use crate::ui::widgets::pane::Detail;

mod table_view;

pub use table_view::TableView;

/// What a change did to a list's rows.
pub struct Patch<R: Row> {
    /// Rows that are new or differ.
    pub upserts: Vec<R>,
    /// Keys of rows that are gone.
    pub removed: Vec<R::Key>,
    /// True when every row that is not among the upserts is gone.
    pub is_whole: bool,
}

impl<R: Row> Default for Patch<R> {
    fn default() -> Self {
        Self { upserts: Vec::new(), removed: Vec::new(), is_whole: false }
    }
}

/// What of a list is on screen.
pub struct Seen<'a, R> {
    /// Its rows.
    pub rows: Vec<&'a R>,
    /// The highlighted one, when something is said about it beside the rows.
    pub beside: Option<&'a R>,
    /// True when it shows all the columns that it has.
    pub is_wide: bool,
}

/// The actions that are about all marked rows.
pub const ON_ROWS: [Action; 6] = [
    Action::Delete,
    Action::KvCopy,
    Action::KvMove,
    Action::KvCompare,
    Action::KvExport,
    Action::KvImport,
];

/// What a list says about itself above its rows.
pub struct Heading {
    /// What it lists: `services`, `node web-1 @ dc-2`.
    pub what: String,
    /// Which lists of the datacenters it is made of: the worst freshness is shown.
    pub made_of: Vec<List>,
    /// True when every datacenter is shown, also beside a focused one: it speaks for all of them.
    pub is_of_all: bool,
}

/// What one list is.
pub trait Listing: Send + 'static {
    /// One line of it.
    type Row: Row;

    /// What it says about itself.
    fn heading(&self, ctx: &Ctx) -> Heading;

    /// What it says in its title about work that it asked for.
    fn says(&self, _ctx: &Ctx) -> Option<Cell> {
        None
    }

    /// The datacenters of which more rows are on their way: what is not there need not be absent.
    fn begun(&self) -> Vec<Dc> {
        Vec::new()
    }

    /// Its columns for so much room; `wide` asks for all there is to show.
    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, Self::Row>>;

    /// The column that it is sorted by at first.
    fn first_sort(&self) -> &'static str;

    /// The row that the cursor is on at first, once that is there; the top where none is named.
    fn starts_at(&self) -> Option<<Self::Row as Row>::Key> {
        None
    }

    /// All its rows.
    fn load(&mut self, ctx: &Ctx) -> Vec<Self::Row>;

    /// The rows that a change touches; `None` when it touches none.
    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<Self::Row>>;

    /// Gives up what is large and comes again, as the list is no longer shown.
    fn hide(&mut self) {}

    /// Forgets what it kept of what it was told, as another moment is shown from now on.
    fn forget(&mut self) {}

    /// True for a list of what is read when it is asked for, and not of what the store has.
    fn is_of_now(&self) -> bool {
        false
    }

    /// The objects that it needs watched.
    fn subjects(&self, _ctx: &Ctx) -> Vec<Wanted> {
        Vec::new()
    }

    /// What it needs looked at for what is on screen of it.
    fn glanced(&self, _ctx: &Ctx, _seen: &Seen<'_, Self::Row>) -> Glanced {
        Glanced::default()
    }

    /// True for a row that stays when only faults are shown.
    fn is_fault(&self, row: &Self::Row) -> bool;

    /// Where Enter leads.
    fn open(&self, _ctx: &Ctx, _row: &Self::Row) -> Option<Place> {
        None
    }

    /// The service that a row is of, and its datacenter and instance where it has one: where its
    /// consumers are shown.
    fn consumers(&self, _row: &Self::Row) -> Option<Place> {
        None
    }

    /// What `copy` copies: its name.
    fn name(&self, row: &Self::Row) -> String;

    /// What `copy-row` copies.
    fn json(&self, ctx: &Ctx, row: &Self::Row) -> serde_json::Value;

    /// The events of the rows that are shown, as far as the filter lets them through, to be written to
    /// a file.
    ///
    /// # Errors
    /// Why there are none.
    fn events(
        &self,
        _ctx: &Ctx,
        _rows: &[&Self::Row],
        _filter: &Filter,
    ) -> Result<Box<Export>, String> {
        Err(String::from("only the events of the timeline are exported: ':timeline' shows it"))
    }

    /// What can be done about the highlighted row that is worth a hint: the action and a word for it.
    fn hints(&self, _ctx: &Ctx, _row: Option<&Self::Row>) -> Vec<(Action, &'static str)> {
        Vec::new()
    }

    /// True for a list with something to say beside its rows.
    fn has_detail(&self) -> bool {
        false
    }

    /// What stands beside the rows about one of them.
    fn detail(&self, _ctx: &Ctx, _row: &Self::Row) -> Option<Detail> {
        None
    }

    /// What only this list does; `None` when the action means nothing to it. After `Changed` the list
    /// is loaded anew.
    fn act(&mut self, _ctx: &Ctx, _action: Action, _row: Option<&Self::Row>) -> Option<Response> {
        None
    }

    /// As [`Listing::act`], for what acts on the marked rows, or on the highlighted one where none is
    /// marked: see [`ON_ROWS`].
    fn act_on(&mut self, _ctx: &Ctx, _action: Action, _rows: &[Self::Row]) -> Option<Response> {
        None
    }

    /// The objects that it needs watched while this row is highlighted.
    fn watched(&self, _row: &Self::Row) -> Vec<Wanted> {
        Vec::new()
    }

    /// What it needs to be asked outside when it is shown.
    fn asks(&self, _ctx: &Ctx) -> Option<Ask> {
        None
    }

    /// Forgets what came of work that it asked for, so that it is asked for anew.
    fn renew(&mut self) {}

    /// Learns that the work it asked for was given up; what came of it so far stays.
    fn stopped(&mut self) {}

    /// Takes in what came of work that it asked for; after `Changed` the list is loaded anew.
    fn news(&mut self, _ctx: &Ctx, _news: News) -> Response {
        Response::Ignored
    }

    /// Takes in news that touch some rows only, of which many may come; gives others back.
    ///
    /// # Errors
    /// The news, for [`Listing::news`].
    fn told(&mut self, _ctx: &Ctx, news: News) -> Result<Patch<Self::Row>, News> {
        Err(news)
    }

    /// What it searches for itself, in place of filtering its rows.
    fn query(&self) -> Option<&Filter> {
        None
    }

    /// Searches for something else, where it searches itself.
    fn seek(&mut self, _query: Filter) -> Response {
        Response::Ignored
    }

    /// Learns that it is shown, or that other datacenters are, after it was loaded.
    fn appears(&mut self, _ctx: &Ctx) -> Response {
        Response::Ignored
    }

    /// Takes in what a search found so far; the list is loaded anew unless that is ignored.
    fn sought(&mut self, _ctx: &Ctx, _answer: Answer) -> Response {
        Response::Ignored
    }

    /// Groups rows by something; false for a list without groups.
    fn group_by(&mut self, _by: Grouping) -> bool {
        false
    }

    /// What an empty list says when it is complete and nothing is filtered.
    fn nothing(&self) -> &str;
}
