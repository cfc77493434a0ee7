//! What a parser asks the world: the program's name, the width and colours of the terminal, files of arguments.

use std::borrow::Cow;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process;

use super::terminal;

/// What a parser asks the world; the process's own, or what a test says.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, Environment, arg};
///
/// let mut parser = ArgumentParser::new();
/// parser.add(arg("--output").metavar("FILE"));
/// let env = Environment::fixed("/usr/bin/tool").with_columns(20);
/// assert_eq!(parser.format_usage_in(&env), "usage: tool [-h]\n            [--output FILE]\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Process,
    Fixed { program: String, columns: usize, color: bool },
}

/// The columns of a terminal that does not say.
const COLUMNS: usize = 80;

impl Environment {
    /// Asks the process: `argv[0]`, `COLUMNS` or the terminal, Python's variables for colours.
    #[must_use]
    pub const fn process() -> Self {
        Self { source: Source::Process }
    }

    /// Says that the program was started by this name, on 80 columns without colours.
    #[must_use]
    pub fn fixed(program: impl Into<String>) -> Self {
        Self { source: Source::Fixed { program: program.into(), columns: COLUMNS, color: false } }
    }

    /// Reads columns and colours from variables as the process's own are read. `terminal` is the width of standard output if
    /// that is a terminal.
    #[must_use]
    pub fn from_variables(
        program: impl Into<String>,
        variable: impl Fn(&str) -> Option<OsString>,
        terminal: Option<usize>,
    ) -> Self {
        let columns = columns(&variable, || terminal);
        let color = can_colorize(&variable, || terminal.is_some());
        Self { source: Source::Fixed { program: program.into(), columns, color } }
    }

    /// Sets the width of the terminal, in characters.
    #[must_use]
    pub fn with_columns(self, columns: usize) -> Self {
        let (program, color) = (self.program().into_owned(), self.color());
        Self { source: Source::Fixed { program, columns, color } }
    }

    /// Says whether the terminal shows colours.
    #[must_use]
    pub fn with_color(self, color: bool) -> Self {
        let (program, columns) = (self.program().into_owned(), self.columns());
        Self { source: Source::Fixed { program, columns, color } }
    }

    /// The program's name: the last part of the path that it was started by.
    pub(super) fn program(&self) -> Cow<'_, str> {
        let path = match &self.source {
            Source::Fixed { program, .. } => Cow::Borrowed(&**program),
            Source::Process => {
                let path = env::args_os().next().unwrap_or_default();
                Cow::Owned(path.to_string_lossy().into_owned())
            }
        };
        let start = path.rfind(std::path::is_separator).map_or(0, |at| at + 1);
        match path {
            Cow::Borrowed(path) => Cow::Borrowed(&path[start..]),
            Cow::Owned(path) => Cow::Owned(path[start..].to_owned()),
        }
    }

    pub(super) fn columns(&self) -> usize {
        match &self.source {
            Source::Fixed { columns, .. } => *columns,
            Source::Process => columns(&|name| env::var_os(name), terminal::columns),
        }
    }

    pub(super) fn color(&self) -> bool {
        match &self.source {
            Source::Fixed { color, .. } => *color,
            Source::Process => {
                can_colorize(&|name| env::var_os(name), || io::stdout().is_terminal())
            }
        }
    }

    /// Reads a file of arguments.
    pub(super) fn read(&self, path: &OsStr) -> io::Result<Vec<u8>> {
        fs::read(Path::new(path))
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::process()
    }
}

/// `shutil.get_terminal_size().columns`.
fn columns(
    variable: &impl Fn(&str) -> Option<OsString>,
    terminal: impl FnOnce() -> Option<usize>,
) -> usize {
    let wanted = variable("COLUMNS").and_then(|text| crate::python::number::int(text.to_str()?));
    match wanted.and_then(|columns| usize::try_from(columns).ok()) {
        Some(columns) if columns > 0 => columns,
        _ => terminal().filter(|columns| *columns > 0).unwrap_or(COLUMNS),
    }
}

/// `_colorize.can_colorize()` of Python 3.14.
fn can_colorize(
    variable: &impl Fn(&str) -> Option<OsString>,
    is_terminal: impl FnOnce() -> bool,
) -> bool {
    let python = variable("PYTHON_COLORS");
    let is_set = |name| variable(name).is_some_and(|text| !text.is_empty());
    if python.as_deref() == Some("0".as_ref()) {
        false
    } else if python.as_deref() == Some("1".as_ref()) {
        true
    } else if is_set("NO_COLOR") {
        false
    } else if is_set("FORCE_COLOR") {
        true
    } else {
        variable("TERM").as_deref() != Some("dumb".as_ref()) && is_terminal()
    }
}

/// The arguments of the process, without the program's name.
pub(super) fn arguments() -> Vec<OsString> {
    env::args_os().skip(1).collect()
}

/// Prints, and ends the process.
pub(super) fn exit(code: i32, stdout: &str, stderr: &str) -> ! {
    warn(stderr);
    // A reader that is gone is no reason to fail, in Python neither.
    let _ = io::stdout().write_all(stdout.as_bytes()).and_then(|()| io::stdout().flush());
    process::exit(code)
}

/// Prints to standard error.
pub(super) fn warn(text: &str) {
    if !text.is_empty() {
        // As above.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
