//! The roles on screen, their names in a theme file, and whose likeness they take.
//!
//! Invariant: every role stands in [`ROLES`] once, in its own order, and kinship has no circles.

/// A role on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// What matters less: units, separators, decoration.
    Muted,
    /// What deserves a look without being a state.
    Accent,
    /// The title of a pane.
    Title,
    /// The border of a pane.
    Border,
    /// The border of the pane that keys go to.
    FocusBorder,
    /// The heads of columns.
    Header,
    /// The head of the column that rows are sorted by.
    Sorted,
    /// The row under the cursor, laid over its other styles.
    Selected,
    /// A marked row.
    Marked,
    /// The characters that a filter matched.
    Match,
    /// A cell that has just changed.
    Changed,
    /// A passing state.
    Passing,
    /// Taken out on purpose.
    Maintenance,
    /// A warning state.
    Warning,
    /// A critical state.
    Critical,
    /// A state that is not known.
    Unknown,
    /// Data that is what the server has now.
    Live,
    /// Data that is old.
    Stale,
    /// Data that the token may not read.
    Denied,
    /// The line being typed.
    Prompt,
    /// What a suggestion would add to it.
    Ghost,
    /// A key in hints and help.
    Key,
    /// A tab.
    Tab,
    /// The tab shown.
    ActiveTab,
    /// The strip of datacenters.
    Strip,
    /// That an earlier moment is shown.
    Past,
    /// A notice.
    Info,
    /// A notice that asks for care.
    Warn,
    /// A notice of failure.
    Error,
    /// The name of a setting in a value (JSON, YAML, TOML, HCL).
    CodeKey,
    /// A quoted text in a value.
    CodeString,
    /// A number or a date in a value.
    CodeNumber,
    /// `true`, `null` and the other words that a format knows.
    CodeWord,
    /// A comment in a value.
    CodeComment,
    /// Brackets and separators in a value.
    CodeMark,
    /// What stands for a character that cannot be drawn.
    CodeEscape,
    /// What a change adds.
    Added,
    /// What a change removes.
    Removed,
}

/// A role, its name in a theme file, and whom it looks like where the file does not name it.
pub(super) const ROLES: &[(Role, &str, Option<Role>)] = &[
    (Role::Text, "text", None),
    (Role::Muted, "muted", None),
    (Role::Accent, "accent", None),
    (Role::Title, "title", Some(Role::Accent)),
    (Role::Border, "border", Some(Role::Muted)),
    (Role::FocusBorder, "focus-border", Some(Role::Accent)),
    (Role::Header, "header", Some(Role::Muted)),
    (Role::Sorted, "sorted", Some(Role::Header)),
    (Role::Selected, "selected", None),
    (Role::Marked, "marked", Some(Role::Accent)),
    (Role::Match, "match", None),
    (Role::Changed, "changed", Some(Role::Accent)),
    (Role::Passing, "passing", None),
    (Role::Maintenance, "maintenance", None),
    (Role::Warning, "warning", None),
    (Role::Critical, "critical", None),
    (Role::Unknown, "unknown", Some(Role::Warning)),
    (Role::Live, "live", Some(Role::Passing)),
    (Role::Stale, "stale", Some(Role::Warning)),
    (Role::Denied, "denied", Some(Role::Critical)),
    (Role::Prompt, "prompt", Some(Role::Text)),
    (Role::Ghost, "ghost", Some(Role::Muted)),
    (Role::Key, "key", Some(Role::Accent)),
    (Role::Tab, "tab", Some(Role::Muted)),
    (Role::ActiveTab, "active-tab", Some(Role::Accent)),
    (Role::Strip, "strip", Some(Role::Text)),
    (Role::Past, "past", Some(Role::ActiveTab)),
    (Role::Info, "info", Some(Role::Accent)),
    (Role::Warn, "warn", Some(Role::Warning)),
    (Role::Error, "error", Some(Role::Critical)),
    (Role::CodeKey, "code-key", Some(Role::Accent)),
    (Role::CodeString, "code-string", Some(Role::Text)),
    (Role::CodeNumber, "code-number", Some(Role::Text)),
    (Role::CodeWord, "code-word", Some(Role::CodeNumber)),
    (Role::CodeComment, "code-comment", Some(Role::Muted)),
    (Role::CodeMark, "code-mark", Some(Role::Muted)),
    (Role::CodeEscape, "code-escape", Some(Role::Warning)),
    (Role::Added, "added", Some(Role::Passing)),
    (Role::Removed, "removed", Some(Role::Critical)),
];

impl Role {
    /// The role of this name in a theme file.
    pub(super) fn named(name: &str) -> Option<Self> {
        ROLES.iter().find(|(_, known, _)| *known == name).map(|(role, ..)| *role)
    }

    /// Whom it looks like.
    pub(super) fn kin(self) -> Option<Self> {
        ROLES.iter().find(|(role, ..)| *role == self).and_then(|(.., kin)| *kin)
    }
}
