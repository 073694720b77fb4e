//! Working with rows: sorting, marking, copying, the wheel, the digits.

use crate::support::consul::{Instance, Status};
use crate::support::screen::Screen;
use crate::{SIZES, field, instance, open, shows};

/// The order in which the words first appear on the screen.
fn order<'a>(screen: &str, words: &[&'a str]) -> Vec<&'a str> {
    let mut found: Vec<_> =
        words.iter().filter_map(|word| Some((screen.find(word)?, *word))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, word)| word).collect()
}

fn services(prefix: &str) -> (field::Calm, Screen) {
    let field = field::calm();
    let name = |end: &str| format!("{prefix}-{end}");
    let dc = field.dc("dc-2");
    dc.seed(&[
        instance(&name("alpha"), Status::Passing, "ok"),
        instance(&name("beta"), Status::Critical, "down"),
        instance(&name("gamma"), Status::Warning, "slow"),
    ]);
    let first = format!("services /{prefix}-");
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", &first], SIZES[0]);
    screen
        .wait("three services", |text| ["alpha", "beta", "gamma"].iter().all(|w| text.contains(w)));
    (field, screen)
}

#[test]
fn rows_sort_by_key_and_by_command_and_back() {
    let (_field, screen) = services("so");
    let words = ["so-alpha", "so-beta", "so-gamma"];
    let expect = |what: &str, by: [&str; 3]| {
        screen.wait(what, |text| order(text, &words) == by);
    };
    expect("worst first", ["so-beta", "so-gamma", "so-alpha"]);
    screen.send("N");
    expect("by name", ["so-alpha", "so-beta", "so-gamma"]);
    screen.send("N");
    expect("by name, turned round", ["so-gamma", "so-beta", "so-alpha"]);
    screen.send("S");
    expect("by state", ["so-beta", "so-gamma", "so-alpha"]);
    screen.send(":sort name desc\r");
    expect("by command", ["so-gamma", "so-beta", "so-alpha"]);
    screen.send(":sort nme\r");
    screen.wait_for("no column 'nme' to sort by");
    // Shift and right choose the datacenter's column, O sorts by it.
    screen.send("\x1b[1;2C\x1b[1;2C\x1b[1;2C\x1b[1;2CO");
    expect("by the column of dc-2", ["so-beta", "so-gamma", "so-alpha"]);
}

#[test]
fn marked_rows_are_copied_together() {
    let (_field, screen) = services("co");
    screen.send("N");
    screen.wait("by name", |text| order(text, &["co-alpha", "co-beta"])[0] == "co-alpha");
    screen.send("gc");
    screen.wait_for("copied 1 row");
    assert_eq!(screen.clipboard().as_deref(), Some("co-alpha"));
    screen.send(" jj c");
    screen.wait_for("copied 2 rows");
    assert_eq!(screen.clipboard().as_deref(), Some("co-alpha\nco-gamma"));
    assert!(shows(&screen.text(), &["*co-alpha"]), "{}", screen.text());
    screen.send("\x1c");
    screen.wait_gone("*co-alpha");
    screen.send("y");
    screen.wait_for("copied 1 row");
    let copied = screen.clipboard().unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&copied).expect("JSON");
    assert_eq!(json[0]["name"], "co-gamma", "{copied}");
    assert_eq!(json[0]["datacenters"][0]["warning"], 1, "{copied}");
}

#[test]
fn the_wheel_moves_and_a_click_selects() {
    let (_field, screen) = services("mo");
    screen.send("Ng");
    screen.wait("by name", |text| order(text, &["mo-alpha", "mo-beta"])[0] == "mo-alpha");
    let on = |name: &str, screen: &Screen| {
        let (row, col) = screen.find(name)?;
        let plain = screen.find("mo-alpha").map(|(row, col)| screen.cell(row, col + 20));
        Some((screen.cell(row, col + 20).bgcolor(), plain?.bgcolor()))
    };
    screen.send("\x1b[<65;10;5M");
    screen.wait("the second row lit", |_| on("mo-beta", &screen).is_some_and(|(a, b)| a != b));
    screen.send("c");
    screen.wait_for("copied 1 row");
    assert_eq!(screen.clipboard().as_deref(), Some("mo-beta"));
    let (row, col) = screen.find("mo-gamma").expect("a row");
    screen.send(&format!("\x1b[<0;{};{}M\x1b[<0;{0};{1}m", col + 1, row + 1));
    screen.send("c");
    screen.wait("the clicked one copied", |_| screen.clipboard().as_deref() == Some("mo-gamma"));
}

#[test]
fn digits_focus_datacenters_and_zero_shows_all() {
    let field = field::calm();
    for dc in ["dc-2", "dc-3"] {
        let it = Instance::new(&format!("di-{dc}"), &format!("di-of-{dc}"), "di-1");
        field.dc(dc).seed(&[it.status(Status::Critical, "down")]);
    }
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /di-"], SIZES[0]);
    let both = |text: &str| text.contains("di-of-dc-2") && text.contains("di-of-dc-3");
    screen.wait("both", both);
    // The agent's own datacenter comes first, the others as it lists them.
    let strip = screen.row(0);
    let digit = |dc: &str| {
        let at = strip.find(&format!(":{dc}")).expect("a datacenter of the strip");
        strip.get(at - 1..at).expect("its number").to_owned()
    };
    screen.send(&digit("dc-3"));
    screen.wait("dc-3 alone", |text| !text.contains("di-of-dc-2") && text.contains("di-of-dc-3"));
    screen.send(&digit("dc-2"));
    screen.wait("dc-2 alone", |text| text.contains("di-of-dc-2") && !text.contains("di-of-dc-3"));
    screen.send("0");
    screen.wait("both again", both);
    screen.send("9");
    screen.wait_for("there is no datacenter 9");
}
