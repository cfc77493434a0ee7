//! Text into bytes.

use std::fmt::{self, Debug};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

use memchr::{memchr, memchr2};

use crate::codec::{Encoder, Encoding, Errors, Unencodable};

use super::error::EncodeError;
use super::newline::Newline;
use super::options::TextOptions;

/// How much text is encoded in one go, where its line endings are translated first.
const PIECE: usize = 16 * 1024;

/// Writes text to any sink of bytes, encoded and with its line endings translated.
///
/// It collects what is written, 64 KiB without [`TextOptions::buffer`]; [`flush`](Self::flush) or [`finish`](Self::finish) passes the
/// rest on, and tells whether that went well. A writer that is dropped tries, and cannot tell.
///
/// A write whose text cannot be encoded (with [`Errors::Strict`]) writes nothing of it, and the next one continues. When the sink
/// fails, what it has not taken is kept and offered again by the next write, `flush` or `finish`: nothing is lost, and nothing
/// written twice. A write that fails because of the sink has been accepted all the same.
///
/// # Examples
///
/// ```
/// use std::fmt::Write;
///
/// use batteries::io::{Newline, TextOptions};
///
/// let mut writer = TextOptions::new().encoding("utf-16")?.newline(Newline::CrLf).writer(Vec::new());
/// writeln!(writer, "{}", 7)?;
/// assert_eq!(writer.finish()?, b"\xff\xfe7\0\r\0\n\0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "TextIOWrapper")]
pub struct TextWriter<W: Write> {
    /// Taken by `finish` alone.
    sink: Option<W>,
    encoder: Encoder,
    newline: Newline,
    line_buffered: bool,
    write_through: bool,
    limit: usize,
    /// What is to be passed on, from `passed` on.
    pending: Vec<u8>,
    passed: usize,
    /// Text with its endings translated, kept for its memory.
    translated: String,
    /// The beginning of a character that was written as bytes.
    begun: Vec<u8>,
    /// The sink is in the middle of a write; where that panics, nothing may be written again.
    is_panicked: bool,
}

impl<W: Write> TextWriter<W> {
    /// Writes UTF-8, with `\n` as the platform ends lines.
    #[must_use]
    pub fn new(sink: W) -> Self {
        Self::with_options(sink, &TextOptions::new())
    }

    pub(super) fn with_options(sink: W, options: &TextOptions) -> Self {
        let mut encoder = Encoder::new(options.encoding.unwrap_or_default(), options.errors);
        encoder.set_at_start(options.at_start);
        Self {
            sink: Some(sink),
            encoder,
            newline: options.newline,
            line_buffered: options.line_buffered,
            write_through: options.write_through,
            limit: options.buffer,
            pending: Vec::new(),
            passed: 0,
            translated: String::new(),
            begun: Vec::new(),
            is_panicked: false,
        }
    }

    /// Writes `text`.
    ///
    /// # Errors
    ///
    /// Of the kind [`InvalidInput`](ErrorKind::InvalidInput) with an [`EncodeError`] in it: nothing of `text` is written. And what
    /// the sink gives, see the type.
    #[doc(alias = "write")]
    pub fn write_str(&mut self, text: &str) -> io::Result<()> {
        let before = self.pending.len();
        self.accept(text)?;
        self.settle(before, text)
    }

    /// Encodes `text`.
    fn accept(&mut self, text: &str) -> io::Result<()> {
        let ending = self.newline.written();
        if ending == "\n" {
            self.encode(text)?;
        } else if self.encoder.is_plain_utf8() {
            // Most text needs no memory in between.
            translate(text, ending, &mut self.pending);
        } else {
            let mut translated = std::mem::take(&mut self.translated);
            translated.clear();
            translated.reserve(text.len() + text.len() / 16);
            let mut rest = text;
            while let Some(at) = memchr(b'\n', rest.as_bytes()) {
                translated.push_str(&rest[..at]);
                translated.push_str(ending);
                rest = &rest[at + 1..];
            }
            translated.push_str(rest);
            let result = self.encode(&translated);
            // A very long text keeps no memory behind it.
            translated.shrink_to(PIECE);
            self.translated = translated;
            result.map_err(|error| in_original(error, text, ending))?;
        }
        Ok(())
    }

    /// Passes on what is due now that `text` has been accepted; `before` is what was pending without it.
    fn settle(&mut self, before: usize, text: &str) -> io::Result<()> {
        // As CPython does: what is as long as the limit does not wait for what is there to be joined with it.
        if before > self.passed && self.pending.len() - before >= self.limit {
            self.pass_on(before)?;
        }
        let is_line = self.line_buffered && memchr2(b'\n', b'\r', text.as_bytes()).is_some();
        if is_line || self.write_through || self.pending.len() - self.passed >= self.limit {
            self.pass_on(self.pending.len())?;
        }
        if is_line {
            self.sink_mut()?.flush()?;
        }
        Ok(())
    }

    /// Writes `text` and a line ending.
    ///
    /// # Errors
    ///
    /// As [`write_str`](Self::write_str).
    pub fn write_line(&mut self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.write_str("\n")
    }

    /// Passes everything on, and flushes the sink.
    ///
    /// # Errors
    ///
    /// What the sink gives. What it has not taken is kept.
    pub fn flush(&mut self) -> io::Result<()> {
        self.pass_on(self.pending.len())?;
        self.sink_mut()?.flush()
    }

    /// Passes everything on, flushes, and returns the sink.
    ///
    /// # Errors
    ///
    /// What the sink gives, with the writer, which still has what was not passed on.
    #[doc(alias = "detach")]
    pub fn finish(mut self) -> Result<W, FinishError<W>> {
        let mut result = self.flush();
        if result.is_ok() && !self.begun.is_empty() {
            result = Err(not_text("the bytes end in the middle of a character"));
        }
        match (result, self.sink.take()) {
            (Ok(()), Some(sink)) => Ok(sink),
            (Ok(()), None) => {
                unreachable!("only `finish` takes the sink, and takes the writer with it")
            }
            (Err(error), sink) => {
                self.sink = sink;
                Err(FinishError { error, writer: Box::new(self) })
            }
        }
    }

    /// Returns the encoding that is written.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoder.encoding()
    }

    /// Returns what becomes of characters that the encoding has not.
    #[must_use]
    pub fn errors(&self) -> Errors {
        self.encoder.errors()
    }

    /// Sets what becomes of characters that the encoding has not, from here on.
    pub fn set_errors(&mut self, errors: Errors) {
        self.encoder.set_errors(errors);
    }

    /// Sets what becomes of `\n`, from here on.
    pub fn set_newline(&mut self, newline: Newline) {
        self.newline = newline;
    }

    /// Sets the encoding, from here on. No byte order mark is written in the middle, as in CPython.
    pub fn set_encoding(&mut self, encoding: Encoding) {
        let is_untouched = self.encoder.is_at_start();
        self.encoder = Encoder::new(encoding, self.encoder.errors());
        self.encoder.set_at_start(is_untouched);
    }

    /// Sets whether every write with a line ending is passed on and flushed, from here on.
    pub fn set_line_buffered(&mut self, line_buffered: bool) {
        self.line_buffered = line_buffered;
    }

    /// Sets whether every write is passed on, from here on.
    pub fn set_write_through(&mut self, write_through: bool) {
        self.write_through = write_through;
    }

    /// Returns the sink, which has not got what is still collected.
    ///
    /// # Panics
    ///
    /// Never: only [`finish`](Self::finish) takes the sink, and the writer with it.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        self.sink.as_ref().expect("only `finish` takes the sink")
    }

    /// Returns the bytes that have not been passed on.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.pending[self.passed..]
    }

    /// Accepts `text`, or fails and accepts nothing of it: who writes bytes would write again what failed.
    fn write_whole(&mut self, text: &str) -> io::Result<()> {
        if self.pending.len() - self.passed >= self.limit {
            self.pass_on(self.pending.len())?;
        }
        let before = self.pending.len();
        self.accept(text)?;
        // What fails here is tried again by the next write or flush, which tells if it fails again.
        let _ = self.settle(before, text);
        Ok(())
    }

    fn sink_mut(&mut self) -> io::Result<&mut W> {
        self.sink.as_mut().ok_or_else(|| io::Error::other("the writer was finished"))
    }

    fn encode(&mut self, text: &str) -> io::Result<()> {
        self.encoder.encode(text, &mut self.pending).map_err(|refused| {
            let unencodable = Unencodable::new(self.encoder.encoding(), text, refused);
            EncodeError { unencodable }.into()
        })
    }

    /// Gives the sink what is pending up to `to`.
    fn pass_on(&mut self, to: usize) -> io::Result<()> {
        while self.passed < to {
            self.is_panicked = true;
            let sink =
                self.sink.as_mut().ok_or_else(|| io::Error::other("the writer was finished"))?;
            let result = sink.write(&self.pending[self.passed..to]);
            self.is_panicked = false;
            match result {
                Ok(0) => {
                    let message = "the sink takes no more bytes";
                    return Err(io::Error::new(ErrorKind::WriteZero, message));
                }
                Ok(count) => self.passed = to.min(self.passed + count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.passed == self.pending.len() {
            self.pending.clear();
            self.passed = 0;
            // Memory for one very long text is given back.
            self.pending.shrink_to(4 * self.limit);
        } else if self.passed >= self.limit {
            self.pending.drain(..self.passed);
            self.passed = 0;
        }
        Ok(())
    }
}

/// Appends `text` with `ending` in the place of each `\n`. Endings are of a length that the compiler knows: no call for two bytes.
fn translate(text: &str, ending: &str, out: &mut Vec<u8>) {
    match ending.as_bytes() {
        [one] => translate_to(text.as_bytes(), [*one], out),
        [one, two] => translate_to(text.as_bytes(), [*one, *two], out),
        _ => out.extend_from_slice(text.as_bytes()),
    }
}

#[inline]
fn translate_to<const N: usize>(mut text: &[u8], ending: [u8; N], out: &mut Vec<u8>) {
    while let Some(at) = memchr(b'\n', text) {
        out.extend_from_slice(&text[..at]);
        out.extend_from_slice(&ending);
        text = &text[at + 1..];
        // Most texts are one line.
        if text.is_empty() {
            return;
        }
    }
    out.extend_from_slice(text);
}

/// Counts the place of a refused character in the text before its endings were translated.
fn in_original(error: io::Error, text: &str, ending: &str) -> io::Error {
    match EncodeError::of(&error) {
        Some(found) if ending.len() > 1 => {
            let mut error = found.clone();
            let (mut at, mut translated) = (0, 0);
            for byte in text.bytes() {
                if translated >= found.position() {
                    break;
                }
                translated += if byte == b'\n' { ending.len() } else { 1 };
                at += 1;
            }
            error.unencodable = error.unencodable.at(at);
            error.into()
        }
        _ => error,
    }
}

fn not_text(message: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, message)
}

impl<W: Write + Seek> TextWriter<W> {
    /// Goes to a place of the sink, having passed on and flushed everything, and returns it. At the start a byte order mark is due
    /// again, and elsewhere none is.
    ///
    /// # Errors
    ///
    /// What the sink gives.
    pub fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.flush()?;
        let place = self.sink_mut()?.seek(to)?;
        self.encoder.set_at_start(place == 0);
        Ok(place)
    }

    /// Returns the place of the sink, having passed on and flushed everything.
    ///
    /// # Errors
    ///
    /// What the sink gives.
    #[doc(alias = "tell")]
    pub fn position(&mut self) -> io::Result<u64> {
        self.flush()?;
        self.sink_mut()?.stream_position()
    }
}

/// Takes the text as UTF-8, wherever it is cut, so that whatever writes UTF-8 writes any encoding.
///
/// # Examples
///
/// ```
/// use std::io::Write;
///
/// use batteries::io::TextOptions;
///
/// let mut writer = TextOptions::new().encoding("latin-1")?.writer(Vec::new());
/// for byte in "café".as_bytes() {
///     writer.write_all(&[*byte])?;
/// }
/// assert_eq!(writer.finish()?, b"caf\xe9");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<W: Write> Write for TextWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut at = 0;
        if !self.begun.is_empty() {
            // A character has at most four bytes.
            while at < bytes.len() && self.begun.len() < 4 && str::from_utf8(&self.begun).is_err() {
                self.begun.push(bytes[at]);
                at += 1;
                if str::from_utf8(&self.begun).is_err_and(|error| error.error_len().is_some()) {
                    self.begun.clear();
                    return Err(not_text("the bytes that are written as text are no UTF-8"));
                }
            }
            let begun = std::mem::take(&mut self.begun);
            match str::from_utf8(&begun) {
                Ok(text) => self.write_whole(text)?,
                Err(_) => self.begun = begun,
            }
            return Ok(at);
        }
        let text = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.valid_up_to() > 0 => {
                str::from_utf8(&bytes[..error.valid_up_to()]).expect("what was checked")
            }
            Err(error) if error.error_len().is_none() => {
                self.begun.extend_from_slice(bytes);
                return Ok(bytes.len());
            }
            Err(_) => return Err(not_text("the bytes that are written as text are no UTF-8")),
        };
        self.write_whole(text)?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::flush(self)
    }
}

/// Takes formatted text; an error of the sink is lost but for that there was one, so write and [`flush`](TextWriter::flush) by the
/// methods where the reason matters.
impl<W: Write> fmt::Write for TextWriter<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        Self::write_str(self, text).map_err(|_| fmt::Error)
    }
}

impl<W: Write> Drop for TextWriter<W> {
    fn drop(&mut self) {
        if self.sink.is_some() && !self.is_panicked {
            // Nobody is there to hear of an error; `finish` tells.
            let _ = self.pass_on(self.pending.len());
            if let Ok(sink) = self.sink_mut() {
                let _ = sink.flush();
            }
        }
    }
}

impl<W: Write + Debug> Debug for TextWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextWriter")
            .field("sink", &self.sink)
            .field("encoding", &self.encoder.encoding())
            .field("errors", &self.encoder.errors())
            .field("newline", &self.newline)
            .field("pending", &self.pending().len())
            .finish_non_exhaustive()
    }
}

/// Says why a writer could not be finished, and gives it back.
pub struct FinishError<W: Write> {
    error: io::Error,
    /// Boxed, so that whoever finishes well does not pay for the place.
    writer: Box<TextWriter<W>>,
}

impl<W: Write> FinishError<W> {
    /// Returns what the sink gave.
    #[must_use]
    pub fn error(&self) -> &io::Error {
        &self.error
    }

    /// Returns the writer, with all that was not passed on, and what the sink gave.
    #[must_use]
    pub fn into_parts(self) -> (TextWriter<W>, io::Error) {
        (*self.writer, self.error)
    }
}

impl<W: Write> Debug for FinishError<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishError").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<W: Write> fmt::Display for FinishError<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.writer.pending().len();
        write!(f, "{count} bytes could not be written: {}", self.error)
    }
}

impl<W: Write> std::error::Error for FinishError<W> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl<W: Write> From<FinishError<W>> for io::Error {
    fn from(error: FinishError<W>) -> Self {
        error.error
    }
}
