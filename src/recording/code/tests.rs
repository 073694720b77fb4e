//! What was written comes back, whatever it was; bytes that are nothing never panic.

pub mod samples;

use proptest::prelude::*;

use super::*;
use crate::domain::feed::Body;
use crate::past::{Entry, What};
use crate::store::Store;
use samples::Seed;

/// A value by way of its bytes.
fn again<T: Coded>(value: &T) -> T {
    let mut out = Output::default();
    value.put(&mut out);
    let bytes = out.finish();
    let mut input = Input::new(&bytes, FORMAT).unwrap();
    let read = T::take(&mut input).unwrap();
    assert!(input.is_empty(), "it was read to its end");
    read
}

/// The number of a body's case: a new one is missing here, and in the samples.
fn case(body: &Body) -> usize {
    match body {
        Body::Pulse(_) => 0,
        Body::Services(_) => 1,
        Body::Checks(_) => 2,
        Body::Nodes(_) => 3,
        Body::Servers(_) => 4,
        Body::Instances(..) => 5,
        Body::NodeChecks(..) => 6,
        Body::NodeRoundTrip(..) => 7,
        Body::Folder(_) => 8,
        Body::Entry(..) => 9,
        Body::Session(..) => 10,
        Body::Managers(_) => 11,
        Body::Prints(_) => 12,
        Body::Sessions(_) => 13,
        Body::Locks(_) => 14,
        Body::Versions(..) => 15,
        Body::Freshness(..) => 16,
        Body::Events(..) => 17,
        Body::Seats(..) => 18,
        Body::Consumers(_) => 19,
        Body::Allocation(_) => 20,
        Body::Disagreements(_) => 21,
        Body::Edges(_) => 22,
    }
}

#[test]
fn the_samples_have_every_case() {
    let mut cases: Vec<usize> = samples::bodies(&Seed::default()).iter().map(case).collect();
    cases.sort_unstable();
    cases.dedup();
    assert_eq!(cases, (0..=22).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn every_entry_survives(seed in samples::seed()) {
        let mut store = Store::default();
        for entry in samples::entries(&seed) {
            prop_assert_eq!(&again(&entry), &entry);
            entry.apply(&mut store);
        }
        prop_assert_eq!(again(&store), store);
    }

    #[test]
    fn bytes_that_are_nothing_do_not_panic(bytes in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..200)) {
        if let Ok(mut input) = Input::new(&bytes, FORMAT) {
            let _ = Vec::<Entry>::take(&mut input);
        }
        let mut input = Input { bytes: &bytes, texts: vec!["a".into(), "b".into()], format: FORMAT };
        let _ = Store::take(&mut input);
    }

    #[test]
    fn numbers_of_every_size_and_sign_survive(a: u64, b: i64, c: u16) {
        prop_assert_eq!(again(&a), a);
        prop_assert_eq!(again(&b), b);
        prop_assert_eq!(again(&c), c);
    }
}

#[test]
fn a_text_that_many_have_costs_its_bytes_once() {
    let mut out = Output::default();
    let name = "a-name-of-some-length".repeat(10);
    for _ in 0..100 {
        out.text(&name);
    }
    assert!(out.len() < 2 * name.len(), "{}", out.len());
    let bytes = out.finish();
    assert!(bytes.len() < 2 * name.len());
    assert_eq!(out.len(), 0);
}

mod growing {
    use super::super::shape::record;
    use super::super::*;

    /// A type as it was in the form 1.
    struct Before {
        a: u64,
    }

    /// The same in the form 2.
    #[derive(Debug, PartialEq, Eq)]
    struct Now {
        a: u64,
        b: Option<u64>,
    }

    record!(Before { a });
    record!(Now { a } since 2 { b });

    #[test]
    fn what_an_older_program_wrote_is_read_with_what_is_new_left_empty() {
        let mut out = Output::default();
        Before { a: 7 }.put(&mut out);
        let bytes = out.finish();
        let read = Now::take(&mut Input::new(&bytes, 1).unwrap());
        assert_eq!(read, Ok(Now { a: 7, b: None }));
        Now { a: 7, b: Some(1) }.put(&mut out);
        let bytes = out.finish();
        let read = Now::take(&mut Input::new(&bytes, 2).unwrap());
        assert_eq!(read, Ok(Now { a: 7, b: Some(1) }));
    }
}

#[test]
fn a_tick_is_small() {
    let mut out = Output::default();
    Entry { at: samples::second(5), what: What::Tick }.put(&mut out);
    assert!(out.finish().len() < 12);
}
