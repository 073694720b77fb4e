//! One datacenter: its servers, its addresses, and the means to break and mend it.

use std::path::PathBuf;

use serde_json::Value;

use super::START;
use super::http::Http;
use super::ports::Ports;
use super::server::Server;
use super::site::Site;
use crate::support::wait::wait;

/// Starts with other ports when somebody took one meanwhile; five in a row would be no accident.
const ATTEMPTS: usize = 5;

/// One running datacenter.
pub struct Dc {
    name: String,
    dir: PathBuf,
    servers: Vec<Server>,
    token: Option<String>,
}

impl Dc {
    pub(super) fn start(site: &Site<'_>) -> Self {
        let name = site.dc.name.clone();
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            let dir = site.root.join(format!("{name}-{attempt}"));
            let ports: Vec<Ports> = (0..site.dc.servers).map(|_| Ports::free()).collect();
            let start = |number: usize| {
                let dir = dir.join(number.to_string());
                Server::start(&dir, ports[number], &site.hcl(&dir, number, &ports))
            };
            let servers = (0..ports.len()).map(start).collect();
            let token = site.token.map(str::to_owned);
            let dc = Self { name: name.clone(), dir, servers, token };
            match dc.await_listening() {
                Ok(()) => return dc,
                Err(log) => last = log,
            }
        }
        panic!("datacenter '{name}' does not start; an agent said:\n{last}");
    }

    /// The name in Consul's configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Host and port of the first server's plain HTTP.
    pub fn http_addr(&self) -> String {
        self.server_addr(0)
    }

    /// Host and port of one server's plain HTTP.
    pub fn server_addr(&self, server: usize) -> String {
        format!("127.0.0.1:{}", self.servers[server].ports.http)
    }

    /// Host and port of the first server's DNS; answers in a plan with DNS only.
    pub fn dns_addr(&self) -> String {
        format!("127.0.0.1:{}", self.servers[0].ports.dns)
    }

    /// Host and port of the first server's HTTPS; answers in a plan with TLS only.
    pub fn https_addr(&self) -> String {
        format!("localhost:{}", self.servers[0].ports.https)
    }

    /// The first server's unix socket; there in a plan with one only.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("0/http.sock")
    }

    /// The management token for this datacenter, in a plan with ACLs.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A client of the first server, with the management token when there is one.
    pub fn http(&self) -> Http {
        self.http_of(0)
    }

    /// A client of one server, with the management token when there is one.
    pub fn http_of(&self, server: usize) -> Http {
        let http = Http::new(&format!("http://{}", self.server_addr(server)));
        match &self.token {
            Some(token) => http.token(token),
            None => http,
        }
    }

    /// SIGKILL to one server.
    pub fn kill_server(&self, server: usize) {
        self.servers[server].kill();
    }

    /// Lets one server leave gracefully: it says goodbye to the others, and ends.
    pub fn leave_server(&self, server: usize) {
        let answer = self.http_of(server).put("/v1/agent/leave", &Value::Null);
        assert_eq!(answer.expect("an answer before it ends").status, 200);
    }

    /// SIGSTOP: the server's connections stay open and nothing answers.
    pub fn stop_server(&self, server: usize) {
        self.servers[server].signal("STOP");
    }

    /// SIGCONT to a stopped server.
    pub fn cont_server(&self, server: usize) {
        self.servers[server].signal("CONT");
    }

    /// Starts a killed server again with its data; does not wait for it ([`Dc::await_ready`]).
    pub fn restart_server(&self, server: usize) {
        self.servers[server].restart();
    }

    /// The number of the server that leads now.
    pub fn leader(&self) -> Option<usize> {
        (0..self.servers.len()).find_map(|asked| {
            let answer = self.http_of(asked).get("/v1/status/leader")?;
            let leader = answer.json().as_str()?.to_owned();
            self.servers.iter().position(|s| leader == format!("127.0.0.1:{}", s.ports.server))
        })
    }

    /// Returns when every server knows a leader, votes, and answers from the catalog.
    pub fn await_ready(&self) {
        let count = self.servers.len();
        for server in 0..count {
            let http = self.http_of(server);
            let what = format!("server {server} of '{}' is ready", self.name);
            let ready = || {
                let leader = http.get("/v1/status/leader").is_some_and(|a| a.body.len() > 2);
                leader
                    && http.get("/v1/catalog/nodes").is_some_and(|a| a.len() >= count)
                    && http
                        .get("/v1/operator/raft/configuration")
                        .is_some_and(|a| a.status == 200 && voters(&a.json()) == count)
            };
            self.or_log(|| wait(START, &what, ready));
        }
    }

    pub(super) fn wan_addr(&self) -> String {
        format!("127.0.0.1:{}", self.servers[0].ports.serf_wan)
    }

    /// Makes the management token, gives it to the servers themselves and to [`Dc::http`].
    pub(super) fn bootstrap_acl(&mut self) -> String {
        let http = self.http();
        let mut token = None;
        self.or_log(|| {
            wait(START, "the ACL system can be bootstrapped", || {
                let made = http.put("/v1/acl/bootstrap", &Value::Null).filter(|a| a.status == 200);
                token = made.and_then(|a| Some(a.json()["SecretID"].as_str()?.to_owned()));
                token.is_some()
            });
        });
        let token = token.expect("waited for");
        self.token = Some(token.clone());
        for server in 0..self.servers.len() {
            let body = serde_json::json!({ "Token": token });
            wait(START, "the server takes its agent token", || {
                let answer = self.http_of(server).put("/v1/agent/token/agent", &body);
                answer.is_some_and(|a| a.status == 200)
            });
        }
        token
    }

    /// Waits until every server listens; the log of the first that gave up, if one did.
    fn await_listening(&self) -> Result<(), String> {
        for (number, server) in self.servers.iter().enumerate() {
            let http = self.http_of(number);
            let mut failed = None;
            wait(START, "an agent listens or gives up", || {
                let log = server.log();
                if log.contains("==> Error") || log.contains("address already in use") {
                    failed = Some(log);
                }
                failed.is_some() || http.get("/v1/status/leader").is_some()
            });
            if let Some(log) = failed {
                return Err(log);
            }
        }
        Ok(())
    }

    /// Runs a wait; if it fails, every agent's log is printed first.
    pub(super) fn or_log(&self, wait: impl FnOnce()) {
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(wait));
        if let Err(panic) = waited {
            for server in &self.servers {
                eprintln!("---- an agent of '{}' logged:\n{}", self.name, server.log());
            }
            std::panic::resume_unwind(panic);
        }
    }
}

fn voters(raft: &Value) -> usize {
    let servers = raft["Servers"].as_array().map_or(&[][..], Vec::as_slice);
    servers.iter().filter(|server| server["Voter"] == true).count()
}
