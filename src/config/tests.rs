//! The layers together, the sample file, and what is told about faults.

use std::path::Path;

use super::*;
use crate::consul::Token;
use crate::domain::catalog::Instance;
use crate::domain::catalog::tests::instance;
use crate::domain::ids::Key;

fn dirs() -> Dirs {
    Dirs {
        config: "/home/ann/.config/dcview".into(),
        state: "/home/ann/.local/state/dcview".into(),
    }
}

fn file(text: &str) -> SourceFile {
    SourceFile {
        path: "/etc/dcview/config.toml".into(),
        text: text.to_owned(),
        is_world_readable: true,
    }
}

fn with(text: &str, env: &[(&str, &str)], flags: &Flags) -> Result<Config> {
    let env = env.iter().copied().collect();
    resolve(Some(&file(text)), &env, flags, &dirs())
}

fn of_file(text: &str) -> Config {
    with(text, &[], &Flags::default()).unwrap()
}

fn of_env(env: &[(&str, &str)]) -> Config {
    resolve(None, &env.iter().copied().collect(), &Flags::default(), &dirs()).unwrap()
}

fn refused(text: &str) -> String {
    format!("{:#}", with(text, &[], &Flags::default()).unwrap_err())
}

const SAMPLE: &str = include_str!("../../assets/config.toml");

/// The sample with every commented setting put to work.
fn sample_uncommented() -> String {
    let setting = |rest: &str| rest.starts_with('[') || rest.contains(" = ");
    SAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| setting(rest)).unwrap_or(line))
        .fold(String::new(), |all, line| all + line + "\n")
}

#[test]
fn the_sample_file_parses_to_the_defaults() {
    let sample = Config { file: None, ..of_file(SAMPLE) };
    assert_eq!(format!("{sample:#?}"), format!("{:#?}", of_env(&[])));
}

#[test]
fn the_sample_file_shows_every_field_with_a_value_that_parses() {
    let all = sample_uncommented();
    let config = of_file(&all);
    assert_eq!(config.datacenters.len(), 1);
    for header in [
        "",
        "[agent]\n",
        "[datacenters.x]\n",
        "[replication]\n",
        "[[replication.source]]\n",
        "[[replication.compare]]\n",
        "[consumers]\n",
        "[[balancers]]\n",
        "[rollout]\n",
        "[[rollout.version]]\n",
    ] {
        let told = refused(&format!("{header}qqqqqqqqqqqqqqqq = 1"));
        let known = told.split_once("known are ").unwrap().1;
        for field in known.split(", ") {
            let ways = [format!("\n{field} = "), format!("[{field}"), format!(".{field}]")];
            let shown = ways.iter().any(|way| all.contains(way));
            assert!(shown, "'{field}' is missing");
        }
    }
}

#[test]
fn what_replicates_where_is_told_by_the_file() {
    let told = of_file(&sample_uncommented()).replication;
    assert_eq!(told.status_dir.as_str(), "service/consul-replicate/statuses/");
    let (dc_2, dc_3) = (Dc::from("dc-2"), Dc::from("dc-3"));
    let source = told.source("config/", &dc_2).unwrap();
    assert_eq!((source.source.as_str(), source.exclude.len()), ("dc-1", 1));
    assert_eq!(told.source("config/", &dc_3), None);
    assert_eq!(told.compare[0].to.as_ref().map(Key::as_str), Some("app/"));
}

#[test]
fn where_a_version_is_found_is_told_by_the_file() {
    let version = |config: &Config, service: &str, meta: &[(&str, &str)], tags: &[&str]| {
        let meta = meta.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value)));
        let instance = Instance {
            service: service.into(),
            meta: meta.collect(),
            tags: tags.iter().map(|tag| Arc::from(*tag)).collect(),
            ..instance("n1", "a")
        };
        config.versions.version(&instance).to_string()
    };
    let config = of_file(&sample_uncommented());
    assert_eq!(version(&config, "web-shop", &[("build", "b7"), ("version", "1")], &[]), "b7");
    assert_eq!(version(&config, "night-batch", &[], &["build-8"]), "8");
    assert_eq!(version(&config, "db", &[], &["release-2"]), "2");
    assert_eq!(version(&of_file(""), "db", &[], &["release-2", "v3"]), "v3");
}

#[test]
fn a_faulty_rule_for_versions_is_told_with_its_line_and_what_to_write() {
    let at = "/etc/dcview/config.toml";
    let told = refused("[rollout]\ntag = 'build-('\n");
    assert!(told.starts_with(&format!("{at}:2: this pattern cannot be read (")), "{told}");
    assert!(told.contains("write one with a group"), "{told}");
    let told = refused("[rollout]\ntag = '(a)(b)'\n");
    assert!(told.contains("has 2 groups"), "{told}");
    let told = refused("mouse = true\n[[rollout.version]]\nservice = 'web'\n");
    assert!(told.starts_with(&format!("{at}:2: this rule does not say where")), "{told}");
    let told = refused("[rollout]\nmeta = 3\n");
    assert!(told.contains(":2: ") && told.contains("expected a key or a list of keys"), "{told}");
}

#[test]
fn each_layer_gives_way_to_the_next() {
    let text = "[agent]\naddress = 'file:1'\n";
    let consul = ("CONSUL_HTTP_ADDR", "consul:2");
    let own = ("DCVIEW_HTTP_ADDR", "own:3");
    let mut flags = Flags::default();
    let address = |env: &[(&str, &str)], flags: &Flags| {
        with(text, env, flags).unwrap().agent.address.to_string()
    };
    assert_eq!(address(&[], &flags), "http://file:1");
    assert_eq!(address(&[consul], &flags), "http://consul:2");
    assert_eq!(address(&[consul, own], &flags), "http://own:3");
    flags.agent.address = Some("flag:4".to_owned());
    assert_eq!(address(&[consul, own], &flags), "http://flag:4");
}

#[test]
fn a_token_of_a_higher_layer_beats_a_token_file_of_a_lower_one() {
    let text = "[agent]\ntoken_file = 'secret'\n";
    let config = with(text, &[("CONSUL_HTTP_TOKEN", "t")], &Flags::default()).unwrap();
    assert!(matches!(config.agent.token, Token::Text(_)));
    let both = [("CONSUL_HTTP_TOKEN", "t"), ("CONSUL_HTTP_TOKEN_FILE", "/f")];
    assert!(matches!(of_env(&both).agent.token, Token::File(_)));
}

#[test]
fn ssl_makes_a_bare_address_https() {
    let config = of_env(&[("CONSUL_HTTP_ADDR", "10.0.0.1:8501"), ("CONSUL_HTTP_SSL", "true")]);
    assert_eq!(config.agent.address.to_string(), "https://10.0.0.1:8501");
}

#[test]
fn a_datacenter_without_an_address_overrides_the_agent() {
    let config = of_file(
        "[agent]\naddress = 'a:1'\nnamespace = 'n'\n[datacenters.dc-2]\ntoken = 't'\n\
         [datacenters.dc-3]\nprotected = true\n",
    );
    let dc2 = config.datacenter(&Dc::from("dc-2")).unwrap().endpoint.as_ref().unwrap();
    assert_eq!(dc2.address.to_string(), "http://a:1");
    assert_eq!(dc2.namespace.as_deref(), Some("n"));
    assert!(matches!(dc2.token, Token::Text(_)));
    let dc3 = config.datacenter(&Dc::from("dc-3")).unwrap();
    assert!(dc3.endpoint.is_none() && dc3.protected);
}

#[test]
fn a_datacenter_with_an_address_is_never_shown_the_agents_token() {
    let text = "[datacenters.dc-2]\naddress = 'b:2'\n";
    let env = [("CONSUL_HTTP_TOKEN", "t"), ("CONSUL_CLIENT_CERT", "/c")];
    let config = with(text, &env, &Flags::default()).unwrap();
    let dc2 = config.datacenters[0].endpoint.as_ref().unwrap();
    assert!(matches!(dc2.token, Token::None));
    assert_eq!(dc2.tls.client_cert, None);
}

#[test]
fn read_only_is_for_all_or_for_one() {
    let one = of_file("[datacenters.dc-2]\nread_only = true\n");
    assert!(one.is_read_only(&Dc::from("dc-2")) && !one.is_read_only(&Dc::from("dc-1")));
    let all = of_env(&[("DCVIEW_READ_ONLY", "1")]);
    assert!(all.is_read_only(&Dc::from("dc-1")));
}

#[test]
fn a_misspelt_field_is_named_with_its_line_and_the_right_one() {
    assert_eq!(
        refused("mouse = true\n\n[datacenters.dc-2]\nadress = 'x'\n"),
        "/etc/dcview/config.toml:4: unknown field 'adress' in [datacenters.dc-2]; \
         did you mean 'address'?"
    );
    assert_eq!(
        refused("tehme = 'mono'"),
        "/etc/dcview/config.toml:1: unknown field 'tehme'; did you mean 'theme'?"
    );
}

#[test]
fn faults_name_the_line_and_quote_no_secret() {
    let told = refused("[agent]\ntoken = 's3cr3t\n");
    assert!(told.starts_with("/etc/dcview/config.toml:2: "), "{told}");
    assert!(!told.contains("s3cr3t"), "{told}");
    let told = refused("[agent]\ntls = 3\n");
    assert!(told.starts_with("/etc/dcview/config.toml:2: invalid type"), "{told}");
    let told = refused("[keys]\nquit = 3\n");
    assert!(told.contains(":2: ") && told.contains("expected a key or a list of keys"), "{told}");
    let told = refused("[datacenters.dc-2]\naddress = 'ftp://x'\n");
    assert!(told.contains("dc-2") && told.contains("'ftp'"), "{told}");
    assert!(refused("connections = 0").contains("'connections' is 0"));
}

#[test]
fn paths_in_the_file_are_relative_to_it() {
    let text = "[agent]\nca_file = 'ca.pem'\ntoken_file = '~/.token'\nca_path = '/abs'\n";
    let config = with(text, &[("HOME", "/home/ann")], &Flags::default()).unwrap();
    assert_eq!(config.agent.tls.ca_file.as_deref(), Some(Path::new("/etc/dcview/ca.pem")));
    assert_eq!(config.agent.tls.ca_path.as_deref(), Some(Path::new("/abs")));
    let Token::File(path) = config.agent.token else { panic!("no token file") };
    assert_eq!(path, Path::new("/home/ann/.token"));
}

#[test]
fn a_secret_that_everybody_may_read_is_warned_about() {
    let text = "[datacenters.dc-2]\ntoken = 't'\n";
    assert!(of_file(text).warnings[0].contains("chmod 600"));
    let closed = SourceFile { is_world_readable: false, ..file(text) };
    let config = resolve(Some(&closed), &Env::default(), &Flags::default(), &dirs()).unwrap();
    assert!(config.warnings.is_empty());
    assert!(of_file("[agent]\ntoken_file = 't'\n").warnings.is_empty());
}

#[test]
fn a_key_may_be_one_or_several() {
    let config = of_file("[keys]\nquit = 'q'\nup = ['k', 'up']\n");
    assert_eq!(config.keys.overrides()["quit"], ["q"]);
    assert_eq!(config.keys.overrides()["up"], ["k", "up"]);
}

#[test]
fn each_action_and_key_knows_its_line() {
    let keys = of_file("mouse = true\n[keys]\nquit = 'q'\nup = [\n  'k',\n  'up',\n]\n").keys;
    assert_eq!(keys.line("quit", None), Some(3));
    assert_eq!(keys.line("quit", Some("q")), Some(3));
    assert_eq!(keys.line("up", None), Some(4));
    assert_eq!(keys.line("up", Some("up")), Some(6));
    assert_eq!(keys.line("down", None), None);
}

#[test]
fn neither_debug_nor_description_shows_a_secret() {
    let env = [("CONSUL_HTTP_TOKEN", "s3cr3t-a"), ("CONSUL_HTTP_AUTH", "ann:s3cr3t-b")];
    let text = "[datacenters.dc-2]\naddress = 'b:2'\ntoken = 's3cr3t-c'\n";
    let config = with(text, &env, &Flags::default()).unwrap();
    let shown = format!("{config:?}{}", config.describe());
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(config.describe().contains("agent.token = set"));
}

#[test]
fn a_file_asked_for_by_name_must_be_there() {
    let flags = Flags { config_file: Some("no-such-config.toml".into()), ..Flags::default() };
    let error = load(&flags, &Env::default(), &dirs()).unwrap_err();
    assert!(error.to_string().contains("no-such-config.toml"), "{error}");
    let nowhere = Dirs { config: "no-such-directory".into(), ..dirs() };
    assert!(load(&Flags::default(), &Env::default(), &nowhere).unwrap().file.is_none());
}

#[test]
fn each_endpoint_has_the_proxy_that_leads_to_it() {
    let text = "[agent]\naddress = 'a.example:1'\n[datacenters.dc-2]\naddress = 'https://b.example'\n\
                [datacenters.dc-3]\naddress = '127.0.0.1:8500'\n";
    let env =
        [("HTTP_PROXY", "plain.example:3128"), ("HTTPS_PROXY", "http://u:s3cr3t@tls.example")];
    let config = with(text, &env, &Flags::default()).unwrap();
    let shown = config.describe();
    assert!(shown.contains("agent.proxy = http://plain.example:3128\n"), "{shown}");
    assert!(shown.contains("datacenters.dc-2.proxy = http://tls.example\n"), "{shown}");
    assert!(!shown.contains("dc-3.proxy") && !shown.contains("s3cr3t"), "{shown}");
}

#[test]
fn an_agent_that_no_proxy_can_lead_to_is_warned_of() {
    let env = [
        ("CONSUL_HTTP_ADDR", "https://a.example"),
        ("CONSUL_TLS_SERVER_NAME", "server.dc-1.consul"),
        ("HTTPS_PROXY", "p.example:3128"),
    ];
    let config = of_env(&env);
    assert!(config.agent.proxy.is_none());
    assert!(config.warnings[0].contains("https://a.example:443"), "{:?}", config.warnings);
}
