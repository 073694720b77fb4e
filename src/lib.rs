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
//! Who sees whom, from the ground up:
//! - `domain` sees nothing; `consul` and then `watch` stand on it and talk to the agents.
//! - `ui` (looks, texts, widgets) and `table` (rows, order, cursor) are the kit of the screen; they
//!   know nothing of Consul.
//! - `past` gives the store as it was at an earlier moment, and keeps what that takes; `recording` does
//!   so in files, and reads them back.
//! - `store` is what the feeds said; `views` show it with the kit, each in one file.
//! - `app` holds the views and decides; the words of its actions and commands are shared with them.
//! - `screen` draws `app`. `report` prints the same store without a terminal, and says of a rollout what
//!   the views say.
//! - `sim` speaks Consul's side of the wire, for the demo, benches and tests; nothing else needs it.
//! - `journal` keeps what is written through `consul`, `plan` makes many writes of one wish; `kv` is
//!   both without a terminal. `replication` reads both ends of what goes between datacenters, and
//!   `dependencies` reads who calls whom.
//!   `consumers` asks in all ways in which services are found: DNS, HTTP, load balancers, Nomad.
//! - `editor` reads values (formats, differences) and holds the machine of editing one; the views show
//!   its documents, and `app` edits in a pane with it.
//! - `clock` tells the time to all that may ask for it: it never goes back.
//! - `provoke` panics on demand, for tests of what one leaves behind.
//! - `shell` sees all, and nothing sees `shell`.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consul;
pub mod consumers;
pub mod dependencies;
pub mod domain;
pub mod editor;
pub mod journal;
pub mod kv;
pub mod past;
pub mod plan;
mod provoke;
pub mod recording;
pub mod replication;
pub mod report;
pub mod screen;
pub mod shell;
pub mod sim;
pub mod store;
pub mod table;
pub mod ui;
pub mod views;
pub mod watch;
