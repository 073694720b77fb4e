//! `dcview demo`: datacenters inside this process, and the screen on them.

use anyhow::{Context, Result};

use super::{screen, stderr};
use crate::app::msg::Exit;
use crate::cli::{Cli, Demo};
use crate::config::{self, Config, Dirs, EndpointLayer, Env, Flags};
use crate::domain::consumers::Told as Consumers;
use crate::domain::replication::Told;
use crate::sim;

/// Serves the datacenters, and opens the screen on them unless only serving was asked for.
pub async fn run(cli: &Cli, options: &Demo, env: &Env, dirs: &Dirs) -> Result<Exit> {
    let size = options.size.map_or(crate::sim::Size::Demo, |s| crate::sim::Size::Instances(s.0));
    let sim =
        sim::serve(sim::Options { size, speed: options.speed, scenario: true, seed: options.seed })
            .await
            .context("starting the simulated datacenters")?;
    if options.serve {
        for (dc, address) in sim.addresses() {
            stderr::print(&format!("{dc} http://{address}"));
        }
        let ended = tokio::signal::ctrl_c().await;
        ended.context("waiting for ctrl-c")?;
        return Ok(Exit { code: 0, message: None });
    }
    // What is tried here is no part of what was done to real datacenters.
    let dirs = Dirs { state: dirs.state.join("demo"), ..dirs.clone() };
    let config = on(&sim, cli, env, &dirs)?;
    screen(cli, config, env, &dirs).await
}

/// The user's settings with the simulated agent in place of theirs, and none of their datacenters
/// or credentials.
fn on(sim: &sim::Sim, cli: &Cli, env: &Env, dirs: &Dirs) -> Result<Config> {
    let (_, address) = sim.addresses().first().context("no datacenter is served")?;
    let mine = cli.flags();
    let agent = EndpointLayer { address: Some(address.to_string()), ..EndpointLayer::default() };
    let flags = Flags { agent: agent.clone(), ..mine.clone() };
    let theirs = config::load(&mine, env, dirs)?;
    let bare = config::resolve(None, &Env::default(), &flags, dirs)?;
    // What is confirmed about datacenters that do not exist must not be believed of those that do.
    let sources_file = theirs.sources_file.with_file_name("demo-sources.json");
    let replication = Told::default();
    // The datacenters have no DNS: that of a real agent on this machine knows nothing of them.
    let consumers = Consumers { dns_usual: "".into(), ..Consumers::default() };
    Ok(Config {
        agent: bare.agent,
        datacenters: Vec::new(),
        sources_file,
        replication,
        consumers,
        ..theirs
    })
}
