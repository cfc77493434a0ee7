//! A file that is both read and written, through one buffer.

use std::fmt::{self, Debug};
use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom, Write};

/// Reads and writes a file through one buffer, at one place: Python's `BufferedRandom`, which `std` has no counterpart of.
///
/// What was written is there for the next read, and reading ahead does not move the place where the next write goes.
///
/// Dropping it writes what is pending and cannot tell whether that went well; [`flush`](Write::flush) can.
///
/// # Examples
///
/// ```
/// use std::io::{Cursor, Read, Seek, SeekFrom, Write};
///
/// use batteries::io::BufRandom;
///
/// let mut file = BufRandom::new(Cursor::new(b"one two three".to_vec()));
/// let mut word = [0; 4];
/// file.read_exact(&mut word)?;
/// file.write_all(b"TWO")?;
/// file.read_exact(&mut word)?;
/// assert_eq!(&word, b" thr");
/// file.flush()?;
/// assert_eq!(file.get_ref().get_ref(), b"one TWO three");
/// # Ok::<(), std::io::Error>(())
/// ```
#[doc(alias = "BufferedRandom")]
pub struct BufRandom<F: Read + Write + Seek> {
    /// Taken by `into_inner` alone.
    file: Option<F>,
    buffer: Vec<u8>,
    capacity: usize,
    mode: Mode,
    /// The file is in the middle of a write; where that panics, nothing may be written again.
    is_panicked: bool,
}

/// What the buffer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// What lies in front of the file's place, read ahead; up to here it has been read.
    Reading(usize),
    /// What goes to the file's place; up to here it has been written.
    Writing(usize),
}

impl<F: Read + Write + Seek> BufRandom<F> {
    /// Uses a buffer of 8192 bytes.
    #[must_use]
    pub fn new(file: F) -> Self {
        Self::with_capacity(8192, file)
    }

    /// Uses a buffer of `capacity` bytes; of one, if that is none.
    #[must_use]
    pub fn with_capacity(capacity: usize, file: F) -> Self {
        let capacity = capacity.max(1);
        let mode = Mode::Reading(0);
        Self {
            file: Some(file),
            buffer: Vec::with_capacity(capacity),
            capacity,
            mode,
            is_panicked: false,
        }
    }

    /// Returns the file, which has not got what is still in the buffer.
    ///
    /// # Panics
    ///
    /// Never: only [`into_inner`](Self::into_inner) takes the file.
    #[must_use]
    pub fn get_ref(&self) -> &F {
        self.file.as_ref().expect("only `into_inner` takes the file")
    }

    /// Writes what is pending, and returns the file, at the place where this was.
    ///
    /// # Errors
    ///
    /// What the file gives; what it has not taken is lost then, unless [`flush`](Write::flush) was asked before.
    #[doc(alias = "detach")]
    pub fn into_inner(mut self) -> io::Result<F> {
        self.turn_to_writing()?;
        self.write_pending()?;
        self.file.take().ok_or_else(gone)
    }

    fn file_mut(&mut self) -> io::Result<&mut F> {
        self.file.as_mut().ok_or_else(gone)
    }

    /// Gives the file what is pending.
    fn write_pending(&mut self) -> io::Result<()> {
        let Mode::Writing(mut written) = self.mode else { return Ok(()) };
        while written < self.buffer.len() {
            let file = self.file.as_mut().ok_or_else(gone)?;
            self.is_panicked = true;
            let result = file.write(&self.buffer[written..]);
            self.is_panicked = false;
            match result {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => written = self.buffer.len().min(written + count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            self.mode = Mode::Writing(written);
        }
        self.buffer.clear();
        self.mode = Mode::Writing(0);
        Ok(())
    }

    fn turn_to_reading(&mut self) -> io::Result<()> {
        if let Mode::Writing(_) = self.mode {
            self.write_pending()?;
            self.mode = Mode::Reading(0);
        }
        Ok(())
    }

    /// Puts the file back to the place where reading is.
    fn turn_to_writing(&mut self) -> io::Result<()> {
        if let Mode::Reading(read) = self.mode {
            let ahead = self.buffer.len() - read;
            if ahead > 0 {
                self.file_mut()?.seek_relative(-(ahead as i64))?;
            }
            self.buffer.clear();
            self.mode = Mode::Writing(0);
        }
        Ok(())
    }
}

fn gone() -> io::Error {
    io::Error::other("the file was taken out")
}

impl<F: Read + Write + Seek> Read for BufRandom<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.turn_to_reading()?;
        if self.mode == Mode::Reading(self.buffer.len()) && into.len() >= self.capacity {
            self.buffer.clear();
            self.mode = Mode::Reading(0);
            return self.file_mut()?.read(into);
        }
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<F: Read + Write + Seek> BufRead for BufRandom<F> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.turn_to_reading()?;
        if self.mode == Mode::Reading(self.buffer.len()) {
            self.buffer.clear();
            self.mode = Mode::Reading(0);
            self.buffer.resize(self.capacity, 0);
            let result = match &mut self.file {
                Some(file) => file.read(&mut self.buffer),
                None => Err(gone()),
            };
            self.buffer.truncate(*result.as_ref().unwrap_or(&0));
            result?;
        }
        let Mode::Reading(read) = self.mode else { return Ok(b"") };
        Ok(&self.buffer[read..])
    }

    fn consume(&mut self, count: usize) {
        if let Mode::Reading(read) = self.mode {
            self.mode = Mode::Reading(self.buffer.len().min(read + count));
        }
    }
}

impl<F: Read + Write + Seek> Write for BufRandom<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.turn_to_writing()?;
        if bytes.len() <= self.capacity - self.buffer.len().min(self.capacity)
            && bytes.len() < self.capacity
        {
            self.buffer.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        self.write_pending()?;
        if bytes.len() < self.capacity {
            self.buffer.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        // What is as long as the buffer needs none.
        self.file_mut()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Mode::Writing(_) = self.mode {
            self.write_pending()?;
        }
        self.file_mut()?.flush()
    }
}

impl<F: Read + Write + Seek> Seek for BufRandom<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.turn_to_writing()?;
        self.write_pending()?;
        let place = self.file_mut()?.seek(to)?;
        self.mode = Mode::Reading(0);
        Ok(place)
    }
}

impl<F: Read + Write + Seek> Drop for BufRandom<F> {
    fn drop(&mut self) {
        if self.file.is_some() && !self.is_panicked {
            // Nobody is there to hear of an error; `flush` tells.
            let _ = self.write_pending();
        }
    }
}

impl<F: Read + Write + Seek + Debug> Debug for BufRandom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufRandom")
            .field("file", &self.file)
            .field("buffered", &self.buffer.len())
            .finish_non_exhaustive()
    }
}
