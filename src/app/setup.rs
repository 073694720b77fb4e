//! What the program starts with: what the command line, the config and the terminal say.
//!
//! Plain data, which others read and check before. Nothing that is known of a datacenter is here.

use chrono::{DateTime, Utc};

use super::keymap::Keymap;
use super::task::LeftOpen;
use crate::domain::history::Bound;
use crate::domain::ids::Dc;
use crate::domain::map::fold::By;
use crate::domain::rollout::Bounds;
use crate::ui::Look;
use crate::ui::theme::Theme;
use crate::views::Rules;

/// What the program starts with.
pub struct Setup {
    /// The datacenter to focus, which must exist.
    pub focus: Option<Dc>,
    /// Datacenters that the config names: they exist whatever the agent lists.
    pub configured: Vec<Dc>,
    /// Where nothing may be written, or only with more care.
    pub rules: Rules,
    /// How long a rollout may take over what.
    pub bounds: Bounds,
    /// By what services are folded on a large map.
    pub fold: By,
    /// Edits that were left open when their process ended, newest first.
    pub drafts: Vec<LeftOpen>,
    /// The agent's address, without secrets.
    pub agent: String,
    /// Keys.
    pub keymap: Keymap,
    /// Colours and signs.
    pub look: Look,
    /// The other themes to choose from.
    pub themes: Vec<Theme>,
    /// What the operator should know at once (a config file that others can read).
    pub warnings: Vec<String>,
    /// How much is kept of what happened.
    pub bound: Bound,
    /// The time (UTC).
    pub now: DateTime<Utc>,
}
