//! The outside: the only room that waits, reads the clock and touches the terminal.
//!
//! It turns keys, signals, ticks and feeds into messages for [`crate::app::App`], carries out the
//! effects that come back, and draws when something changed. Nothing else sees this room.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::app::msg::Exit;
use crate::cli::{Checked, Cli, Command};
use crate::config::{self, Config, Dirs, Env, LogLevel};
use crate::domain::ids::Dc;

mod archive;
mod demo;
mod diary;
mod drafts;
mod effects;
mod logs;
mod looks;
mod open;
mod recorder;
mod replay;
mod run;
mod signals;
mod stage;
mod stderr;
mod tasks;
mod terminal;

/// Threads for everything that waits; the UI has its own.
const WORKERS: usize = 2;
/// Threads for parsing and sorting of what is large.
const BLOCKING: usize = 4;

/// The program: from its arguments to its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::read(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            // Help that cannot be printed has nobody to tell.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run(&cli) {
        Ok(exit) => {
            if let Some(message) = &exit.message {
                message.lines().for_each(stderr::say);
            }
            ExitCode::from(exit.code)
        }
        Err(error) => {
            stderr::say(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<Exit> {
    let dirs = Dirs::of_user().context("no home directory: set HOME or XDG_CONFIG_HOME")?;
    let env = Env::of_process();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING)
        .enable_all()
        .build()
        .context("starting threads")?;
    let exit = match &cli.command {
        Some(Command::Demo(options)) => runtime.block_on(demo::run(cli, options, &env, &dirs)),
        Some(Command::Replay(asked)) => runtime.block_on(replay::run(cli, asked, &env, &dirs)),
        Some(Command::Config) => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            stderr::print(&config.describe());
            Ok(Exit { code: 0, message: None })
        }
        Some(Command::Get(get)) => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            log(&config);
            let only = cli.flags().settings.dc.map(Dc::from);
            runtime.block_on(crate::report::get(get, only.as_ref(), &config, stderr::out()))
        }
        Some(Command::Check(check)) => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            log(&config);
            let only = cli.flags().settings.dc.map(Dc::from);
            let Checked::Consumers = check.what;
            let out = stderr::out();
            let asked = crate::report::check_consumers(check.output, only.as_ref(), &config, out);
            runtime.block_on(asked)
        }
        Some(Command::Kv(kv)) => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            log(&config);
            runtime.block_on(crate::kv::run(kv, &config, &dirs.state, stderr::out()))
        }
        Some(Command::Replication(asked)) => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            log(&config);
            let only = cli.flags().settings.dc.map(Dc::from);
            match &asked.verb {
                Some(verb) => runtime.block_on(crate::kv::diff_of(verb, &config, stderr::out())),
                None => runtime.block_on(crate::report::replication(
                    asked,
                    only.as_ref(),
                    &config,
                    stderr::out(),
                )),
            }
        }
        Some(Command::Rollout(asked)) => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            log(&config);
            let only = cli.flags().settings.dc.map(Dc::from);
            let rollout =
                crate::report::rollout(asked, only.as_ref(), &config, stderr::out(), stderr::say);
            runtime.block_on(rollout)
        }
        None => {
            let config = config::load(&cli.flags(), &env, &dirs)?;
            runtime.block_on(screen(cli, config, &env, &dirs))
        }
    };
    // Blocking queries may hang for minutes; nothing waits for them.
    runtime.shutdown_background();
    exit
}

/// Starts the log of a command without a screen, which needs none to do its work: that there is no
/// place for it is said where more than usual was asked for.
fn log(config: &Config) {
    if let Err(error) = logs::start(config)
        && config.log_level != LogLevel::default()
    {
        stderr::say(&format!("no log: {error:#}"));
    }
}

/// Opens the screen on these settings.
async fn screen(cli: &Cli, mut config: Config, env: &Env, dirs: &Dirs) -> Result<Exit> {
    // A full disk is no reason to see nothing.
    if let Err(error) = logs::start(&config) {
        config.warnings.push(format!("no log is kept: {error:#}"));
    }
    let setup = looks::setup(&config, env, dirs)?;
    let begin = open::Begin {
        state: &dirs.state,
        first: cli.first_command.as_deref(),
        record: &cli.record,
    };
    open::run(&config, setup, begin).await
}
