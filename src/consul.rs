//! One agent over HTTP: requests out, typed answers and typed errors back.
//!
//! It knows Consul's wire, not dcview's screens. Every request passes [`Client::send`], which is
//! also where read-only is enforced; tokens live here and are never printed.
