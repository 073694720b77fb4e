//! `dcview get events --follow -o json` while things happen, and what it told.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::consul::Cluster;
use crate::support::fault::Proxy;

/// The longest that an event is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at what was told.
const PARK: Duration = Duration::from_millis(10);

/// The program, and its events so far.
pub struct Told {
    child: Child,
    events: Arc<Mutex<Vec<Value>>>,
    _home: tempfile::TempDir,
}

impl Told {
    /// Starts it on three datacenters, the third by a way of its own, which comes along; each is
    /// followed then.
    pub fn start(cluster: &Cluster) -> (Self, Proxy) {
        let proxy = Proxy::to(&cluster.dc("dc-3").http_addr());
        let text = format!(
            "[history]\nwatch = [\"config/\"]\n[datacenters.dc-3]\naddress = \"{}\"\n",
            proxy.addr()
        );
        let agent = cluster.dc("dc-1").http_addr();
        (Self::by(&agent, &text, cluster.dcs().len()), proxy)
    }

    /// Starts it with these settings on all that an agent knows of: so many datacenters, each of which
    /// is followed then.
    pub fn by(agent: &str, text: &str, dcs: usize) -> Self {
        let home = tempfile::tempdir().expect("a home directory");
        let settings = home.path().join("config.toml");
        std::fs::write(&settings, text).expect("a settings file");
        let mut child = Command::new(env!("CARGO_BIN_EXE_dcview"))
            .args(["get", "events", "--follow", "-o", "json"])
            .env_clear()
            .env("HOME", home.path())
            .env("DCVIEW_CONFIG", &settings)
            .env("CONSUL_HTTP_ADDR", agent)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        let mut said = said.lines().map_while(Result::ok);
        for _ in 0..dcs {
            said.by_ref().find(|line| line.contains("followed from")).expect("it is followed");
        }
        // A pipe that nobody reads would hold it up.
        thread::spawn(move || said.for_each(drop));
        let events = Arc::new(Mutex::new(Vec::new()));
        let (out, all) = (BufReader::new(child.stdout.take().expect("piped")), Arc::clone(&events));
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("an object a line");
                all.lock().expect("the events").push(event);
            }
        });
        Self { child, events, _home: home }
    }

    /// Returns when an event fits, with it.
    #[track_caller]
    pub fn wait(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let found = self.events.lock().expect("the events").iter().find(|it| fits(it)).cloned();
            if let Some(found) = found {
                return found;
            }
            let told = || format!("waited in vain: {what}; told: {:#?}", self.lines());
            assert!(began.elapsed() < PATIENCE, "{}", told());
            thread::park_timeout(PARK);
        }
    }

    /// Waits for an event of this object, from one state to another.
    #[track_caller]
    pub fn wait_for(&self, dc: &str, kind: &str, object: &str, to: &str) -> Value {
        let what = format!("{dc}: {kind} {object} {to}");
        self.wait(&what, |it| {
            it["datacenter"] == dc && it["kind"] == kind && it["object"] == object && it["to"] == to
        })
    }

    /// Each event in a line, oldest first: `dc kind object: from > to`.
    pub fn lines(&self) -> Vec<String> {
        let events = self.events.lock().expect("the events");
        events.iter().map(line).collect()
    }

    /// The lines of what happened in a datacenter to what has this text in its name.
    pub fn lines_of(&self, dc: &str, text: &str) -> Vec<String> {
        let events = self.events.lock().expect("the events");
        let is_it = |it: &&Value| {
            it["datacenter"] == dc && it["object"].as_str().is_some_and(|it| it.contains(text))
        };
        events.iter().filter(is_it).map(line).collect()
    }

    /// Forgets what was told so far.
    pub fn forget(&self) {
        self.events.lock().expect("the events").clear();
    }

    /// Stops it, or lets it go on.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn line(it: &Value) -> String {
    let text = |name: &str| it[name].as_str().unwrap_or_default();
    format!("{} {}: {} > {}", text("kind"), text("object"), text("from"), text("to"))
}
