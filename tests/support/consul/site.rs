//! The configuration of a datacenter's agents, as HCL.
//!
//! It keeps to settings that Consul 1.8 and today's versions both take.

use std::fmt::Write as _;
use std::path::Path;

use super::plan::{DcPlan, Https, Plan};
use super::ports::Ports;
use super::tls::Tls;

/// All that one datacenter's configuration depends on.
pub struct Site<'a> {
    pub root: &'a Path,
    pub plan: &'a Plan,
    pub dc: &'a DcPlan,
    /// Where the primary gossips across datacenters, for those that are to join it.
    pub wan: Option<&'a str>,
    /// The primary's management token, for those that replicate from it.
    pub token: Option<&'a str>,
}

impl Site<'_> {
    /// The configuration of server `number`, which lives in `dir`; `ports` are all servers'.
    pub fn hcl(&self, dir: &Path, number: usize, ports: &[Ports]) -> String {
        let mut hcl = self.base(number, ports[number]);
        let peers = ports.iter().enumerate().filter(|(other, _)| *other != number);
        let peers: Vec<String> =
            peers.map(|(_, ports)| format!("127.0.0.1:{}", ports.serf_lan)).collect();
        let _ = writeln!(hcl, "retry_join = {peers:?}\nretry_interval = \"250ms\"");
        if let Some(wan) = self.wan {
            let _ = writeln!(hcl, "retry_join_wan = [\"{wan}\"]\nretry_interval_wan = \"250ms\"");
        }
        if self.plan.acl {
            hcl.push_str(&self.acl());
        }
        if self.plan.https != Https::Off {
            hcl.push_str(&self.tls());
        }
        if self.plan.unix {
            let socket = dir.join("http.sock");
            let socket = socket.display();
            let _ = writeln!(hcl, "addresses {{ http = \"127.0.0.1 unix://{socket}\" }}");
        }
        hcl.push_str(&self.plan.hcl);
        hcl
    }

    fn base(&self, number: usize, ports: Ports) -> String {
        let dns = if self.plan.dns { i32::from(ports.dns) } else { -1 };
        let https = if self.plan.https == Https::Off { -1 } else { i32::from(ports.https) };
        let DcPlan { name, servers } = self.dc;
        let Ports { http, server, serf_lan, serf_wan, .. } = ports;
        format!(
            r#"
datacenter = "{name}"
node_name = "{name}-server-{number}"
server = true
bootstrap_expect = {servers}
bind_addr = "127.0.0.1"
client_addr = "127.0.0.1"
disable_update_check = true
performance {{ raft_multiplier = 1 }}
ports {{
  dns = {dns}
  grpc = -1
  http = {http}
  https = {https}
  server = {server}
  serf_lan = {serf_lan}
  serf_wan = {serf_wan}
}}
"#
        )
    }

    fn acl(&self) -> String {
        let mut hcl = String::from("acl {\n  enabled = true\n  default_policy = \"deny\"\n");
        if let Some(token) = self.token {
            hcl.push_str("  enable_token_replication = true\n");
            let _ = writeln!(hcl, "  tokens {{\n    agent = \"{token}\"");
            let _ = writeln!(hcl, "    replication = \"{token}\"\n  }}");
        }
        hcl.push_str("}\n");
        if let Some(primary) = self.plan.dcs.first().filter(|_| self.plan.federated) {
            let _ = writeln!(hcl, "primary_datacenter = \"{}\"", primary.name);
        }
        hcl
    }

    fn tls(&self) -> String {
        let file = |name: &str| self.root.join(name).display().to_string();
        format!(
            "ca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}\nverify_incoming_https = {}\n",
            file(Tls::CA),
            file(Tls::CERT),
            file(Tls::KEY),
            self.plan.https == Https::Mutual,
        )
    }
}
