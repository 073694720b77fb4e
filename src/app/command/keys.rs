//! Commands about many keys: copy, move, delete, export, import, compare.
//!
//! ```text
//! cp FROM [@dc] TO [@dc]    mv FROM TO [@dc]    rm NAME.. [@dc]
//! export PREFIX [@dc] FILE  import FILE [PREFIX] [@dc]
//! compare FOLDER [@dc] [FOLDER|FILE] [@dc]
//! ```
//! `@dc` belongs to the name before it. Which datacenter is meant where none is named, and whether
//! the names fit together, is the program's matter.

use super::word::{Word, is_path, words};
use super::{CommandError, Vocabulary, parse};

/// What is to be done with keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysVerb {
    /// Copy.
    Copy,
    /// Move.
    Move,
    /// Delete.
    Delete,
    /// Write to a file.
    Export,
    /// Read from a file.
    Import,
    /// Compare.
    Compare,
}

/// A key or folder, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// What it is called.
    pub key: String,
    /// The datacenter, where one was named.
    pub dc: Option<String>,
}

/// A command about many keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysCommand {
    /// Copy a key or a folder.
    Copy {
        /// What.
        from: Name,
        /// To where.
        to: Name,
    },
    /// Move a key or a folder.
    Move {
        /// What.
        from: Name,
        /// To where.
        to: Name,
    },
    /// Delete keys and folders.
    Delete {
        /// Their names.
        keys: Vec<String>,
        /// The datacenter, where one was named.
        dc: Option<String>,
    },
    /// Write all keys under a prefix to a file.
    Export {
        /// The prefix.
        from: Name,
        /// The path.
        file: String,
    },
    /// Store what a file holds.
    Import {
        /// The path.
        file: String,
        /// What is put before each key.
        to: Name,
    },
    /// Compare two folders.
    Compare {
        /// What it was.
        left: Name,
        /// What it is.
        right: Other,
    },
}

/// What a folder is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Other {
    /// A folder.
    Folder(Name),
    /// A file or a directory.
    File(String),
}

impl KeysVerb {
    /// The verbs by their words, in the order in which they are offered.
    pub const ALL: [(&'static str, Self); 6] = [
        ("cp", Self::Copy),
        ("mv", Self::Move),
        ("rm", Self::Delete),
        ("import", Self::Import),
        ("export", Self::Export),
        ("compare", Self::Compare),
    ];

    /// True for what changes a datacenter.
    pub fn is_change(self) -> bool {
        !matches!(self, Self::Export | Self::Compare)
    }

    /// What may follow the word.
    pub fn usage(self) -> &'static str {
        match self {
            Self::Copy => "cp FROM [@dc] TO [@dc]",
            Self::Move => "mv FROM TO [@dc]",
            Self::Delete => "rm NAME [@dc]",
            Self::Export => "export PREFIX [@dc] FILE",
            Self::Import => "import FILE [PREFIX] [@dc]",
            Self::Compare => "compare FOLDER [@dc] [FOLDER|FILE] [@dc]",
        }
    }

    /// What it does, as a line of help.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Copy => "copy a key or a folder, also to another datacenter",
            Self::Move => "move or rename a key or a folder",
            Self::Delete => "delete a key or a folder",
            Self::Export => "write keys to a file, or files to a directory (DIR/)",
            Self::Import => "store what a file or a directory holds",
            Self::Compare => "what differs; a FILE begins with ./ or /",
        }
    }

    /// Reads what follows the word.
    ///
    /// # Errors
    /// What is wrong, with what may follow.
    pub fn read(self, rest: &str, known: &Vocabulary) -> Result<KeysCommand, CommandError> {
        let usage = || CommandError::Usage { usage: self.usage() };
        let names = names(words(rest).ok_or_else(usage)?, known)?;
        self.command(names).ok_or_else(usage)
    }

    fn command(self, names: Names) -> Option<KeysCommand> {
        let Names { first, mut named } = names;
        // Only where the first name is no key may a datacenter stand before it.
        let is_early = first.is_some();
        if is_early && self != Self::Import {
            return None;
        }
        if self == Self::Delete {
            return delete(named);
        }
        let last = named.pop()?;
        let before = named.pop();
        if !named.is_empty() {
            return None;
        }
        match (self, before) {
            (Self::Copy, Some(from)) => {
                Some(KeysCommand::Copy { from: from.one()?, to: last.one()? })
            }
            (Self::Move, Some(from)) => {
                Some(KeysCommand::Move { from: from.one()?, to: last.one()? })
            }
            (Self::Export, Some(from)) if last.dcs.is_empty() => {
                Some(KeysCommand::Export { from: from.one()?, file: last.word.text })
            }
            (Self::Import, before) => import(first, before, last),
            (Self::Compare, before) => compare(before, last),
            _ => None,
        }
    }
}

/// A name with the datacenters that stand behind it.
#[derive(Default)]
struct Named {
    word: Word,
    dcs: Vec<String>,
}

struct Names {
    /// The datacenter that stands before all names.
    first: Option<String>,
    named: Vec<Named>,
}

impl Named {
    /// The name, when it is a key in at most one datacenter.
    fn one(mut self) -> Option<Name> {
        let dc = self.dcs.pop();
        let is_one = self.dcs.is_empty() && !self.is_file();
        is_one.then_some(Name { key: self.word.text, dc })
    }

    fn is_file(&self) -> bool {
        !self.word.is_quoted && is_path(&self.word.text)
    }
}

/// Puts each datacenter to the name before it.
fn names(words: Vec<Word>, known: &Vocabulary) -> Result<Names, CommandError> {
    let mut names = Names { first: None, named: Vec::new() };
    for word in words {
        let Some(dc) = word.text.strip_prefix('@').filter(|_| !word.is_quoted) else {
            names.named.push(Named { word, dcs: Vec::new() });
            continue;
        };
        let dc = parse::named_dc(dc, known)?;
        match names.named.last_mut() {
            Some(name) => name.dcs.push(dc),
            None => names.first = Some(dc),
        }
    }
    Ok(names)
}

fn delete(named: Vec<Named>) -> Option<KeysCommand> {
    let (mut keys, mut dcs) = (Vec::new(), Vec::new());
    for mut name in named {
        dcs.append(&mut name.dcs);
        keys.push(name.one()?.key);
    }
    let dc = dcs.pop();
    (!keys.is_empty() && dcs.is_empty()).then_some(KeysCommand::Delete { keys, dc })
}

/// The file is the word that looks like one, else the first.
fn import(first: Option<String>, before: Option<Named>, last: Named) -> Option<KeysCommand> {
    let (file, prefix) = match before {
        None => (last, None),
        Some(before) if last.is_file() && !before.is_file() => (last, Some(before)),
        Some(before) => (before, Some(last)),
    };
    let mut dcs: Vec<String> = first.into_iter().chain(file.dcs).collect();
    let prefix = prefix.map_or_else(|| Some(Name::default()), Named::one)?;
    dcs.extend(prefix.dc);
    let dc = dcs.pop();
    let to = Name { key: prefix.key, dc };
    dcs.is_empty().then_some(KeysCommand::Import { file: file.word.text, to })
}

/// One folder in two datacenters, two folders, or a folder and a file.
fn compare(before: Option<Named>, last: Named) -> Option<KeysCommand> {
    let Some(before) = before else {
        let Named { word: Word { text: key, .. }, mut dcs } = last;
        let (right, left) = (dcs.pop()?, dcs.pop());
        let other = Name { key: key.clone(), dc: Some(right) };
        let is_one = dcs.is_empty();
        let left = Name { key, dc: left };
        return is_one.then_some(KeysCommand::Compare { left, right: Other::Folder(other) });
    };
    let right = if last.is_file() && last.dcs.is_empty() {
        Other::File(last.word.text)
    } else {
        Other::Folder(last.one()?)
    };
    Some(KeysCommand::Compare { left: before.one()?, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vocabulary<'static> {
        Vocabulary { dcs: vec!["dc-1", "dc-2"], ..Vocabulary::default() }
    }

    fn read(verb: KeysVerb, rest: &str) -> KeysCommand {
        verb.read(rest, &known()).unwrap()
    }

    fn name(key: &str, dc: Option<&str>) -> Name {
        Name { key: key.into(), dc: dc.map(str::to_owned) }
    }

    #[test]
    fn a_datacenter_belongs_to_the_name_before_it() {
        let (from, to) = (name("a/", Some("dc-1")), name("b/", Some("dc-2")));
        assert_eq!(read(KeysVerb::Copy, "a/ @dc-1 b/ @DC-2"), KeysCommand::Copy { from, to });
        let (from, to) = (name("a b", None), name("c", Some("dc-2")));
        assert_eq!(read(KeysVerb::Move, "\"a b\" c @dc-2"), KeysCommand::Move { from, to });
        let keys = vec![String::from("a/"), String::from("@b")];
        let dc = Some(String::from("dc-1"));
        assert_eq!(read(KeysVerb::Delete, "a/ \"@b\" @dc-1"), KeysCommand::Delete { keys, dc });
    }

    #[test]
    fn files_are_told_from_folders_by_how_they_begin() {
        let compare = |left, right| KeysCommand::Compare { left, right };
        for (line, command) in [
            (
                "a/ @dc-1 @dc-2",
                compare(name("a/", Some("dc-1")), Other::Folder(name("a/", Some("dc-2")))),
            ),
            ("a/ @dc-2", compare(name("a/", None), Other::Folder(name("a/", Some("dc-2"))))),
            ("a/ b/", compare(name("a/", None), Other::Folder(name("b/", None)))),
            ("a/ @dc-2 ./f", compare(name("a/", Some("dc-2")), Other::File("./f".into()))),
            ("a/ \"/b/\"", compare(name("a/", None), Other::Folder(name("/b/", None)))),
        ] {
            assert_eq!(read(KeysVerb::Compare, line), command, "{line}");
        }
        let import = |file: &str, to| KeysCommand::Import { file: file.into(), to };
        assert_eq!(read(KeysVerb::Import, "f.json"), import("f.json", name("", None)));
        let to = name("a/", Some("dc-2"));
        assert_eq!(read(KeysVerb::Import, "f.json a/ @dc-2"), import("f.json", to.clone()));
        assert_eq!(read(KeysVerb::Import, "a/ @dc-2 ~/f"), import("~/f", to));
        assert_eq!(read(KeysVerb::Import, "@dc-2 ./f"), import("./f", name("", Some("dc-2"))));
        let from = name("a/", Some("dc-1"));
        let export = KeysCommand::Export { from, file: "out/".into() };
        assert_eq!(read(KeysVerb::Export, "a/ @dc-1 out/"), export);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_does() {
        for (verb, line) in [
            (KeysVerb::Copy, "a"),
            (KeysVerb::Copy, "a b c"),
            (KeysVerb::Copy, "a /tmp/b"),
            (KeysVerb::Copy, "@dc-1 a b"),
            (KeysVerb::Move, "a @dc-1 @dc-2 b"),
            (KeysVerb::Delete, ""),
            (KeysVerb::Delete, "a @dc-1 b @dc-2"),
            (KeysVerb::Export, "a/"),
            (KeysVerb::Import, ""),
            (KeysVerb::Compare, "a/"),
            (KeysVerb::Compare, "\"a/"),
        ] {
            let refused = verb.read(line, &known()).unwrap_err().to_string();
            assert!(refused.contains(verb.usage()), "{line}: {refused}");
        }
        let unknown = KeysVerb::Delete.read("a @dc-3", &known()).unwrap_err().to_string();
        assert!(unknown.contains("there is no datacenter 'dc-3'"), "{unknown}");
    }
}
