//! An edit of a value as it lies over the view: the text, and where the edit stands.
//!
//! [`crate::editor::machine`] decides what happens to the value; here keys become its inputs, and
//! what belongs to the screen is kept: the text's window, the line that is typed into, how far a
//! difference is scrolled. Drawing is `screen`'s. Invariant: a key that is not understood changes
//! nothing, and no single key drops a changed text.

mod keys;
mod lines;

use ratatui::layout::Rect;

use super::prompt::Prompt;
use crate::domain::kv::Entry;
use crate::editor::format::Highlight;
use crate::editor::machine::{Guards, Input, Machine, ReqId, Stage};
use crate::editor::text::TextEdit;
use crate::table::column::Cell;

pub use keys::Wish;
pub(crate) use lines::difference;

/// Values longer than this are edited without colours: they would be read anew at every key.
const COLOURED: usize = 128 << 10;

/// An edit that is open.
pub struct Edit {
    machine: Machine,
    text: TextEdit,
    /// What is typed on the line below: a search, or a protected datacenter's name.
    prompt: Prompt,
    /// What keys go to beside the text.
    aside: Aside,
    guarding: Guarding,
    /// What the machine waits for.
    waits_for: Option<ReqId>,
    /// What was wrong with the last key, for the line below.
    remark: Option<String>,
    /// The first line of a difference or conflict that is shown.
    top: usize,
    /// The first line and column of the text that are shown.
    window: (usize, usize),
    /// The columns that it is shown in.
    width: usize,
    /// The colours of the text at a revision of it.
    colours: Option<(u64, Highlight)>,
}

/// What keys go to beside the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aside {
    /// Nothing.
    Nothing,
    /// The pattern of a search.
    Search,
    /// The question what becomes of a changed text.
    Leaving,
    /// The list of keys in place of the text: the next one puts it away.
    Keys,
}

/// Whether it is known what must be asked before the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guarding {
    /// It is being asked.
    Asked,
    /// It is being asked, and the difference is accepted already.
    Accepted,
    /// It is known.
    Known,
}

impl Edit {
    /// An edit that begins with a machine's text; none when that is no text.
    pub fn new(machine: Machine) -> Option<Self> {
        let text = TextEdit::new(machine.mine())?;
        Some(Self {
            machine,
            text,
            prompt: Prompt::default(),
            aside: Aside::Nothing,
            guarding: Guarding::Asked,
            waits_for: None,
            remark: None,
            top: 0,
            window: (0, 0),
            width: 0,
            colours: None,
        })
    }

    /// Where the edit stands.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The text.
    pub fn text(&self) -> &TextEdit {
        &self.text
    }

    /// The line that is typed into, while there is one.
    pub fn prompt(&self) -> Option<&Prompt> {
        (self.aside == Aside::Search || self.types_name()).then_some(&self.prompt)
    }

    /// The first line and column of the text that are shown.
    pub fn window(&self) -> (usize, usize) {
        self.window
    }

    /// The colours of the text, where it has some.
    pub fn colours(&self) -> Option<&Highlight> {
        self.colours.as_ref().map(|(_, colours)| colours)
    }

    /// The lines of what is shown in place of the text, and the first of them on screen; none while
    /// the text itself is shown.
    pub fn report(&self) -> Option<(Vec<Cell>, usize)> {
        lines::of(self).map(|lines| (lines, self.top))
    }

    /// What is said on the line below: what is wrong, what is asked, which keys lead on.
    pub fn says(&self) -> Cell {
        lines::says(self)
    }

    /// True while the write waits for a datacenter's name.
    fn types_name(&self) -> bool {
        matches!(self.machine.stage(), Stage::Confirming { reasons, .. }
            if reasons.iter().any(|r| matches!(r, crate::editor::machine::Reason::Protected(_))))
    }

    /// Takes in what must be asked before the write; gives what goes on now because it was waiting
    /// for that.
    pub fn guard(&mut self, guards: Guards) -> Option<Input> {
        let before = std::mem::replace(&mut self.guarding, Guarding::Known);
        self.machine.guard(guards);
        if before != Guarding::Accepted {
            return None;
        }
        // What is asked is known; what comes of the write is said in its place.
        self.remark = None;
        Some(Input::Accept)
    }

    /// What the server has now, which an edit only notes.
    pub fn loaded(&mut self, entry: Option<Entry>) {
        self.machine.step(Input::Loaded(entry));
    }

    /// What the machine waits for.
    pub fn waits_for(&self) -> Option<ReqId> {
        self.waits_for
    }

    /// Takes an input; gives the effects, the text following where the machine's has changed.
    pub fn step(&mut self, input: Input) -> Vec<crate::editor::machine::EditorEffect> {
        let was_editing = matches!(self.machine.stage(), Stage::Editing);
        let effects = self.machine.step(input);
        for effect in &effects {
            use crate::editor::machine::EditorEffect::{ReadBack, Write};
            if let Write { req, .. } | ReadBack { req, .. } = effect {
                self.waits_for = Some(*req);
            }
        }
        let is_editing = matches!(self.machine.stage(), Stage::Editing);
        if !is_editing || !was_editing {
            self.top = 0;
        }
        if self.text.bytes() != *self.machine.mine()
            && let Some(text) = TextEdit::new(self.machine.mine())
        {
            self.text = text;
        }
        effects
    }

    /// Scrolls a difference, or moves in the text, by lines.
    pub fn scroll(&mut self, by: isize) {
        match lines::of(self) {
            Some(lines) => {
                self.top = self.top.saturating_add_signed(by).min(lines.len().saturating_sub(1));
            }
            None => {
                let mut place = self.text.cursor();
                place.line = place.line.saturating_add_signed(by);
                self.text.go_to(place);
            }
        }
    }

    /// Learns how much room the text has: the cursor must be seen.
    pub fn fit(&mut self, inner: Rect) {
        let (height, width) = (usize::from(inner.height).max(1), usize::from(inner.width));
        self.width = width;
        let at = self.text.cursor();
        let gutter = gutter(self.text.lines().len());
        let room = width.saturating_sub(gutter).max(1);
        let column = self.column();
        let (top, left) = &mut self.window;
        *top = (*top).clamp((at.line + 1).saturating_sub(height), at.line);
        *left = (*left).clamp((column + 1).saturating_sub(room), column);
        let revision = self.text.revision();
        let is_old = self.colours.as_ref().is_none_or(|(of, _)| *of != revision);
        if is_old {
            let length: usize = self.text.lines().iter().map(String::len).sum();
            let lines = self.text.lines().iter().map(String::as_str);
            self.colours = (length <= COLOURED)
                .then(|| (revision, Highlight::of(self.machine.format(), lines)));
        }
    }

    /// The column of the screen that the cursor is in, from the beginning of its line.
    pub fn column(&self) -> usize {
        let at = self.text.cursor();
        let line = self.text.lines().get(at.line).map_or("", String::as_str);
        let before: String = line.chars().take(at.character).collect();
        let runs = crate::editor::format::plain(
            &before,
            crate::ui::theme::Role::Text,
            crate::editor::format::Window::ALL,
        );
        runs.iter().map(|run| crate::ui::text::width(&run.text)).sum()
    }
}

/// Columns that line numbers take before the text.
pub fn gutter(lines: usize) -> usize {
    lines.max(1).ilog10() as usize + 2
}
