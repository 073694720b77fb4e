//! What taking a lock away or ending a session comes to, in sentences: the same on the screen and
//! on the command line. What is not known is said too.

use super::Locks;
use crate::domain::kv::{Behavior, Key, Session, SessionId};
use crate::domain::managed::Managers;

/// What is known of a session.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// It.
    Session(&'a Session),
    /// It is gone.
    Gone,
    /// It was not looked for.
    Nothing,
}

/// What releasing the lock of a key comes to, and from whom it is taken.
pub fn of_release(key: &Key, id: &SessionId, holder: Known) -> Vec<String> {
    let mut lines = vec![format!("held by session {id}")];
    match holder {
        Known::Session(session) => lines.push(format!("  {}", session.about())),
        Known::Gone => lines.push(String::from("  which is gone")),
        Known::Nothing => {}
    }
    lines.extend(Managers::default().of_key(key).iter().map(ToString::to_string));
    lines.push(String::from("its value and flags stay"));
    lines.push(String::from("others, and the same session, may take it at once"));
    lines
}

/// What ending a session comes to. `looked` is where its keys were looked for, if anywhere.
pub fn of_destroy(session: &Session, looked: Option<&Locks>) -> Vec<String> {
    let fate = match session.behavior {
        Behavior::Release => "the locks that it holds are released; the values of the keys stay",
        Behavior::Delete => "ALL KEYS THAT IT HOLDS ARE DELETED (behavior delete), with no undo",
    };
    let mut lines = vec![session.about(), String::from(fate)];
    lines.push(if session.lock_delay.is_zero() {
        String::from("others may take its locks at once")
    } else {
        format!("others cannot take its locks for {} (lock delay)", session.delay())
    });
    let Some(locks) = looked else {
        lines.push(String::from("which keys it holds was not looked for"));
        return lines;
    };
    let held = locks.by_session().remove(&session.id).unwrap_or_default();
    lines.push(format!("{}; it holds {} of them", locks.looked(), held.len()));
    lines.extend(held.iter().map(|key| format!("  {key}")));
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn session(behavior: Behavior, lock_delay: Duration) -> Session {
        let (id, name, node) = ("s-1".into(), "batch".into(), "n-1".into());
        Session { id, name, node, behavior, lock_delay, ..Session::default() }
    }

    #[test]
    fn an_end_that_deletes_says_so_and_what_was_not_looked_for() {
        let lines = of_destroy(&session(Behavior::Delete, Duration::ZERO), None).join("\n");
        for said in ["batch on n-1, TTL none", "ALL KEYS", "at once", "not looked for"] {
            assert!(lines.contains(said), "{lines}");
        }
        let released = of_destroy(&session(Behavior::Release, Duration::from_secs(15)), None);
        assert!(released[1].contains("values of the keys stay"), "{released:?}");
        assert!(released[2].contains("15s"), "{released:?}");
    }

    #[test]
    fn a_release_of_a_templates_data_says_who_keeps_it() {
        let key = Key::from("consul-template/dedup/45e7/data");
        let lines = of_release(&key, &"s-1".into(), Known::Gone).join("\n");
        assert!(lines.contains("which is gone") && lines.contains("consul-template"), "{lines}");
    }
}
