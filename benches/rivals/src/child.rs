//! Rounds in processes of their own: this program once more, or CPython.
//!
//! A child prints its answer as the last line of its standard output: `value 12.5`,
//! `cannot run: why` or `wrong: why`. Its standard error is passed on when it fails.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode, Stdio};

use crate::case::{Case, Failure, Place};
use crate::cli::{CHILD, One};
use crate::{python, run};

/// Runs one round in this program's own image.
pub(crate) fn run_self(case: &str, implementation: &str, size: u64) -> Result<f64, Failure> {
    // Linux keeps the running image under this name also when a build has replaced the file.
    let program = if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        env::current_exe()
            .map_err(|error| Failure::CannotRun(format!("this program's own file: {error}")))?
    };
    run_child(Command::new(program).args([CHILD, case, implementation]).arg(size.to_string()))
}

/// Runs one round of a CPython script.
pub(crate) fn run_python(script: &str, operation: &str, size: u64) -> Result<f64, Failure> {
    let program = python::find().map_err(Failure::CannotRun)?;
    let script = Script::write(script)
        .map_err(|error| Failure::CannotRun(format!("a file for the script: {error}")))?;
    // -I: neither the user's site-packages nor PYTHON* variables have a say.
    let mut command = Command::new(program);
    run_child(command.arg("-I").arg(script.path()).args([operation, &size.to_string()]))
}

/// A script in a file of its own, which goes with it. The workers of a process pool read it once more: what was given as
/// an argument of `-c` they would not find.
struct Script(PathBuf);

impl Script {
    fn write(text: &str) -> io::Result<Self> {
        // This program runs one script at a time.
        let path = env::temp_dir().join(format!("batteries-rivals-{}.py", process::id()));
        // Refuses what is there already, a link that somebody laid out above all.
        let mut file = File::create_new(&path)?;
        let script = Self(path);
        file.write_all(text.as_bytes())?;
        Ok(script)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // One that stays is in nobody's way but that of a later process of the same number, which says so.
        let _ = fs::remove_file(&self.0);
    }
}

fn run_child(command: &mut Command) -> Result<f64, Failure> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output().map_err(|error| {
        Failure::CannotRun(format!("{}: {error}", command.get_program().display()))
    })?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let answer = stdout.lines().last().and_then(read);
    if output.status.success()
        && let Some(answer) = answer
    {
        return answer;
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr.lines().last().unwrap_or("nothing on standard error");
    Err(Failure::Wrong(format!("the child process ended with {}: {last}", output.status)))
}

/// Reads an answer as [`answer`] and the scripts print it.
fn read(line: &str) -> Option<Result<f64, Failure>> {
    if let Some(why) = line.strip_prefix("cannot run: ") {
        return Some(Err(Failure::CannotRun(why.into())));
    }
    if let Some(why) = line.strip_prefix("wrong: ") {
        return Some(Err(Failure::Wrong(why.into())));
    }
    let value: f64 = line.strip_prefix("value ")?.parse().ok()?;
    value.is_finite().then_some(Ok(value))
}

/// Does, in the child process, the round that was asked for.
pub(crate) fn answer(cases: &[Case], one: &One) -> ExitCode {
    let found = cases
        .iter()
        .filter(|case| case.name == one.case)
        .flat_map(|case| &case.implementations)
        .find(|implementation| implementation.name == one.implementation);
    let Some(Place::Child(round)) = found.map(|implementation| &implementation.place) else {
        println!("wrong: no child process does {} {}", one.case, one.implementation);
        return ExitCode::SUCCESS;
    };
    match run::caught(*round, one.size) {
        // `{:?}` gives the shortest text that reads back as the same number.
        Ok(value) => println!("value {value:?}"),
        Err(failure) => println!("{failure}"),
    }
    ExitCode::SUCCESS
}

/// Runs a program for the text it prints, `None` when that does not work out.
pub(crate) fn text_of(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_there_for_one_round() {
        let text = "print('value', 1)\n";
        let script = Script::write(text).unwrap();
        let path = script.path().to_owned();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert!(Script::write(text).is_err(), "no other file is written over");
        drop(script);
        assert!(!path.exists());
    }

    #[test]
    fn an_answer_reads_back() {
        for failure in [Failure::CannotRun("no /proc here".into()), Failure::Wrong("got 2".into())]
        {
            let Some(Err(read)) = read(&failure.to_string()) else { panic!("not a failure") };
            assert_eq!(read.to_string(), failure.to_string());
        }
        assert!(matches!(read(&format!("value {:?}", 96.25)), Some(Ok(96.25))));
        for line in ["value", "value x", "value NaN", "Value 3", "3"] {
            assert!(read(line).is_none(), "{line}");
        }
    }
}
