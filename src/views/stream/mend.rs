//! Keys of a stream made in the destination what they are in the source: plans that are shown first.

use super::{DiffRow, StreamKeys};
use crate::app::task::many::{Sides, Wish};
use crate::views::{Response, replication};

impl StreamKeys {
    /// Makes these rows in the destination what they are in the source, as a plan.
    pub(super) fn mend(&self, rows: &[DiffRow]) -> Response {
        let notice = |text: &str| Response::Notice(String::from(text));
        let Some((stream, places)) = self.last.as_ref().zip(self.places()) else {
            return notice("only keys with a known source are copied");
        };
        if stream.is_proposed {
            return notice(replication::guessed(stream));
        }
        let Some(Sides { left, right }) = places.sides() else {
            return notice(
                "what is right here only the repository knows: 's' has it written again",
            );
        };
        let (copied, extra): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.0.source.is_some());
        let names =
            |rows: Vec<&DiffRow>| rows.iter().map(|row| places.named(&row.0.name)).collect();
        let Some(to_dc) = right.dc().cloned().filter(|_| !rows.is_empty()) else {
            return notice("there is no key here");
        };
        let (names, extra) = (names(copied), names(extra));
        Response::Wish(Wish::Pick { from: left, to_dc, to: right.prefix().clone(), names, extra })
    }

    /// The deletion of those that only the destination has, as a plan.
    pub(super) fn delete(&self, rows: &[DiffRow]) -> Response {
        if rows.iter().any(|row| row.0.source.is_some()) {
            let text = "the source has it: 'p' copies it; on the key's page it is deleted";
            return Response::Notice(String::from(text));
        }
        self.mend(rows)
    }
}
