//! A file that is replaced whole or not at all.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside the one that it is to replace, and puts it in its place when it is complete.
///
/// Until [`commit`](Self::commit) nobody sees anything of it; dropped before, it leaves nothing behind. A crash leaves at most the
/// file beside, which is called `.NAME.RANDOM.tmp`.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    target: PathBuf,
    temporary: PathBuf,
    /// Taken by `commit`.
    file: Option<File>,
}

impl AtomicFile {
    /// Begins to replace `path`. Where that is a symbolic link, what it leads to is replaced, and the link stays.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let target = match fs::canonicalize(path) {
            Ok(target) => target,
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
            Err(error) => return Err(error),
        };
        let permissions = match fs::metadata(&target) {
            Ok(data) if !data.is_file() => {
                let message = format!("{} is no regular file", path.display());
                return Err(io::Error::new(ErrorKind::InvalidInput, message));
            }
            Ok(data) => Some(data.permissions()),
            Err(_) => None,
        };
        let name = target.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
        loop {
            let mut temporary = std::ffi::OsString::from(".");
            temporary.push(&name);
            // Two writers never have the same.
            temporary.push(format!(".{:016x}.tmp", RandomState::new().build_hasher().finish()));
            let temporary = target.with_file_name(temporary);
            match OpenOptions::new().write(true).create_new(true).open(&temporary) {
                Ok(file) => {
                    let this = Self { target, temporary, file: Some(file) };
                    if let (Some(permissions), Some(file)) = (permissions, &this.file) {
                        file.set_permissions(permissions)?;
                    }
                    return Ok(this);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts the file in its place.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        // Windows replaces no file by one that is open.
        drop(self.file.take());
        let result = fs::rename(&self.temporary, &self.target);
        if result.is_ok() {
            self.temporary.clear();
        }
        result
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("the file is complete")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        self.file = None;
        if !self.temporary.as_os_str().is_empty() {
            // What cannot be taken away is a file that nobody reads.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
