//! What typed lines mean, as an operator would type them.

use super::*;

const VIEWS: &[ViewWord] = &[
    ViewWord { name: "services", aliases: &["svc"], takes: Takes::Nothing, doc: "all services" },
    ViewWord { name: "service", aliases: &[], takes: Takes::Service, doc: "one service" },
    ViewWord { name: "node", aliases: &["no"], takes: Takes::Node, doc: "one node" },
    ViewWord { name: "checks", aliases: &["ck"], takes: Takes::Nothing, doc: "failing checks" },
];

fn words() -> Vocabulary<'static> {
    Vocabulary {
        views: VIEWS,
        dcs: vec!["dc-1", "dc-2"],
        services: vec!["billing", "web", "web-admin", "Web shop"],
        nodes: vec!["web-1", "web-2"],
        themes: vec!["dark", "light", "mono"],
        is_read_only: false,
    }
}

fn understood(line: &str) -> Command {
    parse(line, &words()).unwrap()
}

fn refused(line: &str) -> String {
    parse(line, &words()).unwrap_err().to_string()
}

fn open(view: &'static str, arg: Option<&str>, dc: DcScope, filter: Option<&str>) -> Command {
    Command::Open { view, arg: arg.map(str::to_owned), dc, filter: filter.map(str::to_owned) }
}

fn one(dc: &str) -> DcScope {
    DcScope::One(dc.to_owned())
}

#[test]
fn a_time_is_gone_to() {
    use crate::domain::event::when::When;
    let at = |line| parse(line, &Vocabulary::default());
    assert_eq!(at(":at 15m").ok(), When::parse("15m").map(Command::At));
    assert_eq!(at("at 2026-01-31 10:02").ok(), When::parse("2026-01-31 10:02").map(Command::At));
    assert!(at("at soon").unwrap_err().to_string().contains("'soon' is no time; write 15m, 10:02"));
    assert_eq!(at("at").unwrap_err().to_string(), "type a time after 'at'");
}

#[test]
fn a_view_opens_with_its_parts_in_any_order() {
    for (line, command) in [
        (":svc @dc-2 /billing", open("services", None, one("dc-2"), Some("billing"))),
        ("SVC @DC-2", open("services", None, one("dc-2"), None)),
        (":service billing", open("service", Some("billing"), DcScope::Unchanged, None)),
        (":service Web shop", open("service", Some("Web shop"), DcScope::Unchanged, None)),
        (":service \"billing\"", open("service", Some("billing"), DcScope::Unchanged, None)),
        (":service \"Web shop\"", open("service", Some("Web shop"), DcScope::Unchanged, None)),
        (":node @dc-1 web-1", open("node", Some("web-1"), one("dc-1"), None)),
        (":node gone-7", open("node", Some("gone-7"), DcScope::Unchanged, None)),
        (":checks @* /!warn ing @x", open("checks", None, DcScope::All, Some("!warn ing @x"))),
        (":checks /", open("checks", None, DcScope::Unchanged, Some(""))),
        (":checks /a/b", open("checks", None, DcScope::Unchanged, Some("a/b"))),
    ] {
        assert_eq!(understood(line), command, "{line}");
    }
}

#[test]
fn what_is_no_view_is_understood_too() {
    for (line, command) in [
        (":dc dc-2", Command::Dc(one("dc-2"))),
        (":dc *", Command::Dc(DcScope::All)),
        (":theme mono", Command::Theme("mono".to_owned())),
        (":sort name", Command::Sort { column: "name".to_owned(), descending: false }),
        (":sort data age desc", Command::Sort { column: "data age".to_owned(), descending: true }),
        (":group node", Command::Group(Grouping::Node)),
        (":help", Command::Act(Action::Help)),
        (":wide", Command::Act(Action::Wide)),
        (":@dc-1", Command::Narrow { dc: one("dc-1"), filter: None }),
        (":/x", Command::Narrow { dc: DcScope::Unchanged, filter: Some("x".to_owned()) }),
    ] {
        assert_eq!(understood(line), command, "{line}");
    }
}

#[test]
fn every_way_to_leave_leaves() {
    for line in [":q", ":q!", ":qa", ":Q", ":quit", ":exit", "q "] {
        assert_eq!(understood(line), Command::Quit, "{line}");
    }
}

#[test]
fn errors_say_what_and_the_nearest_right_word() {
    for (line, message) in [
        ("", "type a command, such as ':services'"),
        (":servces", "there is no command 'servces'; did you mean 'services'?"),
        (":kubernetes", "there is no command 'kubernetes'"),
        (":svc @dc2", "there is no datacenter 'dc2'; did you mean 'dc-2'?"),
        (":svc @paris", "there is no datacenter 'paris'; there are dc-1, dc-2"),
        (":svc @", "type a datacenter after '@'"),
        (":node", "type a node after 'node'"),
        (":svc billing", "'svc' takes no 'billing'; to filter rows, type '/billing'"),
        (":theme drak", "there is no theme 'drak'; did you mean 'dark'?"),
        (":group nod", "there is no grouping 'nod'; did you mean 'node'?"),
        (":sort", "type a column after 'sort'"),
        (":wide @dc-1", "'wide' is not a view: it takes neither '@dc' nor '/filter'"),
    ] {
        assert_eq!(refused(line), message, "{line}");
    }
}

#[test]
fn a_datacenter_is_taken_as_it_is_while_none_is_known() {
    let words = Vocabulary { views: VIEWS, ..Vocabulary::default() };
    assert_eq!(parse(":dc paris", &words), Ok(Command::Dc(one("paris"))));
}

#[test]
fn what_is_looked_for_stands_behind_the_view_or_behind_a_slash() {
    let views = [
        ViewWord { name: "find", aliases: &[], takes: Takes::Text, doc: "keys" },
        ViewWord { name: "search", aliases: &[], takes: Takes::Search, doc: "values" },
    ];
    let words = Vocabulary { views: &views, ..Vocabulary::default() };
    let open = |view, arg: Option<&str>, filter: Option<&str>| Command::Open {
        view,
        arg: arg.map(str::to_owned),
        dc: DcScope::Unchanged,
        filter: filter.map(str::to_owned),
    };
    for (line, expected) in [
        (":find", Ok(open("find", None, None))),
        (":find pay db url", Ok(open("find", Some("pay db url"), None))),
        (":search app/ /port = 8.*/", Ok(open("search", Some("app/"), Some("port = 8.*/")))),
        (":search /port", Ok(open("search", None, Some("port")))),
    ] {
        assert_eq!(parse(line, &words), expected, "{line}");
    }
    for line in [":search", ":search app/", ":search app/ /"] {
        assert!(matches!(parse(line, &words), Err(CommandError::Missing { .. })), "{line}");
    }
}

#[test]
fn completion_offers_beginnings_first_then_what_fits_fuzzily() {
    for (input, offered) in [
        (":chec", &[":checks"][..]),
        ("servic", &["services", "service"]),
        ("node we", &["node web-1", "node web-2"]),
        ("node @dc-1 web-2", &[]),
        ("service adm", &["service web-admin"]),
        ("svc @", &["svc @dc-1", "svc @dc-2", "svc @*"]),
        ("theme m", &["theme mono"]),
        ("group f", &["group flat"]),
        ("svc /bil", &[]),
        ("svc bil", &[]),
        ("", &[]),
    ] {
        assert_eq!(complete(input, &words()), offered, "{input}");
    }
}

#[test]
fn whatever_is_offered_is_understood() {
    for input in ["s", "n", "node ", "service ", "dc ", "theme ", "group ", "svc @", "w", "r"] {
        for line in complete(input, &words()) {
            let answer = parse(&line, &words());
            let needs_more =
                matches!(answer, Err(CommandError::Missing { .. } | CommandError::Usage { .. }));
            assert!(answer.is_ok() || needs_more, "{line}: {answer:?}");
        }
    }
}

#[test]
fn what_would_change_something_says_that_nothing_may_be_changed() {
    let words = Vocabulary { is_read_only: true, ..words() };
    let said = |line| parse(line, &words).map_err(|error| error.to_string());
    for line in ["rm app/ @dc-2", ":cp a b", "MV a b", "import f", "rm app/ @dc-77", "rm"] {
        assert_eq!(said(line), Err(READ_ONLY.to_owned()), "{line}");
    }
    assert!(matches!(said("export app/ ./x"), Ok(Command::Keys(_))));
}
