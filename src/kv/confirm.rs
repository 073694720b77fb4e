//! Consent to a change: from a terminal after it was shown, or from the command line.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::failure::{Done, Failure};
use super::place::Place;
use crate::cli::Consent;
use crate::ui::text::clean;

/// Shows a change on stderr and returns when it may be made. A protected datacenter's name must be
/// typed, or given on the command line.
pub(super) fn confirm(place: &Place, consent: &Consent, change: &str) -> Done<()> {
    let is_meant = match &consent.yes_i_mean {
        Some(name) if *name != place.dc.as_str() => {
            return Err(Failure::usage(format!("--yes-i-mean is '{name}', not '{}'", place.dc)));
        }
        named => named.is_some(),
    };
    let may_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if may_ask {
        say(change);
    }
    let dc = clean(place.dc.as_str());
    if place.is_protected && !is_meant {
        if !may_ask {
            return Err(Failure::usage(format!(
                "'{dc}' is protected: say --yes-i-mean {dc}; nothing was written"
            )));
        }
        return match ask(&format!("'{dc}' is protected. Type its name to write there: "))? {
            name if name == place.dc.as_str() => Ok(()),
            _ => Err(Failure::usage("that is not its name; nothing was written")),
        };
    }
    if consent.force {
        return Ok(());
    }
    if !may_ask {
        let text = "no terminal to ask: --force writes what would be shown; nothing was written";
        return Err(Failure::usage(text));
    }
    match ask(&format!("Write this to '{dc}'? [y/N] "))?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::usage("nothing was written")),
    }
}

/// Text for the operator, while a command runs.
pub(super) fn say(text: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

fn ask(question: &str) -> Done<String> {
    let mut err = io::stderr();
    write!(err, "{question}")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
}
