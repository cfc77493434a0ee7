//! `FileType`: words that name files to open.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::sync::Arc;

use super::types::TypeError;
use super::value::Value;
use crate::python::Repr;

/// Opens the file that a word names, while the command line is parsed; `-` is standard input or output.
///
/// Python advises against it since 3.14: a file is opened, and made, although a later argument may be wrong. Take a
/// [`PathBuf`](std::path::PathBuf) and open it yourself.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, FileType, OpenFile, Value, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("input").file(FileType::new("r")));
/// let args = parser.try_parse_from(["-"])?;
/// let input = args.value("input").and_then(Value::downcast_ref::<OpenFile>);
/// assert_eq!(input.map(OpenFile::name), Some("<stdin>".as_ref()));
///
/// let exit = parser.try_parse_from(["no/such"]).unwrap_err();
/// assert!(exit.stderr().ends_with(
///     "argument input: can't open 'no/such': [Errno 2] No such file or directory: 'no/such'\n",
/// ));
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileType {
    mode: String,
    bufsize: i64,
    encoding: Option<String>,
    errors: Option<String>,
}

impl FileType {
    /// Opens in this mode, as Python's `open` has it: `r`, `w`, `x` or `a`, with `b` and `+`.
    #[must_use]
    pub fn new(mode: impl Into<String>) -> Self {
        Self { mode: mode.into(), bufsize: -1, encoding: None, errors: None }
    }

    /// Sets what Python's own `open` would be told. It shows in texts; files here are bytes.
    #[must_use]
    pub fn with_options(
        mut self,
        bufsize: i64,
        encoding: Option<String>,
        errors: Option<String>,
    ) -> Self {
        (self.bufsize, self.encoding, self.errors) = (bufsize, encoding, errors);
        self
    }

    /// What Python's `repr` gives.
    pub(super) fn repr(&self) -> String {
        let mut parts = vec![Repr(&self.mode).to_string()];
        if self.bufsize != -1 {
            parts.push(self.bufsize.to_string());
        }
        for (name, value) in [("encoding", &self.encoding), ("errors", &self.errors)] {
            if let Some(value) = value {
                parts.push(format!("{name}={}", Repr(value)));
            }
        }
        format!("FileType({})", parts.join(", "))
    }

    pub(super) fn open(&self, name: &OsStr) -> Result<Value, TypeError> {
        let mode = &*self.mode;
        let file = |name: &str, stream| {
            Ok(Value::any(OpenFile { name: name.into(), mode: mode.to_owned(), stream }))
        };
        if name == "-" {
            return if mode.contains('r') {
                file("<stdin>", Stream::Stdin)
            } else if mode.contains(['w', 'a', 'x']) {
                file("<stdout>", Stream::Stdout)
            } else {
                Err(TypeError::invalid())
            };
        }
        let options = options(mode).ok_or(TypeError::invalid())?;
        match open(&options, name) {
            Ok(opened) => Ok(Value::any(OpenFile {
                name: name.to_owned(),
                mode: mode.to_owned(),
                stream: Stream::File(Arc::new(opened)),
            })),
            Err(error) => {
                let shown = name.to_string_lossy();
                Err(TypeError::message(format!("can't open '{shown}': {}", os_error(&error, name))))
            }
        }
    }
}

/// What a mode asks for; `None` where Python's `open` calls it invalid.
fn options(mode: &str) -> Option<OpenOptions> {
    let count = |c| mode.matches(c).count();
    let kinds = count('r') + count('w') + count('x') + count('a');
    let once = ['b', 't', '+'].iter().all(|c| count(*c) <= 1);
    let known = mode.chars().all(|c| "rwxabt+".contains(c));
    if kinds != 1 || !once || !known || (count('b') == 1 && count('t') == 1) {
        return None;
    }
    let plus = count('+') == 1;
    let mut options = OpenOptions::new();
    options
        .read(count('r') == 1 || plus)
        .write(count('w') + count('x') == 1 || (count('r') == 1 && plus))
        .append(count('a') == 1)
        .create(count('w') + count('a') == 1)
        .truncate(count('w') == 1)
        .create_new(count('x') == 1);
    Some(options)
}

/// Opens a file, and no directory: Python refuses one also for reading.
fn open(options: &OpenOptions, name: &OsStr) -> io::Result<fs::File> {
    let file = options.open(name)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    Ok(file)
}

/// What Python's `str` gives for an `OSError`.
pub(super) fn os_error(error: &io::Error, name: &OsStr) -> String {
    let text = error.to_string();
    let (code, text) = match error.raw_os_error() {
        Some(code) => (code, text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text)),
        // The only one that is made here, and EISDIR everywhere.
        None => (21, "Is a directory"),
    };
    format!("[Errno {code}] {text}: {}", crate::python::ReprBytes(name.as_encoded_bytes()))
}

/// A file that [`FileType`] opened, or a standard stream. It is shared: [`Read`] and [`Write`] work on `&OpenFile`.
#[derive(Clone)]
pub struct OpenFile {
    name: OsString,
    mode: String,
    stream: Stream,
}

#[derive(Clone)]
enum Stream {
    File(Arc<fs::File>),
    Stdin,
    Stdout,
}

impl OpenFile {
    /// Returns the name, `<stdin>` or `<stdout>` for a standard stream.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Returns the mode that it was opened in.
    #[must_use]
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// Returns the file; `None` for a standard stream.
    #[must_use]
    pub fn file(&self) -> Option<&fs::File> {
        if let Stream::File(file) = &self.stream { Some(file) } else { None }
    }
}

impl Read for &OpenFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &self.stream {
            Stream::File(file) => (&**file).read(buf),
            Stream::Stdin => io::stdin().read(buf),
            Stream::Stdout => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Write for &OpenFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &self.stream {
            Stream::File(file) => (&**file).write(buf),
            Stream::Stdout => io::stdout().write(buf),
            Stream::Stdin => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &self.stream {
            Stream::File(file) => (&**file).flush(),
            Stream::Stdout => io::stdout().flush(),
            Stream::Stdin => Ok(()),
        }
    }
}

/// The same file, not an equal one.
impl PartialEq for OpenFile {
    fn eq(&self, other: &Self) -> bool {
        match (&self.stream, &other.stream) {
            (Stream::File(a), Stream::File(b)) => Arc::ptr_eq(a, b),
            (Stream::Stdin, Stream::Stdin) | (Stream::Stdout, Stream::Stdout) => true,
            _ => false,
        }
    }
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, mode) = (self.name.to_string_lossy(), &self.mode);
        write!(f, "<_io.TextIOWrapper name={} mode={}>", Repr(&name), Repr(mode))
    }
}
