//! Keys as they are now beside what was known of them long ago.

use super::read;
use crate::consul::Client;
use crate::domain::kv::{Entry, Key};

/// As many keys are looked up for one question.
const LOOKED_UP: usize = 16;

/// Reads keys as they are now, in place of what was known of them; what is another than it was, or
/// cannot be read, is told, each in a sentence. Of many keys the first are looked up, which is told
/// too.
pub async fn moved_on(client: &Client, keys: &mut [(Key, Option<Entry>)]) -> Vec<String> {
    let mut told = Vec::new();
    for (key, known) in keys.iter_mut().take(LOOKED_UP) {
        let was = index(known.as_ref());
        match read(client, key).await {
            Ok(now) => {
                if index(now.as_ref()) != was {
                    told.push(sentence(key, was, now.as_ref()));
                }
                *known = now;
            }
            Err(error) => {
                told.push(format!("'{key}' cannot be read now: {}", error.short()));
                // Those after it would wait as long and say the same.
                return told;
            }
        }
    }
    if let Some(more) = keys.len().checked_sub(LOOKED_UP).filter(|more| *more > 0) {
        told.push(format!("{more} more keys were not looked up"));
    }
    told
}

fn index(entry: Option<&Entry>) -> u64 {
    entry.map_or(0, |entry| entry.modify_index)
}

fn sentence(key: &Key, was: u64, now: Option<&Entry>) -> String {
    let is = match now {
        Some(now) => format!("is at index {} now", now.modify_index),
        None => "does not exist now".to_owned(),
    };
    let left =
        if was == 0 { "dcview deleted it".to_owned() } else { format!("dcview left it at {was}") };
    format!("'{key}' {is}, and {left}: it was changed since, so it will be left as it is")
}
