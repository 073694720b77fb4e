//! The entries of the table of actions, in the order of the help.
//!
//! Keys are text in the keymap's own notation; `app::keymap` proves that each can be read and that
//! none stands for two actions. Keys follow k9s where it has one. `[`, `O` and `A` to `D` may come
//! from an arrow key whose escape sequence arrived in two pieces, so they only ever move or sort.

use super::{Action, ActionInfo, Group, When};

/// The views of keys.
const KEYS: Views = &["kv", "key", "value", "find", "search", "compare", "stream", "locks"];

/// The views that show a value.
const VALUES: Views = &["kv", "key", "value", "find"];
/// The views of how well things are.
const HEALTH: Views = &[
    "overview", "checks", "services", "matrix", "service", "instance", "nodes", "node", "timeline",
];
/// The views of services.
const SERVICES: Views =
    &["overview", "services", "matrix", "map", "service", "node", "instance", "checks", "rollouts"];
/// The views whose rows are of services.
const SERVED: Views = &[
    "services",
    "matrix",
    "map",
    "service",
    "instance",
    "node",
    "checks",
    "overview",
    "disagreements",
];

/// Every action, in the order of the help.
#[rustfmt::skip] // One line an action: it is read as a table.
pub const ACTIONS: &[ActionInfo] = &[
    row(Action::Help, "help", "Show the keys that work here", &["?", "f1"]),
    row(Action::Command, "command", "Type a command", &[":"]),
    row(Action::Jump, "jump", "Find anything in any datacenter", &["ctrl-p", ";"]),
    row(Action::Refresh, "refresh", "Ask the datacenters again now", &["ctrl-r"]),
    row(Action::NextTheme, "next-theme", "Change to the next theme", &[]),
    row(Action::Suspend, "suspend", "Put dcview into the background", &[]),
    row(Action::Quit, "quit", "Leave; below the top level, go back one step", &["q"]),
    row(Action::ForceQuit, "force-quit", "Leave at once, from anywhere", &["ctrl-c"]),
    way(Action::Back, "back", "Go back one step; never leaves", &["esc"]),
    way(Action::Up, "up", "Move up", &["up", "k"]),
    way(Action::Down, "down", "Move down", &["down", "j"]),
    way(Action::Left, "left", "Move left", &["left", "h"]),
    way(Action::Right, "right", "Move right", &["right", "l"]),
    way(Action::PageUp, "page-up", "Move a page up", &["pgup", "ctrl-b"]),
    way(Action::PageDown, "page-down", "Move a page down", &["pgdn", "ctrl-f"]),
    way(Action::Top, "top", "Go to the first row", &["g", "home"]),
    way(Action::Bottom, "bottom", "Go to the last row; at an earlier moment, 'end' returns to what is live", &["shift-g", "end"]),
    way(Action::Open, "open", "Go into the row", &["enter"]),
    way(Action::NextView, "next-view", "Go to the next tab", &["tab"]),
    way(Action::PreviousView, "previous-view", "Go to the previous tab", &["backtab"]),
    way(Action::LastView, "last-view", "Go to the view shown before", &["-"]),
    way(Action::HistoryBack, "history-back", "Go back in the history of views", &["alt-left"]),
    way(Action::HistoryForward, "history-forward", "Go forward in the history of views", &["alt-right"]),
    way(Action::Earlier, "earlier", "Go back in time: show everything as it was before the last thing happened", &["["]),
    way(Action::Later, "later", "Go forward in time, up to what is live", &["]"]),
    way(Action::ScrubBack, "scrub-back", "Go back in time by a twentieth of all that is kept", &["ctrl-left"]),
    way(Action::ScrubForward, "scrub-forward", "Go forward in time by a twentieth of all that is kept", &["ctrl-right"]),
    ActionInfo { when: When::Past, ..way(Action::Live, "live", "Return from an earlier moment to what is live; in a recording, go to its end", &["end"]) },
    ActionInfo { when: When::Replay, ..way(Action::Play, "play", "In a recording: go on, or stand still", &["p"]) },
    ActionInfo { when: When::Replay, ..way(Action::Slower, "slower", "In a recording: go on slower", &["("]) },
    ActionInfo { when: When::Replay, ..way(Action::Faster, "faster", "In a recording: go on faster", &[")"]) },
    view(Action::Filter, "filter", "Filter the rows", &["/"], When::Table),
    view(Action::FaultsOnly, "faults-only", "Show only what is not passing", &["ctrl-z"], When::Table),
    view(Action::GroupBy, "group-by", "Group by service, by node or not at all", &["b"], When::Group),
    view(Action::ExpandAll, "expand-all", "Fold or unfold all groups, or the value", &["x"], When::Group),
    view(Action::ToggleDetail, "toggle-detail", "Show or hide the details", &["d"], When::Table),
    view(Action::DetailUp, "detail-up", "Scroll the details up", &["shift-up", "<"], When::Detail),
    view(Action::DetailDown, "detail-down", "Scroll the details down", &["shift-down", ">"], When::Detail),
    view(Action::DetailPageUp, "detail-page-up", "Scroll the details a page up", &["ctrl-u", "{"], When::Detail),
    view(Action::DetailPageDown, "detail-page-down", "Scroll the details a page down", &["ctrl-d", "}"], When::Detail),
    only(VALUES, view(Action::NextFormat, "next-format", "Show the value another way: laid out, as text, as hex", &["f"], When::Detail)),
    only(&["map"], line(Action::Trouble, "trouble", "Go to the failing service nearest to the root of the trouble", &["f"])),
    only(&["map"], line(Action::Hops, "hops", "Show one, two or three steps around the service", &["z"])),
    view(Action::Count, "kv-count", "Count the keys below each folder; esc stops", &["#"], When::Table),
    line(Action::Copy, "copy", "Copy the name, or the marked names", &["c"]),
    line(Action::CopyRow, "copy-row", "Copy the row as JSON", &["y"]),
    only(KEYS, line(Action::KvExport, "kv-export", "Write the key or folder to a file", &["w"])),
    only(HEALTH, line(Action::WhatChanged, "what-changed", "Show what changed in the 15 minutes before it came to its state", &["t"])),
    only(&["timeline"], line(Action::TimelineExport, "timeline-export", "Write the events that are shown to a file", &["w"])),
    only(SERVICES, line(Action::WatchRollout, "watch-rollout", "Watch the rollout of the service: its versions in all datacenters", &["w"])),
    line(Action::KvCompare, "kv-compare", "Compare the folder with another; in a comparison, turn the sides round", &["="]),
    line(Action::Mark, "mark", "Mark or unmark the row", &["space"]),
    line(Action::MarkRange, "mark-range", "Mark from the last mark to here", &["ctrl-space"]),
    line(Action::ClearMarks, "clear-marks", "Remove all marks", &["ctrl-\\"]),
    only(SERVED, line(Action::Consumers, "show-consumers", "Show what consumers of the service see", &["v"])),
    only(SERVED, line(Action::ShowMap, "show-map", "Show who calls the service and whom it calls", &["shift-m"])),
    line(Action::TakeSource, "take-source", "Take the source of the stream, which is a guess, as right, or one without a status as over, after a question", &["a"]),
    column(Action::SortName, "sort-name", "Sort by name", &["shift-n"]),
    column(Action::SortStatus, "sort-status", "Sort by status", &["shift-s"]),
    column(Action::SortAge, "sort-age", "Sort by age", &["shift-a"]),
    column(Action::ColumnLeft, "column-left", "Choose the column to the left", &["shift-left"]),
    column(Action::ColumnRight, "column-right", "Choose the column to the right", &["shift-right"]),
    column(Action::SortColumn, "sort-column", "Sort by the chosen column; again turns it round", &["shift-o"]),
    column(Action::Wide, "wide", "Show more columns, or fewer", &["ctrl-w"]),
    change(Action::Edit, "kv-edit", "Edit the key; saving shows the difference first", &["e"]),
    change(Action::Delete, "kv-delete", "Delete the key or folder, or the marked ones, after a question", &["delete", "ctrl-k"]),
    change(Action::KvCopy, "kv-copy", "Copy the key or folder; in a comparison, copy to the right side", &["p", "f5"]),
    change(Action::KvMove, "kv-move", "Move or rename the key or folder", &["m", "f6"]),
    change(Action::KvImport, "kv-import", "Store what a file holds", &["i"]),
    change(Action::Release, "kv-release", "Take the lock from its session, after a question", &["shift-r"]),
    change(Action::DestroySession, "session-destroy", "End the session, after a question", &["shift-x"]),
    change(Action::Resync, "stream-resync", "Have all of the stream written again, after a question", &["s"]),
    only(&["replication", "stream"], change(Action::Probe, "stream-probe", "Measure how long the stream takes to carry a key, after a question", &["t"])),
    change(Action::Undo, "undo", "Take the change back, or outside of the journal the last one, after a question", &["u"]),
    change(Action::Drafts, "drafts", "Show the edits that were left open and not saved", &[]),
    centre(Action::DcAll, "dc-all", "Show all datacenters", &["0"]),
    centre(Action::Dc(1), "dc-1", "Show only the first datacenter", &["1"]),
    centre(Action::Dc(2), "dc-2", "Show only the second datacenter", &["2"]),
    centre(Action::Dc(3), "dc-3", "Show only the third datacenter", &["3"]),
    centre(Action::Dc(4), "dc-4", "Show only the fourth datacenter", &["4"]),
    centre(Action::Dc(5), "dc-5", "Show only the fifth datacenter", &["5"]),
    centre(Action::Dc(6), "dc-6", "Show only the sixth datacenter", &["6"]),
    centre(Action::Dc(7), "dc-7", "Show only the seventh datacenter", &["7"]),
    centre(Action::Dc(8), "dc-8", "Show only the eighth datacenter", &["8"]),
    centre(Action::Dc(9), "dc-9", "Show only the ninth datacenter", &["9"]),
];

/// Text of the table: it lives as long as the program.
type Text = &'static str;
/// Default keys of one entry.
type Keys = &'static [&'static str];

/// Names of views.
type Views = &'static [&'static str];

/// The entry of an action whose keys mean it in these views only.
const fn only(views: Views, info: ActionInfo) -> ActionInfo {
    ActionInfo { only: views, ..info }
}

/// An entry under `General`.
const fn row(action: Action, name: Text, doc: Text, keys: Keys) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::General, keys, when: When::Always, only: &[] }
}

/// An entry under `Navigation`.
const fn way(action: Action, name: Text, doc: Text, keys: Keys) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::Navigation, keys, when: When::Always, only: &[] }
}

/// An entry under `View`.
const fn view(action: Action, name: Text, doc: Text, keys: Keys, when: When) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::View, keys, when, only: &[] }
}

/// An entry under `Rows`.
const fn line(action: Action, name: Text, doc: Text, keys: Keys) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::Rows, keys, when: When::Table, only: &[] }
}

/// An entry under `Columns`.
const fn column(action: Action, name: Text, doc: Text, keys: Keys) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::Columns, keys, when: When::Table, only: &[] }
}

/// An entry under `Changes`.
const fn change(action: Action, name: Text, doc: Text, keys: Keys) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::Changes, keys, when: When::Change, only: &[] }
}

/// An entry under `Datacenters`.
const fn centre(action: Action, name: Text, doc: Text, keys: Keys) -> ActionInfo {
    ActionInfo { action, name, doc, group: Group::Datacenters, keys, when: When::Always, only: &[] }
}
