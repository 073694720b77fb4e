//! Trees of small listings, and one of 200,000 keys.

use super::*;

fn listing(folder: &str, keys: &[&str]) -> Arc<Folder> {
    Arc::new(Folder::new(&folder.into(), keys.iter().copied()))
}

fn text(tree: &Tree) -> Vec<String> {
    let line = |row: TreeRow<'_>| {
        let indent = "  ".repeat(row.depth);
        let sign = match row.kind {
            Kind::Folder if row.is_open => "v ",
            Kind::Folder => "> ",
            Kind::Marker => "* ",
            Kind::Key => "",
        };
        let dcs: String =
            (0..tree.dcs).map(|dc| if row.here.has(dc) { 'x' } else { '.' }).collect();
        format!("{indent}{sign}{} {dcs}", row.name)
    };
    tree.rows(0, usize::MAX).map(line).collect()
}

#[test]
fn open_folders_show_their_children_below_them() {
    let mut tree = Tree::new(1, Order::FoldersFirst);
    assert!(tree.is_empty());
    tree.set(0, listing("", &["a", "b/", "c"]));
    assert_eq!(text(&tree), ["> b/ x", "a x", "c x"]);
    tree.open(&"b/".into());
    assert_eq!(tree.children("b/"), None);
    tree.set(0, listing("b/", &["b/", "b/x", "b/y/"]));
    assert_eq!(text(&tree), ["v b/ x", "  * b/ x", "  > y/ x", "  x x", "a x", "c x"]);
    tree.close(&"b/".into());
    assert_eq!(text(&tree), ["> b/ x", "a x", "c x"]);
    assert_eq!(tree.children("b/"), Some(3));
}

#[test]
fn a_row_says_in_which_datacenters_it_is() {
    let mut tree = Tree::new(3, Order::ByKey);
    tree.set(0, listing("", &["a", "b/", "d"]));
    tree.set(2, listing("", &["b/", "c", "d"]));
    assert_eq!(text(&tree), ["a x..", "> b/ x.x", "c ..x", "d x.x"]);
    assert!(tree.listing(0, "").is_some() && tree.listing(1, "").is_none());
    tree.forget(0, &"".into());
    assert_eq!(text(&tree), ["> b/ ..x", "c ..x", "d ..x"]);
    tree.set(7, listing("", &["z"]));
    assert_eq!(tree.len(), 3);
}

#[test]
fn a_marker_says_where_it_is_too() {
    let mut tree = Tree::new(2, Order::ByKey);
    tree.open(&"a/".into());
    tree.set(0, listing("", &["a/"]));
    tree.set(0, listing("a/", &["a/b"]));
    tree.set(1, listing("a/", &["a/"]));
    assert_eq!(text(&tree), ["v a/ x.", "  * a/ .x", "  b x."]);
}

#[test]
fn a_row_is_found_again_by_path_and_kind_in_both_orders() {
    for order in [Order::FoldersFirst, Order::ByKey] {
        let mut tree = Tree::new(1, order);
        tree.set(0, listing("", &["a", "b/", "c"]));
        tree.set(0, listing("b/", &["b/", "b/x", "b/y/"]));
        tree.open(&"b/".into());
        for at in 0..tree.len() {
            let row = tree.row(at).unwrap();
            assert_eq!(tree.position(&row.path.into(), row.kind), Some(at), "{row:?}");
        }
        assert_eq!(tree.position(&"b/x".into(), Kind::Folder), None);
        assert_eq!(tree.position(&"nowhere/x".into(), Kind::Key), None);
        tree.close(&"b/".into());
        assert_eq!(tree.position(&"b/x".into(), Kind::Key), None);
    }
}

#[test]
fn revealing_a_key_opens_what_leads_to_it() {
    let mut tree = Tree::new(1, Order::ByKey);
    tree.reveal(&"a/b/c".into());
    tree.set(0, listing("", &["a/"]));
    tree.set(0, listing("a/", &["a/b/"]));
    tree.set(0, listing("a/b/", &["a/b/c"]));
    assert_eq!(tree.position(&"a/b/c".into(), Kind::Key), Some(2));
    let shown: Vec<_> = tree.shown_folders().map(Key::as_str).collect();
    assert_eq!(shown, ["", "a/", "a/b/"]);
    tree.close(&"a/".into());
    assert_eq!(tree.shown_folders().map(Key::as_str).collect::<Vec<_>>(), [""]);
}

#[test]
fn odd_names_stay_apart() {
    let mut tree = Tree::new(1, Order::FoldersFirst);
    tree.set(0, listing("", &["/", "a b", "a%20b", "a\nb"]));
    tree.open(&"/".into());
    tree.set(0, listing("/", &["/", "//", "/x"]));
    assert_eq!(tree.len(), 7);
    assert_eq!(tree.position(&"/".into(), Kind::Marker), Some(1));
    assert_eq!(tree.position(&"//".into(), Kind::Folder), Some(2));
}

#[test]
fn a_folder_of_200_000_keys_has_all_its_rows() {
    let keys: Vec<String> = (0..200_000).map(|n| format!("big/{n:06}")).collect();
    let big = Arc::new(Folder::new(&"big/".into(), keys.iter().map(String::as_str)));
    let mut tree = Tree::new(2, Order::FoldersFirst);
    tree.set(0, listing("", &["big/"]));
    tree.open(&"big/".into());
    tree.set(0, big.clone());
    tree.set(1, big);
    assert_eq!(tree.len(), 200_001);
    assert_eq!(tree.position(&"big/199999".into(), Kind::Key), Some(200_000));
    assert_eq!(tree.rows(199_990, 50).count(), 11);
}
