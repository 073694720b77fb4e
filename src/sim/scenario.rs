//! Plays the demo's incident, round after round.
//!
//! What happens at second 0 of the first round has happened before anybody can ask. Invariant: a
//! round ends as it began, so that the next can start from there.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::handle::Handle;
use super::world::{Action, Moment, Timeline};

/// The scenario with the datacenters it plays in.
#[derive(Debug)]
pub struct Scenario {
    timeline: Timeline,
    stage: HashMap<String, Handle>,
}

impl Scenario {
    /// A scenario that plays in these datacenters, with all its times divided by `speed`.
    pub fn new(mut timeline: Timeline, stage: HashMap<String, Handle>, speed: f64) -> Self {
        timeline.round = timeline.round.div_f64(speed);
        for moment in &mut timeline.moments {
            moment.at = moment.at.div_f64(speed);
        }
        Self { timeline, stage }
    }

    /// Does at once what has happened before the start.
    pub fn open(&self) {
        for moment in self.timeline.moments.iter().take_while(|moment| moment.at.is_zero()) {
            self.play(moment);
        }
    }

    /// Plays for ever.
    pub async fn run(self) {
        let mut start = Instant::now();
        let mut from = Duration::from_nanos(1);
        loop {
            for moment in self.timeline.moments.iter().filter(|moment| moment.at >= from) {
                sleep_until(start + moment.at).await;
                self.play(moment);
            }
            start += self.timeline.round;
            sleep_until(start).await;
            from = Duration::ZERO;
        }
    }

    fn play(&self, moment: &Moment) {
        let Some(dc) = self.stage.get(&moment.dc) else { return };
        match &moment.action {
            Action::Replicate(what) => {
                if let Some(from) = self.stage.get(&what.from) {
                    dc.replicate(from, what);
                }
            }
            action => perform(dc, action),
        }
    }
}

/// Does one thing. What an operator has removed meanwhile is left alone.
fn perform(dc: &Handle, action: &Action) {
    match action {
        Action::Version { node, id, version } => {
            dc.set_version(node, id, version);
        }
        Action::Check { node, id, status, output } => {
            dc.set_check(node, id, *status, output);
        }
        Action::Alive(node, alive) => {
            dc.set_node_alive(node, *alive);
        }
        Action::Maintenance(node, reason) => {
            dc.set_maintenance(node, reason.as_deref());
        }
        Action::Server(name, state) => {
            dc.set_server(name, *state);
        }
        Action::Key(key, Some(value)) => dc.put_kv(key, value.clone()),
        Action::Key(key, None) => dc.delete_kv(key),
        Action::PassOn(lock) => dc.pass_on(lock),
        // Two datacenters have a part in it.
        Action::Replicate(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Options, Sim, serve};

    const STILL: Options = Options { scenario: false, ..Options::DEMO };

    /// The failing checks and the versions of all instances, without indexes.
    fn picture(sim: &Sim) -> Vec<String> {
        let mut lines = Vec::new();
        for (dc, _) in sim.addresses() {
            lines.extend(sim.handle(dc).unwrap().picture());
        }
        lines
    }

    #[tokio::test]
    async fn round_ends_as_it_began() {
        let sim = serve(STILL).await.unwrap();
        let calm = picture(&sim);
        let timeline = crate::sim::world::scenario().unwrap();
        let stage = sim.stage();
        let scenario = Scenario::new(timeline, stage, 1.0);
        scenario.open();
        assert!(picture(&sim).len() > calm.len(), "nothing fails at second 0");
        for moment in &scenario.timeline.moments {
            scenario.play(moment);
        }
        assert_eq!(picture(&sim), calm);
        for (dc, _) in sim.addresses() {
            assert!(sim.handle(dc).unwrap().has_leader());
        }
    }

    #[tokio::test]
    async fn speed_divides_the_times() {
        let timeline = crate::sim::world::scenario().unwrap();
        let (round, last) = (timeline.round, timeline.moments.last().unwrap().at);
        let fast = Scenario::new(timeline, HashMap::new(), 4.0);
        assert_eq!(fast.timeline.round, round / 4);
        assert_eq!(fast.timeline.moments.last().unwrap().at, last / 4);
    }
}
