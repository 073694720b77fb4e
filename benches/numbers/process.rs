//! What the kernel says of a running process.

use std::fs;
use std::time::Duration;

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// The memory it holds now, in MB.
    pub fn memory(self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most memory it held, in MB.
    pub fn peak(self) -> f64 {
        self.status("VmHWM:")
    }

    /// The processor time that its threads of now have used.
    pub fn cpu(self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0));
        let spent = |task: fs::DirEntry| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        let spent = tasks.into_iter().flatten().flatten().filter_map(spent);
        Duration::from_nanos(spent.sum())
    }

    /// The descendants of this very process whose command line holds `text`.
    pub fn ours(text: &str) -> Vec<Self> {
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let all = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let line = |id: u32| fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let holds = |id: &u32| String::from_utf8_lossy(&line(*id)).contains(text);
        all.filter(holds).filter(|id| is_ours(*id)).map(Self).collect()
    }

    fn status(self, field: &str) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let kb = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        kb.unwrap_or(f64::NAN) / 1024.0
    }
}

/// True for a descendant of this process.
fn is_ours(mut id: u32) -> bool {
    while id > 1 {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // The name in brackets may hold blanks: what counts stands behind it.
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        id = rest.split(' ').nth(1).and_then(|parent| parent.parse().ok()).unwrap_or(0);
        if id == std::process::id() {
            return true;
        }
    }
    false
}

/// The share of a core that `spent` in `passed` is, in percent.
pub fn share(spent: Duration, passed: Duration) -> f64 {
    100.0 * spent.as_secs_f64() / passed.as_secs_f64()
}
