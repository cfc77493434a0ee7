//! Bytes with a look ahead.

use std::fmt::{self, Debug};
use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom};

/// Reads through a buffer, and says how often the source is asked: Python's `BufferedReader`.
///
/// [`peek`](Self::peek) looks ahead without reading, and [`read_some`](Self::read_some) asks the source at most once, which a
/// protocol needs that must not wait for bytes that nobody sends. `std`'s `BufReader` promises neither.
///
/// A source that would block is an error of that kind only where nothing was read; what was read is returned, and the call after it
/// tells.
///
/// # Examples
///
/// ```
/// use batteries::io::PeekReader;
///
/// let mut reader = PeekReader::new(&b"GIF89a..."[..]);
/// assert!(reader.peek()?.starts_with(b"GIF8"));
/// let mut bytes = Vec::new();
/// reader.read_up_to(6, &mut bytes)?;
/// assert_eq!(bytes, b"GIF89a");
/// # Ok::<(), std::io::Error>(())
/// ```
#[doc(alias = "BufferedReader")]
pub struct PeekReader<R> {
    source: R,
    buffer: Box<[u8]>,
    /// What lies from here to `end` was read ahead.
    start: usize,
    end: usize,
}

/// What Python reads at once where it reads all.
const WHOLE: usize = 8192;

impl<R: Read> PeekReader<R> {
    /// Reads with a buffer of 8192 bytes.
    #[must_use]
    pub fn new(source: R) -> Self {
        Self { source, buffer: vec![0; WHOLE].into(), start: 0, end: 0 }
    }

    /// Reads with a buffer of `capacity` bytes.
    ///
    /// # Errors
    ///
    /// Of the kind [`InvalidInput`](ErrorKind::InvalidInput) if that is none.
    pub fn with_capacity(capacity: usize, source: R) -> io::Result<Self> {
        if capacity == 0 {
            let message = "a buffer needs at least one byte";
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        }
        Ok(Self { source, buffer: vec![0; capacity].into(), start: 0, end: 0 })
    }

    /// Returns what comes next without reading it: what was read ahead, or else what the source gives when it is asked once. Only at
    /// its end it is empty.
    ///
    /// # Errors
    ///
    /// What the source gives.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.reset();
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Appends up to `count` bytes to `out`, and returns how many: what was read ahead, or else what the source gives when it is
    /// asked once.
    ///
    /// # Errors
    ///
    /// What the source gives.
    #[doc(alias = "read1")]
    pub fn read_some(&mut self, count: usize, out: &mut Vec<u8>) -> io::Result<usize> {
        if count == 0 {
            return Ok(0);
        }
        if self.start < self.end {
            return Ok(self.take(count, out));
        }
        self.reset();
        let before = out.len();
        out.resize(before + count, 0);
        let result = ask(&mut self.source, &mut out[before..]);
        out.truncate(before + *result.as_ref().unwrap_or(&0));
        result
    }

    /// Appends `count` bytes to `out`, asking the source as often as that takes, and returns how many; fewer at its end, and where it
    /// would block.
    ///
    /// # Errors
    ///
    /// What the source gives. What had been read then was appended, and is in no buffer any more.
    #[doc(alias = "read")]
    pub fn read_up_to(&mut self, count: usize, out: &mut Vec<u8>) -> io::Result<usize> {
        let mut taken = self.take(count, out);
        if taken == count {
            return Ok(taken);
        }
        self.reset();
        let size = self.buffer.len();
        // Whole blocks need no buffer in between.
        while (count - taken) / size > 0 {
            let length = (count - taken) / size * size;
            let before = out.len();
            out.resize(before + length, 0);
            let result = ask(&mut self.source, &mut out[before..]);
            out.truncate(before + *result.as_ref().unwrap_or(&0));
            match result {
                Ok(0) => return Ok(taken),
                Ok(got) => taken += got,
                Err(error) => return unless_some(taken, error),
            }
        }
        while taken < count {
            match self.fill() {
                Ok(0) => break,
                Ok(_) => taken += self.take(count - taken, out),
                Err(error) => return unless_some(taken, error),
            }
        }
        Ok(taken)
    }

    /// Fills `into`, asking the source as often as that takes, and returns how many bytes that were; fewer at its end, and where it
    /// would block.
    ///
    /// # Errors
    ///
    /// What the source gives.
    #[doc(alias = "readinto")]
    pub fn read_into(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.read_in(into, false)
    }

    fn read_in(&mut self, into: &mut [u8], once: bool) -> io::Result<usize> {
        let mut written = self.copy(into);
        if written == into.len() {
            return Ok(written);
        }
        self.reset();
        while written < into.len() {
            let is_long = into.len() - written > self.buffer.len();
            if once && written > 0 && !is_long {
                break;
            }
            let result = if is_long {
                ask(&mut self.source, &mut into[written..])
            } else {
                self.fill().map(|_| self.copy(&mut into[written..]))
            };
            match result {
                Ok(0) => break,
                Ok(got) => written += got,
                Err(error) => return unless_some(written, error),
            }
            if once {
                break;
            }
        }
        Ok(written)
    }

    /// Returns the source; what was read ahead is lost.
    #[doc(alias = "detach")]
    #[must_use]
    pub fn into_inner(self) -> R {
        self.source
    }

    /// Returns the source.
    #[must_use]
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// Returns how many bytes the buffer has room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the bytes that were read ahead.
    #[must_use]
    pub fn buffer(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn reset(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Asks the source once, for what fits behind what the buffer has.
    fn fill(&mut self) -> io::Result<usize> {
        let got = ask(&mut self.source, &mut self.buffer[self.end..])?;
        self.end += got;
        Ok(got)
    }

    fn take(&mut self, count: usize, out: &mut Vec<u8>) -> usize {
        let length = count.min(self.end - self.start);
        out.extend_from_slice(&self.buffer[self.start..self.start + length]);
        self.start += length;
        length
    }

    fn copy(&mut self, into: &mut [u8]) -> usize {
        let length = into.len().min(self.end - self.start);
        into[..length].copy_from_slice(&self.buffer[self.start..self.start + length]);
        self.start += length;
        length
    }
}

/// What was read comes first, and the error that the source would block at the next call.
fn unless_some(taken: usize, error: io::Error) -> io::Result<usize> {
    if taken > 0 && error.kind() == ErrorKind::WouldBlock { Ok(taken) } else { Err(error) }
}

fn ask<R: Read>(source: &mut R, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A source that says more than it can have given is not believed.
            result => return result.map(|got| got.min(into.len())),
        }
    }
}

/// `read` is Python's `readinto1`: what was read ahead and, if there was nothing or more is wanted than the buffer has room for,
/// what one call gives.
impl<R: Read> Read for PeekReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.read_in(into, true)
    }

    fn read_to_end(&mut self, out: &mut Vec<u8>) -> io::Result<usize> {
        let mut taken = self.take(usize::MAX, out);
        self.reset();
        loop {
            let before = out.len();
            out.resize(before + WHOLE, 0);
            let result = ask(&mut self.source, &mut out[before..]);
            out.truncate(before + *result.as_ref().unwrap_or(&0));
            match result {
                Ok(0) => return Ok(taken),
                Ok(got) => taken += got,
                Err(error) => return unless_some(taken, error),
            }
        }
    }
}

impl<R: Read> BufRead for PeekReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek()
    }

    fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
    }
}

impl<R: Read + Seek> Seek for PeekReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let ahead = (self.end - self.start) as u64;
        let to = match to {
            // The source is further than the reader.
            SeekFrom::Current(by) => {
                let here = self.source.stream_position()?.saturating_sub(ahead);
                let place = here.checked_add_signed(by).ok_or_else(|| {
                    io::Error::new(ErrorKind::InvalidInput, "a place before the start")
                })?;
                SeekFrom::Start(place)
            }
            to => to,
        };
        let place = self.source.seek(to)?;
        self.reset();
        Ok(place)
    }
}

impl<R: Debug> Debug for PeekReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeekReader")
            .field("source", &self.source)
            .field("buffered", &(self.end - self.start))
            .finish_non_exhaustive()
    }
}
