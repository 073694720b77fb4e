//! Many keys at once, on real Consul: a plan that is shown, done, met by others, and cut off.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::consul::Dc;
use crate::support::screen::{Launch, Screen, keys};
use crate::{SIZES, field, open, shows};

/// How long a busy machine may need until a datacenter keeps its new leader.
const STEADY: Duration = Duration::from_secs(90);

/// Stores `PREFIXk-0000` and so on, each with its number.
fn seed(dc: &Dc, prefix: &str, number: usize) {
    let op = |n: usize| {
        json!({ "KV": { "Verb": "set", "Key": format!("{prefix}k-{n:05}"),
            "Value": STANDARD.encode(n.to_string()) } })
    };
    dc.transact(&(0..number).map(op).collect::<Vec<_>>());
}

/// All keys under a prefix with their values, the prefix taken away.
fn all(dc: &Dc, prefix: &str) -> Vec<(String, Value)> {
    let answer = dc.http().get(&format!("/v1/kv/{prefix}?recurse")).expect("an answer");
    if answer.status == 404 {
        return Vec::new();
    }
    let entries = answer.json();
    let entry = |it: &Value| {
        let key = it["Key"].as_str().expect("a key").trim_start_matches(prefix);
        (key.to_owned(), it["Value"].clone())
    };
    entries.as_array().expect("entries").iter().map(entry).collect()
}

fn put(dc: &Dc, key: &str, value: &str) {
    dc.http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
}

fn command(screen: &Screen, line: &str) {
    screen.send(&format!(":{line}\r"));
}

#[test]
fn a_folder_is_deleted_as_it_was_shown_and_a_key_that_changed_is_left() {
    let field = field::calm();
    let dc = field.dc("dc-1");
    seed(dc, "pd/", 70);
    put(dc, "pdx", "beside it");
    let screen = open(&dc.http_addr(), &[], SIZES[0]);
    command(&screen, "rm pd/ @dc-1");
    let asked = screen.wait("the plan, read to its end", |text| text.contains("do this?"));
    assert!(
        asked.contains("- delete-cas pd/k-00000 at index") && asked.contains("70 to delete"),
        "{asked}"
    );
    put(dc, "pd/k-00042", "changed since");
    put(dc, "pd/new", "made since");
    screen.send("y");
    screen.wait("the report", |text| {
        text.contains("ended") && text.contains("changed since the plan was made, and left")
    });
    let left: Vec<String> = all(dc, "pd/").into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, ["k-00042", "new"]);
    assert_eq!(all(dc, "pdx").len(), 1);
}

#[test]
fn a_folder_is_copied_to_another_datacenter_and_compares_equal() {
    let field = field::calm();
    let (near, far) = (field.dc("dc-1"), field.dc("dc-2"));
    seed(near, "pc/", 100);
    put(far, "pc/k-00007", "something else");
    let screen = open(&near.http_addr(), &["-c", "compare pc/ @dc-1 @dc-2"], SIZES[0]);
    screen.wait("what differs", |text| text.contains("99 removed, 1 changed"));
    command(&screen, "cp pc/ @dc-1 pc/ @dc-2");
    screen.wait("the plan", |text| {
        text.contains("99 to add, 1 to replace") && text.contains("something else is there")
    });
    screen.send("y");
    screen.wait("all of it", |text| text.contains("100 of 100"));
    screen.send(keys::ESC);
    screen.wait("no difference", |text| {
        text.contains("0 added, 0 removed, 0 changed, 100 eq") && text.contains("no difference")
    });
    assert_eq!(all(near, "pc/"), all(far, "pc/"));
}

#[test]
fn a_conflict_in_the_middle_stops_a_plan_and_the_rest_can_be_done() {
    let field = field::calm();
    let dc = field.dc("dc-1");
    seed(dc, "pm/", 150);
    let screen = open(&dc.http_addr(), &[], SIZES[0]);
    command(&screen, "cp pm/ @dc-1 pn/ @dc-1");
    screen.wait_for("150 to add");
    put(dc, "pn/k-00100", "somebody was faster");
    screen.send("y");
    let text = screen.wait_for("r makes the plan again");
    assert!(text.contains("64 of 150") && text.contains("k-00100"), "{text}");
    let done: Vec<String> = all(dc, "pn/").into_iter().map(|(key, _)| key).collect();
    assert_eq!(done.len(), 65, "one transaction, and what the other one made");
    screen.send("r");
    screen.wait("what is left", |text| {
        text.contains("85 to add") && text.contains("1 to replace") && text.contains("64 the same")
    });
    screen.send("y");
    screen.wait("the rest", |text| text.contains("86 of 86"));
    assert_eq!(all(dc, "pm/"), all(dc, "pn/"));
}

#[test]
fn a_key_is_renamed_and_never_under_both_names_or_none() {
    let field = field::calm();
    let dc = field.dc("dc-1");
    put(dc, "pr/old", "value");
    let screen = open(&dc.http_addr(), &["-c", "kv pr/"], SIZES[0]);
    screen.wait("the key", |text| shows(text, &["old", "missing"]));
    command(&screen, "mv pr/old pr/new @dc-1");
    screen.wait_for("do this?");
    screen.send("y");
    screen.wait("the new name", |text| {
        shows(text, &["new", "missing"]) && !shows(text, &["│   old"])
    });
    assert_eq!(all(dc, "pr/"), [(String::from("new"), json!(STANDARD.encode("value")))]);
}

#[test]
fn a_plan_is_refused_where_the_disk_is_full_until_it_is_insisted() {
    let field = field::calm();
    let dc = field.dc("dc-1");
    seed(dc, "pf/", 3);
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let program = env!("CARGO_BIN_EXE_dcview");
    let launch = Launch::program("sh", &["-c", script, program, "-c", "rm pf/ @dc-1"]);
    let screen = launch.env("CONSUL_HTTP_ADDR", &dc.http_addr()).start();
    // The datacenters may not be known yet when the command comes.
    screen.wait_for(" dcview ");
    screen.wait("the datacenters", |text| text.contains("3:dc-3"));
    if !screen.text().contains("to delete") {
        screen.send(keys::ESC);
        command(&screen, "rm pf/ @dc-1");
    }
    screen.wait_for("3 to delete");
    screen.send("y");
    screen.wait_for("nothing was sent");
    assert_eq!(all(dc, "pf/").len(), 3);
    screen.send("y");
    screen.wait("it is done all the same", |_| all(dc, "pf/").is_empty());
}

#[test]
fn a_leader_lost_in_the_middle_of_a_plan_stops_it_and_nothing_is_lost() {
    let field = field::alone();
    let dc = field.dc("dc-1");
    let number = 64 * 300;
    seed(dc, "pl/", number);
    let screen = open(&dc.http_addr(), &[], SIZES[0]);
    command(&screen, "cp pl/ @dc-1 pk/ @dc-1");
    screen.wait_for("to add");
    screen.send("y");
    screen.wait("some of it", |text| {
        text.contains("operations") && !text.contains(" 0 of ") && text.contains("###")
    });
    field.kill("dc-1", 1);
    field.kill("dc-1", 2);
    let text = screen.wait("the report", |text| text.contains("pk/ in dc-1: ended"));
    assert!(text.contains("stopped: "), "{text}");
    assert!(text.contains("not known") || text.contains("was not made"), "{text}");
    field.restart();
    dc.await_ready();
    screen.wait("the leader", |text| text.contains("1:dc-1 ✓"));
    // The leader is a new one, and may be lost again on a busy machine: then there is more left.
    let started = Instant::now();
    while started.elapsed() < STEADY {
        dc.await_ready();
        // A leader that was started again answers before it has read all of its log.
        screen.wait("every key is back", |_| all(dc, "pl/").len() == number);
        screen.send("r");
        let text = screen.wait("what is left", |text| text.contains("do this?"));
        assert!(text.contains("to add") && text.contains("the same already"), "{text}");
        screen.send("y");
        let text = screen.wait("the rest", |text| {
            // The last line is drawn last: then all of the report is there.
            text.contains("pk/ in dc-1: ended") && text.contains("plan again")
        });
        if !text.contains("stopped: ") {
            break;
        }
    }
    let (from, to) = (all(dc, "pl/"), all(dc, "pk/"));
    assert!(from == to, "{} of {} keys", to.len(), from.len());
}
