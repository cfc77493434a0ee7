//! Finds the vector files and answers as a test binary does, for `cargo test` and for nextest.
//!
//! nextest starts a binary with `--list --format terse`, again with `--ignored`, then once per test with
//! `NAME --exact --nocapture`; a `harness = false` target that does not answer these cannot be listed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use super::report::Report;

/// Runs one vector file, parsed, through the public API.
pub(crate) type Run = fn(&Value) -> Report;

/// A vector file that is known by name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vectors {
    pub(crate) file: &'static str,
    /// None until the module exists that the file is about.
    pub(crate) run: Option<Run>,
}

/// Everything a run depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Harness<'a> {
    pub(crate) known: &'a [Vectors],
    /// Names of JSON files that are no vectors.
    pub(crate) passed_over: &'a [&'a str],
    pub(crate) folders: &'a [PathBuf],
    /// The text of COMPATIBILITY.md: what is unsupported must stand there.
    pub(crate) compatibility: &'a str,
}

/// A test: a known name, and the files that bear it.
#[derive(Debug)]
struct Test<'a> {
    vectors: &'a Vectors,
    files: Vec<PathBuf>,
}

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    list: bool,
    terse: bool,
    /// Only ignored tests: there are none.
    ignored: bool,
    exact: bool,
    show_output: bool,
    filters: Vec<String>,
    skip: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    NotBuilt,
}

impl Vectors {
    fn name(&self) -> &'static str {
        let name = self.file.strip_suffix(".xz").unwrap_or(self.file);
        name.strip_suffix(".json").unwrap_or(name)
    }
}

impl Harness<'_> {
    /// Lists or runs, as the arguments say; the answer is whether all is well.
    pub(crate) fn main(
        &self,
        args: impl IntoIterator<Item = String>,
        out: &mut dyn Write,
    ) -> Result<bool, String> {
        let options = Options::parse(args)?;
        let tests = self.find()?;
        let all = tests.len();
        let chosen: Vec<_> =
            tests.into_iter().filter(|test| options.choose(test.vectors.name())).collect();
        let written = if options.list {
            list(&chosen, options.terse, out).map(|()| true)
        } else {
            self.run(&chosen, all - chosen.len(), &options, out)
        };
        written.map_err(|error| format!("writing to stdout: {error}"))
    }

    /// Finds the known files in all folders, in the order of their names. A `.json` file that nobody knows is an error:
    /// vectors that are silently not run look like vectors that pass.
    fn find(&self) -> Result<Vec<Test<'_>>, String> {
        let mut tests = BTreeMap::new();
        for folder in self.folders {
            for path in files(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if let Some(vectors) = self.known.iter().find(|v| v.file == name) {
                    let test = tests
                        .entry(vectors.name())
                        .or_insert_with(|| Test { vectors, files: Vec::new() });
                    test.files.push(path);
                } else if name.ends_with(".json") && !self.passed_over.contains(&&*name) {
                    return Err(format!(
                        "{}: no vector file of this name is known; see the table in tests/conformance/main.rs",
                        path.display()
                    ));
                }
            }
        }
        Ok(tests.into_values().collect())
    }

    fn run(
        &self,
        tests: &[Test<'_>],
        filtered_out: usize,
        options: &Options,
        out: &mut dyn Write,
    ) -> io::Result<bool> {
        let start = Instant::now();
        writeln!(out, "\nrunning {} tests", tests.len())?;
        let mut endings = Vec::new();
        for test in tests {
            endings.push(self.run_test(test, options, out)?);
        }
        let count = |ending| endings.iter().filter(|e| **e == ending).count();
        let failed = count(Ending::Failed);
        writeln!(
            out,
            "\ntest result: {}. {} passed; {failed} failed; {} ignored; 0 measured; {filtered_out} filtered out; \
             finished in {:.2}s\n",
            if failed == 0 { "ok" } else { "FAILED" },
            count(Ending::Passed),
            count(Ending::NotBuilt),
            start.elapsed().as_secs_f64(),
        )?;
        Ok(failed == 0)
    }

    fn run_test(
        &self,
        test: &Test<'_>,
        options: &Options,
        out: &mut dyn Write,
    ) -> io::Result<Ending> {
        let name = test.vectors.name();
        let mut ending = Ending::Passed;
        for file in &test.files {
            let Some(run) = test.vectors.run else {
                writeln!(out, "conformance {name}: not built yet")?;
                ending = Ending::NotBuilt;
                continue;
            };
            let mut report = match parse(file) {
                Ok(vectors) => Report::of(|| run(&vectors)),
                Err(error) => Report::failure(file.display(), "JSON", error),
            };
            report.hold_to(self.compatibility);
            writeln!(out, "conformance {name}: {report}")?;
            report.print_failures(out)?;
            if options.show_output {
                report.print_tallies(out)?;
            }
            if !report.is_success() {
                ending = Ending::Failed;
            }
        }
        Ok(ending)
    }
}

impl Options {
    fn parse(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let (flag, mut value) = match arg.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
                _ => (&*arg, None),
            };
            let mut value = || {
                value.take().or_else(|| args.next()).ok_or_else(|| format!("{flag} needs a value"))
            };
            match flag {
                "--list" => options.list = true,
                "--format" => options.terse = value()? == "terse",
                "--ignored" => options.ignored = true,
                "--exact" => options.exact = true,
                "--show-output" => options.show_output = true,
                "--skip" => options.skip.push(value()?),
                // One thread runs the files in order and captures nothing: these are so already.
                "--include-ignored" | "--nocapture" | "--no-capture" | "--test" | "-q"
                | "--quiet" => {}
                "--test-threads" | "--color" => drop(value()?),
                _ if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
                _ => options.filters.push(arg),
            }
        }
        Ok(options)
    }

    fn choose(&self, name: &str) -> bool {
        let fits = |filter: &String| {
            if self.exact { name == filter } else { name.contains(filter.as_str()) }
        };
        !self.ignored
            && (self.filters.is_empty() || self.filters.iter().any(fits))
            && !self.skip.iter().any(fits)
    }
}

fn list(tests: &[Test<'_>], terse: bool, out: &mut dyn Write) -> io::Result<()> {
    for test in tests {
        writeln!(out, "{}: test", test.vectors.name())?;
    }
    if !terse {
        writeln!(out, "\n{} tests, 0 benchmarks", tests.len())?;
    }
    Ok(())
}

/// The plain files of a folder (a link to one counts), in the order of their names.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn parse(file: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
