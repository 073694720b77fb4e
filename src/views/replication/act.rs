//! The questions before something is done about a stream: the same wherever one is shown.

use crate::app::action::Action;
use crate::app::confirm::Confirm;
use crate::app::task::{Ask, StreamIntent};
use crate::domain::replication::{Alarm, Kind, Source, Stream};
use crate::replication::act::Act;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::views::{Ctx, Response};

/// What an action does about a stream; `None` where it means nothing to one.
pub(in crate::views) fn act(
    ctx: &Ctx,
    action: Action,
    stream: Option<&Stream>,
) -> Option<Response> {
    let make = match action {
        Action::Resync => resync,
        Action::Probe => probe,
        Action::TakeSource => take_source,
        _ => return None,
    };
    let nothing = || Err("there is no stream here");
    let asked = stream.map_or_else(nothing, |stream| make(ctx, stream));
    Some(asked.unwrap_or_else(|why| Response::Notice(String::from(why))))
}

/// What can be done about a stream, as far as it may be written.
pub(in crate::views) fn hints(ctx: &Ctx, stream: &Stream) -> Vec<(Action, &'static str)> {
    let mut hints = Vec::new();
    let is_offered = |act: Result<Act, &str>| {
        act.is_ok_and(|act| {
            let (one, other) = act.changes();
            !ctx.rules.refuses(one) && other.is_none_or(|dc| !ctx.rules.refuses(dc))
        })
    };
    match stream.id.kind {
        Kind::Git => {}
        _ if stream.is_proposed => hints.push((Action::TakeSource, "take source")),
        _ if stream.has_no_status() => hints.push((Action::TakeSource, "it is over")),
        _ => {}
    }
    if is_offered(Act::resync(stream)) {
        hints.push((Action::Resync, "resync"));
    }
    if is_offered(Act::probe(stream, ctx.now)) {
        hints.push((Action::Probe, "probe"));
    }
    hints
}

fn resync(ctx: &Ctx, stream: &Stream) -> Result<Response, &'static str> {
    let mut confirm = question(ctx, Act::resync(stream)?);
    // A run that would destroy is not to be started without knowing.
    let ahead = stream.alarms.iter().filter(|alarm| Alarm::is_ahead(alarm));
    confirm.reasons.extend(ahead.map(ToString::to_string));
    confirm.reasons.extend(stream.problem.iter().map(|why| format!("cannot be compared: {why}")));
    Ok(Response::Confirm(Box::new(confirm)))
}

fn probe(ctx: &Ctx, stream: &Stream) -> Result<Response, &'static str> {
    let mut confirm = question(ctx, Act::probe(stream, ctx.now)?);
    let ahead = stream.alarms.iter().filter(|alarm| Alarm::is_ahead(alarm));
    confirm.reasons.extend(ahead.map(ToString::to_string));
    Ok(Response::Confirm(Box::new(confirm)))
}

fn question(ctx: &Ctx, act: Act) -> Confirm {
    let lines = act.lines(|dc| ctx.rules.query(dc)).iter().map(|line| text(line)).collect();
    let title = act.summary();
    Confirm::new(title, lines, Ask::Stream(StreamIntent { act, without_journal: false }))
}

/// Why nothing is done about a stream whose source is only a guess, and what to try.
pub(in crate::views) fn guessed(stream: &Stream) -> &'static str {
    match stream.id.kind {
        Kind::Git => {
            "its source is only a guess: 'a' on the stream of consul-replicate that brings it"
        }
        _ => "its source is only a guess: 'a' takes it as right",
    }
}

/// Asks whether the source that was found as the best match is the right one.
fn take_source(_ctx: &Ctx, stream: &Stream) -> Result<Response, &'static str> {
    if !stream.is_proposed {
        let is_gone = stream.has_no_status();
        return if is_gone { Ok(end_source(stream)) } else { Err("its source is no guess") };
    }
    if stream.id.kind == Kind::Git {
        return Err(guessed(stream));
    }
    let source = Source::confirming(&stream.id).ok_or("no source was found for it")?;
    let (from, prefix, to) = (&source.source, &source.prefix, &stream.id.destination);
    let lines = vec![
        text(&format!("{prefix} of {to} is compared with {from} from now on")),
        text("It is kept on this machine; what the settings say goes before it."),
        text("No datacenter is changed."),
    ];
    let title = format!("{prefix} of {to} comes from {from}");
    Ok(Response::Confirm(Box::new(Confirm::new(title, lines, Ask::Remember(source)))))
}

/// Asks whether a replication whose status is missed is over, so that nobody misses it.
fn end_source(stream: &Stream) -> Response {
    let source = Source::ending(&stream.id);
    let (prefix, into) = (&source.prefix, &stream.id.destination);
    let lines = vec![
        text("Without a status it is no longer shown; with one it is there again."),
        text("That is kept on this machine; what the settings name is missed no more either."),
        text("No datacenter is changed."),
    ];
    let title = format!("nothing replicates {prefix} into {into} any more");
    Response::Confirm(Box::new(Confirm::new(title, lines, Ask::EndSource(source))))
}

fn text(line: &str) -> Cell {
    Cell::new(clean(line).into_owned(), Role::Text)
}
