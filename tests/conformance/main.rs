//! Runs recorded vectors, what CPython does, through the public API.
//!
//! `cargo test --all-features --test conformance` takes every file under `tests/vectors/` and, when `BATTERIES_VECTORS`
//! names a folder, every file there as well. A test is named after its file (`html` for `html.json`); where both
//! folders have the file, that test runs both. `-- --show-output` adds what deviated and what is unsupported, and why.
//!
//! A module brings its runner as one file beside this one and its name in the table below.

mod harness;
#[allow(
    dead_code,
    reason = "a runner uses what its vectors need, and which are built in depends on the features; `it` tests all of it"
)]
mod report;

#[cfg(feature = "argparse")]
mod argparse;
#[cfg(not(feature = "argparse"))]
mod argparse {
    pub(crate) const RUN: Option<super::harness::Run> = None;
}
#[cfg(feature = "datetime")]
mod timedelta;
#[cfg(not(feature = "datetime"))]
mod timedelta {
    pub(crate) const RUN: Option<super::harness::Run> = None;
}
#[cfg(all(feature = "cjk", feature = "unicode-names"))]
mod textio;
#[cfg(not(all(feature = "cjk", feature = "unicode-names")))]
mod textio {
    pub(crate) const RUN: Option<super::harness::Run> = None;
}
#[cfg(feature = "html")]
mod html;
#[cfg(not(feature = "html"))]
mod html {
    pub(crate) const RUN: Option<super::harness::Run> = None;
}
#[cfg(feature = "functools")]
mod lru_trace;
#[cfg(not(feature = "functools"))]
mod lru_trace {
    pub(crate) const RUN: Option<super::harness::Run> = None;
}

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use harness::{Harness, Vectors};

/// The vector files, each with its runner once the module that it is about exists.
const KNOWN: &[Vectors] = &[
    Vectors { file: "argparse_311.json", run: argparse::RUN },
    Vectors { file: "argparse_313.json", run: argparse::RUN },
    Vectors { file: "argparse_314.json", run: argparse::RUN },
    Vectors { file: "bettertls_pathbuilding.json.xz", run: None },
    Vectors { file: "html.json", run: html::RUN },
    Vectors { file: "logging.json", run: None },
    Vectors { file: "lru_trace.json", run: lru_trace::RUN },
    Vectors { file: "pycache.json", run: None },
    Vectors { file: "ssl_match_hostname.json", run: None },
    Vectors { file: "ssl_pem_der.json", run: None },
    Vectors { file: "ssl_verify.json", run: None },
    Vectors { file: "textio.json", run: textio::RUN },
    Vectors { file: "timedelta.json", run: timedelta::RUN },
    Vectors { file: "x509_limbo_no_bettertls.json.xz", run: None },
];

/// JSON that lies among the vectors and is none: what another verifier does with the x509-limbo cases.
const PASSED_OVER: &[&str] = &["webpki_limbo_exceptions.json"];

/// The exit code of a failed run, libtest's.
const FAILURE: u8 = 101;

fn main() -> ExitCode {
    match conformance() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => FAILURE.into(),
        Err(message) => {
            // Nothing is left to tell the reader when stderr is closed.
            let _ = writeln!(io::stderr(), "error: {message}");
            FAILURE.into()
        }
    }
}

fn conformance() -> Result<bool, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/vectors")];
    folders.extend(env::var_os("BATTERIES_VECTORS").filter(|v| !v.is_empty()).map(PathBuf::from));
    let compatibility = root.join("COMPATIBILITY.md");
    let compatibility = fs::read_to_string(&compatibility)
        .map_err(|error| format!("{}: {error}", compatibility.display()))?;
    let harness = Harness {
        known: KNOWN,
        passed_over: PASSED_OVER,
        folders: &folders,
        compatibility: &compatibility,
    };
    harness.main(env::args().skip(1), &mut io::stdout().lock())
}
