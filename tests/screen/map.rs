//! The service map: walked, drawn, and cut down to what can be read.

use dcview::app::App;

use super::world::{self, app, live, press, screen};

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |edge: &str| {
        let (from, to) = edge.split_once('-').expect("an edge");
        (from.to_owned(), to.to_owned())
    };
    text.split_whitespace().map(pair).collect()
}

/// `web` calls `api` and `auth`, both call `db`; `db` is critical, and so is who calls it.
fn small() -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
        for name in ["web", "api", "auth", "db", "batch"] {
            let critical = usize::from(matches!(name, "db" | "api"));
            world::service(&mut app, dc, name, 2, critical);
        }
    }
    press(&mut app, ":map<enter>");
    told(&mut app);
    app
}

fn told(app: &mut App) {
    for dc in ["dc-1", "dc-2"] {
        world::edges(app, dc, &pairs("web-api web-auth api-db auth-db batch-db"));
    }
}

#[test]
fn it_is_drawn_from_left_to_right_and_walked_with_the_arrows() {
    let mut app = small();
    insta::assert_snapshot!("map-80x24", screen(&mut app, 80, 24));
    let mut at = |keys: &str| {
        press(&mut app, keys);
        let text = screen(&mut app, 200, 60);
        let title =
            text.lines().nth(1).expect("titles").split("┐┌─ ").nth(1).expect("a detail").to_owned();
        title.split(' ').next().expect("a name").to_owned()
    };
    assert_eq!(at("f"), "db");
    let caller = at("<left>");
    assert!(["api", "auth", "batch"].contains(&caller.as_str()), "{caller}");
    assert_eq!(at("<right>"), "db");
}

#[test]
fn where_there_is_room_for_all_of_it_nothing_is_hidden() {
    let mut app = small();
    press(&mut app, "f");
    let narrow = screen(&mut app, 24, 24);
    assert!(narrow.contains("✗ db") && !narrow.contains("web"), "{narrow}");
    let wide = screen(&mut app, 120, 24);
    assert!(wide.contains("✗ db") && wide.contains("web"), "{wide}");
}

#[test]
fn of_a_dense_map_the_edges_that_others_imply_are_not_drawn() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    // Each calls all that come after it: the whole is a knot, and a chain says as much.
    let each = |from: usize| (from + 1..12).map(move |to| (from, to));
    let all: Vec<(usize, usize)> = (0..11).flat_map(each).collect();
    let calls: Vec<_> =
        all.iter().map(|(from, to)| (format!("s{from:02}"), format!("s{to:02}"))).collect();
    press(&mut app, ":map<enter>");
    world::edges(&mut app, "dc-1", &calls);
    let text = screen(&mut app, 150, 24);
    assert!(text.contains("[12], 55 implied edges hidden"), "{text}");
    assert!(text.contains("? s00──▶? s01──▶? s02──▶? s03"), "{text}");
    // All of them are beside it.
    let called = text.lines().filter(|line| line.contains("meta in dc-1")).count();
    assert_eq!(called, 11, "{text}");
    world::edges(&mut app, "dc-1", &calls[..30]);
    assert!(!screen(&mut app, 150, 24).contains("hidden"));
}

#[test]
fn a_name_that_is_not_on_it_is_said_not_to_be() {
    let mut app = small();
    press(&mut app, ":map nosuch<enter>");
    told(&mut app);
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("no edge of 'nosuch' is known"), "{text}");
    press(&mut app, ":map web<enter>");
    told(&mut app);
    assert!(!screen(&mut app, 100, 24).contains("no edge of"));
}

#[test]
fn the_trouble_is_named_with_how_many_stand_behind_it() {
    let mut app = small();
    press(&mut app, "f");
    let text = screen(&mut app, 120, 40);
    let said = "db is critical, nothing that it calls fails; 4 services stand behind it";
    assert!(text.contains(said), "{text}");
}

#[test]
fn a_large_map_is_shown_around_one_service() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":map s40<enter>");
    let calls: Vec<_> =
        (0..4_000).map(|i| (format!("s{}", i % 1_000), format!("s{}", i * 7 % 997))).collect();
    world::edges(&mut app, "dc-1", &calls);
    let text = screen(&mut app, 200, 60);
    assert!(text.contains("2 steps around s40") && text.contains(" of 1,000"), "{text}");
    press(&mut app, "x");
    let text = screen(&mut app, 200, 60);
    assert!(text.contains("map [120]"), "all of it is never a knot: {text}");
}

/// Two teams of forty services, of which one in the second fails, and a database that both use.
fn teams() -> App {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let mut calls = Vec::new();
    for team in ["pay", "ship"] {
        for number in 0..40 {
            let name = format!("{team}-{number:02}");
            world::service(&mut app, "dc-1", &name, 2, usize::from(name == "ship-07"));
            let next =
                if number == 39 { "db".to_owned() } else { format!("{team}-{:02}", number + 1) };
            calls.push((name, next));
        }
    }
    world::service(&mut app, "dc-1", "db", 1, 0);
    press(&mut app, ":map<enter>");
    world::edges(&mut app, "dc-1", &calls);
    app
}

#[test]
fn what_belongs_together_is_one_node_until_it_is_opened() {
    let mut app = teams();
    let text = screen(&mut app, 120, 40);
    assert!(text.contains("2 steps around ship-07"), "where it fails at first: {text}");
    press(&mut app, "x");
    insta::assert_snapshot!("map-folded-80x24", screen(&mut app, 80, 24));
    press(&mut app, "<enter>");
    let text = screen(&mut app, 120, 40);
    assert!(text.contains("map [42] of 81 services, folded"), "{text}");
    assert!(text.contains("─ ship-07 ─"), "the worst in it: {text}");
    press(&mut app, "x");
    assert!(screen(&mut app, 120, 40).contains("map [3] of 81"), "folded again");
    press(&mut app, "f");
    let text = screen(&mut app, 120, 40);
    assert!(text.contains("2 steps around ship-07") && text.contains("7 services stand"), "{text}");
}

#[test]
fn a_key_on_a_service_leads_to_its_place_on_the_map() {
    let mut app = small();
    press(&mut app, ":services /auth<enter>M");
    told(&mut app);
    let text = screen(&mut app, 120, 40);
    assert!(text.contains(", 2 steps around auth live") && text.contains("─ auth ─"), "{text}");
}

#[test]
fn what_fails_without_an_edge_is_counted_and_named() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    for (name, critical) in [("web", 0), ("db", 0), ("search", 2), ("audit", 1)] {
        world::service(&mut app, "dc-1", name, 1, critical);
    }
    press(&mut app, ":map<enter>");
    assert!(!screen(&mut app, 140, 24).contains("no edge"), "nothing was read yet");
    world::edges(&mut app, "dc-1", &pairs("web-db"));
    let text = screen(&mut app, 140, 24);
    assert!(text.contains("map [2], 2 failing have no edge live"), "{text}");
    press(&mut app, "f");
    let text = screen(&mut app, 140, 24);
    let said = "nothing on the map fails; without an edge: audit (critical), search (critical); \
                ':services' shows them";
    assert!(text.contains(said), "{text}");
    world::service(&mut app, "dc-1", "audit", 1, 0);
    assert!(screen(&mut app, 140, 24).contains(", 1 failing have no edge"));
}

#[test]
fn a_service_without_an_edge_stands_alone_with_what_is_known_of_it() {
    let mut app = small();
    world::service(&mut app, "dc-1", "search", 1, 2);
    press(&mut app, ":map search<enter>");
    told(&mut app);
    let text = screen(&mut app, 150, 24);
    assert!(text.contains("no edge of 'search' is known: nobody says that it calls"), "{text}");
    assert!(text.contains("─ search ─") && text.contains("dc-1  ✗ 1/3"), "{text}");
    assert!(!text.contains("batch"), "another service is not what was asked for: {text}");
    press(&mut app, "<left>z");
    assert!(screen(&mut app, 150, 24).contains("─ search ─"), "nothing leads away from it");
    press(&mut app, "x");
    assert!(screen(&mut app, 150, 24).contains("batch"));
}

#[test]
fn where_a_chain_goes_on_behind_the_border_there_is_a_sign() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":map s00<enter>zd");
    let calls = (0..9).map(|n| (format!("s{n:02}-long-name"), format!("s{:02}-long-name", n + 1)));
    let calls: Vec<_> = calls.collect();
    world::edges(&mut app, "dc-1", &calls);
    press(&mut app, "x");
    let line = |app: &mut App| {
        let text = screen(app, 60, 24);
        text.lines().find(|line| line.contains("long-name")).expect("a node").to_owned()
    };
    let first = line(&mut app);
    assert!(first.starts_with('│') && first.ends_with('▶'), "{first}");
    press(&mut app, "<right><right><right>");
    let middle = line(&mut app);
    assert!(middle.starts_with('◀') && middle.ends_with('▶'), "{middle}");
    press(&mut app, "<right><right><right><right><right><right>");
    let last = line(&mut app);
    assert!(last.starts_with('◀') && last.ends_with('│'), "{last}");
}

#[test]
fn the_map_has_its_room_before_what_stands_beside_it() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":map<enter>");
    let calls = (0..8).map(|n| (format!("tier-{n}-name"), format!("tier-{}-name", n + 1)));
    world::edges(&mut app, "dc-1", &calls.collect::<Vec<_>>());
    let text = screen(&mut app, 200, 24);
    let line = text.lines().find(|line| line.contains("? tier-0-name")).expect("a node");
    let (map, _) = line.split_once("││").expect("two panes");
    assert!(map.contains("tier-8-name"), "{text}");
}
