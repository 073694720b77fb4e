//! Pieces and their roles, written as `k` key, `s` string, `n` number, `w` word, `c` comment, `m`
//! mark, `.` text.

use proptest::prelude::*;

use super::*;

/// The letter of each character's role, lines joined by `/`.
fn roles(format: Format, text: &str) -> String {
    let mut state = State::Plain;
    let line = |line: &str| {
        let mut out = String::new();
        state = lex(format, state, line, &mut |piece, role| {
            let letter = match role {
                Role::CodeKey => 'k',
                Role::CodeString => 's',
                Role::CodeNumber => 'n',
                Role::CodeWord => 'w',
                Role::CodeComment => 'c',
                Role::CodeMark => 'm',
                _ => '.',
            };
            out.extend(piece.chars().map(|_| letter));
        });
        out
    };
    text.lines().map(line).collect::<Vec<_>>().join("/")
}

#[test]
fn json_has_names_texts_numbers_and_words() {
    assert_eq!(roles(Format::Json, r#"{"a": "b\"", "c" : -1.5e3}"#), "mkkkm.sssssm.kkk.m.nnnnnnm");
    assert_eq!(roles(Format::Json, "[true,null]"), "mwwwwmwwwwm");
    assert_eq!(roles(Format::Json, "\"open\nx: 1"), "sssss/.m.n");
}

#[test]
fn yaml_has_keys_blocks_and_words() {
    assert_eq!(roles(Format::Yaml, "a: 1 # c\nb-c: yes"), "km.n.ccc/kkkm.www");
    assert_eq!(roles(Format::Yaml, "- a: \"x\"\n- http://h"), "m.km.sss/m.........");
    assert_eq!(roles(Format::Yaml, "a: |\n  t: 1\n\n  u\nb: x"), "km.m/ssssss//sss/km..");
    assert_eq!(roles(Format::Yaml, "- r: |\n    t\n  n: 1"), "m.km.m/sssss/..km.n");
    assert_eq!(roles(Format::Yaml, "a: 'x\n y' # c"), "km.ss/sss.ccc");
    assert_eq!(roles(Format::Yaml, "a: {b: 1, \"c\": d}"), "km.mkm.nm.kkkm..m");
    assert_eq!(roles(Format::Yaml, "---\na: &x *y"), "mmm/km.ww.ww");
}

#[test]
fn toml_has_tables_names_and_long_texts() {
    assert_eq!(roles(Format::Toml, "[a.b] # c\nc = 1"), "kkkkk.ccc/k.m.n");
    assert_eq!(roles(Format::Toml, "a = [\n  'x', true,\n]"), "k.m.m/..sssm.wwwwm/m");
    assert_eq!(roles(Format::Toml, "a = \"\"\"\n# x\n\"\"\" # c"), "k.m.sss/sss/sss.ccc");
    assert_eq!(roles(Format::Toml, "\"q k\".b = 'x'"), "kkkkkkk.m.sss");
    assert_eq!(roles(Format::Toml, "d = 1979-05-27"), "k.m.nnnnnnnnnn");
}

#[test]
fn hcl_has_blocks_attributes_heredocs_and_comments() {
    assert_eq!(roles(Format::Hcl, "job \"x\" {\n  a = true\n}"), "kkk.sss.m/..k.m.wwww/m");
    assert_eq!(roles(Format::Hcl, "a = \"${f(\"b\")}\" // c"), "k.m.sssssssssss.cccc");
    assert_eq!(
        roles(Format::Hcl, "a = <<-EOF\n  x = 1\n  EOF\nb = 2"),
        "k.m.mmmmmm/sssssss/sssss/k.m.n"
    );
    assert_eq!(roles(Format::Hcl, "/* a\nb */ c = 1"), "cccc/cccc.k.m.n");
}

proptest! {
    #[test]
    fn the_pieces_of_a_line_make_up_the_line(
        lines in prop::collection::vec("[a1\"'#:=\\-|<>{}\\[\\],/*\\\\$é \t.&!%~]{0,20}", 1..5),
    ) {
        for format in Format::ALL {
            let mut state = State::Plain;
            for line in &lines {
                let mut out = String::new();
                state = lex(format, state, line, &mut |piece, _| out.push_str(piece));
                prop_assert_eq!(&out, line, "{:?}", format);
            }
        }
    }
}
