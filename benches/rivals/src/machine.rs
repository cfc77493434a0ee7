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

/// The value of the first `name: value` line of a file under /proc.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
