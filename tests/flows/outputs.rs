//! What checks say: whole, scrollable, and never to the terminal itself.

use serde_json::json;

use crate::support::consul::{Check, Instance, Status};
use crate::support::screen::keys;
use crate::{SIZES, field, instance, open, shows};

#[test]
fn the_output_pane_shows_everything_and_scrolls() {
    let field = field::calm();
    let lines: Vec<String> = (1..=60).map(|n| format!("line {n} of the output")).collect();
    let output = lines.join("\n");
    field.dc("dc-2").seed(&[instance("ou-long", Status::Critical, &output)]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /ou-long"], SIZES[0]);
    screen.wait("the group", |text| shows(text, &["ou-long", "1/1 inst"]));
    screen.send(":group flat\r");
    screen.wait("the check beside its row", |text| text.contains("ou-long-1 on ou-long"));
    screen.send(&">".repeat(10));
    screen.wait_for("│line 14 of the output");
    screen.send(&"}".repeat(50));
    screen.wait("what the check is, at the end", |text| text.contains("│index"));
    // The end is the end: one step back is seen at once.
    screen.send("<");
    screen.wait("the last line above it", |text| {
        text.contains("│line 60 of the output") && !text.contains("│index")
    });
    screen.send("d");
    screen.wait_gone("│line 60");
}

#[test]
fn an_output_of_half_a_megabyte_is_taken_and_can_be_read() {
    let field = field::calm();
    let line = |n: usize| format!("line {n:05} {}\n", "x".repeat(52));
    let output: String = (1..=8000).map(line).collect();
    let dc = field.dc("dc-3");
    dc.seed(&[instance("bi-api", Status::Passing, "")]);
    // A transaction of this size would be refused.
    let check = json!({ "Datacenter": "dc-3", "Node": "bi-api-node", "SkipNodeUpdate": true,
        "Check": { "Node": "bi-api-node", "CheckID": "service:bi-api-1", "Name": "big",
                   "ServiceID": "bi-api-1", "Status": "critical", "Output": output } });
    let answer = dc.http().put("/v1/catalog/register", &check).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /bi-api"], SIZES[0]);
    screen.wait("the row", |text| shows(text, &["bi-api", "critical", "line 00001"]));
    screen.send(":group flat\r");
    screen.wait_for("bi-api-1 on bi-api");
    screen.send(&"}".repeat(30));
    screen.wait("thirty pages on", |text| {
        let at = text.find("│line ").and_then(|at| text.get(at + 8..at + 13));
        at.and_then(|number| number.parse().ok()).is_some_and(|number: usize| number > 100)
    });
    screen.send(":services /bi-\r");
    screen.wait("the next view", |text| shows(text, &["bi-api", "critical", "0/1"]));
}

#[test]
fn escape_sequences_in_names_and_outputs_reach_no_terminal() {
    let field = field::calm();
    let evil = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m\rover\u{202e}txt\u{9b}31mend";
    let instance = Instance::new("es-node", "es-\u{1b}[5mapi", "es-1")
        .tag("\x1b[7mtag")
        .meta("es-key", "\x1b[1mvalue")
        .check(Check::of_service("es-check", "es-1", Status::Critical).output(evil));
    field.dc("dc-2").seed(&[instance]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /es-"], SIZES[1]);
    screen.wait("the check", |text| shows(text, &["es-", "critical"]) && text.contains("red"));
    screen.send(":group flat\r");
    let text =
        screen.wait("its output", |text| text.contains("es-1 on es-node") && text.contains("over"));
    assert!(!text.contains('\u{202e}'), "{text}");
    // What was drawn before the sequences still stands, and nothing blinks.
    assert!(text.starts_with(" dcview"), "{text}");
    let (row, col) = screen.find("over").expect("waited for");
    assert!(!screen.cell(row, col).inverse());
    screen.send(keys::ENTER);
    let text = screen.wait("its page", |text| text.contains("instance es-1"));
    assert!(text.starts_with(" dcview"), "{text}");
}
