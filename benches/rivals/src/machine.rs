//! What the operating system says about this machine and this process.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::case::Failure;

/// One line that names the machine, and its load: on a busy one the figures are worth less.
pub(crate) fn describe() -> String {
    let cpus = thread::available_parallelism().map_or(0, usize::from);
    let mut text = format!("{} {}, {cpus} cpus", std::env::consts::OS, std::env::consts::ARCH);
    if let Some(model) = field("/proc/cpuinfo", "model name") {
        text += &format!(" ({model})");
    }
    if let Ok(load) = fs::read_to_string("/proc/loadavg")
        && let Some(minute) = load.split(' ').next()
    {
        text += &format!(", load {minute} before the first round");
    }
    text
}

/// What all cpus and this process have done so far, in the kernel's ticks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Ticks {
    all: u64,
    busy: u64,
    own: u64,
}

impl Ticks {
    /// `None` where there is no Linux /proc.
    pub(crate) fn now() -> Option<Self> {
        let system = fs::read_to_string("/proc/stat").ok()?;
        let process = fs::read_to_string("/proc/self/stat").ok()?;
        Self::parse(&system, &process)
    }

    fn parse(system: &str, process: &str) -> Option<Self> {
        // user nice system idle iowait irq softirq steal: the guest times after them are in user already.
        let cpu = system.lines().next()?.strip_prefix("cpu ")?;
        let cpu: Vec<u64> = cpu
            .split_whitespace()
            .take(8)
            .map(|field| field.parse().ok())
            .collect::<Option<_>>()?;
        let all = cpu.iter().sum();
        let busy = all - cpu.get(3)? - cpu.get(4)?;
        // The fields after the name, which stands in parentheses and may contain anything, start at
        // the third: utime stime cutime cstime are the 14th to the 17th.
        let fields = process.rsplit_once(')')?.1;
        let own: Vec<u64> = fields
            .split_whitespace()
            .skip(11)
            .take(4)
            .map(|field| field.parse().ok())
            .collect::<Option<_>>()?;
        (own.len() == 4).then(|| Self { all, busy, own: own.iter().sum() })
    }

    /// The share of all cpu time since `earlier` that others took: neither this process nor the child
    /// processes that it has waited for. `None` when no tick has passed.
    pub(crate) fn others_since(self, earlier: Self) -> Option<f64> {
        let all = self.all - earlier.all;
        let others = (self.busy - earlier.busy).saturating_sub(self.own - earlier.own);
        (all > 0).then(|| others as f64 / all as f64)
    }
}

/// Bytes of this process that are in memory now.
#[cfg_attr(
    not(feature = "futures"),
    allow(dead_code, reason = "for the areas that measure memory")
)]
pub(crate) fn resident_bytes() -> Result<u64, Failure> {
    let resident = field("/proc/self/status", "VmRSS")
        .and_then(|text| text.strip_suffix(" kB")?.trim().parse::<u64>().ok());
    match resident {
        Some(kib) => Ok(kib * 1024),
        None => Err(Failure::CannotRun("resident memory is read from /proc/self/status".into())),
    }
}

/// User and system time that all threads of this process have used so far.
#[cfg(unix)]
#[cfg_attr(
    not(feature = "futures"),
    allow(dead_code, reason = "for the areas that measure processor time")
)]
pub(crate) fn cpu_time() -> Result<Duration, Failure> {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).map_err(|error| Failure::CannotRun(format!("processor time: {error}")))
}

#[cfg(not(unix))]
#[cfg_attr(
    not(feature = "futures"),
    allow(dead_code, reason = "for the areas that measure processor time")
)]
pub(crate) fn cpu_time() -> Result<Duration, Failure> {
    Err(Failure::CannotRun("processor time is read from a Unix clock".into()))
}

/// User and system time of the child processes that this process has waited for, and of theirs, so far.
#[cfg_attr(
    not(feature = "lru"),
    allow(dead_code, reason = "for the areas that measure other programs")
)]
pub(crate) fn waited_cpu_time() -> Result<Duration, Failure> {
    let process = fs::read_to_string("/proc/self/stat").ok();
    let time = process.and_then(|process| waited(&process));
    time.ok_or_else(|| {
        Failure::CannotRun("the time of children is read from /proc/self/stat".into())
    })
}

fn waited(process: &str) -> Option<Duration> {
    // cutime and cstime, the 16th and 17th; see `Ticks::parse`. Linux shows its ticks as hundredths of a second.
    let fields = process.rsplit_once(')')?.1.split_whitespace().skip(13);
    let ticks: Vec<u64> = fields.take(2).map(|field| field.parse().ok()).collect::<Option<_>>()?;
    (ticks.len() == 2).then(|| Duration::from_millis(10 * ticks.iter().sum::<u64>()))
}

/// Lets this process open at least `needed` descriptors.
#[cfg_attr(
    not(feature = "process"),
    allow(dead_code, reason = "for the areas whose peers need many descriptors")
)]
pub(crate) fn allow_descriptors(needed: u64) -> Result<(), Failure> {
    let allowed = allow_all_descriptors()?;
    if allowed >= needed {
        return Ok(());
    }
    Err(Failure::CannotRun(format!(
        "it needs {needed} descriptors, and {allowed} are allowed here"
    )))
}

/// Raises this process's own limit on descriptors as far as it may, and returns it.
#[cfg(unix)]
#[cfg_attr(
    not(feature = "process"),
    allow(dead_code, reason = "for the areas whose peers need many descriptors")
)]
pub(crate) fn allow_all_descriptors() -> Result<u64, Failure> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Where the hard limit is "none", some systems take no such soft limit: the old one stays.
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    // None: no limit.
    Ok(allowed.unwrap_or(u64::MAX))
}

#[cfg(not(unix))]
#[cfg_attr(
    not(feature = "process"),
    allow(dead_code, reason = "for the areas whose peers need many descriptors")
)]
pub(crate) fn allow_all_descriptors() -> Result<u64, Failure> {
    Err(Failure::CannotRun("the limit on descriptors is Unix's".into()))
}

/// Descriptors that this process has open.
#[cfg_attr(
    not(feature = "process"),
    allow(dead_code, reason = "for the areas that count descriptors")
)]
pub(crate) fn open_descriptors() -> Result<u64, Failure> {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return Err(Failure::CannotRun("open descriptors are counted in /proc/self/fd".into()));
    };
    // One of them is the directory's own.
    Ok(entries.count() as u64 - 1)
}

/// The value of the first `name: value` line of a file under /proc.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn an_open_file_is_one_descriptor() {
        // In a process whose other threads open none: each test of this program runs in a thread beside others.
        let opened = || (0..100).map(|_| fs::File::open("/dev/null").unwrap()).collect::<Vec<_>>();
        let before = open_descriptors().unwrap();
        let files = opened();
        let after = open_descriptors().unwrap();
        assert!(after >= before + 90, "{before}, then {after} with {} files", files.len());
        allow_descriptors(after).unwrap();
        assert!(allow_descriptors(u64::MAX).is_err());
    }

    #[test]
    fn what_we_used_ourselves_is_not_the_others() {
        let system = "cpu  40 5 20 100 10 2 3 20 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        let process = "12 (a) name) S 1 2 3 4 5 6 7 8 9 10 30 5 4 1 0 0\n";
        let earlier = Ticks::parse(system, process).unwrap();
        assert_eq!(earlier, Ticks { all: 200, busy: 90, own: 40 });
        let later = Ticks { all: 400, busy: 190, own: 90 };
        assert_eq!(later.others_since(earlier), Some(0.25));
        assert_eq!(earlier.others_since(earlier), None);
        assert_eq!(Ticks::parse("intr 5", process), None);
        assert_eq!(Ticks::parse(system, "12 (name) S 1"), None);
        assert_eq!(waited(process), Some(Duration::from_millis(50)));
        assert_eq!(waited("12 (name) S 1"), None);
    }
}
