//! dcview: several Consul datacenters, visible and operable in one terminal.
//!
//! ```text
//!  Consul agents                      off the UI thread                    the UI thread
//!  ------------------------------------------------------------------------------------------------
//!  consul::Client  --answers-->  watch (supervisor, watchers, board)  --Feed-->  app::Store
//!                                  index rules, pace, backoff, diffs                 | Change
//!                                                                                    v
//!  shell (loop, input, signals)  --Msg-->  App::update  --Effect-->  shell     views (table rows)
//!                                                                                    |
//!                                                                               ui::draw -> terminal
//! ```
//!
//! Invariants that every part may rely on:
//! - `domain`, `table`, `app`, `views` and `ui` are synchronous and pure: no clock, no IO, no lock.
//! - A failure never erases data; it changes only the freshness shown beside it.
//! - The cursor is a key, not an index.
//! - Without write access nothing but GET leaves the process: [`consul::Client`] is the gate.
//!
//! Dependencies point one way: `domain` <- `consul` <- `watch`; `domain` <- `table` <- `app` <-
//! `views` <- `ui`; `report` sees `domain` and `consul`; `shell` sees all, and nothing sees `shell`.

pub mod app;
pub mod cli;
pub mod config;
pub mod consul;
pub mod domain;
pub mod journal;
pub mod kv;
pub mod plan;
pub mod report;
pub mod screen;
pub mod shell;
pub mod sim;
pub mod store;
pub mod table;
pub mod ui;
pub mod views;
pub mod watch;
