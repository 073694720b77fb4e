//! Connect's certificate authority: a secondary has to trust the primary's active root.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::since::Since;
use crate::consul::wire::Roots;
use crate::domain::replication::{Stream, StreamId};

/// The stream that a look found.
pub(super) fn judge(
    id: StreamId,
    (source, destination): (&Roots, &Roots),
    since: &mut Since,
    (now, stall_after): (DateTime<Utc>, Duration),
) -> Stream {
    let mut stream = Stream::new(id);
    (stream.at, stream.whole_at) = (Some(now), Some(now));
    let mut pending = None;
    let counts = &mut stream.counts;
    stream.evidence = if source.trust_domain != destination.trust_domain {
        // Two authorities that know nothing of each other: no rotation brings them together.
        counts.drift = 1;
        let (here, there) = (&destination.trust_domain, &source.trust_domain);
        format!("its trust domain is {here}, the primary's is {there}").into()
    } else if source.active != destination.active {
        counts.pending = 1;
        pending = Some(source.active.to_string());
        let (here, there) = (&destination.active, &source.active);
        format!("its active root is {here}, the primary's is {there}").into()
    } else {
        counts.same = 1;
        "the same active root and trust domain".into()
    };
    stream.verdict = stream.counts.verdict();
    since.note(now, pending).tell(&mut stream, stall_after);
    stream.facts = vec![
        ("active root", destination.active.to_string()),
        ("trust domain", destination.trust_domain.to_string()),
    ];
    stream
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Kind, Verdict, Waiting};

    #[test]
    fn another_root_is_on_its_way_and_another_trust_domain_never_comes() {
        let roots = |active: &str, domain: &str| Roots {
            active: active.into(),
            trust_domain: domain.into(),
        };
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (from, destination) = (Some("dc-1".into()), "dc-2".into());
        let (of, to) = ("".into(), "".into());
        let id = StreamId { kind: Kind::Ca, source: from, destination, of, to };
        for (here, verdict, waiting) in [
            (roots("f5", "a.consul"), Verdict::InSync, Waiting::Nothing),
            (roots("9b", "a.consul"), Verdict::Lagging, Waiting::Unknown),
            (roots("f5", "b.consul"), Verdict::Drift, Waiting::Nothing),
        ] {
            let ends = (&roots("f5", "a.consul"), &here);
            let times = (now, Duration::from_secs(10));
            let found = judge(id.clone(), ends, &mut Since::default(), times);
            assert_eq!((found.verdict, found.waiting), (verdict, waiting), "{here:?}");
        }
    }
}
