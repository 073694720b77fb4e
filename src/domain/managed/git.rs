//! git2consul: which keys come from which repository, from its own configuration.
//!
//! A file's key is `[mountpoint/][repo/][branch/]path`, the commit marker is
//! `[mountpoint/][repo/]branch.ref`. The keys themselves say nothing.

use serde::Deserialize;

use super::{Key, Managed};

/// The branch when none is configured.
const DEFAULT_BRANCH: &str = "master";

/// One branch of a repository and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The repository's name.
    pub repo: String,
    /// The branch.
    pub branch: String,
    /// What every key of its files begins with.
    pub prefix: String,
    /// The key that holds the commit.
    pub marker: String,
    /// The folder of the repository that its paths are below; empty or ending with `/`.
    pub root: String,
}

/// The configuration, as far as it decides about names.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    repos: Vec<Repo>,
}

#[derive(Deserialize)]
struct Repo {
    name: String,
    #[serde(default)]
    branches: Vec<String>,
    include_branch_name: Option<bool>,
    #[serde(default)]
    mountpoint: String,
    #[serde(default)]
    source_root: String,
    #[serde(default)]
    ignore_repo_name: bool,
}

/// The mappings that a configuration says; none when it cannot be read.
pub fn mappings(config: &[u8]) -> Vec<Mapping> {
    let repos = serde_json::from_slice::<Config>(config).map_or_else(|_| Vec::new(), |c| c.repos);
    repos.iter().flat_map(of_repo).collect()
}

/// Which of these mappings a key belongs to: the one with the longest prefix, or whose marker it is.
pub fn owner<'a>(mappings: &'a [Mapping], key: &str) -> Option<&'a Mapping> {
    let marked = mappings.iter().find(|mapping| mapping.marker == key);
    let below = mappings.iter().filter(|it| !it.prefix.is_empty() && key.starts_with(&*it.prefix));
    marked.or_else(|| below.max_by_key(|mapping| mapping.prefix.len()))
}

/// One mapping a branch.
fn of_repo(repo: &Repo) -> Vec<Mapping> {
    let name = if repo.ignore_repo_name { "" } else { &repo.name };
    let head = folder(&repo.mountpoint) + &folder(name);
    let has_branch = repo.include_branch_name != Some(false);
    let of_branch = |branch: &str| Mapping {
        repo: repo.name.clone(),
        branch: branch.to_owned(),
        prefix: if has_branch { head.clone() + &folder(branch) } else { head.clone() },
        marker: format!("{head}{branch}.ref"),
        root: folder(&repo.source_root),
    };
    if repo.branches.is_empty() {
        return vec![of_branch(DEFAULT_BRANCH)];
    }
    repo.branches.iter().map(|branch| of_branch(branch)).collect()
}

/// A part of a name as a folder; nothing for nothing.
fn folder(part: &str) -> String {
    let part = part.trim_matches('/');
    if part.is_empty() { String::new() } else { format!("{part}/") }
}

impl Mapping {
    /// This branch as a manager, if it writes the key.
    pub(super) fn manages(&self, key: &Key) -> Option<Managed> {
        let (repo, branch) = (self.repo.clone(), self.branch.clone());
        if key.as_str() == self.marker {
            return Some(Managed::GitMarker { repo, branch });
        }
        // Without repository and branch in the names, everything would be claimed.
        let path = key.below(&self.prefix).filter(|_| !self.prefix.is_empty())?;
        Some(Managed::Git { repo, branch, path: format!("{}{path}", self.root) })
    }
}
