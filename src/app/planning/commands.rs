//! Commands about many keys: which datacenters they mean, and what is wished by them.

use super::super::command::{KeysCommand, Name, Other};
use super::super::task::Ask;
use super::super::task::many::{Side, Sides, Wish, shown};
use super::App;
use crate::app::msg::Effect;
use crate::app::past::NO_READ;
use crate::domain::ids::{Dc, Key};
use crate::plan::make::Rename;
use crate::plan::read::is_folder;
use crate::views::compare;

impl App {
    /// Does what a command about many keys says.
    ///
    /// # Errors
    /// What does not fit together; nothing was done.
    pub(in crate::app) fn keys_command(
        &mut self,
        command: KeysCommand,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        if self.past.is_some() {
            return Err(String::from(NO_READ));
        }
        match command {
            KeysCommand::Copy { from, to } => {
                let dc = self.dc_of(from.dc.as_ref())?;
                let to_dc = to.dc.as_deref().map_or_else(|| dc.clone(), Dc::from);
                let names = rename(&from, &to)?;
                if dc == to_dc && names.from() == names.to() {
                    return Err(format!("{} is there already; name another datacenter", from.key));
                }
                self.wish(Wish::Copy { dc, to_dc, names }, effects);
            }
            KeysCommand::Move { from, to } => {
                let dc = self.dc_of(to.dc.as_ref().or(from.dc.as_ref()))?;
                if from.dc.is_some_and(|from| from != dc.as_str()) {
                    let text = "a move stays in its datacenter: copy with 'cp', compare, then 'rm'";
                    return Err(String::from(text));
                }
                let names = rename(&Name { dc: None, ..from }, &to)?;
                self.wish(Wish::Move { dc, names }, effects);
            }
            KeysCommand::Delete { keys, dc } => {
                let dc = self.dc_of(dc.as_ref())?;
                let names = keys.into_iter().map(Key::from).collect();
                self.wish(Wish::Delete { dc, names }, effects);
            }
            KeysCommand::Import { file, to } => {
                let dc = self.dc_of(to.dc.as_ref())?;
                self.wish(Wish::Import { file, dc, prefix: Key::from(to.key) }, effects);
            }
            KeysCommand::Export { from, file } => {
                let (dc, prefix) = (self.dc_of(from.dc.as_ref())?, Key::from(from.key));
                let what = format!("export {} of {dc} to {file}", shown(&prefix));
                self.read_for(what, Ask::Export { dc, prefix, file }, effects);
            }
            KeysCommand::Compare { left, right } => {
                let sides = self.sides(left, right)?;
                self.compare(&sides, effects);
            }
        }
        Ok(())
    }

    fn sides(&self, left: Name, right: Other) -> Result<Sides, String> {
        let dc = self.dc_of(left.dc.as_ref())?;
        let prefix = folder(left.key);
        let right = match right {
            Other::File(path) => Side::File { path, prefix: prefix.clone() },
            Other::Folder(name) => {
                let dc = name.dc.map_or_else(|| dc.clone(), Dc::from);
                Side::Keys { dc, prefix: folder(name.key) }
            }
        };
        let left = Side::Keys { dc, prefix };
        if left == right {
            return Err(String::from("these are the same: name another datacenter or folder"));
        }
        Ok(Sides { left, right })
    }

    /// Shows the comparison, made anew.
    fn compare(&mut self, sides: &Sides, effects: &mut Vec<Effect>) {
        let place = compare::place(sides);
        if *self.trail.view().place() == place {
            self.trail.view_mut().renew();
        }
        self.open(&place, effects);
    }

    /// The datacenter that is meant where a name has none: the one that is shown alone.
    fn dc_of(&self, named: Option<&String>) -> Result<Dc, String> {
        let here = self.focus.as_ref().or_else(|| self.trail.view().place().dc.as_ref());
        let mut all = self.store.datacenters().map(|(dc, _)| dc);
        let only = all.next().filter(|_| all.next().is_none());
        let named = named.map(|name| Dc::from(name.as_str()));
        named.or_else(|| here.or(only).cloned()).ok_or_else(|| {
            String::from("in which datacenter? write '@dc' behind the name, or show only one")
        })
    }
}

fn rename(from: &Name, to: &Name) -> Result<Rename, String> {
    Rename::new(Key::from(&*from.key), Key::from(&*to.key)).map_err(|error| error.to_string())
}

/// A folder by its name, with or without its slash.
fn folder(mut name: String) -> Key {
    if !is_folder(&Key::from(&*name)) {
        name.push('/');
    }
    Key::from(name)
}
