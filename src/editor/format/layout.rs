//! JSON that is written in one line, laid out to be read.
//!
//! Only blanks between tokens change: names, their order and numbers stay as they are written.

use serde::de::IgnoredAny;

/// Blanks for each level.
const INDENT: usize = 2;

/// The same JSON, a line for each item; `None` for what is no JSON. Linear.
pub fn lay_out(json: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(json).ok()?;
    let mut out = Layout { text: String::with_capacity(json.len() * 2), depth: 0 };
    let mut rest = json.trim_start();
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '"' => quoted(rest),
            '{' | '[' | '}' | ']' | ',' | ':' => first.len_utf8(),
            _ => rest.find(['{', '[', '}', ']', ',', ':', '"']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(token);
        rest = after.trim_start();
        out.put(token.trim_end(), rest);
    }
    out.text.push('\n');
    Some(out.text)
}

/// The length of the text in quotes at the beginning.
fn quoted(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

struct Layout {
    text: String,
    depth: usize,
}

impl Layout {
    /// Writes a token that is followed by `rest`.
    fn put(&mut self, token: &str, rest: &str) {
        match token {
            "{" | "[" => {
                self.text.push_str(token);
                self.depth += 1;
                if !rest.starts_with(['}', ']']) {
                    self.line();
                }
            }
            "}" | "]" => {
                self.depth = self.depth.saturating_sub(1);
                if !self.text.ends_with(['{', '[']) {
                    self.line();
                }
                self.text.push_str(token);
            }
            "," => {
                self.text.push(',');
                self.line();
            }
            ":" => self.text.push_str(": "),
            _ => self.text.push_str(token),
        }
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', self.depth * INDENT));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn one_line_becomes_many_and_says_the_same() {
        let json = r#" {"b":[1,{"a":"x, {y}: \"z\"\\"}],"e":{},"f":[ ],"a":1.50e3} "#;
        let expected = r#"{
  "b": [
    1,
    {
      "a": "x, {y}: \"z\"\\"
    }
  ],
  "e": {},
  "f": [],
  "a": 1.50e3
}
"#;
        assert_eq!(lay_out(json).unwrap(), expected);
        assert_eq!(lay_out(expected).unwrap(), expected);
        assert_eq!(lay_out("17").unwrap(), "17\n");
        assert_eq!(lay_out("{} {}"), None);
        assert_eq!(lay_out("a: 1"), None);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_laid_out_means_the_same(value in json()) {
            let laid_out = lay_out(&value.to_string()).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&laid_out).unwrap(), value);
        }
    }
}
