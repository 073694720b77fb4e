//! Getting around: commands, filters, the finder, focus, back and forth.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dcview::app::msg::{Effect, Exit, Msg};
use dcview::domain::health::Status;

use super::world::{self, app, live, press, screen, service};

fn two() -> dcview::app::App {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
        service(&mut app, dc, "billing", 3, 1);
        service(&mut app, dc, "audit", 3, 0);
        world::node(&mut app, dc, "web-host", Status::Passing);
    }
    app
}

#[test]
fn a_command_opens_a_view_in_a_datacenter_under_a_filter() {
    let mut app = two();
    press(&mut app, ":svc @dc-2 /bill<enter>");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("services @ dc-2") && text.contains("</bill>"), "{text}");
    assert!(text.contains("billing") && !text.contains("audit"), "{text}");
}

#[test]
fn esc_drops_the_filter_first_and_the_view_then() {
    let mut app = two();
    press(&mut app, ":services<enter>/bill<enter>");
    assert!(!screen(&mut app, 100, 24).contains("audit"));
    press(&mut app, "<esc>");
    assert!(screen(&mut app, 100, 24).contains("audit"));
    press(&mut app, "<esc>");
    assert!(screen(&mut app, 100, 24).contains("worst services"));
    let effects = press(&mut app, "<esc>");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Exit(_))), "esc never quits");
}

#[test]
fn q_quits_from_the_top_level_only() {
    let mut app = two();
    let quits = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Exit(_)));
    press(&mut app, ":services<enter>");
    assert!(!quits(&press(&mut app, "q")));
    assert!(quits(&press(&mut app, "q")));
}

#[test]
fn a_half_typed_expression_keeps_the_rows_of_the_last_good_one() {
    let mut app = two();
    press(&mut app, ":services<enter>/bill(");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("billing") && !text.contains("audit"), "{text}");
    press(&mut app, "<esc>");
    assert!(screen(&mut app, 100, 24).contains("audit"), "esc brings the old filter back");
}

#[test]
fn the_finder_goes_to_a_node_of_another_datacenter() {
    let mut app = two();
    press(&mut app, "<ctrl-p>webhost");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("web-host") && text.contains("dc-2"), "{text}");
    press(&mut app, "<down><enter>");
    assert!(screen(&mut app, 100, 24).contains("node web-host @ dc-"));
}

#[test]
fn digits_focus_a_datacenter_and_zero_shows_all() {
    let mut app = two();
    press(&mut app, ":nodes<enter>2");
    let one = screen(&mut app, 100, 24);
    assert!(one.contains("nodes @ dc-2") && one.contains("[1]"), "{one}");
    press(&mut app, "0");
    assert!(screen(&mut app, 100, 24).contains("[2]"));
    press(&mut app, "7");
    assert!(screen(&mut app, 100, 24).contains("no datacenter 7"));
}

#[test]
fn a_wrong_command_is_kept_with_what_is_wrong() {
    let mut app = two();
    press(&mut app, ":servces<enter>");
    let text = screen(&mut app, 100, 24);
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with(":servces") && last.contains("services"), "{text}");
}

#[test]
fn an_unknown_datacenter_ends_with_code_2_and_says_which_are_known() {
    let mut app = app(&[]);
    app.focus = Some("dc-9".into());
    let mut setup_focus =
        dcview::app::App::new(dcview::app::Setup { focus: Some("dc-9".into()), ..app.setup });
    let all = vec!["dc-1".into(), "dc-2".into()];
    let report = dcview::domain::feed::Report::Datacenters { all, local: None };
    let effects = setup_focus.update(Msg::Report(report));
    let exit = effects.into_iter().find_map(|effect| match effect {
        Effect::Exit(exit) => Some(exit),
        _ => None,
    });
    let Some(Exit { code, message }) = exit else { panic!("it did not end") };
    assert_eq!(code, 2);
    assert_eq!(message.as_deref(), Some("unknown datacenter 'dc-9'; known are dc-1, dc-2"));
}

#[test]
fn copying_a_row_hands_its_json_to_the_clipboard() {
    let mut app = two();
    let effects = press(&mut app, ":services<enter>y");
    let copied = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    let rows: serde_json::Value = serde_json::from_str(&copied.expect("a copy")).expect("JSON");
    assert_eq!(rows[0]["name"], "billing");
    assert_eq!(rows[0]["datacenters"][1]["critical"], 1);
}

#[test]
fn pasted_text_acts_on_nothing() {
    let mut app = two();
    let effects = app.update(Msg::Paste(String::from("q:quit\n")));
    assert!(effects.is_empty());
}

#[test]
fn help_lists_every_action_with_its_key() {
    let mut app = two();
    press(&mut app, "?");
    let text = screen(&mut app, 200, 200);
    for info in dcview::app::action::ACTIONS {
        assert!(text.contains(info.name), "{} is missing:\n{text}", info.name);
    }
}

#[test]
fn a_command_is_typed_from_the_help() {
    let mut app = world::app(&["dc-1"]);
    world::live(&mut app, "dc-1");
    world::press(&mut app, "?:nodes<enter>");
    let text = world::screen(&mut app, 80, 24);
    assert!(text.contains("─ nodes") && !text.contains("esc closes"), "{text}");
}

#[test]
fn what_a_key_was_answered_with_goes_with_the_next_one() {
    let mut app = world::app(&["dc-1"]);
    world::live(&mut app, "dc-1");
    let last = |app: &mut dcview::app::App| {
        world::screen(app, 80, 24).lines().last().unwrap_or_default().to_owned()
    };
    world::press(&mut app, "c");
    assert!(last(&mut app).contains("copied"), "{}", last(&mut app));
    world::press(&mut app, ":");
    assert_eq!(last(&mut app), ":", "nothing stands beside an empty line");
    // What is wrong with a line stays while it is mended.
    world::press(&mut app, "nonsens<enter>");
    world::press(&mut app, "e");
    assert!(last(&mut app).contains("there is no command"), "{}", last(&mut app));
    world::press(&mut app, "<esc>");
    assert!(last(&mut app).contains("help"), "{}", last(&mut app));
}

#[test]
fn what_went_wrong_by_itself_waits_for_esc() {
    let mut app = world::app(&["dc-1"]);
    world::live(&mut app, "dc-1");
    app.update(Msg::Failed("the watch broke".to_owned()));
    world::press(&mut app, "jk");
    assert!(world::screen(&mut app, 80, 24).contains("the watch broke"));
    world::press(&mut app, "<esc>");
    assert!(!world::screen(&mut app, 80, 24).contains("the watch broke"));
}

#[test]
fn esc_lifts_the_limit_that_the_step_brought() {
    let mut app = two();
    press(&mut app, "<down><enter>");
    assert!(screen(&mut app, 100, 24).contains("checks @ dc-2"));
    press(&mut app, "<esc>");
    let text = screen(&mut app, 100, 24);
    assert!(app.focus.is_none() && !text.contains("worst services @"), "{text}");
    // Forward again it is back, and so it is with the last view.
    for (there, back) in [("<alt-right>", "<alt-left>"), ("-", "-")] {
        press(&mut app, there);
        assert!(screen(&mut app, 100, 24).contains("checks @ dc-2"), "{there}");
        press(&mut app, back);
        assert!(app.focus.is_none(), "{back}");
    }
}

#[test]
fn a_limit_that_was_chosen_since_outlasts_the_step_back() {
    let mut app = two();
    press(&mut app, "<enter>2<esc>");
    assert!(screen(&mut app, 100, 24).contains("worst services @ dc-2"));
    press(&mut app, "0<enter>0<esc>");
    assert!(!screen(&mut app, 100, 24).contains("worst services @"));
}

#[test]
fn a_column_that_has_no_order_says_so() {
    let mut app = two();
    press(&mut app, ":services<enter>:sort load<enter>");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("no column 'load' to sort by; there are name, status"), "{text}");
    press(&mut app, ":checks<enter>");
    for _ in 0..5 {
        app.update(Msg::Key(KeyEvent::new(KeyCode::Right, KeyModifiers::SHIFT)));
    }
    press(&mut app, "O");
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("column 'output' has no order"), "{text}");
}

#[test]
fn help_begins_with_the_keys_that_work_only_here() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":replication<enter>?");
    let text = screen(&mut app, 80, 24);
    let lines: Vec<&str> = text.lines().skip(2).take(3).collect();
    assert!(lines[0].contains("only here"), "{text}");
    assert!(text.contains("stream-probe") && !text.contains("map"), "{text}");
    press(&mut app, "<esc>:nodes<enter>?");
    let text = screen(&mut app, 200, 120);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words}:\n{text}"));
    assert!(at("general") < at("in other views"), "{text}");
    assert!(text.contains("stream-probe"), "all keys are there:\n{text}");
}
