//! Names of things in Consul, each a type of its own.
//!
//! They are cheap to clone (shared text) and order as their text does. They hold whatever the
//! server sent, escape sequences included; cleaning is the job of whoever draws them.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Defines one name type over shared text.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text as the server wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The same text, shared.
            pub fn shared(&self) -> &Arc<str> {
                &self.0
            }

            /// True for the empty name, which Consul uses for "none" (a node check's service).
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<Arc<str>> for $name {
            fn from(text: Arc<str>) -> Self {
                Self(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// A datacenter (`dc-2`).
    Dc
}
name! {
    /// A node of the catalog (`web-host-17`), unique within its datacenter.
    NodeName
}
name! {
    /// A service (`billing`); one name has many instances.
    ServiceName
}
name! {
    /// An instance's id, unique on its node only.
    ServiceId
}
name! {
    /// A check's id, unique on its node only.
    CheckId
}
name! {
    /// A key of the KV store, byte for byte: any UTF-8, with `//`, newlines and all.
    Key
}
name! {
    /// A session's id, a UUID.
    SessionId
}
