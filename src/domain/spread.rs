//! How differently datacenters have the same service: is it one datacenter, or all.
//!
//! Compared are what part of the instances fails, whether it is there at all, its versions, and how
//! many instances there are. A datacenter that has not told its services, or does not answer now,
//! takes no part.

use std::collections::BTreeSet;

use super::catalog::ServiceHealth;
use super::feed::Versions;
use super::ids::Dc;

/// Instances that are so many times fewer somewhere are worth a word.
const FEWER: usize = 2;

/// A service in one datacenter.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The datacenter, which has told its services.
    pub dc: &'a Dc,
    /// How well it is; `None` where it is not there.
    pub health: Option<&'a ServiceHealth>,
    /// Its versions; `None` until they were read.
    pub versions: Option<&'a Versions>,
}

/// How different the parts are: greater is more different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Between the parts of the instances that are critical, in thousandths.
    critical: usize,
    /// Between the parts that fail in any way, in thousandths.
    failing: usize,
    /// Datacenters where it is not, while others have it.
    absent: usize,
    /// Whether the versions differ.
    versions: bool,
    /// Between most and fewest instances, in thousandths of the most.
    instances: usize,
}

impl Difference {
    /// Between these.
    pub fn of(parts: &[Part]) -> Self {
        let there: Vec<_> = parts.iter().filter_map(|part| part.health).collect();
        let of = |share: fn(&ServiceHealth) -> usize| range(there.iter().map(|it| share(it)));
        let known: Vec<_> = there.iter().filter_map(|it| it.instances).collect();
        let (fewest, most) = ends(known.into_iter());
        Self {
            critical: of(|it| thousandths(it.counts.critical, total(it))),
            failing: of(|it| thousandths(it.counts.failing(), total(it))),
            absent: parts.len() - there.len(),
            versions: !versions_are_alike(parts),
            instances: thousandths(most - fewest, most),
        }
    }

    /// True where nothing differs.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// It in words, what matters first; empty where nothing differs and nothing fails. `unseen` are the
/// datacenters of which it is not known how it is there now: no part is theirs, and what they said
/// last, `before`, decides nothing.
pub fn words(parts: &[Part], unseen: &[Dc], before: &[Part]) -> Vec<String> {
    let there = parts.iter().filter(|part| part.health.is_some()).count();
    let absent: Vec<&Dc> =
        parts.iter().filter(|part| part.health.is_none()).map(|part| part.dc).collect();
    let (word, bad) = worst(parts);
    let mut words = Vec::new();
    match bad.len() {
        0 => {}
        n if n == there && there > 1 && unseen.is_empty() => {
            words.push(format!("{word} everywhere"));
        }
        n if n == there && there > 1 => words.push(format!("{word} wherever it is seen")),
        1 if there > 1 && unseen.is_empty() => {
            words.push(format!("{word} in {} alone", names(&bad)));
        }
        _ => words.push(format!("{word} in {}", names(&bad))),
    }
    let (word, was_bad) = worst(before);
    if !was_bad.is_empty() {
        words.push(format!("was {word} in {}", names(&was_bad)));
    }
    if !absent.is_empty() && there > 0 {
        words.push(format!("not in {}", names(&absent)));
    }
    if !versions_are_alike(parts) {
        words.push(String::from("versions differ"));
    }
    words.extend(fewer(parts));
    if !unseen.is_empty() && !words.is_empty() {
        words.push(format!("{} not seen", names(&unseen.iter().collect::<Vec<_>>())));
    }
    words
}

/// What is worst, and where. It speaks for all: a datacenter that only warns is no part of an outage.
fn worst<'a>(parts: &[Part<'a>]) -> (&'static str, Vec<&'a Dc>) {
    let levels = [
        ("failing", among(parts, |it| it.counts.critical > 0)),
        ("warning", among(parts, |it| it.counts.warning > 0)),
        ("in maintenance", among(parts, |it| it.counts.maintenance > 0)),
    ];
    levels.into_iter().find(|(_, dcs)| !dcs.is_empty()).unwrap_or_default()
}

/// Where it is so.
fn among<'a>(parts: &[Part<'a>], is_so: fn(&ServiceHealth) -> bool) -> Vec<&'a Dc> {
    let there = parts.iter().filter(|part| part.health.is_some_and(is_so));
    there.map(|part| part.dc).collect()
}

/// Where there are far fewer instances than elsewhere.
fn fewer(parts: &[Part]) -> Option<String> {
    let counts = parts.iter().filter_map(|part| Some((part.health?.instances?, part.dc)));
    let counts: Vec<(usize, &Dc)> = counts.collect();
    let (most, there) = counts.iter().max_by_key(|(n, _)| n)?;
    let (fewest, here) = counts.iter().min_by_key(|(n, _)| n)?;
    let is_far = *most >= FEWER * (*fewest).max(1) && most != fewest;
    is_far.then(|| format!("{fewest} in {here}, {most} in {there}"))
}

/// True where every datacenter whose versions are known has the same ones.
fn versions_are_alike(parts: &[Part]) -> bool {
    let known = parts.iter().filter(|part| part.health.is_some()).filter_map(|part| part.versions);
    let mut sets = known.map(|all| all.iter().map(|(it, _)| &**it).collect::<BTreeSet<&str>>());
    let first = sets.next();
    sets.all(|set| Some(set) == first)
}

fn names(dcs: &[&Dc]) -> String {
    dcs.iter().map(|dc| dc.as_str()).collect::<Vec<_>>().join(", ")
}

fn total(it: &ServiceHealth) -> usize {
    it.instances.unwrap_or_else(|| it.counts.total())
}

fn thousandths(part: usize, of: usize) -> usize {
    (part * 1_000).checked_div(of).unwrap_or_default()
}

fn ends(all: impl Iterator<Item = usize>) -> (usize, usize) {
    all.fold(None, |ends: Option<(usize, usize)>, n| match ends {
        Some((least, most)) => Some((least.min(n), most.max(n))),
        None => Some((n, n)),
    })
    .unwrap_or_default()
}

fn range(all: impl Iterator<Item = usize>) -> usize {
    let (least, most) = ends(all);
    most - least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Counts;

    fn health(critical: usize, all: usize) -> ServiceHealth {
        let counts = Counts { critical, passing: all - critical, ..Counts::default() };
        ServiceHealth { instances: Some(all), counts, ..ServiceHealth::default() }
    }

    fn said(all: &[Option<(usize, usize)>], versions: &[&str]) -> (Difference, String) {
        let dcs: Vec<Dc> = (1..=all.len()).map(|n| Dc::from(format!("dc-{n}").as_str())).collect();
        let healths: Vec<_> = all.iter().map(|it| it.map(|(n, of)| health(n, of))).collect();
        let versions: Vec<Versions> =
            versions.iter().map(|it| [((*it).into(), 1)].into()).collect();
        let part = |(n, dc)| Part {
            dc,
            health: healths.get(n).and_then(Option::as_ref),
            versions: versions.get(n),
        };
        let parts: Vec<Part> = dcs.iter().enumerate().map(part).collect();
        (Difference::of(&parts), words(&parts, &[], &[]).join("; "))
    }

    #[test]
    fn one_datacenter_is_told_from_all() {
        let well = Some((0, 4));
        assert_eq!(said(&[well, well, Some((4, 4))], &[]).1, "failing in dc-3 alone");
        let bad = Some((1, 4));
        assert_eq!(said(&[bad, bad, bad], &[]).1, "failing everywhere");
        assert_eq!(said(&[bad, bad, well], &[]).1, "failing in dc-1, dc-2");
        let (none, words) = said(&[well, well], &["v1", "v1"]);
        assert!(none.is_none() && words.is_empty());
        assert_eq!(said(&[bad], &[]).1, "failing in dc-1", "there is no other to differ from");
    }

    #[test]
    fn what_only_warns_is_not_called_failing() {
        let of = |counts| ServiceHealth { counts, ..health(0, 0) };
        let (one, two) = (Dc::from("dc-1"), Dc::from("dc-2"));
        let warns = of(Counts { warning: 1, ..Counts::default() });
        let rests = of(Counts { maintenance: 1, ..Counts::default() });
        let fails = of(Counts { critical: 1, ..Counts::default() });
        let well = of(Counts { passing: 1, ..Counts::default() });
        for (here, there, expected) in [
            (&warns, &well, "warning in dc-1 alone"),
            (&rests, &well, "in maintenance in dc-1 alone"),
            (&warns, &fails, "failing in dc-2 alone"),
            (&warns, &warns, "warning everywhere"),
            (&warns, &rests, "warning in dc-1 alone"),
        ] {
            let part = |dc, health| Part { dc, health: Some(health), versions: None };
            assert_eq!(words(&[part(&one, here), part(&two, there)], &[], &[]), [expected]);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_said_and_leaves_nothing_alone() {
        let (one, two) = (Dc::from("dc-1"), Dc::from("dc-2"));
        let (bad, well) = (health(4, 4), health(0, 4));
        let said = |first, second| {
            let part = |dc, health| Part { dc, health, versions: None };
            words(&[part(&one, first), part(&two, second)], &["dc-3".into()], &[]).join("; ")
        };
        let (three, part) =
            (Dc::from("dc-3"), |dc, health| Part { dc, health: Some(health), versions: None });
        let before =
            words(&[part(&one, &well)], std::slice::from_ref(&three), &[part(&three, &bad)]);
        assert_eq!(before.join("; "), "was failing in dc-3; dc-3 not seen");
        assert_eq!(said(Some(&bad), Some(&well)), "failing in dc-1; dc-3 not seen");
        assert_eq!(said(Some(&bad), Some(&bad)), "failing wherever it is seen; dc-3 not seen");
        assert_eq!(said(Some(&well), None), "not in dc-2; dc-3 not seen");
        assert_eq!(said(Some(&well), Some(&well)), "");
    }

    #[test]
    fn what_is_worse_goes_before() {
        let well = Some((0, 4));
        let order = [
            said(&[well, Some((4, 4))], &[]).0,
            said(&[well, Some((1, 4))], &[]).0,
            said(&[well, None], &[]).0,
            said(&[well, well], &["v1", "v2"]).0,
            said(&[well, Some((0, 1))], &[]).0,
            said(&[Some((4, 4)), Some((4, 4))], &[]).0,
        ];
        assert!(order.is_sorted_by(|a, b| a > b), "{order:?}");
    }

    #[test]
    fn absence_versions_and_numbers_are_told() {
        let words = said(&[Some((0, 4)), None, Some((0, 1))], &["v1", "", "v2"]).1;
        assert_eq!(words, "not in dc-2; versions differ; 1 in dc-3, 4 in dc-1");
    }
}
