//! A comparison, told part by part as it is found.

use tokio::time::{Instant, timeout_at};

use super::plans::OFTEN;
use super::{Teller, Ways, files};
use crate::app::task::News;
use crate::app::task::many::{Compared, Differing, End, Held, Side, Sides};
use crate::consul::read;
use crate::domain::kv::Entry;
use crate::plan::compare::{self, Compare};

/// Compares two sides; gives the last part.
pub(super) async fn compare(ways: &Ways, sides: &Sides, teller: &Teller) -> News {
    let both = tokio::try_join!(open(ways, &sides.left), open(ways, &sides.right));
    let mut compare = match both {
        Ok((left, right)) => Compare::new(left, right),
        Err(why) => return ended(Compared::default(), End::Broken(why)),
    };
    let mut part = Compared::default();
    let mut next_part = Instant::now() + OFTEN;
    loop {
        let found = timeout_at(next_part, compare.next()).await;
        part.counts = compare.counts();
        match found {
            Ok(Ok(Some(it))) => part.rows.push(Differing {
                name: it.name.into(),
                left: it.left.map(|entry| held(&sides.left, &entry)),
                right: it.right.map(|entry| held(&sides.right, &entry)),
            }),
            Ok(Ok(None)) => {
                let hidden = hidden(ways, sides, compare.is_filtered()).await;
                return ended(part, End::Whole { hidden });
            }
            Ok(Err(error)) => return ended(part, End::Broken(error.to_string())),
            Err(_) => {}
        }
        if Instant::now() >= next_part {
            teller.tell(News::Compared(std::mem::take(&mut part)));
            next_part = Instant::now() + OFTEN;
        }
    }
}

fn ended(part: Compared, end: End) -> News {
    News::Compared(Compared { end: Some(end), ..part })
}

async fn open(ways: &Ways, side: &Side) -> Result<compare::Side, String> {
    match side {
        Side::Keys { dc, prefix } => {
            let live = compare::Side::live(&ways.client(dc), prefix).await;
            live.map_err(|error| error.to_string())
        }
        Side::File { path, prefix } => {
            let entries = files::under(path.clone(), prefix.clone()).await?;
            Ok(compare::Side::whole(entries, prefix))
        }
    }
}

fn held(side: &Side, entry: &Entry) -> Held {
    match side {
        Side::Keys { .. } => Held::of(entry),
        Side::File { .. } => Held::of_file(entry),
    }
}

/// What may be missing although both sides were read to their ends.
async fn hidden(ways: &Ways, sides: &Sides, is_filtered: bool) -> Option<String> {
    if is_filtered {
        return Some(String::from("the server left out what the token may not see"));
    }
    for dc in [&sides.left, &sides.right].into_iter().filter_map(|side| side.dc()) {
        if !read::sees_all(&ways.client(dc)).await {
            return Some(format!("{dc} leaves out what the token may not see"));
        }
    }
    None
}
