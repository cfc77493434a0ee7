//! Finds the CPython that is the reference.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::child::text_of;

/// Prints `cpython 3.13 gil`: another implementation, version or build has other figures.
const PROBE: &str = "import sys, sysconfig\n\
    print(sys.implementation.name, '%d.%d' % sys.version_info[:2],\n\
    'free-threaded' if sysconfig.get_config_var('Py_GIL_DISABLED') else 'gil')";

const WANTED: &str = "cpython 3.13 gil";

/// The path of a CPython 3.13: `BATTERIES_PYTHON`, `python3.13` on `PATH`, or one that pyenv installed.
pub(crate) fn find() -> Result<&'static Path, String> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOUND.get_or_init(search).as_deref().map_err(Clone::clone)
}

fn search() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("BATTERIES_PYTHON") {
        // Who names one wants that one: no other is taken in its place.
        return match probe(&named) {
            Some(answer) if answer == WANTED => Ok(named.into()),
            Some(answer) => Err(format!("BATTERIES_PYTHON is {answer}, not {WANTED}")),
            None => Err("BATTERIES_PYTHON names no Python that runs".into()),
        };
    }
    // A pyenv shim of that name is on PATH also where no 3.13 is switched on: only running it tells.
    let candidates = std::iter::once(PathBuf::from("python3.13")).chain(pyenv_versions());
    candidates
        .into_iter()
        .find(|python| probe(python).is_some_and(|answer| answer == WANTED))
        .ok_or_else(|| {
            "CPython 3.13 was not found: put python3.13 on PATH or name it in BATTERIES_PYTHON"
                .into()
        })
}

fn probe(python: impl AsRef<OsStr>) -> Option<String> {
    text_of(python, &["-I", "-c", PROBE])
}

/// The interpreters of pyenv's 3.13 versions, newest last in name order.
fn pyenv_versions() -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let Some(root) = root.or_else(|| text_of("pyenv", &["root"]).map(PathBuf::from)) else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(root.join("versions")) else { return Vec::new() };
    let mut pythons: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("3.13"))
        .map(|entry| entry.path().join("bin").join("python3.13"))
        .collect();
    pythons.sort_unstable();
    pythons
}
