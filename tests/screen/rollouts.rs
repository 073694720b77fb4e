//! Rollouts on the screen: the list, one full screen, and what is said of them elsewhere.

use chrono::TimeDelta;
use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::domain::feed::{Body, Link, List, Pulse};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::Status;
use dcview::domain::ids::ServiceName;
use dcview::ui::glyph::Glyphs;

use super::world::{self, app, feed, fresh, live, now, press, screen, seats, split};

const PASSING: Status = Status::Passing;

/// Three datacenters in which `web` has ten instances of `v1` each.
fn three() -> App {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    for dc in ["dc-1", "dc-2", "dc-3"] {
        live(&mut app, dc);
        world::service(&mut app, dc, "web", 10, 0);
        tell(&mut app, dc, 0, PASSING);
    }
    app
}

/// So many of the ten instances of a datacenter are of `v2` now, and those are in a state.
fn tell(app: &mut App, dc: &str, new: usize, status: Status) {
    seats(app, dc, "web", &split("web", 10, "v1", (new, "v2", status)));
}

fn pass(app: &mut App, seconds: i64) -> Vec<Effect> {
    let effects = app.update(Msg::Clock(app.now + TimeDelta::seconds(seconds)));
    world::run_jobs(app, effects)
}

/// One datacenter done, the second half-way, with two that fail there for a minute and more.
fn half_way() -> App {
    let mut app = three();
    for new in [3, 7, 10] {
        pass(&mut app, 10);
        tell(&mut app, "dc-1", new, PASSING);
    }
    pass(&mut app, 10);
    tell(&mut app, "dc-2", 2, Status::Critical);
    pass(&mut app, 61);
    app
}

fn line<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let has = |line: &&str| words.iter().all(|word| line.contains(word));
    text.lines().find(has).unwrap_or_else(|| panic!("no line with {words:?}:\n{text}"))
}

#[test]
fn the_list_has_the_worst_first_and_what_ended_last() {
    let mut app = half_way();
    for (service, new) in [("api", 2), ("db", 4)] {
        seats(&mut app, "dc-1", service, &split(service, 4, "v1", (0, "v2", PASSING)));
        seats(&mut app, "dc-1", service, &split(service, 4, "v1", (new, "v2", PASSING)));
    }
    press(&mut app, ":rollouts<enter>");
    let text = screen(&mut app, 260, 40);
    let rows: Vec<&str> = text.lines().skip(3).take(3).collect();
    assert!(rows[0].contains("✗ failing") && rows[0].contains("web"), "{text}");
    assert!(rows[1].contains("▸ rolling") && rows[1].contains("api"), "{text}");
    assert!(rows[2].contains("✓ done") && rows[2].contains("db"), "{text}");
    for shown in ["v1 -> v2", "40%", "12/30", "dc-1 done", "dc-2 2 of 10", "dc-3 not begun"] {
        assert!(rows[0].contains(shown), "{shown}:\n{text}");
    }
    assert!(text.contains("[3]") && text.contains("2 in motion"), "{text}");
    // On a small screen the datacenters are in the pane below.
    let small = screen(&mut app, 80, 24);
    for shown in ["✗ failing", "web", "40%", "v2 is failing: 2 critical: web-1 on n-1 in dc-2"] {
        assert!(small.contains(shown), "{shown}:\n{small}");
    }
}

#[test]
fn a_bar_shows_each_version_and_the_states_of_its_instances() {
    let mut app = half_way();
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(line(&text, &["dc-1 ", "100%"]).contains(&"█".repeat(19)), "{text}");
    let second = line(&text, &["dc-2 ", "20%"]);
    assert!(second.contains("✗✗✗▒▒▒") && second.contains("v2 2 ✗2  v1 8"), "{text}");
    assert!(line(&text, &["dc-3 ", "0%"]).contains("▒▒▒▒"), "{text}");
    assert!(line(&text, &["trend"]).contains("since 00:00:10"), "{text}");
    // The instances that fail are first.
    let first = line(&text, &["dc-2", "✗ critical", "web-"]);
    assert!(first.contains("v2") && first.contains("1m") && first.contains("HTTP 503"), "{text}");
}

#[test]
fn without_colours_and_box_characters_it_says_the_same() {
    let mut app = half_way();
    app.setup.look.glyphs = Glyphs::Ascii;
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("X v2 is failing"), "{text}");
    assert!(line(&text, &["dc-1 ", "100%"]).contains("####"), "{text}");
    assert!(line(&text, &["dc-2 ", "20%"]).contains("XXX==="), "{text}");
}

#[test]
fn the_steps_are_listed_in_place_of_the_instances() {
    let mut app = half_way();
    press(&mut app, ":rollout web<enter><right>");
    let text = screen(&mut app, 80, 24);
    assert!(line(&text, &["00:00:20", "dc-1"]).contains("v2 3 -> 7, v1 7 -> 3"), "{text}");
    assert!(line(&text, &["00:00:40", "dc-2"]).contains("v2 0 -> 2, v1 10 -> 8  2 critical"));
    press(&mut app, "<left><enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("instance web-1 on n-1 @ dc-2"), "{text}");
}

#[test]
fn a_wide_screen_has_the_last_steps_beside_the_bars() {
    let mut app = half_way();
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 200, 60);
    assert!(text.contains("last steps") && text.contains("v2 7 -> 10, v1 3 -> 0"), "{text}");
    assert!(text.contains("no such table"), "the whole output of the highlighted one:\n{text}");
}

#[test]
fn a_service_is_watched_from_wherever_it_is() {
    for from in [":services<enter>", ":service web<enter>", ":checks<enter>", ":rollouts<enter>"] {
        let mut app = half_way();
        world::checks(
            &mut app,
            "dc-2",
            vec![world::check("n-1", "http", "web-1", Status::Critical)],
        );
        press(&mut app, from);
        screen(&mut app, 80, 24);
        press(&mut app, "w");
        let text = screen(&mut app, 80, 24);
        assert!(text.contains("─ rollout web v1 -> v2 ─"), "{from}\n{text}");
        press(&mut app, "q");
        assert!(!screen(&mut app, 80, 24).contains("─ rollout web"), "{from}");
    }
    let mut app = half_way();
    world::checks(&mut app, "dc-2", vec![world::check("n-1", "serf", "", Status::Critical)]);
    press(&mut app, ":checks<enter>bb");
    screen(&mut app, 80, 24);
    press(&mut app, "w");
    assert!(screen(&mut app, 80, 24).contains("this is of no service"));
}

fn followed(effects: &[Effect]) -> Option<Vec<ServiceName>> {
    let scopes = effects.iter().rev();
    scopes.into_iter().find_map(|effect| match effect {
        Effect::Scope(scope) => Some(scope.glanced.rollouts.clone()),
        _ => None,
    })
}

#[test]
fn what_is_rolled_out_is_followed_everywhere_and_what_is_watched_too() {
    let mut app = three();
    let effects = press(&mut app, ":rollout db<enter>");
    assert_eq!(followed(&effects), Some(vec!["db".into()]));
    let effects = press(&mut app, ":nodes<enter>");
    assert_eq!(followed(&effects), Some(Vec::new()));
    let effects = seats(&mut app, "dc-1", "web", &split("web", 10, "v1", (1, "v2", PASSING)));
    assert_eq!(followed(&effects), Some(vec!["web".into()]), "wherever the operator is");
    // What was mixed before and does not move is not followed.
    let effects = seats(&mut app, "dc-1", "old", &split("old", 3, "v1", (1, "v2", PASSING)));
    assert_eq!(followed(&effects), None);
    for i in 0..20 {
        let name = format!("s{i}");
        seats(&mut app, "dc-1", &name, &split(&name, 3, "v1", (0, "v2", PASSING)));
        seats(&mut app, "dc-1", &name, &split(&name, 3, "v1", (1, "v2", PASSING)));
    }
    let effects = press(&mut app, ":rollout db<enter>");
    let all = followed(&effects).expect("a scope");
    assert_eq!((all.len(), all[0].as_str()), (8, "db"));
}

#[test]
fn what_becomes_of_a_rollout_is_said_once() {
    let mut app = three();
    let said = |app: &mut App| {
        let text = screen(app, 120, 24);
        text.lines().last().unwrap_or_default().trim().to_owned()
    };
    tell(&mut app, "dc-1", 1, PASSING);
    pass(&mut app, 1);
    assert_eq!(said(&mut app), "rollout of web: began, v1 -> v2 in dc-1");
    press(&mut app, "j");
    tell(&mut app, "dc-1", 2, PASSING);
    pass(&mut app, 1);
    assert!(!said(&mut app).contains("rollout of web"), "once");
    pass(&mut app, 200);
    assert!(!said(&mut app).contains("rollout of web"), "a canary is no alarm");
    tell(&mut app, "dc-1", 5, PASSING);
    pass(&mut app, 1_000);
    assert_eq!(said(&mut app), "rollout of web: stalled for 16m: 5 of 30 on v2");
    press(&mut app, "<esc>");
    for dc in ["dc-1", "dc-2", "dc-3"] {
        tell(&mut app, dc, 10, PASSING);
    }
    pass(&mut app, 1);
    assert_eq!(said(&mut app), "rollout of web: done in 20m 2s: all 30 on v2");
}

#[test]
fn many_rollouts_at_once_are_one_line() {
    let mut app = three();
    for i in 0..200 {
        let name = format!("s{i:03}");
        seats(&mut app, "dc-1", &name, &split(&name, 3, "v1", (0, "v2", PASSING)));
        seats(&mut app, "dc-1", &name, &split(&name, 3, "v1", (1, "v2", PASSING)));
    }
    pass(&mut app, 1);
    let text = screen(&mut app, 120, 24);
    let told = "200 rollouts rolling: s000, s001, s002 and 197 more; see ':rollouts'";
    assert!(text.contains(told), "{text}");
}

#[test]
fn it_is_not_done_while_a_datacenter_is_dark() {
    let mut app = three();
    let dark = Link::Dark { why: "timed out".into(), detail: "".into(), retry_at: None };
    let at = now();
    feed(&mut app, "dc-3", Body::Pulse(Pulse { at, link: dark, ..Pulse::default() }));
    let state = State::Stale { since: Some(at), why: "timed out".into(), retry_at: None };
    fresh(&mut app, "dc-3", List::Services, state);
    for dc in ["dc-1", "dc-2"] {
        pass(&mut app, 10);
        tell(&mut app, dc, 10, PASSING);
    }
    press(&mut app, ":rollout web<enter>");
    pass(&mut app, 600);
    let text = screen(&mut app, 120, 40);
    assert!(text.contains("? not known, unchanged for 10m: 20 of 30 on v2"), "{text}");
    assert!(text.contains("dc-3 cannot be"), "{text}");
    let part = line(&text, &["│dc-3 ", "0%"]);
    assert!(part.contains("was not begun  ◌ as told 10m ago: timed"), "{text}");
    assert!(line(&text, &["was passing", "web-10"]).contains("dc-3 ◌ was passing v1"), "{text}");
    press(&mut app, "/dc-3<enter>");
    let text = screen(&mut app, 120, 40);
    assert!(line(&text, &["on n-", "in dc-3"]).contains("◌ was passing"), "the pane:\n{text}");
    press(&mut app, "<esc>");
    press(&mut app, ":rollout web<enter>");
    // It is back, and has moved meanwhile: that is told within a moment.
    live(&mut app, "dc-3");
    tell(&mut app, "dc-3", 10, PASSING);
    pass(&mut app, 11);
    assert!(screen(&mut app, 120, 40).contains("✓ done in 10m"));
}

#[test]
fn where_all_that_is_new_is_critical_it_fails_before_the_grace_is_over() {
    let mut app = three();
    pass(&mut app, 10);
    tell(&mut app, "dc-2", 2, Status::Critical);
    press(&mut app, ":rollouts<enter>");
    pass(&mut app, 29);
    let text = screen(&mut app, 160, 40);
    assert!(line(&text, &["web", "2/30"]).contains("▸ rolling"), "{text}");
    pass(&mut app, 1);
    let text = screen(&mut app, 160, 40);
    assert!(line(&text, &["web", "2/30"]).contains("✗ failing"), "{text}");
    assert!(text.contains("✗ v2 is failing: 2 critical, all of dc-2: web-1"), "{text}");
    let said = "rollout of web: v2 is failing";
    assert!(!text.contains(said), "it may yet turn out otherwise:\n{text}");
    pass(&mut app, 30);
    assert!(screen(&mut app, 160, 40).contains(said));
}

/// A datacenter that answers no more.
fn lose(app: &mut App, dc: &str) {
    let dark = Link::Dark { why: "timed out".into(), detail: "".into(), retry_at: None };
    let at = app.now;
    feed(app, dc, Body::Pulse(Pulse { at, link: dark, ..Pulse::default() }));
    let state = State::Stale { since: Some(at), why: "timed out".into(), retry_at: None };
    let old = Freshness { state, at: Some(at), ..Freshness::default() };
    feed(app, dc, Body::Freshness(List::Services, old));
}

#[test]
fn what_nobody_sees_any_more_is_told_as_what_was() {
    let mut app = half_way();
    press(&mut app, ":rollouts<enter>");
    assert!(screen(&mut app, 160, 40).contains("✗ failing"));
    lose(&mut app, "dc-2");
    let text = screen(&mut app, 160, 40);
    assert!(line(&text, &["web", "12/30"]).contains("◌ was failing"), "at once:\n{text}");
    pass(&mut app, 30);
    let text = screen(&mut app, 160, 40);
    assert!(line(&text, &["web", "12/30"]).contains("◌ was failing"), "{text}");
    assert!(text.contains("◌ v2 was failing: 2 critical: web-1 on n-1 in dc-2"), "{text}");
    assert!(text.contains("◌ web-1 on n-1 in dc-2, was critical"), "{text}");
    let wide = screen(&mut app, 260, 40);
    assert!(wide.contains("dc-1 done, dc-2 was 2 of 10"), "{wide}");
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 160, 40);
    assert!(text.contains("◌ v2 was failing: 2 critical"), "{text}");
    assert!(line(&text, &["│dc-2 ", "20%"]).contains("was 2 of 10  ◌ as told 30s ago"), "{text}");
    let row = line(&text, &["◌ was critical", "web-1 "]);
    assert!(!row.contains("1m"), "nobody saw it for so long: {row}");
    for dc in ["dc-1", "dc-3"] {
        lose(&mut app, dc);
    }
    let text = screen(&mut app, 160, 40);
    assert!(line(&text, &["│dc-1 ", "100%"]).contains("was done  ◌ as told"), "{text}");
}

#[test]
fn what_ended_is_told_as_what_was_where_nobody_sees_it() {
    let mut app = three();
    for dc in ["dc-1", "dc-2", "dc-3"] {
        pass(&mut app, 10);
        tell(&mut app, dc, 10, PASSING);
    }
    press(&mut app, ":rollouts<enter>");
    assert!(screen(&mut app, 160, 40).contains("✓ done"));
    lose(&mut app, "dc-3");
    pass(&mut app, 30);
    let text = screen(&mut app, 260, 40);
    assert!(line(&text, &["web", "30/30"]).contains("✓ done"), "two are seen:\n{text}");
    assert!(text.contains("dc-1 done, dc-2 done, dc-3 was done"), "{text}");
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 160, 40);
    let part = line(&text, &["│dc-3 ", "100%"]);
    assert!(part.contains("was done  ◌ as told 30s ago: timed out"), "{text}");
    press(&mut app, ":rollouts<enter>");
    lose(&mut app, "dc-1");
    lose(&mut app, "dc-2");
    let text = screen(&mut app, 160, 40);
    assert!(line(&text, &["web", "30/30"]).contains("◌ was done"), "{text}");
    assert!(text.contains("◌ was done in 20s: all 30 on v2"), "{text}");
    // What another one came after is history.
    for dc in ["dc-1", "dc-2", "dc-3"] {
        live(&mut app, dc);
        seats(&mut app, dc, "web", &split("web", 10, "v2", (1, "v3", PASSING)));
    }
    lose(&mut app, "dc-1");
    let text = screen(&mut app, 260, 40);
    let row = line(&text, &["v1 -> v2"]);
    assert!(row.contains("✓ done") && row.contains("dc-1 done"), "{text}");
}

#[test]
fn where_acls_may_hide_instances_it_is_done_only_as_far_as_the_token_sees() {
    let mut app = three();
    let partly = Freshness {
        state: State::Live,
        at: Some(now()),
        may_be_filtered: true,
        ..Freshness::default()
    };
    feed(&mut app, "dc-2", Body::Freshness(List::Services, partly));
    press(&mut app, ":rollout web<enter>");
    for dc in ["dc-1", "dc-2", "dc-3"] {
        tell(&mut app, dc, 10, PASSING);
    }
    let text = screen(&mut app, 120, 40);
    assert!(text.contains("as far as the token sees"), "{text}");
}

#[test]
fn a_service_at_rest_says_so() {
    let mut app = three();
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("one version: nothing is rolled out") && text.contains("dc-1  v1 10"));
    press(&mut app, ":rollouts<enter>");
    assert!(screen(&mut app, 80, 24).contains("no service is seen to change its version"));
}

#[test]
fn what_ended_is_opened_as_it_ended_though_another_goes_on() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    world::service(&mut app, "dc-1", "db", 4, 0);
    let mut roll = |old, version, n| {
        pass(&mut app, 10);
        seats(&mut app, "dc-1", "db", &split("db", 4, old, (n, version, PASSING)));
        pass(&mut app, 120);
    };
    roll("v1", "v2", 0);
    roll("v1", "v2", 2);
    roll("v1", "v2", 4);
    roll("v2", "v3", 1);
    press(&mut app, ":rollouts<enter>");
    let list = screen(&mut app, 120, 30);
    assert!(list.contains("v1 -> v2") && list.contains("v2 -> v3"), "{list}");
    press(&mut app, "G<enter>");
    let text = screen(&mut app, 100, 30);
    assert!(text.contains("rollout db v1 -> v2") && text.contains("✓ done in"), "{text}");
    assert!(text.contains("v2 2 -> 4, v1 2 -> 0") && !text.contains("v3"), "its steps:\n{text}");
    assert!(text.contains("> rollout db ") && !text.contains("T1"), "no time is a name:\n{text}");
    press(&mut app, "<left>");
    assert!(screen(&mut app, 100, 30).contains("instances as they are now"), "{text}");
    press(&mut app, ":rollout db<enter>");
    assert!(screen(&mut app, 100, 30).contains("rollout db v2 -> v3"));
}

#[test]
fn what_is_critical_is_counted_before_it_counts_as_failing() {
    let mut app = three();
    pass(&mut app, 10);
    tell(&mut app, "dc-1", 3, PASSING);
    pass(&mut app, 10);
    let mut some = split("web", 10, "v1", (2, "v2", Status::Critical));
    some.last_mut().expect("an instance").2 = Status::Critical;
    seats(&mut app, "dc-2", "web", &some);
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("rolling: 5 of 30 on v2, 2 new critical, 1 old critical"), "{text}");
}

#[test]
fn at_rest_it_says_which_datacenters_are_not_seen() {
    let mut app = three();
    fresh(
        &mut app,
        "dc-3",
        List::Services,
        State::Stale { why: "no answer in time".into(), since: None, retry_at: None },
    );
    press(&mut app, ":rollout web<enter>");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("dc-1  v1 10"), "{text}");
    assert!(text.contains("dc-3 cannot be seen: no answer in time"), "{text}");
}
