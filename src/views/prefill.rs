//! What actions on keys and folders ask for: a plan at once, or a command line to be completed.
//!
//! Nothing is guessed: where it is not clear which datacenter is meant, the operator writes it.

use super::{Response, compare};
use crate::app::action::Action;
use crate::app::command::quoted;
use crate::app::task::many::{Side, Sides, Wish};
use crate::domain::ids::{Dc, Key};

/// What an action is about.
pub struct Chosen<'a> {
    /// The keys and folders, byte for byte.
    pub names: Vec<&'a str>,
    /// True when one of them is a folder's own key.
    pub has_marker: bool,
    /// The datacenters that are shown and have them.
    pub dcs: Vec<&'a Dc>,
    /// All datacenters that are shown.
    pub shown: Vec<&'a Dc>,
    /// The folder that they lie in.
    pub folder: &'a str,
}

/// What an action asks for; `None` when it is not one of those about keys.
pub fn response(action: Action, chosen: &Chosen) -> Option<Response> {
    let one = match chosen.names.as_slice() {
        [name] => Some(quoted(name)),
        _ => None,
    };
    let dc = match chosen.dcs.as_slice() {
        [dc] => Some(*dc),
        _ => None,
    };
    let line = |line: String| Some(Response::Command(line));
    match (action, one, dc) {
        (Action::Delete | Action::KvCopy | Action::KvMove | Action::KvExport, ..)
            if chosen.has_marker =>
        {
            // All that is in the folder would be taken with it.
            let text = "the name of a folder's own key means the whole folder; \
                        on the key's page it is edited and deleted by itself";
            Some(Response::Notice(String::from(text)))
        }
        (Action::Delete, _, Some(dc)) if !chosen.names.is_empty() => {
            let names = chosen.names.iter().map(|name| Key::from(*name)).collect();
            Some(Response::Wish(Wish::Delete { dc: dc.clone(), names }))
        }
        (Action::Delete, Some(name), None) => line(format!("rm {name} @")),
        (Action::KvCopy, Some(name), Some(dc)) => line(format!("cp {name} @{dc} {name}")),
        (Action::KvCopy, Some(name), None) => line(format!("cp {name} @")),
        (Action::KvMove, Some(name), Some(dc)) => line(format!("mv {name} @{dc} {name}")),
        (Action::KvMove, Some(name), None) => line(format!("mv {name} @")),
        (Action::KvExport, Some(name), Some(dc)) => line(format!("export {name} @{dc} ./")),
        (Action::KvExport, Some(name), None) => line(format!("export {name} @")),
        (Action::KvImport, _, _) => match chosen.shown.as_slice() {
            [dc] => line(format!("import @{dc} ./")),
            _ => line(String::from("import @")),
        },
        (Action::KvCompare, _, _) => Some(compared(chosen)),
        (Action::Delete | Action::KvCopy | Action::KvMove | Action::KvExport, None, _)
            if chosen.names.is_empty() =>
        {
            Some(Response::Notice(String::from("there is no key here")))
        }
        (Action::KvCopy | Action::KvMove | Action::KvExport, None, _) => {
            let text = "one key or folder at a time; a comparison copies the marked keys";
            Some(Response::Notice(String::from(text)))
        }
        (Action::Delete, None, None) => {
            let text = "show one datacenter first (1 to 9): these keys are in several";
            Some(Response::Notice(String::from(text)))
        }
        _ => None,
    }
}

/// The comparison of the folder under the cursor, or else of the one that is shown.
fn compared(chosen: &Chosen) -> Response {
    let folder = match chosen.names.as_slice() {
        [name] if name.ends_with('/') => name,
        _ => chosen.folder,
    };
    let side = |dc: &Dc| Side::Keys { dc: dc.clone(), prefix: Key::from(folder) };
    match chosen.shown.as_slice() {
        [left, right] => {
            let sides = Sides { left: side(left), right: side(right) };
            Response::Open(compare::place(&sides))
        }
        [dc] => Response::Command(format!("compare {} @{dc} @", quoted(folder))),
        _ => Response::Command(format!("compare {} @", quoted(folder))),
    }
}
