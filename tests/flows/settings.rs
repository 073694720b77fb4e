//! Settings: keys of one's own, and mistakes that are told where they were made.

use crate::support::consul::Status;
use crate::support::screen::{Launch, Screen};
use crate::{field, instance, open_with, shows};

#[test]
fn keys_are_overridden_by_the_settings_file_and_help_shows_them() {
    let field = field::calm();
    field.dc("dc-2").seed(&[instance("ky-api", Status::Critical, "down")]);
    let address = field.dc("dc-1").http_addr();
    let config =
        format!("[agent]\naddress = \"{address}\"\n[keys]\nhelp = \"f2\"\nnext-view = \"n\"\n");
    let screen = open_with(&config, &["-c", "checks /ky-"]);
    screen.wait("the check", |text| shows(text, &["dc-2", "ky-api"]));
    screen.send("?");
    screen.send("n");
    screen.wait_for("─ nodes [");
    screen.send("\x1bOQ");
    screen.wait("help", |text| shows(text, &["f2", "help", "Show the keys"]));
}

/// What is said of a settings file that is wrong; the program must end with 2.
fn refused(config: &str) -> String {
    let mut screen = open_with(config, &[]);
    assert_eq!(screen.exit(), 2, "{}", screen.text());
    screen.text().replace('\n', "")
}

#[test]
fn a_misspelt_field_is_told_with_its_line_and_the_nearest_name() {
    let said = refused("read_only = true\n\n[datacenters.dc-2]\nadress = \"10.0.0.1:8500\"\n");
    assert!(said.contains("config.toml:4: unknown field 'adress'"), "{said}");
    assert!(said.contains("did you mean 'address'?"), "{said}");

    let said = refused("conections = 3\n");
    assert!(said.contains("config.toml:1:") && said.contains("'connections'"), "{said}");
}

#[test]
fn a_wrong_value_a_wrong_key_and_a_wrong_action_are_told() {
    let said = refused("connections = \"many\"\n");
    assert!(said.contains("config.toml:1:") && said.contains("invalid type"), "{said}");

    let said = refused("[keys]\nhlep = \"x\"\n");
    assert!(said.contains("config.toml:2: unknown action 'hlep' in [keys]"), "{said}");
    assert!(said.contains("did you mean 'help'?"), "{said}");

    let said = refused("mouse = true\n[keys]\nhelp = [\n \"f2\",\n \"ctlr-x\",\n]\n");
    assert!(said.contains("config.toml:5: key of 'help' in [keys]: 'ctlr-x' is no key"), "{said}");
    assert!(said.contains("did you mean 'ctrl-x'?"), "{said}");

    let said = refused("[agent]\naddress = \"ftp://10.0.0.1\"\n");
    assert!(said.contains("ftp"), "{said}");
}

#[test]
fn a_file_that_is_named_and_not_there_is_told() {
    let mut screen = Launch::dcview(&["--config", "nowhere.toml"]).start();
    assert_eq!(screen.exit(), 2);
    assert!(screen.text().contains("cannot read 'nowhere.toml'"), "{}", screen.text());
}

#[test]
fn a_token_that_everybody_can_read_is_warned_of_and_never_logged() {
    let field = field::calm();
    let address = field.dc("dc-1").http_addr();
    let config = format!(
        "log_level = \"trace\"\n[agent]\naddress = \"{address}\"\ntoken = \"c0ffee00-s3cr3t\"\n"
    );
    let screen = open_with(&config, &[]);
    screen.wait_for("holds a secret");
    let log = screen.home().join(".local/state/dcview/dcview.log");
    let log = std::fs::read_to_string(&log).unwrap_or_else(|e| panic!("{}: {e}", log.display()));
    assert!(!log.contains("s3cr3t"), "{log}");
}

#[test]
fn a_token_on_the_command_line_is_not_taken() {
    let mut screen = Screen::start(&["--token", "s3cr3t"], &[], (80, 24));
    assert_eq!(screen.exit(), 2);
    let text = screen.text();
    assert!(text.contains("CONSUL_HTTP_TOKEN") && !text.contains("s3cr3t"), "{text}");
}
