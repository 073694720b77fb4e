//! Where the keys of a stream are on both sides, and how they are called there.

use std::sync::Arc;

use crate::app::task::many::{Side, Sides};
use crate::domain::ids::{Dc, Key};
use crate::domain::replication::{Kind, Stream};

/// What git2consul's reference to a commit is called among the keys of its branch: it does not lie
/// in their folder but beside it.
const REFERENCE: &str = ".ref";

/// Where keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// In the source, where that is another place.
    source: Option<Side>,
    /// In the destination.
    destination: Side,
    /// The folders are named without their slash, so that the reference is among what begins so.
    is_cut: bool,
}

impl Places {
    /// Those of a stream; `None` where no keys are carried, or it is not known from where.
    pub fn of(stream: &Stream) -> Option<Self> {
        let id = &stream.id;
        let side = |dc: &Dc, prefix: &str| Side::Keys { dc: dc.clone(), prefix: Key::from(prefix) };
        let from = match id.kind {
            Kind::ConsulReplicate | Kind::Compare => &id.of,
            // Where git2consul runs there is no other side in Consul.
            Kind::Git if id.source.as_ref() == Some(&id.destination) => {
                let destination = side(&id.destination, &id.to);
                return Some(Self { source: None, destination, is_cut: false });
            }
            Kind::Git => stream.prefix.as_ref()?,
            _ => return None,
        };
        let cut = from.strip_suffix('/').zip(id.to.strip_suffix('/'));
        let cut = cut.filter(|_| id.kind == Kind::Git);
        let (from, to) = cut.unwrap_or((from, &id.to));
        Some(Self {
            source: Some(side(id.source.as_ref()?, from)),
            destination: side(&id.destination, to),
            is_cut: cut.is_some(),
        })
    }

    /// Both sides; `None` where there is but one.
    pub fn sides(&self) -> Option<Sides> {
        let right = self.destination.clone();
        Some(Sides { left: self.source.clone()?, right })
    }

    /// The sides there are.
    pub fn all(&self) -> impl Iterator<Item = &Side> {
        self.source.iter().chain([&self.destination])
    }

    /// The destination's.
    pub fn destination(&self) -> &Side {
        &self.destination
    }

    /// How a key is called below the sides' prefixes, of its name among the stream's.
    pub fn named(&self, name: &Arc<str>) -> Arc<str> {
        if self.is_cut && &**name != REFERENCE {
            return format!("/{name}").into();
        }
        Arc::clone(name)
    }

    /// True when a key is called the same on both sides.
    pub fn is_one_name(&self) -> bool {
        self.all().all(|side| side.prefix() == self.destination.prefix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::StreamId;

    fn stream(kind: Kind, source: &str, prefix: Option<&str>, to: &str) -> Stream {
        let (source, destination) = (Some(source.into()), "dc-2".into());
        let id = StreamId { kind, source, destination, of: "repo/main".into(), to: to.into() };
        Stream { prefix: prefix.map(Arc::from), ..Stream::new(id) }
    }

    fn keys(places: &Places, name: &str) -> Vec<String> {
        let name = places.named(&name.into());
        places.all().map(|side| side.key(&name).to_string()).collect()
    }

    #[test]
    fn the_reference_to_a_commit_stands_beside_the_folder_of_its_files() {
        let branch = stream(Kind::Git, "dc-1", Some("repo/main/"), "copy/main/");
        let places = Places::of(&branch).unwrap();
        assert_eq!(keys(&places, "svc/x"), ["repo/main/svc/x", "copy/main/svc/x"]);
        assert_eq!(keys(&places, ".ref"), ["repo/main.ref", "copy/main.ref"]);
        assert!(!places.is_one_name());
    }

    #[test]
    fn a_folder_without_a_slash_on_one_side_is_taken_as_it_is() {
        let branch = stream(Kind::Git, "dc-1", Some("repo/"), "copy");
        let places = Places::of(&branch).unwrap();
        assert_eq!(keys(&places, "main.ref"), ["repo/main.ref", "copymain.ref"]);
        let carried = stream(Kind::ConsulReplicate, "dc-1", None, "repo/main");
        assert_eq!(keys(&Places::of(&carried).unwrap(), "/x"), ["repo/main/x"; 2]);
    }

    #[test]
    fn where_git_brings_keys_in_there_is_one_side_and_without_keys_none() {
        let local = Places::of(&stream(Kind::Git, "dc-2", None, "repo/main/")).unwrap();
        assert_eq!(keys(&local, "svc/x"), ["repo/main/svc/x"]);
        assert_eq!(local.sides(), None);
        assert_eq!(Places::of(&stream(Kind::Git, "dc-1", None, "repo/main/")), None);
        assert_eq!(Places::of(&stream(Kind::Acl, "dc-1", None, "")), None);
    }
}
