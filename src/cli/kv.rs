//! `dcview kv`: which keys, and what to do with them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Read, compare and change keys, without the screen.
#[derive(Debug, Args)]
#[command(
    after_help = "A key or prefix is taken byte for byte; a folder ends with '/'. Without --dc \
                        it is the agent's own datacenter.\n\nExit codes: 0 fine, 1 a difference, or \
                        nothing there, 2 usage or not confirmed, 3 not reachable or refused, 4 \
                        denied, 5 somebody else changed the key, 6 not known whether it was written."
)]
pub struct Kv {
    /// What to do.
    #[command(subcommand)]
    pub verb: KvVerb,
    /// In which form to print.
    #[arg(short, long, global = true, value_name = "FORM", default_value = "text")]
    pub output: KvForm,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum KvForm {
    /// Lines for people; a value as it is.
    #[default]
    Text,
    /// Objects, one a line where there are many.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum KvVerb {
    /// List the folders and keys in a folder.
    Ls {
        /// The folder; everything when it is left out.
        #[arg(default_value = "")]
        prefix: String,
        /// All keys below it, however deep.
        #[arg(short, long)]
        recursive: bool,
    },
    /// Print a value, byte for byte.
    Get {
        /// The key.
        key: String,
    },
    /// Store a value, check-and-set.
    Put {
        /// The key.
        key: String,
        /// The value, '@FILE' or '-' for what comes from stdin.
        value: String,
        /// Write only if the key still has this modify index; 0 means that it must not exist.
        #[arg(long, value_name = "INDEX")]
        cas: Option<u64>,
        /// Flags; the key keeps its own when this is left out.
        #[arg(long, value_name = "NUMBER")]
        flags: Option<u64>,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// Edit a value in $VISUAL or $EDITOR, and store it check-and-set.
    Edit {
        /// The key.
        key: String,
        /// What becomes of an edit of this key that was not saved. A terminal goes on with it.
        #[arg(long, value_name = "WHAT")]
        draft: Option<Unsaved>,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// Delete a key, or a folder with exactly the keys that were shown.
    Rm {
        /// The key, or the folder with its '/'.
        key: String,
        /// Needed to delete a folder.
        #[arg(short, long)]
        recursive: bool,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// Search keys, or values, under a prefix.
    Search {
        /// What to look for.
        text: String,
        /// Where to look.
        #[arg(default_value = "")]
        prefix: String,
        /// Look in the values instead of the keys.
        #[arg(long)]
        values: bool,
        /// The text is a regular expression.
        #[arg(long, conflicts_with = "fuzzy")]
        regex: bool,
        /// Characters may be missing in between (keys only).
        #[arg(long, conflicts_with = "values")]
        fuzzy: bool,
    },
    /// Compare two keys or folders, or one with a file: exit code 1 when they differ.
    Diff {
        /// The key or folder to compare.
        left: String,
        /// What to compare it with; '@FILE' is an export, or a directory of one.
        right: String,
        /// The datacenter of the second one, when it is another.
        #[arg(long, value_name = "NAME")]
        to_dc: Option<String>,
        /// Only say which keys differ.
        #[arg(long)]
        brief: bool,
    },
    /// Copy a key or a folder, also to another datacenter.
    Cp {
        /// The key or folder to copy.
        from: String,
        /// Its new name.
        to: String,
        /// The datacenter to copy to, when it is another.
        #[arg(long, value_name = "NAME")]
        to_dc: Option<String>,
        /// Replace keys that hold something else.
        #[arg(long)]
        replace: bool,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// Rename a key or a folder.
    Mv {
        /// The key or folder to move.
        from: String,
        /// Its new name.
        to: String,
        /// Replace keys that hold something else.
        #[arg(long)]
        replace: bool,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// Print all keys under a prefix as 'consul kv export' does, or write a directory of files.
    Export {
        /// The prefix.
        #[arg(default_value = "")]
        prefix: String,
        /// Write files into this directory instead; they must not exist.
        #[arg(long, value_name = "DIRECTORY")]
        dir: Option<PathBuf>,
    },
    /// Store what 'export' wrote.
    Import {
        /// A file, a directory of files, or '-' for stdin.
        from: String,
        /// Put before each key.
        #[arg(long, value_name = "PREFIX", default_value = "")]
        prefix: String,
        /// Replace keys that hold something else.
        #[arg(long)]
        replace: bool,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// List the sessions of a datacenter.
    Sessions {
        /// Also say which keys under this prefix each holds: reads all of them.
        prefix: Option<String>,
    },
    /// List the locks and semaphores under a prefix: who holds them, and who waits.
    Locks {
        /// The prefix; all keys under it are read.
        prefix: String,
    },
    /// Take the lock of a key from the session that holds it. There is no undo.
    Release {
        /// The key.
        key: String,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// End a session: its locks are released, or its keys deleted. There is no undo.
    Destroy {
        /// The session's id.
        session: String,
        /// Say which keys under this prefix it holds before asking: reads all of them.
        #[arg(long, value_name = "PREFIX")]
        keys_under: Option<String>,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
    /// List the changes that dcview made, newest last.
    Journal {
        /// How many.
        #[arg(short, long, value_name = "NUMBER", default_value = "20")]
        number: usize,
        /// Find out what became of changes that were interrupted.
        #[arg(long)]
        settle: bool,
    },
    /// Take a change back, if nobody changed the key since.
    Undo {
        /// The change's id in the journal; the last one that was not undone when it is left out.
        id: Option<String>,
        /// How to confirm.
        #[command(flatten)]
        consent: Consent,
    },
}

/// What becomes of an edit that was not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unsaved {
    /// Go on with its text.
    Take,
    /// Forget it, and begin with what the key holds.
    Forget,
}

/// How to confirm a change.
#[derive(Clone, Debug, Default, Args)]
pub struct Consent {
    /// Do not ask. The write is check-and-set on what was read all the same.
    #[arg(short, long)]
    pub force: bool,
    /// The name of the protected datacenter that is meant.
    #[arg(long, value_name = "DC")]
    pub yes_i_mean: Option<String>,
    /// Write although the journal cannot be kept: there is no undo then.
    #[arg(long)]
    pub insist: bool,
}
