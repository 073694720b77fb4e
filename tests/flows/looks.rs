//! Colours: three themes, none at all, and a state that is never told by colour alone.

use crate::support::consul::Status;
use crate::support::screen::{Launch, Screen};
use crate::{field, instance, shows};

fn checks(args: &[&str], env: &[(&str, &str)]) -> Screen {
    let field = field::calm();
    field.dc("dc-2").seed(&[
        instance("lk-red", Status::Critical, "down"),
        instance("lk-yellow", Status::Warning, "slow"),
    ]);
    let args = [args, &["-c", "checks /lk-"]].concat();
    let launch = Launch::dcview(&args).env("CONSUL_HTTP_ADDR", &field.dc("dc-1").http_addr());
    let screen = env.iter().fold(launch, |launch, (k, v)| launch.env(k, v)).start();
    screen.wait("both states in sign and word", |text| {
        shows(text, &["dc-2", "critical", "lk-red"])
            && shows(text, &["dc-2", "warning", "lk-yellow"])
    });
    screen
}

/// Every colour on the screen.
fn colours(screen: &Screen) -> Vec<vt100::Color> {
    let text = screen.text();
    let rows = text.lines().count() as u16;
    let cells = (0..rows).flat_map(|row| (0..80).map(move |col| screen.cell(row, col)));
    cells
        .flat_map(|cell| [cell.fgcolor(), cell.bgcolor()])
        .filter(|colour| *colour != vt100::Color::Default)
        .collect()
}

fn colour_of(screen: &Screen, text: &str) -> vt100::Color {
    let (row, col) = screen.find(text).expect("waited for");
    screen.cell(row, col).fgcolor()
}

#[test]
fn themes_colour_states_apart() {
    for theme in ["dark", "light"] {
        let screen = checks(&["--theme", theme], &[]);
        let (critical, warning) = ("✗ critical ▸", "▲ warning  ▸");
        assert_ne!(colour_of(&screen, critical), colour_of(&screen, warning), "{theme}");
        let is_true = |colour: &vt100::Color| matches!(colour, vt100::Color::Rgb(..));
        assert!(colours(&screen).iter().any(is_true), "{theme}");
    }
}

#[test]
fn no_color_and_mono_show_none_and_still_tell_every_state() {
    for (args, env) in [(&["--theme", "mono"][..], &[][..]), (&[], &[("NO_COLOR", "1")])] {
        let screen = checks(args, env);
        assert_eq!(colours(&screen), [], "{}", screen.text());
        assert!(shows(&screen.text(), &["✗ critical", "lk-red"]), "{}", screen.text());
        assert!(shows(&screen.text(), &["▲ warning", "lk-yellow"]), "{}", screen.text());
        // Where colour is missing, the cursor is seen by its reversal.
        let (row, col) = screen.find("lk-red").expect("waited for");
        assert!(screen.cell(row, col).inverse(), "{}", screen.text());
    }
}

#[test]
fn a_terminal_of_few_colours_gets_few_and_one_of_few_signs_gets_ascii() {
    let screen = checks(&[], &[("COLORTERM", ""), ("TERM", "linux"), ("LANG", "C")]);
    let is_basic = |colour: &vt100::Color| matches!(colour, vt100::Color::Idx(0..16));
    assert!(colours(&screen).iter().all(is_basic), "{:?}", colours(&screen));
    assert!(screen.text().is_ascii(), "{}", screen.text());
}

#[test]
fn a_theme_is_changed_while_running() {
    let screen = checks(&[], &[]);
    screen.send(":theme mono\r");
    screen.wait("no colour", |_| colours(&screen).is_empty());
    screen.send(":theme dark\r");
    screen.wait("colours", |_| !colours(&screen).is_empty());
    screen.send(":theme drak\r");
    screen.wait_for("did you mean 'dark'?");
}

#[test]
fn an_unknown_theme_is_refused_with_the_known_ones() {
    let mut screen = Launch::dcview(&["--theme", "neon"]).start();
    assert_eq!(screen.exit(), 2);
    let text = screen.text();
    assert!(text.contains("no theme 'neon'") && text.contains("mono"), "{text}");
}
