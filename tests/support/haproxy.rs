//! A real HAProxy on loopback, with a configuration of the test's own.
//!
//! Looked for in `$DCVIEW_HAPROXY`, on `PATH`, in the cache that `tests/run.sh` fills. It is never
//! downloaded here, and its absence is a failure, never a skipped test. It dies with the test process.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::consul::Watchdog;
use super::wait::wait;

/// The longest that it may take to come up, or to notice something.
const PATIENCE: Duration = Duration::from_secs(30);

/// What its statistics are like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Whether servers are told by their addresses.
    pub legends: bool,
    /// Whether they want `admin:secret`.
    pub auth: bool,
}

/// A running HAProxy.
pub struct Haproxy {
    dir: tempfile::TempDir,
    port: u16,
    _process: Watchdog,
}

impl Haproxy {
    /// Starts one with a backend of these servers (`name`, `host:port`), each checked by connecting,
    /// and returns when its statistics answer.
    pub fn start(backend: &str, servers: &[(&str, SocketAddr)], stats: Stats) -> Self {
        // Short, as a unix socket in it must fit into 107 bytes.
        let dir = tempfile::Builder::new().prefix("dch").tempdir().expect("a directory");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|it| it.local_addr())
            .expect("a free port")
            .port();
        let file = dir.path().join("haproxy.cfg");
        fs::write(&file, configuration(dir.path(), port, (backend, servers), stats))
            .expect("its configuration");
        let file = file.to_str().expect("a plain path");
        let log = dir.path().join("haproxy.log");
        let process = Watchdog::start(&binary(), &["-db", "-f", file], &log);
        let it = Self { dir, port, _process: process };
        wait(PATIENCE, "HAProxy answers", || it.csv().is_some());
        it
    }

    /// Where its statistics are.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/stats", self.port)
    }

    /// The port of its statistics.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its admin socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("admin.sock")
    }

    /// Returns when a server is in a state.
    pub fn await_state(&self, server: &str, state: &str) {
        let what = format!("{server} is {state} in HAProxy");
        let of = format!(",{server},");
        wait(PATIENCE, &what, || {
            let csv = self.csv().unwrap_or_default();
            csv.lines().any(|line| line.contains(&of) && line.contains(&format!(",{state},")))
        });
    }

    /// Carries out a command of the admin socket, such as `set server web/web-1 state maint`.
    pub fn admin(&self, command: &str) -> String {
        let mut stream = std::os::unix::net::UnixStream::connect(self.socket()).expect("a socket");
        writeln!(stream, "{command}").expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn csv(&self) -> Option<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        // admin:secret
        let auth = "Authorization: Basic YWRtaW46c2VjcmV0\r\n";
        write!(stream, "GET /stats;csv HTTP/1.0\r\n{auth}\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.contains("# pxname").then_some(answer)
    }
}

fn configuration(
    dir: &Path,
    port: u16,
    (backend, servers): (&str, &[(&str, SocketAddr)]),
    stats: Stats,
) -> String {
    let socket = dir.join("admin.sock");
    let legends = if stats.legends { "  stats show-legends\n" } else { "" };
    let auth = if stats.auth { "  stats auth admin:secret\n" } else { "" };
    let mut text = format!(
        "global\n  stats socket {} mode 600 level admin\n\
         defaults\n  mode http\n  timeout connect 1s\n  timeout client 5s\n  timeout server 5s\n\
         frontend stats\n  bind 127.0.0.1:{port}\n  stats enable\n  stats uri /stats\n\
         {legends}{auth}\
         backend {backend}\n  default-server inter 200ms fall 2 rise 1\n",
        socket.display()
    );
    for (name, address) in servers {
        let _ = writeln!(text, "  server {name} {address} check");
    }
    text
}

/// The program to start; panics with what to do when there is none.
#[track_caller]
fn binary() -> PathBuf {
    if let Some(named) = env::var_os("DCVIEW_HAPROXY").filter(|named| !named.is_empty()) {
        return PathBuf::from(named);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let cache = env::var_os("DCVIEW_CACHE").filter(|dir| !dir.is_empty()).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/haproxy"),
        |dir| PathBuf::from(dir).join("haproxy"),
    );
    let cached = cache.join("haproxy");
    let mut all = env::split_paths(&path).map(|dir| dir.join("haproxy")).chain([cached.clone()]);
    all.find(|candidate| candidate.is_file()).unwrap_or_else(|| {
        panic!(
            "these tests need a real HAProxy: run 'tests/run.sh' once, which fetches one into \
             '{}', or name yours in DCVIEW_HAPROXY",
            cached.display()
        )
    })
}
