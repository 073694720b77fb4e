//! The pseudo-terminal that drives dcview in the other tests: does it hold?
//!
//! A shell plays the program, so that what is tested is the terminal alone.

mod support;

use support::screen::{Launch, Screen, keys};
use support::svg;

fn shell(script: &str) -> Screen {
    Launch::program("sh", &["-c", script]).size(40, 10).start()
}

#[test]
fn keys_reach_the_program_and_its_text_the_screen() {
    let mut screen = shell("printf 'name? '; read -r name; echo \"hello $name\"; exit 3");
    screen.wait_for("name?");
    screen.send("ada");
    screen.send(keys::ENTER);
    assert_eq!(screen.exit(), 3);
    assert!(screen.text().ends_with("hello ada"), "{}", screen.text());
    assert!(screen.bytes() > 0);
}

#[test]
fn colours_and_places_are_those_painted() {
    let screen = shell("printf '\\033[3;5H\\033[1;31mred\\033[0m \\033[7minverse'; read -r end");
    screen.wait_for("inverse");
    assert_eq!(screen.find("red inv"), Some((2, 4)));
    let cell = screen.cell(2, 4);
    assert_eq!((cell.contents(), cell.fgcolor(), cell.bold()), ("r", vt100::Color::Idx(1), true));
    assert!(screen.cell(2, 8).inverse());
    assert_eq!(screen.row(2), "    red inverse");
}

#[test]
fn a_resize_is_told_to_the_program() {
    let screen = shell("trap 'stty size' WINCH; echo ready; while :; do read -r line; done");
    screen.wait_for("ready");
    screen.resize(60, 20);
    screen.wait_for("20 60");
}

#[test]
fn the_alternate_screen_and_the_clipboard_are_noted() {
    let mut screen = shell(
        "printf '\\033[?1049h\\033[?2026hup\\033[?2026l\\033]52;c;aGVsbG8=\\007'; read -r end; \
         printf '\\033[?1049l'",
    );
    screen.wait_for("up");
    assert!(screen.in_alternate() && !screen.left_alternate());
    screen.send(keys::ENTER);
    screen.exit();
    assert!(screen.left_alternate());
    assert_eq!(screen.clipboard().as_deref(), Some("hello"));
    assert_eq!(screen.frames(), 1);
}

#[test]
fn the_terminal_says_where_its_cursor_is() {
    let screen = shell("stty raw -echo; printf 'abc\\033[6n'; dd bs=1 count=6 2>/dev/null | od -c");
    screen.wait_for("033   [   1   ;   4   R");
}

#[test]
fn a_signal_ends_the_program_and_nothing_of_the_outside_is_seen() {
    let mut screen = shell("env | sort | cut -d= -f1 | xargs echo; read -r end");
    let text = screen.wait_for("XDG_STATE_HOME");
    assert!(!text.contains("USER") && !text.contains("CARGO"), "{text}");
    screen.signal("TERM");
    assert_eq!(screen.status().signal(), Some("Terminated"));
}

#[test]
fn a_picture_holds_text_lines_and_backgrounds() {
    let screen = shell("printf 'a<b \\033[44mblue\\033[0m ┌─┐ ⣿ █ end'; read -r end");
    screen.wait_for("end");
    let svg = screen.with_vt(svg::render);
    assert!(svg.contains(r#"x="0 9 18 36 45 54 63 153 162 171">a&lt;bblueend</text>"#), "{svg}");
    // Four blue cells are one rectangle.
    assert!(svg.contains(r#"d="M36 0h36v19h-36z""#), "{svg}");
    assert!(!svg.contains('┌') && !svg.contains('⣿'), "{svg}");
}
