//! `dcview replay`: a recording on screen, and no server anywhere.

use anyhow::{Context as _, Result};

use super::open::{self, Show};
use super::stage::Stage;
use super::{logs, looks};
use crate::app::msg::Exit;
use crate::cli::{Cli, Replay};
use crate::config::{self, Config, Dirs, EndpointLayer, Env, Flags};
use crate::past::Wish;
use crate::recording::Recording;
use crate::recording::player::Player;

/// Opens a recording, and the screen on it.
pub async fn run(cli: &Cli, asked: &Replay, env: &Env, dirs: &Dirs) -> Result<Exit> {
    let recording = Recording::open(&asked.file)?;
    let damages: Vec<String> = recording.damages().map(ToString::to_string).collect();
    let mut player = Player::new(recording).context("nothing of it can be read")?;
    let mut config = without_servers(cli, env, dirs)?;
    if let Err(error) = logs::start(&config) {
        config.warnings.push(format!("no log is kept: {error:#}"));
    }
    for damage in &damages {
        tracing::warn!("{damage}");
    }
    config.warnings.extend(summary(&damages));
    let mut setup = looks::setup(&config, env, dirs)?;
    setup.agent = asked.file.display().to_string();
    // What was being edited has nothing to do with what was recorded.
    setup.drafts.clear();
    if let Some(when) = asked.at {
        let span = player.span();
        let at = when.at(span.to, &setup.look.zone);
        if at < span.from || at > span.to {
            let text = "the time of '--at' is not in the recording: the nearest that is, is shown";
            setup.warnings.push(String::from(text));
        }
        player.find(Wish::At(at));
    }
    let first = Stage::first(&mut player);
    let show = Show { player, first, speed: asked.speed };
    open::replay(config.mouse, setup, cli.first_command.as_deref(), show).await
}

/// The user's settings for the screen, and none of their servers or credentials.
fn without_servers(cli: &Cli, env: &Env, dirs: &Dirs) -> Result<Config> {
    let mine = Flags { agent: EndpointLayer::default(), ..cli.flags() };
    let theirs = config::load(&mine, env, dirs)?;
    let bare = config::resolve(None, &Env::default(), &mine, dirs)?;
    Ok(Config { agent: bare.agent, datacenters: Vec::new(), ..theirs })
}

/// What is damaged, in a line: the first of it, and how much more there is.
fn summary(damages: &[String]) -> Option<String> {
    let first = damages.first()?;
    Some(match damages.len() - 1 {
        0 => first.clone(),
        1 => format!("{first}; and 1 more place, which the log names"),
        more => format!("{first}; and {more} more places, which the log names"),
    })
}
