//! Takes dcview's screenshots from a real run of `dcview demo` in a pseudo-terminal.
//!
//! `tests/screenshots.sh` is how to call it. For each view it types the command that leads there,
//! waits until the screen has come to rest, and writes `NAME.svg` and `NAME.png`; of pictures that
//! tests with a real Consul wrote it makes the PNGs. Invariant: both show the same moment, as the PNG
//! is made from the SVG.

mod png;
#[path = "../../support/screens.rs"]
mod support;

use std::env;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use support::screen::{Launch, PATIENCE, Screen, keys};
use support::svg;

/// The views to show: the file's name, and the command that leads there.
const VIEWS: [(&str, &str); 5] = [
    ("overview", "overview"),
    ("services", "services"),
    ("checks", "checks"),
    ("kv", "kv global/limits/"),
    ("replication", "replication"),
];
/// The pictures that tests wrote.
const OF_TESTS: [&str; 3] = ["map", "matrix", "consumers"];
/// The terminal: wide enough for all columns, narrow enough to be read on a web page.
const COLS: u16 = 120;
const ROWS: u16 = 34;
/// A screen that has not changed for so long is at rest. Ages are redrawn once a second.
const REST: Duration = Duration::from_millis(500);

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [program, folder] = args.as_slice() else {
        bail!("usage: shot PATH-OF-DCVIEW FOLDER");
    };
    let painter = png::Painter::new()?;
    let folder = Path::new(folder);
    fs::create_dir_all(folder).with_context(|| format!("making '{}'", folder.display()))?;

    // The incident at its worst: a node is down, a rollout has failed, another node is taken out.
    let screen = Launch::program(program, &["demo", "--speed", "6"]).size(COLS, ROWS).start();
    screen.wait("the whole incident", |text| {
        text.contains("◆ maintenance") && text.contains("2 critical, 1 warning")
    });
    for (view, command) in VIEWS {
        let command = format!(":{command}");
        screen.send(&command);
        screen.wait_for(&command);
        screen.send(keys::ENTER);
        screen.wait_gone(&command);
        await_rest(&screen)?;
        let picture = screen.with_vt(svg::render);
        let save = |kind: &str, bytes: &[u8]| {
            let path = folder.join(view).with_extension(kind);
            fs::write(&path, bytes).with_context(|| format!("writing '{}'", path.display()))
        };
        save("svg", picture.as_bytes())?;
        save("png", &painter.paint(&picture)?)?;
    }
    for name in OF_TESTS {
        let path = folder.join(name).with_extension("svg");
        let picture =
            fs::read_to_string(&path).with_context(|| format!("reading '{}'", path.display()))?;
        let path = path.with_extension("png");
        fs::write(&path, painter.paint(&picture)?)
            .with_context(|| format!("writing '{}'", path.display()))?;
    }
    Ok(())
}

/// Returns when the screen shows the same for [`REST`].
fn await_rest(screen: &Screen) -> Result<()> {
    let start = Instant::now();
    let mut shown = screen.text();
    let mut since = Instant::now();
    while since.elapsed() < REST {
        if start.elapsed() > PATIENCE {
            bail!("the screen does not come to rest:\n{shown}");
        }
        thread::park_timeout(REST / 20);
        let now = screen.text();
        if now != shown {
            (shown, since) = (now, Instant::now());
        }
    }
    Ok(())
}
