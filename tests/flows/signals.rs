//! However the program ends or pauses, the terminal is the shell's again.

use crate::support::consul::Status;
use crate::support::screen::{Launch, Screen};
use crate::support::wait::wait;
use crate::{SIZES, field, flipped, instance, open, shows};

fn assert_given_back(screen: &Screen) {
    let text = screen.text();
    assert!(!screen.in_alternate(), "still on the alternate screen:\n{text}");
    assert!(screen.cursor().is_some(), "no cursor:\n{text}");
    let (mouse, paste) = screen.with_vt(|vt| {
        (vt.mouse_protocol_mode() == vt100::MouseProtocolMode::None, vt.bracketed_paste())
    });
    assert!(mouse && !paste, "mouse or paste still reported");
}

#[test]
fn term_and_hup_end_it_with_their_codes() {
    let field = field::calm();
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let mut screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
        screen.wait("a datacenter", |text| shows(text, &["│ dc-2"]));
        screen.signal(signal);
        assert_eq!(screen.exit(), code, "{signal}");
        assert_given_back(&screen);
    }
}

#[test]
fn ctrl_c_leaves_from_anywhere() {
    let field = field::calm();
    let mut screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
    screen.send("?");
    screen.wait_for("esc closes");
    screen.send("\x03");
    assert_eq!(screen.exit(), 0);
    assert_given_back(&screen);
}

#[test]
fn a_stop_hands_the_terminal_back_and_going_on_repaints_it() {
    let field = field::calm();
    field.dc("dc-2").seed(&[instance("sg-api", Status::Critical, "down")]);
    for by_key in [false, true] {
        let args = ["-c", "checks /sg-"];
        let mut screen = open(&field.dc("dc-1").http_addr(), &args, SIZES[0]);
        screen.wait("the check", |text| shows(text, &["dc-2", "sg-api"]));
        if by_key {
            screen.send(":suspend\r");
        } else {
            screen.signal("TSTP");
        }
        screen.wait("the shell's screen", |_| !screen.in_alternate());
        assert!(screen.cursor().is_some());
        let stat = format!("/proc/{}/stat", screen.pid());
        wait(crate::support::screen::PATIENCE, "the process stops", || {
            std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T "))
        });
        // Its terminal is another size when it comes back.
        screen.resize(100, 30);
        screen.signal("CONT");
        screen.wait("everything again", |text| {
            screen.in_alternate() && shows(text, &["dc-2", "sg-api"]) && text.lines().count() == 30
        });
        screen.send("?");
        screen.wait_for("esc closes");
    }
}

#[test]
fn any_size_is_survived() {
    let field = field::calm();
    field.dc("dc-2").seed(&[instance("sz-api", Status::Critical, "down")]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /sz-"], SIZES[0]);
    let is_whole = |text: &str| shows(text, &["dc-2", "critical", "sz-api"]);
    screen.wait("the check", is_whole);
    for (cols, rows) in [(1, 1), (2, 40), (300, 2), (5, 5), (500, 200), (1, 1)] {
        screen.resize(cols, rows);
        let frames = screen.frames();
        screen.wait("a frame of this size", |_| screen.frames() > frames);
        for key in ["\t", "?", "?", "j", "\x1b[6~", "}"] {
            screen.send(key);
        }
    }
    screen.resize(200, 60);
    screen.send(":checks /sz-\r");
    screen.wait("everything again", |text| is_whole(text) && text.lines().count() == 60);
}

#[test]
fn keys_that_come_with_a_resize_are_not_left_waiting_for_the_next_one() {
    let screen = Screen::start(&["demo"], &[], SIZES[0]);
    screen.wait_for("worst services");
    for turn in 0..60 {
        screen.send("?");
        screen.resize(81 - turn % 2, 24);
        screen.send("?");
        screen.resize(80 + turn % 2, 24);
        screen.send(":");
        screen.resize(81 - turn % 2, 24);
        screen.send("overvie");
        screen.resize(80 + turn % 2, 24);
        screen.send("w");
        screen.wait("the line", |text| text.lines().any(|line| line.starts_with(":overview")));
        screen.send("\x1b");
        screen.wait("no line", |text| !text.lines().any(|line| line.starts_with(":overview")));
    }
}

#[test]
fn a_panic_of_the_screen_restores_the_terminal_and_is_told() {
    let mut screen = Screen::start(&["demo"], &[("DCVIEW_PANIC", "ui")], SIZES[0]);
    assert_eq!(screen.exit(), 101);
    assert_given_back(&screen);
    let text = screen.text();
    assert!(text.contains("provoked in the ui"), "{text}");
    // The shell's prompt comes below what was said, not over it.
    let (row, _) = screen.cursor().expect("a cursor");
    assert!(screen.find("provoked").is_some_and(|(said, _)| row > said), "row {row}:\n{text}");
}

#[test]
fn a_task_that_panics_is_told_and_the_screen_lives_on() {
    let field = field::calm();
    let address = field.dc("dc-1").http_addr();
    let env = [("CONSUL_HTTP_ADDR", &*address), ("DCVIEW_PANIC", "task")];
    let screen = Screen::start(&[], &env, SIZES[0]);
    screen.wait("datacenters", |text| shows(text, &["│ dc-2"]));
    screen.send(";");
    screen.wait_for("a job stopped unexpectedly");
    screen.send("\x1b");
    screen.wait_for("worst services");
    screen.send("?");
    screen.wait_for("esc closes");
}

#[test]
fn a_watch_that_panics_is_told_and_started_again() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    dc.seed(&[instance("pn-api", Status::Critical, "down")]);
    let address = field.dc("dc-1").http_addr();
    let place = "dc-2/v1/health/state/critical";
    let env = [("CONSUL_HTTP_ADDR", &*address), ("DCVIEW_PANIC", place)];
    let args = ["-c", "checks /pn-", "--log-level", "error"];
    let screen = Screen::start(&args, &env, SIZES[0]);
    screen.wait("its check", |text| shows(text, &["dc-2", "critical", "pn-api"]));
    // What makes it ask anew makes it panic.
    screen.send("\x12");
    let text = screen.wait("which watch died", |text| {
        shows(text, &["failing checks of dc-2", "stopped", "started again"])
    });
    assert!(shows(&text, &["dc-2", "critical", "pn-api"]), "its row stays:\n{text}");
    assert!(!text.contains("provoked"), "a panic was written over the screen:\n{text}");
    dc.set_check("pn-api-node", &flipped("pn-api", Status::Warning, "slow"));
    screen.wait("what changes after it", |text| {
        shows(text, &["dc-2", "warning", "pn-api"]) && !text.contains("stale")
    });
    screen.send("?");
    screen.wait_for("esc closes");
    let log = screen.home().join(".local/state/dcview/dcview.log");
    let log = std::fs::read_to_string(&log).expect("a log");
    assert!(log.contains("provoked in the dc-2") && log.contains("a task died"), "{log}");
    screen.send("\x03");
    let mut screen = screen;
    assert_eq!(screen.exit(), 0);
    assert_given_back(&screen);
}

#[test]
fn without_a_terminal_it_says_what_to_use_instead() {
    let program = env!("CARGO_BIN_EXE_dcview");
    // A session of its own has no terminal to fall back on.
    let launch = Launch::program(
        "setsid",
        &["--wait", "sh", "-c", "exec \"$0\" </dev/null 2>&1 | cat", program],
    );
    let mut screen = launch.start();
    screen.exit();
    let text = screen.text();
    assert!(text.contains("dcview get") && text.contains("terminal"), "{text}");
    assert!(!screen.left_alternate() && !screen.in_alternate(), "{text}");
}
