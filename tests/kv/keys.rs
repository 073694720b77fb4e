//! Keys and values byte for byte, whatever they hold.

use bytes::Bytes;
use dcview::consul::kv::{self, keys, recurse};
use dcview::consul::write::{Outcome, apply};
use dcview::domain::kv::{Folder, Key, Op};

use super::{client, cluster, entry, one};

/// Keys that each trip over something on their way.
const ODD: [&str; 16] = [
    "odd/plain",
    "odd/a b",
    "odd/%2F%",
    "odd/?x=1&y#z",
    "odd/ü/日本",
    "odd/new\nline",
    "odd/tab\t\u{1b}[2J",
    "odd/a//b",
    "odd//",
    "odd/./x",
    "odd/../y",
    "odd/marker/",
    "odd/😀",
    "odd/nb\u{a0}sp",
    "odd/q\"\\",
    "odd/nul\0",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_key_is_written_read_listed_and_deleted_as_it_is() {
    let client = client();
    let value = Bytes::from_static(b"\xff\x00\r\n\x1b]0;x\x07");
    for key in ODD {
        let op = Op::create(key.into(), value.clone(), u64::MAX);
        let Outcome::Written { indexes } = apply(&client, &one(op)).await else {
            panic!("{key:?}")
        };
        let there = entry(&client, key).await.expect("there");
        assert_eq!((&there.value, there.flags), (&value, u64::MAX), "{key:?}");
        assert_eq!(indexes, [Some(there.modify_index)], "{key:?}");
        let reader = client.read_only();
        assert_eq!(kv::read(&reader, &key.into()).await, Ok(Some(there)), "{key:?} read-only");
    }
    let mut expected = ODD.map(Key::from);
    expected.sort();
    let mut listed = Vec::new();
    let mut listing = keys(&client, &"odd/".into()).await.expect("a listing");
    while let Some(key) = listing.next().await.expect("a key") {
        listed.push(key);
    }
    assert_eq!(listed, expected);
    for key in ODD {
        let base = entry(&client, key).await.expect("there");
        let outcome = apply(&client, &one(Op::Delete { base })).await;
        assert_eq!(outcome.word(), "written", "{key:?}");
        assert_eq!(entry(&client, key).await, None, "{key:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_shows_what_lies_directly_in_it() {
    let client = client();
    for key in ["tree/", "tree/a", "tree/a/b", "tree//x/y", "tree/c\nd"] {
        let made = apply(&client, &one(Op::create(key.into(), "v", 0))).await;
        assert_eq!(made.word(), "written", "{key:?}");
    }
    let paths = |folder: &Folder| folder.rows().map(|row| row.path.to_owned()).collect::<Vec<_>>();
    let (folder, meta) = kv::folder(&"tree/".into()).fetch(&client).await.expect("a folder");
    assert_eq!(paths(&folder), ["tree//", "tree/a", "tree/a/", "tree/c\nd"]);
    assert!(folder.has_marker() && meta.index.is_some());
    let (folder, _) = kv::folder(&"tree//".into()).fetch(&client).await.expect("a folder");
    assert_eq!(paths(&folder), ["tree//x/"]);
    let mut listing = recurse(&client, &"tree//".into()).await.expect("a listing");
    assert_eq!(listing.next().await.expect("an entry").expect("one").key.as_str(), "tree//x/y");
    assert_eq!(listing.next().await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_an_answer_with_an_index() {
    let client = client();
    let (none, meta) = kv::entry(&"nowhere/x".into()).fetch(&client).await.expect("an answer");
    assert_eq!((none, meta.status), (None, 404));
    assert!(meta.index.is_some());
    let (folder, _) = kv::folder(&"nowhere/".into()).fetch(&client).await.expect("an answer");
    assert!(folder.is_empty());
    let mut listing = keys(&client, &"nowhere/".into()).await.expect("an answer");
    assert_eq!(listing.next().await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_datacenters_are_reached_through_the_same_agent() {
    let client = client();
    for dc in ["dc-2", "dc-3"] {
        let mut write = one(Op::create("far/key".into(), dc, 7));
        write.dc = dc.into();
        assert_eq!(apply(&client, &write).await.word(), "written");
        assert_eq!(cluster().dc(dc).http().json("/v1/kv/far/key")[0]["Flags"], 7);
    }
    assert_eq!(entry(&client, "far/key").await, None, "not in the first one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_is_dropped_frees_its_connection() {
    let client = client();
    super::set(&client, "dropped/a", "1").await;
    for _ in 0..100 {
        let mut listing = recurse(&client, &"dropped/".into()).await.expect("a listing");
        assert!(listing.next().await.expect("an entry").is_some());
    }
}
