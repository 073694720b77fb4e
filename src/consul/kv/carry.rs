//! Which keys a URL's path can carry to Consul.
//!
//! Its HTTP server "cleans" a path (`//`, `.`, `..`, encoded or not) by redirecting to another key,
//! and answers 400 for characters that it takes for unprintable (newlines, but also a no-break
//! space). Invariant: what [`plain_prefix`] returns arrives as it was written.

/// The longest beginning of a key that a path can carry; the key itself for nearly all keys.
///
/// A character that is neither ASCII nor a letter or digit counts as one that cannot be carried: the
/// server's notion of printable is not known here, and the other way is exact too.
pub fn plain_prefix(key: &str) -> &str {
    let mut plain = "";
    let mut segment = 0;
    for (at, c) in key.char_indices() {
        let is_printable = matches!(c, ' '..='~') || (!c.is_ascii() && c.is_alphanumeric());
        let is_empty_segment = c == '/' && at == segment;
        if !is_printable || is_empty_segment {
            break;
        }
        let end = at + c.len_utf8();
        let dots = key.get(segment..at).is_some_and(|name| matches!(name, "." | ".."));
        if c == '/' && dots {
            break;
        }
        if c == '/' {
            segment = end;
        }
        let is_dots = key.get(segment..end).is_some_and(|name| matches!(name, "." | ".."));
        if !is_dots {
            plain = key.get(..end).unwrap_or(plain);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_keys_are_cut_before_what_makes_them_odd() {
        for (key, plain) in [
            ("a/b", "a/b"),
            ("a/", "a/"),
            ("", ""),
            ("a b%?#/ü/日本", "a b%?#/ü/日本"),
            ("a//b", "a/"),
            ("/a", ""),
            ("//", ""),
            ("a/./b", "a/"),
            ("a/../b", "a/"),
            ("..", ""),
            ("a/.", "a/"),
            ("a/.b", "a/.b"),
            ("a/...", "a/..."),
            ("a/..b/c", "a/..b/c"),
            ("line\nbreak", "line"),
            ("nb\u{a0}sp", "nb"),
            ("nul\0", "nul"),
        ] {
            assert_eq!(plain_prefix(key), plain, "{key:?}");
        }
    }
}
