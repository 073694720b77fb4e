//! Values that are templates: consul-template's and Helm's `{{ }}`, ERB's `<% %>`.
//!
//! What they are after rendering nobody knows here, so they are not judged.

/// True for a text with something to be rendered in it.
pub(super) fn is_template(text: &str) -> bool {
    has_pair(text, "{{", "}}") || has_pair(text, "<%", "%>")
}

/// True when one stands before the other.
fn has_pair(text: &str, open: &str, close: &str) -> bool {
    text.split_once(open).is_some_and(|(_, rest)| rest.contains(close))
}
