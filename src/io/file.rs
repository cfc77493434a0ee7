//! Text files by their paths.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::atomic_file::AtomicFile;
use crate::codec::{Encoding, Errors};

use super::newline::{Ending, Newline, NewlineSet, Tally, translate_into};
use super::options::TextOptions;
use super::reader::TextReader;
use super::writer::TextWriter;

/// Reads a whole text file: UTF-8, or what its byte order mark names, with all line endings as `\n`.
///
/// For other encodings there is [`open`].
///
/// # Errors
///
/// What the file system gives, and [`DecodeError`](super::DecodeError).
pub fn read_text(path: impl AsRef<Path>) -> io::Result<String> {
    open(path).read_text()
}

/// Writes a whole text file in UTF-8, with `\n` as the platform ends lines.
///
/// The file is replaced when the new one is complete: whoever reads it has the old text or the new one, also after a crash of this
/// program. Its permissions stay. It is not forced onto the disk.
///
/// # Errors
///
/// What the file system gives; the file is what it was then.
pub fn write_text(path: impl AsRef<Path>, text: &str) -> io::Result<()> {
    open(path).write_text(text)
}

/// Begins to open a text file; Python's `open` with its keyword arguments.
///
/// # Examples
///
/// ```
/// use batteries::io::{Newline, open};
///
/// let folder = std::env::temp_dir();
/// let path = folder.join(format!("batteries-open-{}.txt", std::process::id()));
/// open(&path).encoding("latin-1")?.newline(Newline::CrLf).write_text("café\nthé\n")?;
/// assert_eq!(std::fs::read(&path)?, b"caf\xe9\r\nth\xe9\r\n");
///
/// let mut reader = open(&path).encoding("latin-1")?.read()?;
/// let longest = reader.lines().map(|line| line.map(|line| line.chars().count())).max_by_key(|n| *n.as_ref().unwrap());
/// assert_eq!(longest.unwrap()?, 4);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open(path: impl AsRef<Path>) -> Open {
    Open { path: path.as_ref().to_path_buf(), options: TextOptions::new() }
}

/// Collects how a file is to be opened: [`open`].
#[derive(Debug, Clone)]
pub struct Open {
    path: PathBuf,
    options: TextOptions,
}

impl Open {
    /// Takes all settings at once.
    #[must_use]
    pub fn options(mut self, options: TextOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the encoding by one of Python's names for it.
    ///
    /// # Errors
    ///
    /// [`UnknownEncoding`](super::UnknownEncoding) if there is none of that name.
    pub fn encoding(mut self, label: &str) -> Result<Self, super::UnknownEncoding> {
        self.options = self.options.encoding(label)?;
        Ok(self)
    }

    /// Sets the encoding.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.options = self.options.with_encoding(encoding);
        self
    }

    /// Sets what becomes of bytes that are no text, and of characters that the encoding has not.
    #[must_use]
    pub fn errors(mut self, errors: Errors) -> Self {
        self.options = self.options.errors(errors);
        self
    }

    /// Sets what ends a line.
    #[must_use]
    pub fn newline(mut self, newline: Newline) -> Self {
        self.options = self.options.newline(newline);
        self
    }

    /// Opens the file for reading: Python's mode `'r'`.
    ///
    /// # Errors
    ///
    /// What the file system gives.
    pub fn read(&self) -> io::Result<TextReader<File>> {
        Ok(self.options.reader(File::open(&self.path)?))
    }

    /// Reads the whole text.
    ///
    /// # Errors
    ///
    /// What the file system gives, and [`DecodeError`](super::DecodeError).
    pub fn read_text(&self) -> io::Result<String> {
        let mut text = String::new();
        let mut reader = self.read()?;
        // The file's text is mostly as long as its bytes.
        if let Ok(data) = reader.get_ref().metadata() {
            text.reserve(usize::try_from(data.len()).unwrap_or(0).min(1 << 30));
        }
        while let Some(chunk) = reader.next_chunk()? {
            text.push_str(chunk);
        }
        Ok(text)
    }

    /// Opens the file for writing, empty: Python's mode `'w'`.
    ///
    /// # Errors
    ///
    /// What the file system gives.
    pub fn write(&self) -> io::Result<TextWriter<File>> {
        Ok(self.options.writer(File::create(&self.path)?))
    }

    /// Makes the file and opens it for writing; one that exists already is an error: Python's mode `'x'`.
    ///
    /// # Errors
    ///
    /// What the file system gives.
    pub fn create_new(&self) -> io::Result<TextWriter<File>> {
        Ok(self.options.writer(File::create_new(&self.path)?))
    }

    /// Opens the file for writing behind what it has: Python's mode `'a'`. A byte order mark is written only into an empty one.
    ///
    /// # Errors
    ///
    /// What the file system gives.
    pub fn append(&self) -> io::Result<TextWriter<File>> {
        let file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        let is_empty = file.metadata()?.len() == 0;
        let options = if is_empty { self.options } else { self.options.append() };
        Ok(options.writer(file))
    }

    /// Writes the whole text. The file is replaced when the new one is complete, as by [`write_text`].
    ///
    /// # Errors
    ///
    /// What the file system gives, and [`EncodeError`](super::EncodeError); the file is what it was then.
    pub fn write_text(&self, text: &str) -> io::Result<()> {
        let mut writer = self.options.writer(AtomicFile::create(&self.path)?);
        writer.write_str(text)?;
        writer.finish()?.commit()
    }
}

/// A text file in memory that is written back as it was: with its encoding, byte order mark and line endings.
///
/// The text has `\n` for every ending. It is written with the ending that most lines of the file have.
///
/// # Examples
///
/// ```
/// use batteries::io::TextFile;
///
/// let path = std::env::temp_dir().join(format!("batteries-edit-{}.txt", std::process::id()));
/// std::fs::write(&path, b"\xff\xfea\0=\x001\0\r\0\n\0")?;
/// TextFile::load(&path)?.edit(|text| text.replace("1", "2") + "b=3\n").save()?;
/// assert_eq!(std::fs::read(&path)?, b"\xff\xfea\0=\x002\0\r\0\n\0b\0=\x003\0\r\0\n\0");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TextFile {
    path: PathBuf,
    text: String,
    encoding: Encoding,
    mark: Vec<u8>,
    errors: Errors,
    ending: Ending,
    newlines: NewlineSet,
}

impl TextFile {
    /// Reads a file of UTF-8, or of what its byte order mark names. Bytes that are no text are kept, as by
    /// [`Errors::RoundTrip`].
    ///
    /// # Errors
    ///
    /// What the file system gives.
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        let options = TextOptions::new().errors(Errors::RoundTrip);
        Self::load_with(path.as_ref(), &options)
    }

    /// Reads a file in the encoding, and with the error policy, of `options`.
    ///
    /// # Errors
    ///
    /// What the file system gives, and [`DecodeError`](super::DecodeError).
    pub fn load_with(path: impl AsRef<Path>, options: &TextOptions) -> io::Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)?;
        let options = options.newline(Newline::UniversalKeep);
        let mut reader = options.reader(&bytes[..]);
        let mut kept = String::with_capacity(bytes.len());
        while let Some(chunk) = reader.next_chunk()? {
            kept.push_str(chunk);
        }
        let (encoding, mark) = with_mark(reader.encoding(), &bytes);
        let newlines = reader.newlines();
        let mut text = String::with_capacity(kept.len());
        translate_into(&kept, &mut text);
        Ok(Self {
            path: path.to_path_buf(),
            text,
            encoding,
            mark: mark.to_vec(),
            errors: options.errors,
            ending: most_frequent(&kept),
            newlines,
        })
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the encoding.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns the ending that lines are written with; [`Ending::Lf`] for a file that had none.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Returns the kinds of endings that the file had. With more than one, saving makes them one.
    #[must_use]
    pub fn newlines(&self) -> NewlineSet {
        self.newlines
    }

    /// Changes the text. Whether the last line has an ending stays as it was, unless the text becomes empty or was.
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&str) -> String) -> Self {
        let mut text = change(&self.text);
        if !text.is_empty() && !self.text.is_empty() {
            let was_ended = self.text.ends_with('\n');
            if was_ended && !text.ends_with('\n') {
                text.push('\n');
            } else if !was_ended && text.ends_with('\n') {
                text.pop();
            }
        }
        self.text = text;
        self
    }

    /// Writes the file. It is replaced when the new one is complete, as by [`write_text`].
    ///
    /// # Errors
    ///
    /// What the file system gives, and [`EncodeError`](super::EncodeError); the file is what it was then.
    pub fn save(&self) -> io::Result<()> {
        let newline = match self.ending {
            Ending::Cr => Newline::Cr,
            Ending::CrLf => Newline::CrLf,
            Ending::None | Ending::Lf => Newline::Lf,
        };
        let mut file = AtomicFile::create(&self.path)?;
        file.write_all(&self.mark)?;
        let options =
            TextOptions::new().with_encoding(self.encoding).errors(self.errors).newline(newline);
        let mut writer = options.writer(file);
        writer.write_str(&self.text)?;
        writer.finish()?.commit()
    }
}

/// Returns the encoding that is without a byte order mark, and the mark that the file has.
fn with_mark(encoding: Encoding, bytes: &[u8]) -> (Encoding, &[u8]) {
    let (plain, length) = match (encoding, bytes) {
        (Encoding::UTF_8_SIG, [0xef, 0xbb, 0xbf, ..]) => (Encoding::UTF_8, 3),
        (Encoding::UTF_8_SIG, _) => (Encoding::UTF_8, 0),
        (Encoding::UTF_16, [0xff, 0xfe, ..]) => (Encoding::UTF_16_LE, 2),
        (Encoding::UTF_16, [0xfe, 0xff, ..]) => (Encoding::UTF_16_BE, 2),
        (Encoding::UTF_32, [0xff, 0xfe, 0, 0, ..]) => (Encoding::UTF_32_LE, 4),
        (Encoding::UTF_32, [0, 0, 0xfe, 0xff, ..]) => (Encoding::UTF_32_BE, 4),
        _ => (encoding, 0),
    };
    (plain, &bytes[..length])
}

/// Returns the ending that most lines of `text` have.
fn most_frequent(text: &str) -> Ending {
    let count = |newline| Tally::of(newline, text.as_bytes(), 0, text.len()).lines;
    let (lf, cr, crlf) = (count(Newline::Lf), count(Newline::Cr), count(Newline::CrLf));
    let (lf, cr) = (lf - crlf, cr - crlf);
    match crlf.max(lf).max(cr) {
        most if most == lf => Ending::Lf,
        most if most == crlf => Ending::CrLf,
        _ => Ending::Cr,
    }
}
