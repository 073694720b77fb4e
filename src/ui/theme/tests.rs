//! The built-in themes, and what becomes of users' own.

use ratatui::style::{Color, Modifier};

use super::*;

fn refused(text: &str) -> String {
    Theme::parse("mine", text).unwrap_err().to_string()
}

#[test]
fn every_built_in_theme_can_be_read_and_has_its_name() {
    for (name, text) in BUILT_IN {
        Theme::parse(name, text).unwrap();
        assert_eq!(Theme::built_in(name).unwrap().name(), name);
    }
    assert_eq!(Theme::built_in("drak"), None);
}

#[test]
fn every_role_stands_in_the_table_once() {
    for (place, (role, name, _)) in ROLES.iter().enumerate() {
        assert_eq!(*role as usize, place, "{name}");
        assert_eq!(Role::named(name), Some(*role));
    }
}

#[test]
fn mono_has_no_colour() {
    let mono = Theme::mono();
    for (role, name, _) in ROLES {
        let style = mono.style(*role);
        assert_eq!((style.fg, style.bg), (None, None), "{name}");
    }
}

#[test]
fn in_every_theme_states_differ_and_the_cursor_is_seen() {
    for name in Theme::BUILT_IN {
        let theme = Theme::built_in(name).unwrap();
        let states = [Status::Passing, Status::Maintenance, Status::Warning, Status::Critical];
        for (place, one) in states.iter().enumerate() {
            for other in &states[place + 1..] {
                assert_ne!(theme.status(*one), theme.status(*other), "{name}: {one:?} {other:?}");
            }
        }
        assert_ne!(theme.style(Role::Selected), theme.style(Role::Text), "{name}");
    }
}

#[test]
fn what_a_theme_does_not_say_comes_from_kin_then_from_its_base() {
    let text = "base = 'dark'\n[palette]\nleaf = '#00ff00'\n[roles]\npassing = { fg = 'leaf' }";
    let theme = Theme::parse("mine", text).unwrap();
    let dark = Theme::built_in("dark").unwrap();
    assert_eq!(theme.style(Role::Passing).fg, Some(Color::Rgb(0, 255, 0)));
    assert_eq!(theme.style(Role::Live), theme.style(Role::Passing));
    assert_eq!(theme.style(Role::Critical), dark.style(Role::Critical));
    let bare = Theme::parse("mine", "").unwrap();
    assert!(bare.style(Role::Selected).add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_misspelt_theme_says_what_is_wrong() {
    assert!(refused("[roles]\n\ntext = { gf = 'red' }").starts_with("line 3: unknown field `gf`"));
    assert!(refused("rolls = 1").starts_with("line 1: unknown field `rolls`"));
    assert_eq!(
        refused("[roles]\nwarnign = { bold = true }"),
        "there is no role 'warnign'; did you mean 'warning'?"
    );
    assert!(refused("[roles]\ntext = { fg = 'grene' }").starts_with("'grene' of role 'text'"));
    assert_eq!(refused("base = 'x'"), "there is no theme 'x'; base can be dark, light, mono");
}

#[test]
fn no_color_asks_for_mono_unless_it_is_empty() {
    assert!(wants_no_colour(Some("1")));
    assert!(!wants_no_colour(Some("")));
    assert!(!wants_no_colour(None));
}

/// The luminance of a colour, as WCAG defines it.
fn luminance(colour: Color) -> f64 {
    let Color::Rgb(r, g, b) = colour else { panic!("{colour} is not of the theme's palette") };
    let linear = [r, g, b].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[test]
fn every_colour_can_be_read_on_the_ground_and_under_the_cursor() {
    for (name, ground) in [("dark", Color::Rgb(30, 30, 30)), ("light", Color::Rgb(255, 255, 255))] {
        let theme = Theme::built_in(name).unwrap();
        let cursor = theme.style(Role::Selected).bg.unwrap();
        for (role, word, _) in ROLES {
            let style = theme.style(*role);
            let grounds = [style.bg.unwrap_or(ground), style.bg.unwrap_or(cursor)];
            for (fg, ground) in style.fg.into_iter().flat_map(|fg| grounds.map(|bg| (fg, bg))) {
                let (a, b) = (luminance(fg), luminance(ground));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "{name}: {word} on {ground} has {contrast:.2}");
            }
        }
    }
}
