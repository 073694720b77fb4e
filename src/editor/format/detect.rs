//! Which format a value is in.
//!
//! The ending of the name decides where it names a format; then the content, and there only what is
//! sure: a wrong guess would colour prose as code. Templates are text.

use super::Format;

/// Endings of names and what they mean.
const ENDINGS: [(&str, Format); 14] = [
    ("json", Format::Json),
    ("yaml", Format::Yaml),
    ("yml", Format::Yaml),
    ("toml", Format::Toml),
    ("hcl", Format::Hcl),
    ("nomad", Format::Hcl),
    ("tf", Format::Hcl),
    ("tfvars", Format::Hcl),
    ("txt", Format::Text),
    ("md", Format::Text),
    ("ctmpl", Format::Text),
    ("tpl", Format::Text),
    ("conf", Format::Text),
    ("sh", Format::Text),
];
/// How many lines of a text are looked at; what they are, the rest is too.
const LOOK: usize = 50;

/// The format of a value under this key.
pub(super) fn detect(key: &str, bytes: &[u8]) -> Format {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => text,
        _ => return Format::Binary,
    };
    named(key).unwrap_or_else(|| guess(text))
}

/// What the name says.
fn named(key: &str) -> Option<Format> {
    let name = key.trim_end_matches('/').rsplit('/').next()?;
    let (_, ending) = name.rsplit_once('.')?;
    ENDINGS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map(|(_, format)| *format)
}

/// What the text looks like.
fn guess(text: &str) -> Format {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let mut lines = start.lines().map(str::trim_end);
    if looks_like_json(start) {
        return Format::Json;
    }
    if start.starts_with("---") && lines.next() == Some("---") {
        return Format::Yaml;
    }
    let lines: Vec<&str> = start.lines().map(str::trim_end).take(LOOK).collect();
    let code: Vec<&str> = lines.iter().copied().filter(|line| is_code(line)).collect();
    let has = |test: fn(&str) -> bool| code.iter().any(|line| test(line));
    if has(is_block_head) && text.contains('}') {
        Format::Hcl
    } else if has(is_table_head) && code.iter().all(|line| is_toml(line)) {
        Format::Toml
    } else if has(is_yaml_key) && code.len() > 1 && code.iter().all(|line| is_yaml(line)) {
        Format::Yaml
    } else {
        Format::Text
    }
}

/// True for an object or an array; a bare number or word is text to an operator.
fn looks_like_json(start: &str) -> bool {
    let mut rest = start.chars().filter(|c| !c.is_whitespace());
    let (first, second) = (rest.next(), rest.next());
    let last = start.trim_end().chars().next_back();
    match (first, second) {
        (Some('{'), Some('"' | '}')) => last == Some('}') || second == Some('"'),
        (Some('['), Some('"' | '{' | '[' | ']' | '-' | '0'..='9' | 't' | 'f' | 'n')) => {
            last == Some(']')
        }
        _ => false,
    }
}

/// True for a line that is neither blank nor a comment.
fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#') && !line.starts_with("//")
}

/// `name {`, `name "label" {` at the beginning of a line.
fn is_block_head(line: &str) -> bool {
    let Some(head) = line.strip_suffix('{') else { return false };
    let mut words = head.split_whitespace();
    let is_name = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(|c| c.is_ascii_lowercase())
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    let is_label = |word: &str| word.len() > 1 && word.starts_with('"') && word.ends_with('"');
    words.next().is_some_and(is_name) && words.all(is_label)
}

/// `[table]` or `[[table]]`.
fn is_table_head(line: &str) -> bool {
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '[' | ']');
    inner.is_some_and(|name| !name.is_empty() && name.chars().all(is_name))
}

/// A line that TOML could have at the top or in an array.
fn is_toml(line: &str) -> bool {
    let line = line.trim_start();
    is_table_head(line)
        || line.starts_with(['"', '\'', ']', '}', '['])
        || line.split_once('=').is_some_and(|(key, value)| {
            !value.trim().is_empty() && key.trim().chars().all(|c| !c.is_whitespace())
        })
}

/// `key:` or `key: value` with a plain key.
fn is_yaml_key(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    let Some((key, value)) = line.split_once(':') else { return false };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '"' | '\'');
    !key.is_empty() && key.chars().all(is_name) && (value.is_empty() || value.starts_with(' '))
}

/// A line that YAML could have; a block of text under a key is indented.
fn is_yaml(line: &str) -> bool {
    is_yaml_key(line)
        || line.starts_with([' ', '}', ']'])
        || line.starts_with("- ")
        || line == "---"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides_where_it_names_a_format() {
        for (key, format) in [
            ("a/b.json", Format::Json),
            ("a/B.YML", Format::Yaml),
            ("c.toml", Format::Toml),
            ("job.nomad", Format::Hcl),
            ("haproxy.ctmpl", Format::Text),
            ("a.json/b", Format::Text),
        ] {
            assert_eq!(detect(key, b"x y"), format, "{key}");
        }
        assert_eq!(detect("a.json", b"\xff"), Format::Binary);
        assert_eq!(detect("a.json", b"{\0}"), Format::Binary);
    }

    #[test]
    fn the_content_decides_where_it_is_sure() {
        for (text, format) in [
            ("", Format::Text),
            ("5", Format::Text),
            ("true", Format::Text),
            ("10.0.0.1:8300", Format::Text),
            ("a plain sentence: with a colon", Format::Text),
            ("postgres://u:p@host/db", Format::Text),
            ("{}", Format::Json),
            (" {\n \"a\": 1\n}\n", Format::Json),
            ("{\"a\": ", Format::Json),
            ("[1, 2]", Format::Json),
            ("[\"a\"]", Format::Json),
            ("{{ key \"a\" }}", Format::Text),
            ("---\nx", Format::Yaml),
            ("a: 1\nb:\n  - x\n  - y\n", Format::Yaml),
            ("# c\n\nservers:\n- name: a\n  port: 1\n", Format::Yaml),
            ("To: you\nthis is prose\n", Format::Text),
            ("[a]\nb = 1\n[a.c]\nd = [\n\"x\",\n]\n", Format::Toml),
            ("[section]\nthis is prose", Format::Text),
            ("service {\n  name = \"x\"\n}\n", Format::Hcl),
            ("job \"x\" {\n}\n", Format::Hcl),
            ("global\n  daemon\n", Format::Text),
        ] {
            assert_eq!(detect("k", text.as_bytes()), format, "{text:?}");
        }
    }
}
