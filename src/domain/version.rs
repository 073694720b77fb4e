//! How the version of an instance is found: in its meta data, in its tags, or as the settings say.
//!
//! The first rule whose pattern fits a service's name is the only one for that service; the usual
//! rule is for all others. A rule looks into the meta data first, then at the tags.

use std::sync::Arc;

use regex::Regex;

use super::catalog::Instance;

/// The key of the meta data that usually names a version.
const USUAL_KEY: &str = "version";

/// How versions are found, for all services.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Rules of their own for some services, the first that fits counts.
    pub own: Vec<Rule>,
    /// The rule for all others.
    pub usual: Source,
}

/// The rule for some services.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which services: a name, in which `*` stands for anything.
    pub service: Arc<str>,
    /// Where their version is.
    pub source: Source,
}

/// Where a version is found.
#[derive(Clone, Debug)]
pub struct Source {
    /// Keys of the meta data, the first one that is there counts.
    pub meta: Vec<Arc<str>>,
    /// Which tag, if it is one.
    pub tag: TagRule,
}

/// Which tag names a version.
#[derive(Clone, Debug)]
pub enum TagRule {
    /// None does.
    None,
    /// The first one that looks like one, as [`is_version`] says.
    Looks,
    /// What the group of this pattern catches; the whole match where it has no group.
    Pattern(Regex),
}

impl Default for Source {
    fn default() -> Self {
        Self { meta: vec![Arc::from(USUAL_KEY)], tag: TagRule::Looks }
    }
}

impl Rules {
    /// The version of an instance; empty when it has none.
    pub fn version(&self, instance: &Instance) -> Arc<str> {
        let service = instance.service.as_str();
        let own = self.own.iter().find(|rule| fits(&rule.service, service));
        own.map_or(&self.usual, |rule| &rule.source).version(instance)
    }
}

impl Source {
    fn version(&self, instance: &Instance) -> Arc<str> {
        let in_meta = self.meta.iter().find_map(|key| instance.meta.get(key));
        let in_meta = in_meta.filter(|version| !version.is_empty()).map(Arc::clone);
        in_meta.or_else(|| self.tag.version(&instance.tags)).unwrap_or_default()
    }
}

impl TagRule {
    fn version(&self, tags: &[Arc<str>]) -> Option<Arc<str>> {
        match self {
            Self::None => None,
            Self::Looks => tags.iter().find(|tag| is_version(tag)).map(Arc::clone),
            Self::Pattern(pattern) => tags.iter().find_map(|tag| {
                let found = pattern.captures(tag)?;
                let caught = found.get(1).or_else(|| found.get(0))?.as_str();
                (!caught.is_empty()).then(|| Arc::from(caught))
            }),
        }
    }
}

/// True for a tag such as `v2`, `1.4.0` or `v1.2-rc1`.
pub fn is_version(tag: &str) -> bool {
    let digits = tag.strip_prefix('v').unwrap_or(tag);
    let dotted = digits.contains('.') || digits.len() < tag.len();
    dotted
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_alphanumeric() || ".-+_".contains(c))
}

/// True when a name is what a pattern says, `*` standing for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        // The earliest place leaves the most for what comes after.
        let Some((_, after)) = left.split_once(part) else {
            return false;
        };
        left = after;
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::tests::instance;

    fn of(service: &str, meta: &[(&str, &str)], tags: &[&str]) -> Instance {
        let meta = meta.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value)));
        Instance {
            service: service.into(),
            meta: meta.collect(),
            tags: tags.iter().map(|tag| Arc::from(*tag)).collect(),
            ..instance("n1", "a")
        }
    }

    fn rules() -> Rules {
        let own = |service: &str, source| Rule { service: service.into(), source };
        let release = Source { meta: vec!["release".into()], tag: TagRule::None };
        let build = Regex::new("^build-(.+)$").unwrap();
        let build = Source { meta: Vec::new(), tag: TagRule::Pattern(build) };
        Rules { own: vec![own("web*", release), own("*-batch", build)], usual: Source::default() }
    }

    #[test]
    fn a_version_tag_is_told_from_other_tags() {
        for yes in ["v1", "v2.3.1", "1.4.0", "v1.2-rc1"] {
            assert!(is_version(yes), "{yes}");
        }
        for no in ["az1", "8080", "primary", "v", "10.0.0.1/8", ""] {
            assert!(!is_version(no), "{no}");
        }
    }

    #[test]
    fn a_version_is_in_the_meta_data_else_the_first_tag_that_looks_like_one() {
        let usual = Rules::default();
        let version = |meta: (&str, &str), tags: &[&str]| usual.version(&of("db", &[meta], tags));
        assert_eq!(&*version(("version", "1.2"), &["v9"]), "1.2");
        assert_eq!(&*version(("version", ""), &["http", "v9"]), "v9");
        assert_eq!(&*version(("release", "1.2"), &["az1", "v3"]), "v3");
        assert_eq!(&*version(("release", "1.2"), &["az1"]), "");
    }

    #[test]
    fn the_first_rule_that_fits_a_service_is_its_only_one() {
        let rules = rules();
        let both = [("release", "r7"), ("version", "1.2")];
        assert_eq!(&*rules.version(&of("web", &both, &["v9"])), "r7");
        assert_eq!(&*rules.version(&of("web-shop", &both[1..], &["v9"])), "", "no way back");
        assert_eq!(&*rules.version(&of("web-batch", &[], &["build-8"])), "", "the first one");
        assert_eq!(&*rules.version(&of("night-batch", &both, &["x", "build-8"])), "8");
        assert_eq!(&*rules.version(&of("db", &both, &[])), "1.2");
    }

    #[test]
    fn a_pattern_without_a_group_catches_all_of_its_match() {
        let tag = TagRule::Pattern(Regex::new("r[0-9]+").unwrap());
        assert_eq!(tag.version(&["a".into(), "x-r12-y".into()]).as_deref(), Some("r12"));
        let none = TagRule::Pattern(Regex::new("x(.*)").unwrap());
        assert_eq!(none.version(&["x".into()]), None, "an empty version is none");
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name) in
            [("web", "web"), ("web*", "web"), ("web*", "web-1"), ("*", ""), ("a*b*c", "axxbyybc")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("web", "web-1"), ("web*", "we"), ("*web", "web-1"), ("a*b*c", "acb"), ("a*a", "a")]
        {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
