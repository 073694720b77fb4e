//! Sparklines: a few counts as one word of bars.

use crate::ui::Look;

/// The counts as bars, each in relation to the greatest of them; zero is the lowest, and what is not
/// known is a blank.
pub fn bars(look: &Look, counts: impl IntoIterator<Item = Option<usize>>) -> String {
    let counts: Vec<Option<usize>> = counts.into_iter().collect();
    let levels = look.glyphs.levels();
    let top = counts.iter().copied().flatten().max().unwrap_or(0).max(1);
    let level = |count: usize| {
        // Any count above zero is seen: only zero has the lowest bar.
        let at = (count * (levels.len() - 1)).div_ceil(top);
        levels.get(at).copied().unwrap_or(" ")
    };
    counts.into_iter().map(|count| count.map_or(" ", level)).collect()
}
