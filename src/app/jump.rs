//! Finding anything in any datacenter.
use std::sync::Arc;
use crate::domain::catalog::InstanceKey;
use crate::domain::health::CheckKey;
use crate::domain::ids::{Dc, NodeName, ServiceName};
/// Something that can be jumped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Datacenter(Dc),
    /// A service, with the datacenters it is in (one entry a datacenter, or `None` for all).
    Service { dc: Option<Dc>, name: ServiceName },
    Node { dc: Dc, name: NodeName },
    Instance { dc: Dc, service: ServiceName, key: InstanceKey },
    Check { dc: Dc, key: CheckKey, name: Arc<str> },
}
/// Everything that can be found, made once per change of the catalog.
#[derive(Clone, Debug, Default)]
pub struct Targets {}
impl Targets { pub fn new(_targets: impl IntoIterator<Item = Target>) -> Self { todo!() } }
/// One hit, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit { pub target: Target, pub label: String, /** chars of label */ pub indices: Vec<usize>, pub score: i64 }
/// What a job found.
#[derive(Clone, Debug)]
pub struct Hits { pub generation: u64, pub total: usize, pub top: Vec<Hit> }
/// One search, to be run off the UI thread (Send, 'static).
#[derive(Clone, Debug)]
pub struct Job {}
impl Job { pub fn generation(&self) -> u64 { todo!() } pub fn run(self) -> Hits { todo!() } }
/// The finder's state on the UI thread.
#[derive(Clone, Debug, Default)]
pub struct Finder {}
impl Finder {
    pub fn set_targets(&mut self, _targets: Targets) -> Job { todo!() }
    pub fn set_query(&mut self, _query: &str) -> Job { todo!() }
    /// False (dropped) when it is not the newest job's.
    pub fn accept(&mut self, _hits: Hits) -> bool { todo!() }
    pub fn hits(&self) -> &[Hit] { todo!() }
    pub fn total(&self) -> usize { todo!() }
    pub fn is_searching(&self) -> bool { todo!() }
    pub fn up(&mut self) { todo!() }
    pub fn down(&mut self) { todo!() }
    pub fn cursor(&self) -> usize { todo!() }
    pub fn selected(&self) -> Option<&Target> { todo!() }
}
