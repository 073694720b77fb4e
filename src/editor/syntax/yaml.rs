//! YAML, judged by `saphyr-parser`: several documents, anchors and tags included.

use saphyr_parser::Parser;

use super::Problem;

/// What is wrong with a YAML text.
pub(super) fn problem(text: &str) -> Option<Problem> {
    let error = Parser::new_from_str(text).find_map(Result::err)?;
    // Nested by indents too deep to go on: what was read is well-formed.
    if error.info().starts_with("recursion limit") {
        return None;
    }
    let at = error.marker();
    Some(Problem { line: at.line().max(1), column: at.col() + 1, what: error.info().to_owned() })
}
