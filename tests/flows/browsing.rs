//! Keys as an operator meets them: browsing, counting, finding one by a fragment, searching values.

use base64::Engine as _;

use crate::support::consul::{Cluster, Dc};
use crate::support::fault::Proxy;
use crate::support::screen::keys;
use crate::{SIZES, field, open, open_with, shows};

/// Stores a value past dcview.
fn put(dc: &Dc, key: &str, value: &str) {
    let answer = dc.http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn put_everywhere(field: &Cluster, key: &str, value: &str) {
    field.dcs().iter().for_each(|dc| put(dc, key, value));
}

/// Stores so many keys in transactions.
fn put_many(dc: &Dc, key: impl Fn(usize) -> String, n: usize) {
    let set =
        |n: usize| serde_json::json!({ "KV": { "Verb": "set", "Key": key(n), "Value": "MQ==" } });
    dc.transact(&(0..n).map(set).collect::<Vec<_>>());
}

#[test]
fn a_row_says_whether_the_values_are_equal_and_the_value_stands_beside_it() {
    let field = field::calm();
    put_everywhere(&field, "br/same", "a: 1\n");
    put_everywhere(&field, "br/other", "a: 1\n");
    put(field.dc("dc-3"), "br/other", "a: 2\n");
    put(field.dc("dc-1"), "br/only", "x");
    for size in SIZES {
        put(field.dc("dc-3"), "br/other", "a: 2\n");
        let screen = open(&field.dc("dc-1").http_addr(), &["-c", "kv br"], size);
        screen.wait("the rows, compared", |text| {
            shows(text, &["same", "yes", "equal"])
                && shows(text, &["other", "yes", "differs", "differ"])
                && shows(text, &["only", "yes", "missing"])
        });
        // The cursor is on the first row; its value stands beside it, and the next one's after it.
        screen.wait("the first value", |text| text.contains("─ only @ dc-1 text"));
        screen.send("j");
        screen.wait("the next value", |text| {
            text.contains("─ other @ dc-1") && shows(text, &["1 a: 1"])
        });
        // Somebody mends it.
        put(field.dc("dc-3"), "br/other", "a: 1\n");
        screen.wait("equal values", |text| shows(text, &["other", "yes", "equal"]));
        // And changes what is beside.
        put(field.dc("dc-1"), "br/other", "a: 3\n");
        screen.wait("the new value", |text| {
            shows(text, &["1 a: 3"]) && shows(text, &["other", "differs", "differ"])
        });
        put(field.dc("dc-1"), "br/other", "a: 1\n");
    }
}

#[test]
fn who_holds_and_who_writes_a_key_stands_beside_it() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    put(dc, "ho/copied/a", "1");
    let status = r#"{"Source":"global/","Destination":"ho/copied/"}"#;
    put(dc, "service/consul-replicate/statuses/ho", status);
    let session = serde_json::json!({ "Name": "deploy", "TTL": "600s" });
    let session = dc.http().put("/v1/session/create", &session).expect("an answer").json();
    let id = session["ID"].as_str().expect("an id");
    put(dc, &format!("ho/lock?acquire={id}"), "held");
    let screen = open(&field.dc("dc-1").http_addr(), &["--dc", "dc-2", "-c", "kv ho"], SIZES[1]);
    screen.wait_for("lock");
    screen.send("G");
    screen.wait("its holder", |text| {
        shows(text, &["locked by session", "(deploy)", "node dc-2"]) || text.contains("(deploy)")
    });
    screen.send("g");
    screen.send(keys::RIGHT);
    screen.wait("its writer", |text| shows(text, &["copied/a", "managed by consul-replicate"]));
    screen.send("j");
    screen.wait_for("managed: consul-replicate copies 'global/'");
}

#[test]
fn folders_are_counted_on_demand_and_esc_stops_it() {
    let field = field::calm();
    put_many(field.dc("dc-1"), |n| format!("co/{}/{n}", if n % 3 == 0 { "a" } else { "b" }), 3000);
    put_many(field.dc("dc-2"), |n| format!("co/a/{n}"), 100);
    put(field.dc("dc-1"), "co/b/x/1", "1");
    let network = Proxy::to(&field.dc("dc-1").http_addr());
    let screen = open(&network.addr().to_string(), &["-c", "kv co"], SIZES[0]);
    screen.wait("the folders", |text| shows(text, &["a/", "yes", "yes", "missing"]));
    screen.send("#");
    screen.wait("the counts", |text| {
        shows(text, &["a/", "1,000", "100", "missing"]) && shows(text, &["b/", "2,001", "missing"])
    });
    // What is unfolded later was counted too.
    screen.send("j");
    screen.send(keys::RIGHT);
    screen.wait("the counts below", |text| shows(text, &["b/x/", " 1 ", "missing"]));
    screen.send(keys::LEFT);
    // A count that does not come is given up.
    network.freeze();
    screen.send("#");
    screen.wait_for("counting");
    screen.send(keys::ESC);
    screen.wait_for("stopped; what came so far is shown");
    network.mend();
    screen.send("#");
    screen.wait("the counts again", |text| shows(text, &["a/", "1,000", "100"]));
}

#[test]
fn a_key_is_found_by_a_fragment_and_opened() {
    let field = field::calm();
    put_everywhere(&field, "fk/payment/db/password", "hush");
    put(field.dc("dc-2"), "fk/payment/db/url", "postgres://db-2");
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "find"], SIZES[0]);
    screen.wait("all keys", |text| shows(text, &["find", "keys"]) && !text.contains("reading"));
    screen.send("/fkpaydburl");
    screen.wait("the key", |text| {
        shows(text, &["fk/payment/db/url", "missing", "yes"]) && text.contains("[1]")
    });
    screen.send("\r");
    // Beside it its value, and behind it its page.
    screen.wait_for("postgres://db-2");
    screen.send(keys::ENTER);
    screen.wait("its page", |text| {
        text.contains("─ key fk/payment/db/url") && shows(text, &["dc-1", "missing"])
    });
    screen.send(keys::ESC);
    screen.wait("the same hits", |text| shows(text, &["find 'fkpaydburl'", "[1]"]));
}

#[test]
fn values_are_searched_and_enter_goes_to_the_line() {
    let field = field::calm();
    put_everywhere(&field, "sv/web.conf", "name = web\nport = 8080\n");
    put(field.dc("dc-2"), "sv/db.conf", "name = db\nhost = x\nport = 5432\n");
    let address = field.dc("dc-1").http_addr();
    let screen = open(&address, &["-c", r"search sv /^port = [0-9]{4}$/"], SIZES[0]);
    screen.wait("the lines", |text| {
        shows(text, &["dc-2", "sv/db.conf", "3", "port = 5432"])
            && shows(text, &["dc-1", "sv/web.conf", "2", "port = 8080"])
            && shows(text, &["dc-3", "sv/web.conf", "2", "port = 8080"])
            && text.contains("4 lines in 4 keys")
    });
    screen.send(keys::ENTER);
    screen.wait("the value", |text| {
        text.contains("─ value sv/db.conf @ dc-2") && shows(text, &["3", "port = 5432"])
    });
    screen.send("/host\r");
    screen.wait("one line", |text| text.contains("[1/3]") && !text.contains("port = 5432"));
    screen.send(keys::ESC);
    screen.wait("all lines", |text| shows(text, &["3", "port = 5432"]));
    screen.send(":search sv /PORT\r");
    screen.wait("no line, as it has capitals", |text| text.contains("no value matches"));
}

#[test]
fn keys_with_any_name_are_shown_read_and_opened() {
    let field = field::calm();
    let set = |(key, value): (&str, &str)| {
        let value = base64::engine::general_purpose::STANDARD.encode(value);
        serde_json::json!({ "KV": { "Verb": "set", "Key": key, "Value": value } })
    };
    let all =
        [("od/a b%?#é", "odd-1"), ("od/new\nline", "odd-2"), ("od//deep", "odd-3"), ("od/", "")];
    field.dc("dc-2").transact(&all.map(set));
    let screen = open(&field.dc("dc-1").http_addr(), &["--dc", "dc-2", "-c", "kv od"], SIZES[0]);
    screen.wait("the rows", |text| {
        text.contains("the folder's own key") && text.contains("a b%?#é") && text.contains("new")
    });
    screen.wait("the marker, beside the list", |text| shows(text, &["0 B", "index"]));
    // The folder without a name, then the key that a path can carry.
    screen.send("jj");
    screen.wait_for("odd-1");
    // And the one that no path can: it is not read for a glance.
    screen.send("j");
    screen.wait_for("its name makes it dear to read; open it");
    screen.send(keys::ENTER);
    screen.wait("its page", |text| text.contains("─ key od/new") && text.contains("odd-2"));
    screen.send(keys::ESC);
    screen.wait_for("─ kv od/ ");
    screen.send("gj");
    screen.send(keys::ENTER);
    screen.wait("the folder without a name", |text| {
        text.contains("─ kv od// ") && shows(text, &["deep"])
    });
    screen.send(keys::ENTER);
    screen.wait("its key", |text| text.contains("─ key od//deep") && text.contains("odd-3"));
}

#[test]
fn a_datacenter_that_is_dark_is_counted_and_named() {
    let field = field::calm();
    put(field.dc("dc-1"), "dk/port", "port = 80");
    let (agent, dark) = (field.dc("dc-1").http_addr(), crate::support::fault::refused_addr());
    let config =
        format!("[agent]\naddress = \"{agent}\"\n[datacenters.dc-9]\naddress = \"{dark}\"\n");
    let screen = open_with(&config, &["-c", "find dk/port"]);
    screen.resize(SIZES[1].0, SIZES[1].1);
    screen.wait("the key, and what was not read", |text| {
        text.contains("dk/port") && text.contains("1 of 4 datacenters not read")
    });
    screen.send(":search dk /port\r");
    screen.wait("the line, and what was not searched", |text| {
        shows(text, &["dk/port", "port = 80"]) && text.contains("1 of 4 datacenters not searched")
    });
}
