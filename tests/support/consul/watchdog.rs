//! A child that cannot outlive the test process.
//!
//! A shell starts the program and reads signal names from its standard input. When that closes,
//! because the handle was dropped or because the test process is gone (a panic, SIGKILL, anything),
//! the shell kills the program by its id. The shell sits in its own process group, so that Ctrl-C
//! on the tests cannot kill the keeper before the kept. `PR_SET_PDEATHSIG` would need unsafe code.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// `$1` is the log; the rest is the program. Each signal asked for is answered by a line.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
log=$1; shift
"$@" >>"$log" 2>&1 </dev/null &
child=$!
while read -r signal; do
    kill -s "$signal" "$child"
    if [ "$signal" = KILL ]; then wait "$child"; exit 0; fi
    echo "$signal"
done
kill -s KILL "$child"
wait "$child"
"#;

/// A running program and its keeper.
pub struct Watchdog {
    keeper: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Watchdog {
    /// Starts `program`; all it prints goes to the end of the file `log`.
    pub fn start(program: &Path, args: &[&str], log: &Path) -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", SCRIPT, "watchdog"])
            .arg(log)
            .arg(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell to keep the agent");
        let orders = keeper.stdin.take();
        let answers = BufReader::new(keeper.stdout.take().expect("a piped output"));
        Self { keeper, orders, answers, log: log.to_owned() }
    }

    /// Delivers a signal by name (`STOP`, `CONT`, `KILL`); has happened when this returns.
    pub fn signal(&mut self, name: &str) {
        let orders = self.orders.as_mut().expect("a keeper that listens");
        writeln!(orders, "{name}").expect("the keeper reads its orders");
        // After KILL the keeper has buried the child and closed: an empty line is the answer.
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the keeper answers");
    }

    /// What the program has printed so far.
    pub fn log(&self) -> String {
        fs::read(&self.log)
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _gone = self.keeper.wait();
    }
}
