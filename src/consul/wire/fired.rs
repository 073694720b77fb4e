//! User events, as an agent lists those that it heard.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Interner, Text};
use crate::consul::verdict::clean;
use crate::domain::event::fired::Fired;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireFired<'a> {
    #[serde(borrow, rename = "ID")]
    id: Text<'a>,
    name: Text<'a>,
    #[serde(borrow)]
    payload: Option<Text<'a>>,
    node_filter: Text<'a>,
    service_filter: Text<'a>,
    tag_filter: Text<'a>,
}

/// `/v1/event/list`, the oldest first.
pub(in crate::consul) fn user_events(
    text: &str,
    _names: &mut Interner,
) -> serde_json::Result<Vec<Fired>> {
    let list: Option<Vec<WireFired<'_>>> = serde_json::from_str(text)?;
    Ok(list.unwrap_or_default().iter().map(WireFired::read).collect())
}

impl WireFired<'_> {
    fn read(&self) -> Fired {
        let payload = self.payload.as_deref().unwrap_or_default();
        // What is no base64 is shown as it came.
        let payload = STANDARD.decode(payload).unwrap_or_else(|_| payload.as_bytes().to_vec());
        Fired {
            id: Arc::from(&*self.id),
            name: clean(&self.name).into(),
            payload: clean(&String::from_utf8_lossy(&payload)).into(),
            wanted: self.wanted().into(),
        }
    }

    fn wanted(&self) -> String {
        let mut wanted = String::new();
        for (what, filter) in [
            ("service", &self.service_filter),
            ("tag", &self.tag_filter),
            ("node", &self.node_filter),
        ] {
            if !filter.is_empty() {
                let between = if wanted.is_empty() { "on" } else { ", and" };
                // Writing to a String cannot fail.
                let _ = write!(wanted, "{between} {what} {}", clean(filter));
            }
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Fired> {
        user_events(text, &mut Interner::default()).unwrap()
    }

    #[test]
    fn payloads_are_clean_and_short_and_filters_are_told() {
        let long = STANDARD.encode(format!("a\u{1b}[31m\nb{}", "x".repeat(5000)));
        let text = format!(
            r#"[{{"ID":"1","Name":"deploy","Payload":"{long}","NodeFilter":"","ServiceFilter":"web",
            "TagFilter":"v1","Version":1,"LTime":3}},
            {{"ID":"2","Name":"plain","Payload":null,"NodeFilter":"n-.*"}}]"#
        );
        let all = read(&text);
        assert!(all[0].payload.starts_with("a [31m bxxx") && all[0].payload.len() < 1000);
        assert_eq!(&*all[0].wanted, "on service web, and tag v1");
        assert_eq!((&*all[1].payload, &*all[1].wanted), ("", "on node n-.*"));
        assert!(read("null").is_empty());
    }
}
