//! Sparklines: a few counts as one word of bars.

use crate::ui::Look;

/// The counts as bars, each in relation to `top`, the greatest that is drawn beside them; zero is the
/// lowest, and what is not known is a blank.
pub fn bars(look: &Look, counts: impl IntoIterator<Item = Option<usize>>, top: usize) -> String {
    let levels = look.glyphs.levels();
    let highest = levels.len() - 1;
    let level = |count: usize| {
        // Any count above zero is seen: only zero has the lowest bar.
        let at = (count * highest).div_ceil(top.max(1));
        levels.get(at.min(highest)).copied().unwrap_or(" ")
    };
    counts.into_iter().map(|count| count.map_or(" ", level)).collect()
}
