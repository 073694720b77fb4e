//! Alarms of streams that cannot wait until somebody looks at them.

use super::App;
use super::notice::Level;
use crate::domain::replication::StreamId;

impl App {
    /// Says once, wherever the operator is, that data is about to be deleted.
    pub(super) fn warn_of(&mut self, ids: &[StreamId]) {
        for id in ids {
            let stream = self.store.streams.get(id);
            let ahead = stream.and_then(|it| it.alarms.iter().find(|alarm| alarm.is_ahead()));
            match ahead.map(|alarm| format!("{id}: {alarm}")) {
                Some(text) if self.warned.insert(id.clone()) => self.say(Level::Error, text),
                Some(_) => {}
                None => {
                    self.warned.remove(id);
                }
            }
        }
    }
}
