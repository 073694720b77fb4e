//! What a DNS server answered, and which instances that gives.
//!
//! Plain data: who asks is [`crate::consumers`]. Consul's DNS gives every instance that is not
//! critical; an A record has no port and stands once for all instances on its address; an SRV record
//! names its target by the node or by the address in hexadecimal digits.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::catalog::Instance;

/// How a question is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// UDP as the oldest resolvers speak it: Consul gives at most three addresses, and no sign that
    /// there are more.
    Udp,
    /// UDP with EDNS, which allows longer answers.
    Edns,
    /// TCP: everything comes.
    Tcp,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// It was answered.
    NoError,
    /// There is no such name: an outage, a typo and an unknown datacenter look the same.
    NxDomain,
    /// Anything else, by its name.
    Other(Arc<str>),
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A or AAAA.
    Address(IpAddr),
    /// SRV.
    Service {
        /// Its target, without the dot at the end.
        target: Arc<str>,
        /// Its port.
        port: u16,
        /// Its weight: that of the instance while it passes, or while it warns.
        weight: u16,
    },
    /// CNAME: the instance's address is a name.
    Name(Arc<str>),
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The name that it is about, without the dot at the end.
    pub name: Arc<str>,
    /// For how many seconds it may be kept.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What became of the question.
    pub code: Code,
    /// What was asked for.
    pub answers: Vec<Record>,
    /// What came with it: the addresses of targets.
    pub extra: Vec<Record>,
    /// The server says that there is more (TC).
    pub is_truncated: bool,
    /// How long it took.
    pub took: Duration,
}

impl Carrier {
    /// All of them, the most forgetful first.
    pub const ALL: [Self; 3] = [Self::Udp, Self::Edns, Self::Tcp];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Edns => "udp with edns",
            Self::Tcp => "tcp",
        }
    }
}

impl Code {
    /// The word for it, as `dig` has it.
    pub fn word(&self) -> &str {
        match self {
            Self::NoError => "NOERROR",
            Self::NxDomain => "NXDOMAIN",
            Self::Other(word) => word,
        }
    }
}

impl Reply {
    /// The least time that its records may be kept, in seconds.
    pub fn ttl(&self) -> Option<u32> {
        self.answers.iter().map(|record| record.ttl).min()
    }

    /// The distinct addresses that it gives, in their order.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = Vec::new();
        let of_records = self.answers.iter().chain(&self.extra).filter_map(|it| match it.data {
            Data::Address(ip) => Some(ip),
            _ => None,
        });
        for ip in of_records {
            if !all.contains(&ip) {
                all.push(ip);
            }
        }
        all
    }

    /// True when it gives the address of this instance, whoever else is on it.
    pub fn gives_address(&self, it: &Instance) -> bool {
        let own = it.address.parse::<IpAddr>().ok();
        self.answers.iter().any(|record| match &record.data {
            Data::Address(ip) => Some(*ip) == own,
            Data::Name(name) => is_name(name, &it.address),
            Data::Service { .. } => false,
        })
    }

    /// True when one of its SRV records leads to this instance.
    pub fn gives_service(&self, it: &Instance) -> bool {
        self.answers.iter().any(|record| match &record.data {
            Data::Service { target, port, .. } => *port == it.port && self.leads(target, it),
            _ => false,
        })
    }

    /// True when a target is where the instance serves.
    fn leads(&self, target: &str, it: &Instance) -> bool {
        let own = it.address.parse::<IpAddr>().ok();
        if let Some(ip) = coded(target) {
            return Some(ip) == own;
        }
        let at = self.extra.iter().filter(|record| is_name(&record.name, target));
        let mut at = at.filter_map(|record| match record.data {
            Data::Address(ip) => Some(ip),
            _ => None,
        });
        // The node's name is left out of nothing: a long answer comes without addresses.
        is_node(target, it.node.as_str())
            || is_name(target, &it.address)
            || at.any(|ip| Some(ip) == own)
    }
}

/// The address in a target such as `7f4d010b.addr.dc-1.consul`.
fn coded(target: &str) -> Option<IpAddr> {
    let (digits, rest) = target.split_once('.')?;
    if !rest.get(..5).is_some_and(|label| label.eq_ignore_ascii_case("addr.")) {
        return None;
    }
    match digits.len() {
        8 => u32::from_str_radix(digits, 16).ok().map(|bits| Ipv4Addr::from(bits).into()),
        32 => u128::from_str_radix(digits, 16).ok().map(|bits| Ipv6Addr::from(bits).into()),
        _ => None,
    }
}

/// True for the target of an instance without an address of its own.
fn is_node(target: &str, node: &str) -> bool {
    let rest = target.get(node.len()..).unwrap_or_default().to_ascii_lowercase();
    let is_same = target.get(..node.len()).is_some_and(|name| name.eq_ignore_ascii_case(node));
    !node.is_empty() && is_same && rest.starts_with(".node.")
}

/// True for the same name, with or without the dot at the end.
fn is_name(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    !a.is_empty() && plain(a) == plain(b)
}

/// The name under which DNS knows a service of a datacenter; `None` where no question can carry it.
pub fn name_of(service: &str, dc: &str, domain: &str) -> Option<String> {
    let is_label = |label: &str| {
        let is_plain = |c: char| c.is_ascii_graphic() && !"./\\\"".contains(c);
        (1..=63).contains(&label.len()) && label.chars().all(is_plain)
    };
    let name = format!("{service}.service.{dc}.{}", domain.trim_matches('.'));
    (is_label(service) && is_label(dc) && name.len() <= 250).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_as_address_or_node() {
        assert_eq!(coded("7f4d010b.addr.dc-1.consul"), "127.77.1.11".parse().ok());
        let v6 = "fd000000000000000000000000000007.addr.dc-1.consul";
        assert_eq!(coded(v6), "fd00::7".parse().ok());
        assert_eq!(coded("7f4d010b.node.dc-1.consul"), None);
        assert_eq!(coded("zz4d010b.addr.dc-1.consul"), None);
        assert!(is_node("dc2-master-1.node.dc-2.consul", "dc2-master-1"));
        assert!(is_node("DC2-master-1.node.dc-2.consul", "dc2-MASTER-1"));
        assert!(!is_node("dc2-master-10.node.dc-2.consul", "dc2-master-1"));
    }

    #[test]
    fn a_name_that_no_label_can_carry_is_not_asked_for() {
        assert_eq!(name_of("web", "dc-1", "consul.").as_deref(), Some("web.service.dc-1.consul"));
        for service in ["", "a.b", "a b", "a/b", "ä", &"x".repeat(64)] {
            assert_eq!(name_of(service, "dc-1", "consul"), None, "{service}");
        }
    }
}
