//! Which proxy leads to an agent: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, as the `consul` command
//! understands them.
//!
//! Its rules are those of Go's `net/http`: the scheme of the address chooses the variable, names in
//! capitals come first, this machine is never reached through a proxy, and `NO_PROXY` lists domains
//! (with all below them; with a leading dot only those below), addresses, networks and ports.

use std::net::IpAddr;

use anyhow::{Context as _, Result, bail};

use super::Env;
use crate::consul::{Address, Proxy};

/// The proxy on the way to an address, if one is.
///
/// # Errors
/// A proxy that is to be used and cannot be, by the name of its variable.
pub(super) fn of(address: &Address, env: &Env) -> Result<Option<Proxy>> {
    let Some((host, port)) = address.host_and_port() else { return Ok(None) };
    let names = if address.is_tls() {
        ["HTTPS_PROXY", "https_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy"]
    };
    let Some((name, text)) = first(env, names) else { return Ok(None) };
    let spared = first(env, ["NO_PROXY", "no_proxy"]).map_or("", |(_, list)| list);
    if address.is_local() || is_spared(host, port, spared) {
        return Ok(None);
    }
    // A CGI program gets its client's 'Proxy' header under this name.
    if name == "HTTP_PROXY" && env.get("REQUEST_METHOD").is_some() {
        bail!("HTTP_PROXY is not used beside REQUEST_METHOD: anybody could have set it");
    }
    let proxy = Proxy::parse(text).with_context(|| format!("{name} is no proxy's address"))?;
    Ok(Some(proxy))
}

fn first<'a>(env: &'a Env, names: [&'static str; 2]) -> Option<(&'static str, &'a str)> {
    names.into_iter().find_map(|name| Some((name, env.get(name)?)))
}

/// True when the list says that no proxy is to be used.
fn is_spared(host: &str, port: u16, list: &str) -> bool {
    let host = host.to_lowercase();
    let mut entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.any(|entry| entry == "*" || is_entry_for(&host, port, &entry.to_lowercase()))
}

fn is_entry_for(host: &str, port: u16, entry: &str) -> bool {
    let ip = host.parse::<IpAddr>().ok();
    if let Some((network, bits)) = entry.split_once('/') {
        let network = network.parse::<IpAddr>().ok().zip(bits.parse::<u32>().ok());
        return ip.zip(network).is_some_and(|(ip, (net, bits))| is_within(ip, net, bits));
    }
    let (name, only_port) = split_port(entry);
    if only_port.is_some_and(|only| only != port.to_string()) {
        return false;
    }
    if let Ok(listed) = name.parse::<IpAddr>() {
        return ip == Some(listed);
    }
    let name = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name);
    match name.strip_prefix('.') {
        Some(domain) => is_below(host, domain),
        None => host == name || is_below(host, name),
    }
}

/// A name or address, and the port where one is given: only `[::1]:80` is one with colons.
fn split_port(entry: &str) -> (&str, Option<&str>) {
    if let Some((ip, rest)) = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (ip, rest.strip_prefix(':'));
    }
    match entry.split_once(':') {
        Some((name, port)) if !port.contains(':') => (name, Some(port)),
        _ => (entry, None),
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    !domain.is_empty() && host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn is_within(ip: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) if bits <= 32 => {
            (ip.to_bits() ^ network.to_bits()).leading_zeros() >= bits
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) if bits <= 128 => {
            (ip.to_bits() ^ network.to_bits()).leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(address: &str, env: &[(&str, &str)]) -> Option<String> {
        let env: Env = env.iter().copied().collect();
        let address = Address::parse(address, false).unwrap();
        of(&address, &env).unwrap().map(|proxy| proxy.to_string())
    }

    #[test]
    fn the_scheme_chooses_the_variable_and_capitals_come_first() {
        let env = [("HTTP_PROXY", "a:1"), ("http_proxy", "b:2"), ("https_proxy", "http://c:3")];
        assert_eq!(proxy("consul:8500", &env).as_deref(), Some("http://a:1"));
        assert_eq!(proxy("https://consul:8501", &env).as_deref(), Some("http://c:3"));
        assert_eq!(proxy("consul:8500", &[("HTTP_PROXY", "")]), None);
        assert_eq!(proxy("consul:8500", &[("ALL_PROXY", "a:1")]), None, "Go does not know it");
        let socks = [("HTTP_PROXY", "socks5://ann:s3cr3t@s:1080")];
        assert_eq!(proxy("consul:8500", &socks).as_deref(), Some("socks5://s:1080"));
    }

    #[test]
    fn this_machine_is_never_reached_through_one() {
        let env = [("HTTP_PROXY", "a:1"), ("HTTPS_PROXY", "a:1")];
        for address in ["localhost:8500", "127.0.0.2:8500", "https://[::1]:8501", "unix:///s"] {
            assert_eq!(proxy(address, &env), None, "{address}");
        }
    }

    #[test]
    fn what_is_listed_is_spared() {
        for (address, list, is_spared) in [
            ("a.example.com:8500", "example.com", true),
            ("example.com:8500", "example.com", true),
            ("EXAMPLE.com:8500", "Example.COM", true),
            ("example.com:8500", ".example.com", false),
            ("a.example.com:8500", "x, .example.com", true),
            ("a.example.com:8500", "*.example.com", true),
            ("badexample.com:8500", "example.com", false),
            ("a.example.com:8500", "example.com:8500", true),
            ("a.example.com:8500", "example.com:8501", false),
            ("10.1.2.3:8500", "10.0.0.0/8", true),
            ("11.1.2.3:8500", "10.0.0.0/8", false),
            ("10.1.2.3:8500", "10.1.2.3", true),
            ("10.1.2.3:8500", "10.1.2.3:80", false),
            ("[2001:db8::7]:8500", "2001:db8::/32", true),
            ("[2001:db8::7]:8500", "[2001:db8::7]:8500", true),
            ("[2001:db8::7]:8500", "2001:db8::8", false),
            ("10.1.2.3:8500", "10.0.0.0/99,0/0,.,:", false),
            ("consul:8500", "*", true),
            ("consul:8500", "", false),
        ] {
            let found = proxy(address, &[("HTTP_PROXY", "p:1"), ("NO_PROXY", list)]);
            assert_eq!(found.is_none(), is_spared, "{address} with '{list}'");
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_told_only_where_it_would_be_used() {
        let env: Env = [("HTTP_PROXY", "ftp://ann:s3cr3t@p:1")].into_iter().collect();
        let of = |address: &str| of(&Address::parse(address, false).unwrap(), &env);
        let told = format!("{:#}", of("consul:8500").unwrap_err());
        assert!(told.contains("HTTP_PROXY") && !told.contains("s3cr3t"), "{told}");
        assert!(of("127.0.0.1:8500").is_ok() && of("https://consul:8501").is_ok());
        assert!(proxy("consul:1", &[("HTTP_PROXY", "a:1")]).is_some());
    }

    #[test]
    fn a_cgi_programs_clients_cannot_set_it() {
        let env: Env = [("HTTP_PROXY", "a:1"), ("REQUEST_METHOD", "GET")].into_iter().collect();
        assert!(of(&Address::parse("consul:8500", false).unwrap(), &env).is_err());
    }
}
