//! Getting around by typing: commands, filters, the finder, help, and esc back out of all of it.

use crate::support::consul::{Instance, Status};
use crate::support::screen::{Screen, keys};
use crate::{SIZES, field, instance, open, shows};

fn three(prefix: &str, first: &str) -> (field::Calm, Screen) {
    let field = field::calm();
    let one = |end: &str, status| instance(&format!("{prefix}-{end}"), status, "said so");
    field.dc("dc-2").seed(&[
        one("billing", Status::Critical),
        one("basket", Status::Warning),
        one("ledger-2", Status::Passing),
    ]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", first], SIZES[0]);
    (field, screen)
}

#[test]
fn keys_typed_before_the_first_frame_are_not_lost() {
    let field = field::calm();
    let address = field.dc("dc-1").http_addr();
    let screen = Screen::start(&[], &[("CONSUL_HTTP_ADDR", &address)], SIZES[0]);
    screen.send(":nodes /dc-3-server\r");
    screen.wait("the nodes", |text| shows(text, &["dc-3", "dc-3-server-0", "passing"]));
}

#[test]
fn every_key_has_its_frame_although_nothing_else_happens() {
    let field = field::calm();
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "checks /nothing-at-all"], SIZES[0]);
    screen.wait_for("checks by service");
    let start = std::time::Instant::now();
    for _ in 0..10 {
        screen.send("?");
        screen.wait_for("esc closes");
        screen.send("?");
        screen.wait_gone("esc closes");
    }
    // A key that waits for the clock's next tick takes a second: twenty of them twenty.
    assert!(start.elapsed().as_secs() < 10, "twenty keys took {:?}", start.elapsed());
}

#[test]
fn commands_are_completed_narrowed_and_mended() {
    let (_field, screen) = three("cm", "nodes");
    screen.wait("a service in the catalog", |text| text.contains("cm-billing-node"));
    screen.send(":serv");
    screen.wait_for(":services");
    screen.send(&format!("{}{}", keys::TAB, " @dc-"));
    screen.wait_for(":services @dc-1");
    screen.send("2 /cm-b\r");
    screen.wait("two services of dc-2", |text| {
        shows(text, &["services @ dc-2", "[2/"])
            && shows(text, &["cm-billing"])
            && shows(text, &["cm-basket"])
            && !text.contains("cm-ledger")
    });
    screen.send(":service cm-bil");
    screen.wait_for(":service cm-billing");
    screen.send(&format!("{}\r", keys::TAB));
    screen.wait("its instances", |text| shows(text, &["dc-2", "critical", "cm-billing-node"]));
    // A wrong word is said, and stays to be mended.
    screen.send(":nodse\r");
    screen.wait("the nearest", |text| text.contains("there is no command 'nodse'"));
    assert!(screen.text().contains("did you mean 'nodes'?"), "{}", screen.text());
    screen.send(&format!("{0}{0}es\r", keys::BACKSPACE));
    screen.wait_for("nodes @ dc-2");
    screen.send(":dc *\r");
    screen.wait("all of them", |text| shows(text, &["─ nodes ["]));
    screen.send(":dc nowhere\r");
    screen.wait_for("there is no datacenter 'nowhere'");
    screen.send(keys::ESC);
    screen.wait_gone(":dc nowhere");
    screen.send(":q\r");
    let mut screen = screen;
    assert_eq!(screen.exit(), 0);
    assert!(screen.left_alternate());
}

#[test]
fn filters_are_plain_regex_inverted_and_fuzzy() {
    let field = field::calm();
    let one = |end: &str| {
        Instance::new(&format!("ft-{end}"), "ft-api", "ft-1").status(Status::Passing, "ok")
    };
    field.dc("dc-2").seed(&[one("billing"), one("basket"), one("ledger-2")]);
    let first = ["-c", "service ft-api"];
    let screen = open(&field.dc("dc-1").http_addr(), &first, SIZES[0]);
    let expect = |what: &str, shown: &[&str]| {
        screen.wait(what, |text| {
            let is_shown = |end: &&str| shows(text, &["│ dc-2", &format!(" ft-{end}")]);
            let all = ["billing", "basket", "ledger-2"];
            all.iter().all(|end| is_shown(end) == shown.contains(end))
        });
    };
    expect("all", &["billing", "basket", "ledger-2"]);
    screen.send("/bill\r");
    expect("plain", &["billing"]);
    // What was typed stands there again, to be changed.
    screen.send(&format!("/{}er-[0-9]\r", keys::BACKSPACE.repeat(4)));
    expect("regex", &["ledger-2"]);
    screen.send(keys::ESC);
    expect("no filter", &["billing", "basket", "ledger-2"]);
    screen.send("/!ft-b\r");
    expect("inverted", &["ledger-2"]);
    screen.send(keys::ESC);
    expect("no filter", &["billing", "basket", "ledger-2"]);
    screen.send("/-f fbskt\r");
    expect("fuzzy", &["basket"]);
    screen.send(keys::ESC);
    expect("no filter", &["billing", "basket", "ledger-2"]);
    screen.send("/ft-(\r");
    screen.wait("what is wrong with it", |text| text.contains("unclosed group"));
    screen.send("\x1b");
    screen.wait_gone("unclosed group");
    screen.send("/nothing like it\r");
    screen.wait_for("no row matches 'nothing like it'; esc shows all");
}

#[test]
fn the_finder_goes_to_anything_in_any_datacenter() {
    let (_field, screen) = three("fi", "overview /fi-");
    screen.wait("the services", |text| shows(text, &["fi-billing", "critical"]));
    screen.send(";fibill");
    screen.wait("hits", |text| text.contains("find anything") && text.contains("fi-billing"));
    screen.send("\r");
    screen.wait("the service or its check", |text| {
        text.contains("─ service fi-billing")
            || text.contains("─ instance fi-billing-1 on fi-billing-node @ dc-2")
    });
    screen.send(keys::ESC);
    screen.wait_for("worst services");
    screen.send("\x10dc-3-server");
    screen.wait_for("dc-3-server-0");
    screen.send("\r");
    screen.wait_for("─ node dc-3-server-0 @ dc-3");
    // An instance where nothing was opened: its service on its node.
    screen.send("\x10consul dc-2-server-0");
    screen.wait("an instance", |text| shows(text, &["instance", "consul dc-2-server-0 dc-2"]));
    screen.send("\r");
    screen.wait("it alone", |text| {
        shows(text, &["─ service consul @ dc-2", "</^dc-2-server-0$>"])
            && shows(text, &["dc-2", "passing", "dc-2-server-0"])
    });
    screen.send(";");
    screen.wait_for("find anything");
    screen.send("qqqqqqqq\r");
    screen.wait_for("nothing found");
}

#[test]
fn help_lists_the_keys_and_esc_leads_back_one_step_at_a_time() {
    let (_field, screen) = three("he", "services /he-");
    screen.wait("a service", |text| text.contains("he-billing"));
    screen.send("?");
    screen.wait("keys", |text| shows(text, &["ctrl-p", "jump", "Find anything"]));
    screen.send(keys::PAGE_DOWN);
    screen.wait("the next page", |text| shows(text, &["enter", "open", "Go into the row"]));
    screen.send(keys::ESC);
    screen.wait("the services", |text| text.contains("he-billing") && !text.contains("esc closes"));
    screen.send("\r");
    screen.wait_for("─ service he-billing");
    screen.send(keys::ESC);
    screen.wait("the filter still there", |text| text.contains("─ services [3/"));
    screen.send(keys::ESC);
    screen.wait("no filter", |text| text.contains("─ services [") && !text.contains("</he->"));
    // Esc never leaves; q does, from the top.
    screen.send(keys::ESC);
    screen.wait_for("worst services");
    screen.send("q");
    let mut screen = screen;
    assert_eq!(screen.exit(), 0);
}
