//! The settings as text, for `dcview config`: what counts, after all layers, without secrets.

use std::fmt::Write as _;
use std::path::Path;

use super::Config;
use crate::consul::{Endpoint, Token, Verify};
use crate::domain::consumers::Told as Consumers;
use crate::domain::ids::{Key, ServiceName};
use crate::domain::replication::{Pair, Source, Told};
use crate::domain::rollout::Bounds;

impl Config {
    /// A line for each setting, `name = value`; a secret is only said to be set.
    pub fn describe(&self) -> String {
        let mut out = String::new();
        let file = self.file.as_deref().map_or_else(|| "none".to_owned(), shown);
        line(&mut out, "file", &file);
        line(&mut out, "log_file", &shown(&self.log_file));
        line(&mut out, "log_level", self.log_level.as_str());
        line(&mut out, "default_dc", self.focus.as_ref().map_or("the agent's", |dc| dc.as_str()));
        line(&mut out, "read_only", &self.read_only.to_string());
        line(&mut out, "connections", &self.connections.to_string());
        line(&mut out, "theme", self.theme.as_deref().unwrap_or("not set"));
        line(&mut out, "no_color", &self.no_color.to_string());
        line(&mut out, "mouse", &self.mouse.to_string());
        endpoint(&mut out, "agent", &self.agent);
        for dc in &self.datacenters {
            let name = format!("datacenters.{}", dc.name);
            match &dc.endpoint {
                Some(own) => endpoint(&mut out, &name, own),
                None => line(&mut out, &format!("{name}.address"), "the agent's"),
            }
            line(&mut out, &format!("{name}.read_only"), &dc.read_only.to_string());
            line(&mut out, &format!("{name}.protected"), &dc.protected.to_string());
            if let Some(dns) = &dc.dns_addr {
                line(&mut out, &format!("{name}.dns_addr"), dns);
            }
        }
        replication(&mut out, &self.replication);
        rollout(&mut out, &self.rollout);
        consumers(&mut out, &self.consumers);
        line(&mut out, "map.meta", &self.map.meta.join(", "));
        line(&mut out, "map.tag", &self.map.tag);
        line(&mut out, "map.group", &self.map.group.text());
        if let Some(file) = &self.map_file {
            line(&mut out, "map.edges", &file.display().to_string());
        }
        line(&mut out, "history.bytes", &self.history.bytes.to_string());
        line(&mut out, "history.events", &self.history.events.to_string());
        for prefix in &*self.history.watch {
            line(&mut out, "history.watch", prefix.as_str());
        }
        for (action, keys) in self.keys.overrides() {
            line(&mut out, &format!("keys.{action}"), &keys.join(", "));
        }
        for warning in &self.warnings {
            line(&mut out, "warning", warning);
        }
        out
    }
}

fn endpoint(out: &mut String, name: &str, endpoint: &Endpoint) {
    let mut field = |field: &str, value: &str| line(out, &format!("{name}.{field}"), value);
    field("address", &endpoint.address.to_string());
    if let Some(proxy) = &endpoint.proxy {
        field("proxy", &proxy.to_string());
    }
    match &endpoint.token {
        Token::None => field("token", "none"),
        Token::Text(_) => field("token", "set"),
        Token::File(path) => field("token_file", &shown(path)),
    }
    if let Some(auth) = &endpoint.auth {
        field("http_auth", &format!("set, for user {}", auth.user));
    }
    let tls = &endpoint.tls;
    if endpoint.address.is_tls() {
        field("tls_verify", &(tls.verify == Verify::Full).to_string());
    }
    let paths = [
        ("ca_file", &tls.ca_file),
        ("ca_path", &tls.ca_path),
        ("client_cert", &tls.client_cert),
        ("client_key", &tls.client_key),
    ];
    for (name, path) in paths {
        if let Some(path) = path {
            field(name, &shown(path));
        }
    }
    let texts = [
        ("tls_server_name", &tls.server_name),
        ("namespace", &endpoint.namespace),
        ("partition", &endpoint.partition),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            field(name, text);
        }
    }
}

fn replication(out: &mut String, told: &Told) {
    let mut field = |field: &str, value: &str| line(out, &format!("replication.{field}"), value);
    field("status_dir", told.status_dir.as_str());
    field("lock", told.lock.as_str());
    field("git2consul", told.git2consul.as_str());
    field("stall_after", &told.stall_after.as_secs().to_string());
    for Source { prefix, source, destination, to: under, exclude } in &told.sources {
        let to = destination.as_ref().map_or("all", |dc| dc.as_str());
        let without: Vec<&str> = exclude.iter().map(Key::as_str).collect();
        let without = if without.is_empty() {
            String::new()
        } else {
            format!(" without {}", without.join(", "))
        };
        let under = under.as_ref().map(|under| format!(" under {under}")).unwrap_or_default();
        field("source", &format!("{prefix} from {source} to {to}{under}{without}"));
    }
    for Pair { source, prefix, destination, to } in &told.compare {
        let to = to.as_ref().unwrap_or(prefix);
        field("compare", &format!("{source}:{prefix} with {destination}:{to}"));
    }
}

fn rollout(out: &mut String, bounds: &Bounds) {
    line(out, "rollout.grace", &bounds.grace.num_seconds().to_string());
    line(out, "rollout.stall_after", &bounds.stall.num_seconds().to_string());
}

fn consumers(out: &mut String, told: &Consumers) {
    let mut field = |field: &str, value: &str| line(out, field, value);
    field("consumers.dns_addr", &told.dns_usual);
    for (dc, address) in &told.dns {
        field(&format!("consumers.dns_addr of {dc}"), address);
    }
    field("consumers.dns_domain", &told.domain);
    field("consumers.balancer_tag", &told.tag);
    field("consumers.balancer_meta", &told.meta);
    let services: Vec<&str> = told.services.iter().map(ServiceName::as_str).collect();
    field("consumers.balancer_services", &services.join(", "));
    field("consumers.balancer_path", &told.path);
    for it in &told.balancers {
        let auth = if it.auth.is_some() { ", with a password" } else { "" };
        field(&format!("balancers.{}", it.name), &format!("{} in {}{auth}", it.address, it.dc));
    }
}

fn line(out: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{name} = {value}");
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
