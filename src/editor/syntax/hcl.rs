//! HCL, judged by `hcl-edit`, the grammar of HCL 2.
//!
//! HCL 1 allows more (quoted names of attributes, commas between them), and nothing in a value says
//! which it is: where the error is one of these, the text is not judged.

use super::Problem;

/// What is wrong with an HCL text.
pub(super) fn problem(text: &str) -> Option<Problem> {
    let error = hcl_edit::parser::parse_body(text).err()?;
    let (line, column) = (error.location().line().max(1), error.location().column().max(1));
    let of_line = text.split('\n').nth(line - 1).unwrap_or_default();
    if of_line.chars().nth(column - 1) == Some(',') || of_line.trim_start().starts_with('"') {
        return None;
    }
    let what = error.message().lines().next().filter(|what| !what.is_empty());
    Some(Problem { line, column, what: what.unwrap_or("not HCL").to_owned() })
}
