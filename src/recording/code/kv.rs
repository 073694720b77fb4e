//! Keys, sessions, locks, and who else writes keys.

use super::shape::{choice, record};
use super::{Coded, Garbled, Input, Output};
use crate::domain::kv::{Behavior, Entry, Folder, Key, Print, Session};
use crate::domain::lock::{Lock, Locks, Part, Record};
use crate::domain::managed::{Managers, Mapping, replicate};

record!(Entry { key, value, flags, modify_index, create_index, lock_index, session });
record!(Print { len, hash, flags });
choice!(Behavior { 0 => Release, 1 => Delete });
record!(Session { id, name, node, behavior, ttl, lock_delay, checks, create_index });
record!(Record { limit, holders });
choice!(Part { 0 => Lock, 1 => Semaphore(record), 2 => Contender });
record!(Lock { key, part, session, lock_index, modify_index, create_index });
record!(Locks { prefix, locks, keys, cut_at });
record!(replicate::Status { key, source, destination });
record!(Mapping { repo, branch, prefix, marker, root });
record!(Managers { replications, repos });

/// Its rows are texts that nothing else has: they stand where they are, without their prefix.
impl Coded for Folder {
    fn put(&self, out: &mut Output) {
        self.prefix().put(out);
        self.has_marker().put(out);
        self.is_beginning().put(out);
        out.number(self.len() as u64);
        for row in self.rows() {
            out.raw(row.name.as_bytes());
        }
    }

    fn take(from: &mut Input<'_>) -> Result<Self, Garbled> {
        let prefix = Key::take(from)?;
        let (has_marker, is_beginning) = (bool::take(from)?, bool::take(from)?);
        let mut builder = Self::builder(&prefix, 0);
        if has_marker {
            builder.add(prefix.as_str());
        }
        let mut path = prefix.as_str().to_owned();
        for _ in 0..from.count()? {
            let name = std::str::from_utf8(from.raw()?).map_err(|_| Garbled("a key"))?;
            path.push_str(name);
            builder.add(&path);
            path.truncate(prefix.as_str().len());
        }
        let folder = builder.build();
        Ok(if is_beginning { folder.begun() } else { folder })
    }
}
