//! The steps of the script with every name resolved and every repetition written out.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::demo::{check_id, instance_id, is_in, lock};
use super::lock::Lock;
use super::replicate::Replication;
use super::script::{
    CheckStep, InstanceStep, KeyStep, LockLine, MaintenanceStep, NodeStep, ReplicateStep, Script,
    ServerStep, ServerWord, Step,
};
use super::{SERVERS, SITES, Site};
use crate::sim::model::Status;
use crate::sim::raft::ServerState;

/// The scenario: what happens when, in one round.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// How long a round takes.
    pub round: Duration,
    /// What happens, in the order of time.
    pub moments: Vec<Moment>,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When, from the start of the round.
    pub at: Duration,
    /// In which datacenter.
    pub dc: String,
    /// What.
    pub action: Action,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Action {
    /// An instance gets another version.
    Version {
        /// Its node.
        node: Arc<str>,
        /// Its id.
        id: String,
        /// The version.
        version: String,
    },
    /// A check changes.
    Check {
        /// Its node.
        node: Arc<str>,
        /// Its id.
        id: String,
        /// Its new state.
        status: Status,
        /// What it prints.
        output: String,
    },
    /// A node dies or comes back.
    Alive(Arc<str>, bool),
    /// A node enters maintenance, or leaves it.
    Maintenance(Arc<str>, Option<String>),
    /// A server's state changes.
    Server(String, ServerState),
    /// A key changes, or goes.
    Key(String, Option<String>),
    /// A lock is passed on.
    PassOn(Lock),
    /// What lies under a prefix of another datacenter is brought here.
    Replicate(Replication),
}

/// The instances of one datacenter: on which node each is, and what its check usually prints.
type Known<'a> = HashMap<String, (Arc<str>, &'a str)>;

/// Resolves all steps.
///
/// # Errors
/// `InvalidData` when a step names something that is not there, or a time that is none.
pub fn resolve(script: &Script, sites: &[Site]) -> io::Result<Timeline> {
    let round = seconds(script.round_s)?;
    let mut moments = Vec::new();
    for step in &script.step {
        let site = sites
            .iter()
            .find(|site| site.name == step.dc)
            .ok_or_else(|| unknown("datacenter", &step.dc))?;
        let resolver = Resolver { site, script, known: instances(script, site) };
        for (tick, at) in (0_u32..).zip(times(step, round)?) {
            let actions = resolver.actions(step, tick)?;
            let dc = || site.name.to_owned();
            moments.extend(actions.into_iter().map(|action| Moment { at, dc: dc(), action }));
        }
    }
    moments.sort_by_key(|moment| moment.at);
    Ok(Timeline { round, moments })
}

fn instances<'a>(script: &'a Script, site: &Site) -> Known<'a> {
    let here = script.service.iter().filter(|line| is_in(site.name, &line.datacenters));
    here.flat_map(|line| {
        (1..).zip(&line.on).map(|(number, node)| {
            (instance_id(&line.name, number), (site.node(node), line.output.as_str()))
        })
    })
    .collect()
}

fn times(step: &Step, round: Duration) -> io::Result<Vec<Duration>> {
    let first = seconds(step.at)?;
    let Some(every) = step.every else {
        return Ok(vec![first]);
    };
    let every = seconds(every)?;
    if every.is_zero() {
        return Err(unknown("time between repetitions", "0"));
    }
    let times = std::iter::successors(Some(first), |last| Some(*last + every));
    Ok(times.take_while(|at| *at < round).collect())
}

/// One step's surroundings.
struct Resolver<'a> {
    site: &'a Site,
    script: &'a Script,
    known: Known<'a>,
}

impl Resolver<'_> {
    fn actions(&self, step: &Step, tick: u32) -> io::Result<Vec<Action>> {
        let actions = [
            step.instance.as_ref().map(|it| self.version(it)),
            step.check.as_ref().map(|it| self.check(it)),
            step.node.as_ref().map(|it| self.alive(it)),
            step.maintenance.as_ref().map(|it| self.maintenance(it)),
            step.server.as_ref().map(|it| self.server(it)),
            step.kv.as_ref().map(|it| Ok(key(it, tick))),
            step.pass_on.as_ref().map(|it| self.pass_on(it)),
            step.replicate.as_ref().map(replicate),
        ];
        actions.into_iter().flatten().collect()
    }

    fn version(&self, step: &InstanceStep) -> io::Result<Action> {
        let (node, _) = self.instance(&step.id)?;
        Ok(Action::Version { node, id: step.id.clone(), version: step.version.clone() })
    }

    fn check(&self, step: &CheckStep) -> io::Result<Action> {
        let (node, usual) = self.instance(&step.instance)?;
        Ok(Action::Check {
            node,
            id: check_id(&step.instance),
            status: step.status,
            output: step.output.clone().unwrap_or_else(|| usual.to_owned()),
        })
    }

    fn alive(&self, step: &NodeStep) -> io::Result<Action> {
        Ok(Action::Alive(self.node(&step.name)?, step.alive))
    }

    fn maintenance(&self, step: &MaintenanceStep) -> io::Result<Action> {
        Ok(Action::Maintenance(self.node(&step.node)?, step.reason.clone()))
    }

    fn server(&self, step: &ServerStep) -> io::Result<Action> {
        if !(1..=SERVERS).contains(&step.number) {
            return Err(unknown("server", &step.number.to_string()));
        }
        let state = match step.state {
            ServerWord::Healthy => ServerState::Healthy,
            ServerWord::Behind => ServerState::Behind(step.entries),
            ServerWord::Down => ServerState::Down,
        };
        Ok(Action::Server(self.site.server(step.number), state))
    }

    fn pass_on(&self, prefix: &str) -> io::Result<Action> {
        let here = |line: &&LockLine| is_in(self.site.name, &line.datacenters);
        let mut locks = self.script.lock.iter().filter(here);
        let found = locks.find(|line| line.prefix == prefix);
        let line = found.ok_or_else(|| unknown("lock", prefix))?;
        Ok(Action::PassOn(lock(line, self.site)))
    }

    fn instance(&self, id: &str) -> io::Result<(Arc<str>, &str)> {
        let found = self.known.get(id).ok_or_else(|| unknown("instance", id))?;
        Ok((Arc::clone(&found.0), found.1))
    }

    fn node(&self, name: &str) -> io::Result<Arc<str>> {
        if self.script.node.iter().any(|line| line.name == name) {
            return Ok(self.site.node(name));
        }
        Err(unknown("node", name))
    }
}

fn key(step: &KeyStep, tick: u32) -> Action {
    let value = step.value.as_ref().map(|value| value.replace("{tick}", &tick.to_string()));
    Action::Key(step.key.clone(), value)
}

fn replicate(step: &ReplicateStep) -> io::Result<Action> {
    let ReplicateStep { from, prefix, status } = step.clone();
    if !SITES.iter().any(|site| site.name == from) {
        return Err(unknown("datacenter", &from));
    }
    Ok(Action::Replicate(Replication { from, prefix, status }))
}

fn seconds(value: f64) -> io::Result<Duration> {
    Duration::try_from_secs_f64(value).map_err(|_| unknown("time", &value.to_string()))
}

fn unknown(kind: &str, name: &str) -> io::Error {
    let text = format!("assets/demo.toml: a step names the {kind} '{name}', which is not there");
    io::Error::new(io::ErrorKind::InvalidData, text)
}
