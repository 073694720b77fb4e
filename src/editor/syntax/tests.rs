//! What is called wrong, and above all what is not.

use super::*;

fn said(format: Format, text: &str) -> String {
    problem(format, text.as_bytes())
        .map_or_else(|| "right".to_owned(), |problem| problem.to_string())
}

#[test]
fn right_texts_are_right() {
    let big = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    for (format, text) in [
        (Format::Json, "{\"a\": [1, 2.5e9, null, 123456789012345678901234567890]}\n"),
        (Format::Json, "{\"a\": 1, \"a\": 2}"),
        (Format::Json, " 5 "),
        (Format::Json, "{\"a\": {{ key \"x\" }}}"),
        (Format::Json, big.as_str()),
        (Format::Yaml, ""),
        (Format::Yaml, "a: 1\nb:\n- x\n- {c: d}\n"),
        (Format::Yaml, "a: &x {b: 1}\nc:\n  <<: *x\n"),
        (Format::Yaml, "--- !tag\na: |\n  text: [\n  more\n...\n---\nb: >-\n  folded\n"),
        (Format::Yaml, "url: http://host:8500/v1#frag\nempty:\nquoted: 'it''s'\n"),
        (Format::Yaml, "\"a\\u00e9\": \"x\n  y\"\n"),
        (Format::Yaml, "a: 1\r\nb: 2\r\n"),
        (Format::Yaml, big.as_str()),
        (Format::Toml, "[a]\nb = 1\nc = 1979-05-27T07:32:00Z\n[[d]]\ne = '''\nx\n'''\n"),
        (Format::Toml, ""),
        (Format::Hcl, "service {\n  name = \"x-${var.a}\"\n  ports = [1, 2]\n}\n"),
        (Format::Hcl, "job \"a\" {\n  # c\n  // c\n  /* c */\n  t = <<EOF\n}\nEOF\n}\n"),
        (Format::Hcl, "key \"a/\" { policy = \"read\" }\n"),
        (Format::Hcl, "\"quoted\" = 1\n"),
        (Format::Hcl, "a = { b = 1, c = 2 }\nx { y = 1, z = 2 }\n"),
        (Format::Hcl, big.as_str()),
        (Format::Text, "{"),
        (Format::Binary, "{"),
    ] {
        let start: String = text.chars().take(60).collect();
        assert_eq!(said(format, text), "right", "{format:?} {start:?}");
    }
}

#[test]
fn wrong_texts_say_where_and_what() {
    for (format, text, expected) in [
        (Format::Json, "{\n  \"é\": 1,\n}", "line 3, column 1: trailing comma"),
        (Format::Json, "{\"é\" 1}", "line 1, column 6: expected `:`"),
        (Format::Json, "", "line 1, column 1: EOF while parsing a value"),
        (Format::Json, "{} x", "line 1, column 4: trailing characters"),
        (Format::Yaml, "a: [1\nb: 2\n", "line 2, column 2"),
        (Format::Yaml, "a: 1\n  b: 2\n", "line 2"),
        (Format::Yaml, "a: \"x\n", "line 1"),
        (Format::Toml, "a = 1\n\"é\" = \n", "line 2, column 7"),
        (Format::Toml, "a = 1\na = 2\n", "line 2, column 1: duplicate key"),
        (Format::Hcl, "a = 1\nb {\n  c = \n}\n", "line 3, column"),
        (Format::Hcl, "a {\n", "line"),
    ] {
        let said = said(format, text);
        assert!(said.starts_with(expected), "{format:?} {text:?}: {said}");
        assert!(!said.contains('\n'));
    }
}

#[test]
fn bytes_that_are_no_text_are_wrong_where_they_begin() {
    let problem = problem(Format::Json, b"{\n\"a\": \"\xff\"}").unwrap();
    assert_eq!((problem.line, problem.column), (2, 7));
}
