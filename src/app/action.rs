//! The table of actions: everything a key or the palette can ask for, in one place.
//!
//! Help, hints, the README's key table and `assets/keymap.toml` are made from [`ACTIONS`]. Names
//! are a public, stable interface. It does not say what an action does to the state.
//! Invariant: every [`Action`] has exactly one entry, and no default key destroys anything.

mod table;

pub use table::ACTIONS;

/// Something an operator can ask for with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Leave; below the top level, one step back.
    Quit,
    /// One step back: close what is on top, drop the filter, return to the view before.
    Back,
    /// Leave at once, from anywhere.
    ForceQuit,
    /// Show the keys that work here.
    Help,
    /// Open the command line.
    Command,
    /// Open the filter line.
    Filter,
    /// Find anything in any datacenter.
    Jump,
    /// Ask the datacenters again now.
    Refresh,
    /// Copy the name under the cursor, or the marked names.
    Copy,
    /// Copy the row under the cursor as JSON.
    CopyRow,
    /// Put the program into the background of its shell.
    Suspend,
    /// Change to the next theme.
    NextTheme,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// Towards the left.
    Left,
    /// Towards the right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first row.
    Top,
    /// The last row.
    Bottom,
    /// Go into the row under the cursor.
    Open,
    /// The view shown before this one.
    LastView,
    /// Back in the history of views.
    HistoryBack,
    /// Forward in the history of views.
    HistoryForward,
    /// To the moment before, at which something happened.
    Earlier,
    /// To the moment after, at which something happened.
    Later,
    /// Back by a part of all that is kept.
    ScrubBack,
    /// Forward by a part of all that is kept.
    ScrubForward,
    /// To the failing service nearest to the root of the trouble.
    Trouble,
    /// More or fewer steps around the service under the cursor.
    Hops,
    /// From an earlier moment to what is live, or to the end of a recording.
    Live,
    /// Let a recording go on, or stand still.
    Play,
    /// Let a recording go on slower.
    Slower,
    /// Let a recording go on faster.
    Faster,
    /// The next tab.
    NextView,
    /// The previous tab.
    PreviousView,
    /// Scroll the detail pane up.
    DetailUp,
    /// Scroll the detail pane down.
    DetailDown,
    /// Scroll the detail pane a page up.
    DetailPageUp,
    /// Scroll the detail pane a page down.
    DetailPageDown,
    /// Show or hide the detail pane.
    ToggleDetail,
    /// Mark or unmark the row under the cursor.
    Mark,
    /// Mark from the last mark to the cursor.
    MarkRange,
    /// Remove all marks.
    ClearMarks,
    /// Sort by name.
    SortName,
    /// Sort by status.
    SortStatus,
    /// Sort by age.
    SortAge,
    /// Choose the column to the left.
    ColumnLeft,
    /// Choose the column to the right.
    ColumnRight,
    /// Sort by the chosen column; again turns the order round.
    SortColumn,
    /// Show more columns, or fewer.
    Wide,
    /// Show only what is not passing, or everything.
    FaultsOnly,
    /// Change what rows are grouped by.
    GroupBy,
    /// Fold or unfold all groups.
    ExpandAll,
    /// Show the value as another format.
    NextFormat,
    /// Count the keys below each folder.
    Count,
    /// Edit the key under the cursor.
    Edit,
    /// Delete the marked keys and folders, or those under the cursor.
    Delete,
    /// Copy the key or folder under the cursor elsewhere.
    KvCopy,
    /// Move or rename the key or folder under the cursor.
    KvMove,
    /// Compare the folder with another one.
    KvCompare,
    /// Write the folder to a file.
    KvExport,
    /// Store what a file holds.
    KvImport,
    /// Take the lock of the key under the cursor from its session.
    Release,
    /// End the session under the cursor.
    DestroySession,
    /// Show what consumers of the row's service see.
    Consumers,
    /// Show the map around the service.
    ShowMap,
    /// Take the source of the stream, which is a guess, as right.
    TakeSource,
    /// Watch the rollout of the service.
    WatchRollout,
    /// Have every key or file of the stream written again.
    Resync,
    /// Show what changed before what is under the cursor came to its state.
    WhatChanged,
    /// Write the events that are shown to a file.
    TimelineExport,
    /// Measure how long the stream takes to carry a key.
    Probe,
    /// Take the change under the cursor back.
    Undo,
    /// Offer the edits that were left open.
    Drafts,
    /// Show all datacenters.
    DcAll,
    /// Show only the datacenter at this place of the strip, 1 to 9.
    Dc(u8),
}

/// The heading an action stands under in help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Works anywhere.
    General,
    /// Moving about.
    Navigation,
    /// What the view shows.
    View,
    /// The rows themselves.
    Rows,
    /// Order and columns.
    Columns,
    /// Changing things.
    Changes,
    /// Which datacenters.
    Datacenters,
}

/// Where an action has a meaning, so that hints name only what works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Anywhere.
    Always,
    /// Where rows are shown.
    Table,
    /// Where rows are groups that unfold.
    Group,
    /// Where a detail pane or page is shown.
    Detail,
    /// Where something may be changed: not in read-only mode, nor at an earlier moment.
    Change,
    /// While an earlier moment is shown: there its keys mean nothing else.
    Past,
    /// While a recording is shown: there its keys mean nothing else.
    Replay,
}

/// What time the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// What is live.
    Live,
    /// An earlier moment of it.
    Past,
    /// A recording.
    Replay,
}

impl When {
    /// True for what is only there at some time, and goes before what always is.
    pub fn is_of_time(self) -> bool {
        matches!(self, Self::Past | Self::Replay)
    }

    /// True for what is there at this time.
    pub fn is_in(self, era: Era) -> bool {
        match self {
            Self::Past => era != Era::Live,
            Self::Replay => era == Era::Replay,
            _ => true,
        }
    }
}

/// What the program says about an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionInfo {
    /// The action.
    pub action: Action,
    /// Its stable name, a kebab-case verb.
    pub name: &'static str,
    /// What it does, as a line of help.
    pub doc: &'static str,
    /// Its heading.
    pub group: Group,
    /// The keys that it has unless the user's keymap says otherwise, the one to show first.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub when: When,
    /// The only views in which its keys mean it; empty where they do in all of them.
    pub only: &'static [&'static str],
}

impl ActionInfo {
    /// True when its keys mean it in the view of this name.
    pub fn is_in(&self, view: &str) -> bool {
        self.only.is_empty() || self.only.contains(&view)
    }

    /// True when there is a view in which the keys of both mean something, so that they must differ.
    /// What is only there at an earlier moment goes before what always is.
    pub fn meets(&self, other: &Self) -> bool {
        if self.when.is_of_time() != other.when.is_of_time() {
            return false;
        }
        let is_anywhere = self.only.is_empty() || other.only.is_empty();
        is_anywhere || self.only.iter().any(|view| other.only.contains(view))
    }
}

impl Group {
    /// All headings, in the order of the help.
    pub const ALL: [Self; 7] = [
        Self::General,
        Self::Navigation,
        Self::View,
        Self::Rows,
        Self::Columns,
        Self::Changes,
        Self::Datacenters,
    ];

    /// The heading as shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::General => "General",
            Self::Navigation => "Navigation",
            Self::View => "View",
            Self::Rows => "Rows",
            Self::Columns => "Columns",
            Self::Changes => "Changes",
            Self::Datacenters => "Datacenters",
        }
    }
}

impl Action {
    /// The action of this name; `None` for a name that there is not.
    pub fn named(name: &str) -> Option<Self> {
        ACTIONS.iter().find(|info| info.name == name).map(|info| info.action)
    }

    /// What the table says about it; `None` only for a datacenter beyond 9.
    pub fn info(self) -> Option<&'static ActionInfo> {
        ACTIONS.iter().find(|info| info.action == self)
    }

    /// Its stable name.
    pub fn name(self) -> &'static str {
        self.info().map_or("", |info| info.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_and_every_action_stands_in_the_table_once() {
        let names: HashSet<_> = ACTIONS.iter().map(|info| info.name).collect();
        let actions: HashSet<_> = ACTIONS.iter().map(|info| info.action).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert_eq!(actions.len(), ACTIONS.len());
    }

    #[test]
    fn names_are_kebab_case_and_lead_back_to_their_action() {
        for info in ACTIONS {
            let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(info.name.chars().all(is_kebab), "{}", info.name);
            assert_eq!(Action::named(info.name), Some(info.action));
            assert_eq!(info.action.name(), info.name);
            assert!(!info.doc.is_empty() && !info.doc.ends_with('.'), "{}", info.name);
        }
    }

    #[test]
    fn escape_only_ever_goes_back() {
        for info in ACTIONS {
            assert_eq!(info.keys.contains(&"esc"), info.action == Action::Back, "{}", info.name);
        }
    }
}
