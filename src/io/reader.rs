//! Text out of bytes.

use std::fmt::{self, Debug};
use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom};

use memchr::{memchr, memchr2};

use crate::codec::{Decoder, Encoding, Errors, Malformed, Reason, Stop};

use super::error::{DecodeError, LineTooLong};
use super::fast::index;
use super::line::Line;
use super::newline::{Ending, Newline, NewlineSet, Tally, translate_into};
use super::options::{Bom, TextOptions};
use super::portable::Marks;
use super::position::Position;
use super::source_map::{Mark, offset_at};
use super::window::{Verdict, Window};

/// How much is asked of the source at once. Less is slower; more leaves the processor's cache.
const READ: usize = 64 * 1024;

/// How many bytes of the source are decoded in one go, where decoding is more than checking. After each of them the place in
/// the source is noted.
const BLOCK: usize = 4 * 1024;

/// How many bytes the line ends of are looked for at once: they are counted in 32 bits.
const INDEXED: usize = 1 << 30;

/// Reads text from any source of bytes: lines that cost no memory, pieces, characters, or decoded bytes for another parser.
///
/// Lines are looked for in whole buffers and lent out: no line is copied, and none costs memory. A reader has its own buffer, so the
/// source needs none.
///
/// A malformed sequence (with [`Errors::Strict`]) is an error of the kind `InvalidData` with a [`DecodeError`] in it. Everything in
/// front of it has been delivered then but the beginning of its line, and reading can go on: the next call continues behind it, as if it
/// were not there. No other error loses anything either. [`Interrupted`](ErrorKind::Interrupted) is tried again,
/// [`WouldBlock`](ErrorKind::WouldBlock) is passed on, and the same call made later continues.
///
/// # Examples
///
/// ```
/// use batteries::io::TextReader;
///
/// let mut reader = TextReader::new(&b"Gr\xc3\xbc\xc3\x9fe\r\naus\nM\xc3\xbcnchen"[..]);
/// let mut lengths = Vec::new();
/// while let Some(line) = reader.next_line()? {
///     lengths.push((line.number(), line.chars().count()));
/// }
/// assert_eq!(lengths, [(1, 5), (2, 3), (3, 7)]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[doc(alias = "TextIOWrapper")]
pub struct TextReader<R> {
    source: R,
    newline: Newline,
    errors: Errors,
    bom: Bom,
    max_line: usize,
    decoder: Decoder,
    window: Window,
    /// Bytes that have been read and not decoded, from `raw_at` to `raw_end`; none while UTF-8 is checked where it lies.
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    /// How many bytes the source has given, or where it was put by `seek`.
    read: u64,
    marks: Vec<Mark>,
    ends: Ends,
    /// Up to here there is no `\r` behind the start of the window, or nothing is known where it is not behind it.
    plain_to: usize,
    problem: Option<Problem>,
    at_end: bool,
    is_begun: bool,
    /// The rest of a line that is too long is to be passed over.
    passes_over: bool,
    /// How many bytes of the next character have been consumed, through `BufRead`.
    inside: usize,
    /// How many lines have ended in what was delivered.
    lines: u64,
    /// How many characters of the next line have been delivered.
    column: u64,
    seen: NewlineSet,
}

/// What stands behind the text in the window.
enum Problem {
    Malformed { bytes: Malformed, offset: u64 },
    Source(io::Error),
}

/// What came of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Got {
    /// More text in the window.
    Text,
    /// More for the decoder.
    Bytes,
    /// The end of the source.
    Nothing,
}

/// Where lines end in the window.
#[derive(Debug, Default)]
struct Ends {
    /// Counted from `base`.
    places: Vec<u32>,
    base: usize,
    next: usize,
    /// Up to here they are known.
    to: usize,
}

impl Ends {
    #[inline]
    fn pop(&mut self) -> Option<usize> {
        let end = *self.places.get(self.next)?;
        self.next += 1;
        Some(self.base + end as usize)
    }

    fn peek(&self) -> Option<usize> {
        Some(self.base + *self.places.get(self.next)? as usize)
    }

    fn clear(&mut self, to: usize) {
        self.places.clear();
        self.next = 0;
        self.to = to;
    }
}

impl<R: Read> TextReader<R> {
    /// Reads UTF-8, or what a byte order mark names, with all line endings, and fails at malformed bytes.
    #[must_use]
    pub fn new(source: R) -> Self {
        Self::with_options(source, &TextOptions::new())
    }

    pub(super) fn with_options(source: R, options: &TextOptions) -> Self {
        let encoding = options.encoding.unwrap_or_default();
        let default_bom = if options.encoding.is_some() { Bom::Encoding } else { Bom::Sniff };
        Self {
            source,
            newline: options.newline,
            errors: options.errors,
            bom: options.bom.unwrap_or(default_bom),
            max_line: options.max_line,
            decoder: Decoder::new(encoding, options.errors == Errors::RoundTrip),
            window: Window::new(),
            raw: Vec::new(),
            raw_at: 0,
            raw_end: 0,
            read: 0,
            marks: vec![Mark::new(0, 0, false)],
            ends: Ends::default(),
            plain_to: 0,
            problem: None,
            at_end: false,
            is_begun: false,
            passes_over: false,
            inside: 0,
            lines: 0,
            column: 0,
            seen: NewlineSet::default(),
        }
    }

    /// Returns the next line, or `None` at the end of the text.
    ///
    /// After the end it asks the source again: a file may have grown.
    ///
    /// # Errors
    ///
    /// What the source gives, [`DecodeError`] and [`LineTooLong`]; see the type. After a `LineTooLong` the next call passes over the
    /// rest of that line; to have it all the same, go on with [`next_chunk`](Self::next_chunk) or
    /// [`read_chars`](Self::read_chars).
    #[inline]
    #[doc(alias = "readline")]
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let end = match self.ends.pop() {
            Some(end) => end,
            None => match self.find_line()? {
                Some(end) => end,
                None => return Ok(None),
            },
        };
        let from = self.window.start();
        self.lines += 1;
        self.column = 0;
        let (before, whole) = self.window.take(from, end);
        let ending = self.newline.ending_of(whole.as_bytes());
        // Half of an ending, after the other half was read as a character.
        let is_half = whole.len() == 1 && ending == Ending::Lf && before.ends_with(b"\r");
        let is_half = is_half && self.newline == Newline::UniversalKeep;
        self.seen.add(if is_half { Ending::CrLf } else { ending });
        Ok(Some(Line {
            length: whole.len() - ending.len(),
            whole,
            ending,
            number: self.lines,
            encoding: self.decoder.encoding(),
            marks: &self.marks,
            before,
        }))
    }

    /// Gives each line to `each`, up to the first error.
    ///
    /// # Errors
    ///
    /// Those of [`next_line`](Self::next_line), and what `each` returns.
    pub fn for_each_line(
        &mut self,
        mut each: impl FnMut(Line<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        while let Some(line) = self.next_line()? {
            each(line)?;
        }
        Ok(())
    }

    /// Goes through the lines as texts of their own, without their endings.
    ///
    /// An error does not end it: the next item continues, see the type. [`next_line`](Self::next_line) is several times as fast.
    pub fn lines(&mut self) -> Lines<'_, R> {
        Lines { reader: self }
    }

    /// Returns a piece of text, as much as has been decoded, or `None` at the end.
    ///
    /// Line endings are translated as [`Newline`] says, and no `\r\n` is cut in two.
    ///
    /// # Errors
    ///
    /// What the source gives, and [`DecodeError`]; see the type.
    pub fn next_chunk(&mut self) -> io::Result<Option<&str>> {
        if !self.has_text()? {
            return Ok(None);
        }
        let (from, to) = (self.window.start(), self.resolved());
        self.account(to);
        if self.newline != Newline::Universal {
            let (_, text) = self.window.take(from, to);
            return Ok(Some(text));
        }
        // What is translated in place tells no more how long it was.
        self.forget_marks(to);
        Ok(Some(self.window.take_translated(to)))
    }

    /// Appends up to `count` characters to `out`, and returns how many; fewer only at the end of the text or in front of an error.
    ///
    /// Line endings are translated as [`Newline`] says, and count after that.
    ///
    /// # Errors
    ///
    /// What the source gives, and [`DecodeError`]; see the type. Where some characters have been appended, the error comes at the
    /// next call.
    #[doc(alias = "read")]
    pub fn read_chars(&mut self, count: usize, out: &mut String) -> io::Result<usize> {
        self.take(count, false, out)
    }

    /// Appends the next line with its ending to `out`, but no more than `count` characters, and returns how many. What is left of the
    /// line is the next line.
    ///
    /// # Errors
    ///
    /// As [`read_chars`](Self::read_chars).
    #[doc(alias = "readline")]
    pub fn read_line_chars(&mut self, count: usize, out: &mut String) -> io::Result<usize> {
        self.take(count, true, out)
    }

    /// Returns the kinds of line endings in what has been delivered.
    ///
    /// Unlike Python's it does not depend on what has been read ahead, and tells the endings in every mode.
    #[must_use]
    pub fn newlines(&self) -> NewlineSet {
        self.seen
    }

    /// Returns the encoding that is read: with [`Bom::Sniff`], once something was read, the one that was found.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.decoder.encoding()
    }

    /// Returns the place in the source of what is delivered next.
    ///
    /// It counts from where the source was when the reader was made.
    #[doc(alias = "tell")]
    #[must_use]
    pub fn position(&self) -> Position {
        let at = self.window.start();
        let (offset, skip) =
            offset_at(&self.marks, self.decoder.encoding(), self.window.bytes(), at);
        // Text in the window means that the decoder is past the start; a place at the start is before it.
        let state = if offset == 0 && skip == 0 { 0 } else { self.decoder.state() };
        Position { offset, skip, state: Some(state), lines: self.lines, column: self.column }
    }

    /// Sets the encoding, the error policy and the newline mode anew: Python's `reconfigure`.
    ///
    /// # Errors
    ///
    /// Of the kind [`Unsupported`](ErrorKind::Unsupported), once something was read.
    pub fn reconfigure(&mut self, options: &TextOptions) -> io::Result<()> {
        if self.is_begun {
            let message = "the encoding and newline of a reader cannot change once it has read";
            return Err(io::Error::new(ErrorKind::Unsupported, message));
        }
        let encoding = options.encoding.unwrap_or_else(|| self.decoder.encoding());
        self.newline = options.newline;
        self.errors = options.errors;
        self.max_line = options.max_line;
        if let Some(bom) = options.bom {
            self.bom = bom;
        } else if options.encoding.is_some() {
            self.bom = Bom::Encoding;
        }
        self.decoder = Decoder::new(encoding, options.errors == Errors::RoundTrip);
        Ok(())
    }

    /// Returns the source.
    #[must_use]
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// Returns the source, which must not be read from if the reader is used again.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// Returns the source. What has been read and not delivered is lost; [`into_parts`](Self::into_parts) keeps it.
    #[doc(alias = "detach")]
    #[must_use]
    pub fn into_inner(self) -> R {
        self.source
    }

    /// Returns the source, the text that has been decoded and not delivered, with the line endings of the source, and the bytes that
    /// have been read and not decoded.
    #[must_use]
    pub fn into_parts(self) -> (R, String, Vec<u8>) {
        let text = self.window.text(self.window.start(), self.window.end()).to_owned();
        let mut bytes = Vec::new();
        if let Some(Problem::Malformed { bytes: malformed, .. }) = &self.problem {
            bytes.extend_from_slice(malformed.bytes());
        }
        bytes.extend_from_slice(self.window.unchecked());
        bytes.extend_from_slice(self.undecoded());
        (self.source, text, bytes)
    }

    /// Where the text ends that is known to be what it is: a `\r` may be the first half of an ending.
    fn resolved(&self) -> usize {
        let end = self.window.end();
        let is_open = (self.newline.is_universal() || self.newline == Newline::CrLf)
            && !self.at_end
            && !matches!(self.problem, Some(Problem::Malformed { .. }))
            && end > self.window.start()
            && self.window.bytes()[end - 1] == b'\r';
        end - usize::from(is_open)
    }

    /// Sees to it that there is text to deliver; false at the end.
    fn has_text(&mut self) -> io::Result<bool> {
        self.passes_over = false;
        while self.resolved() <= self.window.start() {
            if !self.more()? && self.resolved() <= self.window.start() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns where the next line ends, which is no end that is known already; `None` at the end of the text.
    #[cold]
    #[inline(never)]
    fn find_line(&mut self) -> io::Result<Option<usize>> {
        loop {
            self.index();
            if self.passes_over {
                match self.ends.pop() {
                    Some(end) => {
                        self.account(end);
                        self.window.advance(end);
                        self.passes_over = false;
                        continue;
                    }
                    None => {
                        let to = self.resolved();
                        self.account(to);
                        self.window.advance(to);
                        if !self.more()? && self.resolved() <= self.window.start() {
                            self.passes_over = false;
                            return Ok(None);
                        }
                        continue;
                    }
                }
            }
            let from = self.window.start();
            let found = self.ends.peek();
            if found.unwrap_or(self.ends.to).saturating_sub(from) > self.max_line {
                self.passes_over = true;
                // Nobody takes the end that is known for a line's.
                self.ends.clear(from);
                let (offset, _) =
                    offset_at(&self.marks, self.decoder.encoding(), self.window.bytes(), from);
                let (limit, line) = (self.max_line, self.lines + 1);
                return Err(LineTooLong { limit, line, offset }.into());
            }
            if let Some(end) = self.ends.pop() {
                return Ok(Some(end));
            }
            if self.ends.to < self.resolved() {
                continue;
            }
            if !self.more()? {
                self.index();
                return Ok(match self.ends.pop() {
                    Some(end) => Some(end),
                    None => Some(self.window.end()).filter(|&end| end > self.window.start()),
                });
            }
        }
    }

    /// Looks for line ends in the text that has not been looked at, if all that were found are used up.
    fn index(&mut self) {
        if self.ends.peek().is_some() {
            return;
        }
        let start = self.window.start();
        let from = self.ends.to.max(start);
        let text = self.window.bytes();
        let mut to = self.resolved().max(from);
        if to - from > INDEXED {
            to = from + INDEXED;
            // The two halves of an ending stay together.
            to -= usize::from(text[to - 1] == b'\r');
        }
        let marks = match self.newline {
            Newline::Lf | Newline::CrLf => Marks::Lf,
            Newline::Cr => Marks::Cr,
            Newline::Universal | Newline::UniversalKeep => Marks::Both,
        };
        self.ends.clear(to);
        self.ends.base = from;
        index(marks, &text[from..to], &mut self.ends.places);
        if self.newline == Newline::CrLf {
            self.ends.places.retain(|&end| {
                let end = from + end as usize;
                end >= start + 2 && text[end - 2] == b'\r'
            });
        }
        if self.max_line == usize::MAX {
            return;
        }
        // A line that is too long is the first that is known, so that nobody takes it unseen.
        let mut line = start;
        for (place, &end) in self.ends.places.iter().enumerate() {
            let end = from + end as usize;
            if end - line > self.max_line {
                self.ends.places.truncate(place.max(1));
                self.ends.to = if place == 0 { end } else { line };
                break;
            }
            line = end;
        }
    }

    fn take(&mut self, count: usize, is_line: bool, out: &mut String) -> io::Result<usize> {
        let mut taken = 0;
        while taken < count {
            match self.has_text() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if taken == 0 => return Err(error),
                Err(error) => {
                    self.put_back(error);
                    break;
                }
            }
            let from = self.window.start();
            let mut to = self.resolved();
            let mut is_end = false;
            if is_line {
                self.index();
                if let Some(end) = self.ends.peek() {
                    (to, is_end) = (end, true);
                } else {
                    to = self.ends.to;
                }
            }
            let (length, chars) = self.prefix(from, to, count - taken);
            taken += chars;
            let to_now = from + length;
            let text = self.window.text(from, to_now);
            if self.newline == Newline::Universal {
                translate_into(text, out);
            } else {
                out.push_str(text);
            }
            self.account(to_now);
            self.window.advance(to_now);
            if is_end && to_now == to {
                break;
            }
        }
        Ok(taken)
    }

    /// Returns how many bytes from `from` on, at most up to `to`, are `count` characters or fewer once they are delivered, and how
    /// many characters that are.
    fn prefix(&self, from: usize, to: usize, count: usize) -> (usize, usize) {
        let text = self.window.text(from, to);
        if self.newline != Newline::Universal {
            let mut chars = text.char_indices();
            let taken = chars.by_ref().take(count).count();
            return (chars.offset(), taken);
        }
        let (mut length, mut taken) = (0, 0);
        let mut chars = text.chars().peekable();
        while taken < count
            && let Some(c) = chars.next()
        {
            length += c.len_utf8();
            taken += 1;
            if c == '\r' && chars.next_if_eq(&'\n').is_some() {
                length += 1;
            }
        }
        (length, taken)
    }

    /// Keeps the books of text up to `to`, which is about to be delivered by other ways than lines.
    fn account(&mut self, to: usize) {
        let from = self.window.start();
        let text = self.window.bytes();
        let tally = Tally::of(self.newline, text, from, to);
        let line = tally.last.unwrap_or(from);
        let chars = self.window.text(line, to).chars().count() as u64;
        self.column = if tally.last.is_some() { chars } else { self.column + chars };
        self.lines += tally.lines;
        self.seen.merge(tally.seen);
        while self.ends.peek().is_some_and(|end| end <= to) {
            self.ends.next += 1;
        }
        // An ending that has been cut in two is none any more.
        let is_cut = |end: usize| to < end && to > from && end - to == 1;
        if self.newline == Newline::CrLf && self.ends.peek().is_some_and(is_cut) {
            let is_half = self.window.bytes()[to - 1] == b'\r';
            self.ends.next += usize::from(is_half);
        }
        self.ends.to = self.ends.to.max(to);
    }

    /// Keeps an error for the next call; what it stands behind has been delivered.
    fn put_back(&mut self, error: io::Error) {
        self.problem = Some(Problem::Source(error));
    }

    /// Returns the error that stands behind the text, if there is one.
    fn raise(&mut self) -> io::Result<()> {
        match self.problem.take() {
            None => Ok(()),
            Some(Problem::Source(error)) => Err(error),
            Some(Problem::Malformed { bytes, offset }) => {
                Err(self.decode_error(bytes, offset).into())
            }
        }
    }

    /// Adds to the text; false at the end of the source. An error stands behind all text that there is.
    fn more(&mut self) -> io::Result<bool> {
        self.raise()?;
        if !self.is_begun {
            self.begin()?;
        }
        self.at_end = false;
        loop {
            if self.has_raw() {
                if self.decode(false) || self.settles_cr() {
                    return Ok(true);
                }
                self.raise()?;
            }
            let got = if self.decoder.is_plain_utf8() && !self.has_raw() {
                self.read_text()?
            } else {
                self.read_raw()?
            };
            match got {
                Got::Text => return Ok(true),
                Got::Bytes => {}
                Got::Nothing => break,
            }
        }
        // What has begun and is not ended is malformed.
        self.move_unchecked();
        while self.has_raw() {
            if self.decode(true) || self.settles_cr() {
                return Ok(true);
            }
            self.raise()?;
        }
        self.at_end = true;
        Ok(false)
    }

    /// Says whether a `\r` at the end of the text is one that nothing follows, because of what was found behind it: it comes
    /// before the error, however the bytes were cut.
    fn settles_cr(&self) -> bool {
        let text = self.window.text(self.window.start(), self.window.end());
        matches!(self.problem, Some(Problem::Malformed { .. })) && text.ends_with('\r')
    }

    fn has_raw(&self) -> bool {
        self.raw_at < self.raw_end
    }

    fn undecoded(&self) -> &[u8] {
        &self.raw[self.raw_at..self.raw_end]
    }

    /// Looks for a byte order mark.
    fn begin(&mut self) -> io::Result<()> {
        if self.bom == Bom::Sniff {
            // No byte more is asked for than it takes to tell: whoever writes may wait for an answer.
            let may_be = |raw: &[u8]| {
                let marks: [&[u8]; 4] =
                    [b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
                marks.iter().any(|mark| mark.len() > raw.len() && mark.starts_with(raw))
            };
            while may_be(self.undecoded()) && self.read_raw()? == Got::Bytes {}
            let sniffed = match self.undecoded()[..] {
                [0xef, 0xbb, 0xbf, ..] => Some(Encoding::UTF_8_SIG),
                [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Encoding::UTF_32),
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Encoding::UTF_16),
                _ => None,
            };
            if let Some(encoding) = sniffed {
                self.decoder = Decoder::new(encoding, self.errors == Errors::RoundTrip);
            }
        }
        self.is_begun = true;
        Ok(())
    }

    /// Makes room in the window.
    fn make_room(&mut self, room: usize) {
        if self.window.start() == self.window.end() {
            self.window.shrink(4 * READ);
        }
        let start = self.window.start();
        if self.window.has_room(room) {
            return;
        }
        self.forget_marks(start);
        let moved = self.window.make_room(room);
        for mark in &mut self.marks {
            mark.text -= moved;
        }
        self.plain_to = self.plain_to.saturating_sub(moved);
        self.ends.base = self.ends.base.saturating_sub(moved);
        self.ends.to = self.ends.to.saturating_sub(moved);
        if self.ends.peek().is_none() {
            let to = self.ends.to;
            self.ends.clear(to);
        }
    }

    /// Makes the text in front of `to` needless for places behind it.
    fn forget_marks(&mut self, to: usize) {
        let (source, skip) =
            offset_at(&self.marks, self.decoder.encoding(), self.window.bytes(), to);
        let behind = self.marks.partition_point(|mark| mark.text <= to);
        let is_whole = self.marks[behind - 1].is_whole;
        self.marks.splice(..behind, [Mark { text: to, source, skip, is_whole }]);
    }

    /// Reads into the window and checks it there.
    fn read_text(&mut self) -> io::Result<Got> {
        self.make_room(READ);
        let room = self.window.room();
        let length = room.len().min(READ);
        let count = read(&mut self.source, &mut room[..length])?;
        if count == 0 {
            return Ok(Got::Nothing);
        }
        self.read += count as u64;
        self.window.fill(count);
        let before = self.window.end();
        let verdict = self.window.check();
        let has_more = self.window.end() > before;
        // The decoder tells what it is. A character that has begun can wait in the window, unless nothing else came.
        if verdict == Verdict::Malformed || !has_more {
            self.move_unchecked();
        }
        Ok(if has_more { Got::Text } else { Got::Bytes })
    }

    /// Leaves to the decoder what is no text so far.
    fn move_unchecked(&mut self) {
        let unchecked = self.window.unchecked();
        if !unchecked.is_empty() {
            self.raw.copy_within(self.raw_at..self.raw_end, 0);
            (self.raw_at, self.raw_end) = (0, self.raw_end - self.raw_at);
            self.raw.truncate(self.raw_end);
            self.raw.extend_from_slice(unchecked);
            self.raw_end = self.raw.len();
            self.window.drop_unchecked();
        }
    }

    /// Reads bytes for the decoder.
    fn read_raw(&mut self) -> io::Result<Got> {
        self.move_unchecked();
        self.raw.copy_within(self.raw_at..self.raw_end, 0);
        (self.raw_at, self.raw_end) = (0, self.raw_end - self.raw_at);
        if self.raw.len() - self.raw_end < READ / 2 {
            self.raw.resize(self.raw_end + READ / 2, 0);
        }
        let count = read(&mut self.source, &mut self.raw[self.raw_end..])?;
        self.raw_end += count;
        self.read += count as u64;
        Ok(if count == 0 { Got::Nothing } else { Got::Bytes })
    }

    /// Decodes some of what was read; says whether there is more text. A problem may stand behind it.
    fn decode(&mut self, last: bool) -> bool {
        let mut added = 0;
        let mut is_cut_at_lines = !self.decoder.encoding().has_fixed_lengths();
        while self.has_raw() && added < READ {
            self.make_room(Decoder::room(BLOCK));
            let raw = &self.raw[self.raw_at..self.raw_end];
            let mut length = raw.len().min(BLOCK);
            if is_cut_at_lines {
                // Then only marks tell where a line begins.
                length = memchr2(b'\n', b'\r', &raw[..length]).map_or(length, |at| at + 1);
            }
            let is_all = length == raw.len();
            let text = self.window.end();
            let source = self.read - raw.len() as u64;
            let step = self.decoder.decode(&raw[..length], last && is_all, self.window.room());
            self.raw_at += step.read;
            self.window.fill(step.written);
            assert_eq!(self.window.check(), Verdict::Text, "decoders write UTF-8");
            added += step.written;
            let encoding = self.decoder.encoding();
            if step.mark > 0 || !encoding.is_utf8() {
                self.marks.push(Mark::new(text, source + step.mark as u64, false));
            }
            let (text, source) = (self.window.end(), source + step.read as u64);
            if !encoding.has_fixed_lengths() {
                self.marks.push(Mark::new(text, source, false));
            }
            match step.stop {
                Stop::Input if step.read > 0 => {}
                // A character has only begun, or one is longer than its line.
                Stop::Input if is_all => break,
                Stop::Input => is_cut_at_lines = false,
                Stop::Malformed { length, reason } => {
                    let bytes = &self.raw[self.raw_at..self.raw_at + length];
                    let mut stand_in = String::new();
                    let handled = match reason {
                        Reason::NO_BYTE_ORDER_MARK => None,
                        _ => self.errors.decode(bytes, &mut stand_in),
                    };
                    if handled.is_none() {
                        let bytes = Malformed::new(encoding, bytes, reason);
                        self.problem = Some(Problem::Malformed { bytes, offset: source });
                    }
                    let handled = handled.unwrap_or_else(|| reason.dropped(length));
                    self.raw_at += handled;
                    if !stand_in.is_empty() {
                        self.marks.push(Mark::new(text, source, true));
                        self.window.push_str(&stand_in);
                        added += stand_in.len();
                    }
                    let (text, source) = (self.window.end(), source + handled as u64);
                    self.marks.push(Mark::new(text, source, false));
                    if self.problem.is_some() {
                        break;
                    }
                }
            }
        }
        added > 0
    }

    fn decode_error(&self, malformed: Malformed, offset: u64) -> DecodeError {
        let (start, end) = (self.window.start(), self.window.end());
        let tally = Tally::of(self.newline, self.window.bytes(), start, end);
        let text = self.window.text(tally.last.unwrap_or(start), end);
        let before = if tally.last.is_some() { 0 } else { self.column };
        let column = before + text.chars().count() as u64 + 1;
        DecodeError { malformed, offset, line: self.lines + tally.lines + 1, column }
    }
}

/// Reads once, whatever interrupts it.
fn read<R: Read>(source: &mut R, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A source that says more than it can have given is not believed.
            result => return result.map(|count| count.min(buffer.len())),
        }
    }
}

impl<R: Read + Seek> TextReader<R> {
    /// Goes to a place that [`position`](Self::position) has given, or to [`Position::START`].
    ///
    /// # Errors
    ///
    /// What the source gives. A place that lies behind the text is no error: there is nothing to read there.
    pub fn seek(&mut self, to: Position) -> io::Result<()> {
        // Where the reader began, in what the source counts.
        let origin = self.source.stream_position()?.wrapping_sub(self.read);
        self.source.seek(SeekFrom::Start(origin.wrapping_add(to.offset)))?;
        self.forget(to.offset);
        match to.state {
            Some(state) => self.decoder.set_state(state),
            None if to.offset == 0 => self.decoder.set_state(0),
            None => {}
        }
        (self.lines, self.column) = (to.lines, to.column);
        let mut skip = to.skip;
        while skip > 0 {
            if self.window.start() == self.window.end() {
                match self.more() {
                    Ok(true) => {}
                    Ok(false) => break,
                    // What stands for bytes is the same again, so an error is one of the source.
                    Err(error) => return Err(error),
                }
            }
            let (from, to) = (self.window.start(), self.window.end());
            let mut chars = self.window.text(from, to).char_indices();
            skip -= chars.by_ref().take(usize::try_from(skip).unwrap_or(usize::MAX)).count() as u64;
            let to = from + chars.offset();
            self.window.advance(to);
            self.ends.to = self.ends.to.max(to);
        }
        Ok(())
    }

    /// Goes to the end of the source, and returns the place.
    ///
    /// # Errors
    ///
    /// What the source gives.
    pub fn seek_to_end(&mut self) -> io::Result<Position> {
        let origin = self.source.stream_position()?.wrapping_sub(self.read);
        let end = self.source.seek(SeekFrom::End(0))?;
        self.forget(end.wrapping_sub(origin));
        let state = if self.read == 0 { 0 } else { self.decoder.state().max(1) };
        self.decoder.set_state(state);
        Ok(self.position())
    }

    /// Forgets what was read ahead.
    fn forget(&mut self, read: u64) {
        self.window.clear();
        (self.raw_at, self.raw_end) = (0, 0);
        self.read = read;
        self.marks.clear();
        self.marks.push(Mark::new(0, read, false));
        self.ends = Ends::default();
        self.plain_to = 0;
        self.problem = None;
        self.at_end = false;
        self.passes_over = false;
        self.inside = 0;
    }
}

/// Gives the text as UTF-8, with its line endings translated as [`Newline`] says, so that what parses UTF-8 reads any encoding.
///
/// # Examples
///
/// ```
/// use std::io::Read;
///
/// use batteries::io::TextOptions;
///
/// let mut reader = TextOptions::new().encoding("cp437")?.reader(&b"\x9b 5\r\n"[..]);
/// let mut text = String::new();
/// reader.read_to_string(&mut text)?;
/// assert_eq!(text, "¢ 5\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        // With many short lines there are many pieces: they are put together as long as nothing has to be read for it.
        while count < buffer.len() && (count == 0 || self.resolved() > self.window.start()) {
            let piece = self.fill_buf()?;
            let length = piece.len().min(buffer.len() - count);
            if length == 0 {
                break;
            }
            buffer[count..count + length].copy_from_slice(&piece[..length]);
            self.consume(length);
            count += length;
        }
        Ok(count)
    }
}

impl<R: Read> BufRead for TextReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.inside == 0 && !self.has_text()? {
            return Ok(b"");
        }
        let (from, to) = (self.window.start() + self.inside, self.resolved());
        if self.newline != Newline::Universal {
            return Ok(&self.window.bytes()[from..to]);
        }
        let text = &self.window.bytes()[from..to];
        match text {
            // Of `\r\n` the second half is what is given, and of `\r` alone another byte.
            [b'\r', b'\n', ..] => {}
            [b'\r', ..] => return Ok(b"\n"),
            _ => {}
        }
        let from = from + usize::from(text.starts_with(b"\r"));
        if self.plain_to <= from {
            self.plain_to =
                memchr(b'\r', &self.window.bytes()[from..to]).map_or(to, |at| from + at);
        }
        Ok(&self.window.bytes()[from..self.plain_to])
    }

    fn consume(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let start = self.window.start();
        let mut to = start + self.inside + count;
        if self.newline == Newline::Universal
            && self.window.bytes()[start + self.inside..].starts_with(b"\r\n")
        {
            to += 1;
        }
        // A parser may stop in the middle of a character.
        let mut edge = to.min(self.window.end());
        self.inside = 0;
        while !self.window.is_edge(edge) {
            (edge, self.inside) = (edge - 1, self.inside + 1);
        }
        self.account(edge);
        self.window.advance(edge);
    }
}

impl<R: Debug> Debug for TextReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextReader")
            .field("source", &self.source)
            .field("encoding", &self.decoder.encoding())
            .field("errors", &self.errors)
            .field("newline", &self.newline)
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}

/// Goes through the lines of a reader: [`TextReader::lines`].
#[derive(Debug)]
pub struct Lines<'a, R> {
    reader: &'a mut TextReader<R>,
}

impl<R: Read> Iterator for Lines<'_, R> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        self.reader.next_line().map(|line| line.map(|line| line.text().to_owned())).transpose()
    }
}
