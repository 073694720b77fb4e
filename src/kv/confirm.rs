//! Consent to a change: from a terminal after it was shown, or from the command line.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::failure::{Done, Failure};
use super::place::Place;
use crate::cli::Consent;
use crate::ui::text::clean;

/// True when there is a terminal to show a change on and to ask.
pub(super) fn may_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Refuses what nobody could consent to in the end: there is no terminal to ask, and the command
/// line does not say enough.
pub(super) fn possible(place: &Place, consent: &Consent) -> Done<()> {
    if let Some(name) = consent.yes_i_mean.as_ref().filter(|name| **name != *place.dc.as_str()) {
        return Err(Failure::usage(format!("--yes-i-mean is '{name}', not '{}'", place.dc)));
    }
    if may_ask() {
        return Ok(());
    }
    if place.is_protected && consent.yes_i_mean.is_none() {
        let dc = clean(place.dc.as_str());
        return Err(Failure::usage(format!(
            "'{dc}' is protected: say --yes-i-mean {dc}; nothing was written"
        )));
    }
    if !consent.force {
        let text = "no terminal to ask: --force writes what would be shown; nothing was written";
        return Err(Failure::usage(text));
    }
    Ok(())
}

/// Shows a change on stderr and returns when it may be made. A protected datacenter's name must be
/// typed, or given on the command line.
pub(super) fn confirm(place: &Place, consent: &Consent, change: &str) -> Done<()> {
    possible(place, consent)?;
    if may_ask() {
        say(change);
    }
    let dc = clean(place.dc.as_str());
    if place.is_protected && consent.yes_i_mean.is_none() {
        return match ask(&format!("'{dc}' is protected. Type its name to write there: "))? {
            name if name == place.dc.as_str() => Ok(()),
            _ => Err(Failure::usage("that is not its name; nothing was written")),
        };
    }
    if consent.force {
        return Ok(());
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
