//! What several tests need from the machine.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

/// Says whether the program `name` can be started here.
///
/// Where it is missing this prints `skipped: NAME is missing` and the test that asked passes; with
/// `BATTERIES_REQUIRE_ALL=1` in the environment it fails instead.
#[track_caller]
pub(crate) fn require(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = env::var_os("BATTERIES_REQUIRE_ALL").is_some_and(|value| value == "1");
    let found = is_on(&path, name);
    assert!(found || !all, "{name} is missing, and BATTERIES_REQUIRE_ALL asks for it");
    if !found {
        // Straight to the descriptor: what `println!` gives libtest is shown only when a test fails.
        let _ = writeln!(io::stderr(), "skipped: {name} is missing");
    }
    found
}

fn is_on(path: &OsStr, name: &str) -> bool {
    env::split_paths(path).any(|folder| is_program(&folder.join(name)))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

#[test]
fn programs_are_found_on_the_path_and_nowhere_else() {
    let this = env::current_exe().expect("the path of this binary");
    let (folder, name) = (this.parent().expect("a folder"), this.file_name().expect("a name"));
    let name = name.to_str().expect("cargo's names are ASCII");
    let path = env::join_paths([Path::new("gone"), folder]).expect("no separator in a path");
    assert!(is_on(&path, name));
    assert!(!is_on(OsStr::new("gone"), name));
    // A folder is no program, and neither is a file that cannot be executed.
    let above = folder.parent().expect("a folder above");
    let folder_name = folder.file_name().and_then(OsStr::to_str).expect("an ASCII name");
    assert!(!is_on(above.as_os_str(), folder_name));
    #[cfg(unix)]
    assert!(!is_on(Path::new(env!("CARGO_MANIFEST_DIR")).as_os_str(), "Cargo.toml"));
}
