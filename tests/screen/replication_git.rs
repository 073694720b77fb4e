//! git2consul's branches on the screen: what their keys hold, and what is done about them.

use std::sync::Arc;

use dcview::app::App;
use dcview::app::msg::Effect;
use dcview::app::task::Ask;
use dcview::domain::feed::Subject;
use dcview::domain::replication::{Class, Differing, Kind, Stamp, Stream, Verdict};

use super::world::{self, app, live, press, screen, stream, streams};

fn differing(name: &str, is_in_source: bool) -> Differing {
    let stamp = Some(Stamp { modify_index: 40, len: 4, flags: 0 });
    Differing {
        name: name.into(),
        class: Class::Drift,
        source: stamp.filter(|_| is_in_source),
        destination: stamp,
        is_edited_there: true,
        since: None,
    }
}

/// A branch that a replicator brings from `dc-1` to `dc-2`, of which two keys differ.
fn brought() -> Stream {
    let mut stream = stream(Kind::Git, "repo/main", Verdict::Drift);
    stream.id.to = "copy/main/".into();
    stream.prefix = Some("repo/main/".into());
    stream.differing = Arc::from([differing(".ref", true), differing("svc/x", true)]);
    stream
}

/// The same where git2consul runs.
fn local() -> Stream {
    let mut stream = stream(Kind::Git, "repo/main", Verdict::Drift);
    stream.id.source = Some("dc-2".into());
    stream.id.to = "repo/main/".into();
    stream.differing = Arc::from([differing("svc/x", false)]);
    stream
}

/// An app that shows the keys of a branch.
fn shown(stream: Stream) -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    press(&mut app, ":repl<enter>");
    streams(&mut app, vec![stream]);
    press(&mut app, "<enter>");
    app
}

fn watched(app: &App) -> Vec<(String, Subject)> {
    let all = app.trail.view().subjects(&app.ctx());
    all.into_iter().map(|it| (it.dc.to_string(), it.subject)).collect()
}

#[test]
fn the_keys_of_a_branch_show_what_both_sides_hold_the_reference_too() {
    let mut app = shown(brought());
    screen(&mut app, 80, 24);
    let both = |there: &str, here: &str| {
        [("dc-1", there), ("dc-2", here)].map(|(dc, key)| (dc.to_owned(), Subject::Key(key.into())))
    };
    assert_eq!(watched(&app), both("repo/main.ref", "copy/main.ref"));
    press(&mut app, "j");
    screen(&mut app, 80, 24);
    assert_eq!(watched(&app), both("repo/main/svc/x", "copy/main/svc/x"));
    world::key(&mut app, "dc-1", "repo/main/svc/x", "right", 40);
    world::key(&mut app, "dc-2", "copy/main/svc/x", "wrong", 77);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("-right") && text.contains("+wrong"), "{text}");
    world::key(&mut app, "dc-2", "copy/main/svc/x", "worse", 78);
    assert!(screen(&mut app, 80, 24).contains("+worse"), "it is live");
    let wish = press(&mut app, "  gp").into_iter().find_map(|effect| match effect {
        Effect::Ask(_, Ask::Plan(wish)) => Some(wish.to_string()),
        _ => None,
    });
    let copied = "copy 1 key of repo/main @ dc-1 to copy/main in dc-2";
    assert_eq!(wish.as_deref(), Some(copied));
}

#[test]
fn where_git2consul_runs_an_edited_key_shows_its_value_and_is_not_copied() {
    let mut app = shown(local());
    screen(&mut app, 80, 24);
    assert_eq!(watched(&app), [("dc-2".to_owned(), Subject::Key("repo/main/svc/x".into()))]);
    world::key(&mut app, "dc-2", "repo/main/svc/x", "by hand", 77);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("1 by hand") && text.contains("not by git2consul"), "{text}");
    press(&mut app, "p");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("only the repository knows: 's' has it written again"), "{text}");
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 80, 24).contains("key repo/main/svc/x"));
}

#[test]
fn a_branch_whose_source_is_a_guess_is_taken_as_right_by_its_replication() {
    let mut app = shown(Stream { is_proposed: true, ..brought() });
    for key in ["p", "a"] {
        press(&mut app, key);
        let text = screen(&mut app, 120, 24);
        assert!(text.contains("'a' on the stream of consul-replicate"), "{key}:\n{text}");
    }
}
