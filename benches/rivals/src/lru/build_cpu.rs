//! What it costs to build a program that caches a function.

use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::{env, fs, io};

use super::peers::{
    Batteries, Cached, Memoize, MokaStore, MutexLruStore, Numbers, QuickCacheStore,
};
use crate::case::{Better, Case, Failure, Sizes};
use crate::machine;

/// A program that caches one function, through one peer.
struct Program {
    /// The lines under `[dependencies]`, with the smallest set of features that will do.
    dependencies: &'static str,
    source: &'static str,
}

const BATTERIES: Program = Program {
    dependencies: "batteries = { path = ROOT, default-features = false, features = [\"functools\"] }",
    source: "#[batteries::functools::lru_cache(maxsize = 256)]\nfn square(n: u64) -> u64 { n * n }\n\
        fn main() { assert_eq!(square(7), 49); }\n",
};

const CACHED: Program = Program {
    dependencies: "cached = { version = \"4.1\", default-features = false, features = [\"proc_macro\"] }",
    source: "#[cached::macros::cached(max_size = 256)]\nfn square(n: u64) -> u64 { n * n }\n\
        fn main() { assert_eq!(square(7), 49); }\n",
};

const MEMOIZE: Program = Program {
    dependencies: "memoize = \"0.6\"",
    source: "#[memoize::memoize(Capacity: 256)]\nfn square(n: u64) -> u64 { n * n }\n\
        fn main() { assert_eq!(square(7), 49); }\n",
};

const QUICK_CACHE: Program = Program {
    dependencies: "quick_cache = { version = \"0.7\", default-features = false }",
    source: "fn main() {\n    let cache = quick_cache::sync::Cache::new(256);\n    cache.insert(7, 49);\n\
        \x20   assert_eq!(cache.get(&7), Some(49));\n}\n",
};

const MOKA: Program = Program {
    dependencies: "moka = { version = \"0.12\", default-features = false, features = [\"sync\"] }",
    source: "fn main() {\n    let cache = moka::sync::Cache::new(256);\n    cache.insert(7, 49);\n\
        \x20   assert_eq!(cache.get(&7), Some(49));\n}\n",
};

const MUTEX_LRU: Program = Program {
    dependencies: "lru = { version = \"0.19\", default-features = false }\nparking_lot = \"0.12\"",
    source: "fn main() {\n    let size = std::num::NonZero::new(256).unwrap();\n\
        \x20   let cache = parking_lot::Mutex::new(lru::LruCache::new(size));\n    cache.lock().put(7, 49);\n\
        \x20   assert_eq!(cache.lock().get(&7), Some(&49));\n}\n",
};

/// The lock file of this program: the others then have the same versions, whose sources are there.
const LOCK: &str = include_str!("../../Cargo.lock");

pub(super) fn case() -> Case {
    Case::new(
        "lru/build_cpu",
        "User and system time of `cargo build` (dev profile, nothing built before, sources there) of a program that keeps\n\
         the results of one function, with the smallest set of features that will do.",
        "s",
        Better::Lower,
        // Builds a round. A smoke run only sees whether there is all that one needs.
        Sizes { full: 1, smoke: 0 },
    )
    .here(Batteries::NAME, |builds| measure(&BATTERIES, builds))
    .here(Cached::NAME, |builds| measure(&CACHED, builds))
    .here(Memoize::NAME, |builds| measure(&MEMOIZE, builds))
    .here(QuickCacheStore::NAME, |builds| measure(&QUICK_CACHE, builds))
    .here(MokaStore::NAME, |builds| measure(&MOKA, builds))
    .here(MutexLruStore::NAME, |builds| measure(&MUTEX_LRU, builds))
    .also_against(Batteries::NAME, Cached::NAME)
}

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it lies among the temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn measure(program: &Program, builds: u64) -> Result<f64, Failure> {
    let folder = env::temp_dir().join(format!("batteries-rivals-build-{}", process::id()));
    let folder = Folder(folder);
    write(program, &folder.0).map_err(|error| Failure::CannotRun(format!("a folder: {error}")))?;
    let before = machine::waited_cpu_time()?;
    if builds == 0 {
        cargo(&folder.0, &["tree", "--offline", "--quiet"])?;
    }
    for _ in 0..builds {
        cargo(&folder.0, &["build", "--offline", "--quiet"])?;
    }
    let used = machine::waited_cpu_time()? - before;
    if builds > 0 {
        run(Command::new(folder.0.join("target/debug/program")).current_dir(&folder.0))?;
    }
    Ok(used.as_secs_f64())
}

fn write(program: &Program, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    // TOML knows Rust's escapes.
    let root = format!("{:?}", concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let dependencies = program.dependencies.replace("ROOT", &root);
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [workspace]\n\n[dependencies]\n{dependencies}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("Cargo.lock"), LOCK)?;
    fs::write(folder.join("src/main.rs"), program.source)
}

/// Runs cargo in `folder`, with settings that are the same for all.
fn cargo(folder: &Path, args: &[&str]) -> Result<(), Failure> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    for setting in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "RUSTC_WRAPPER", "RUSTFLAGS"] {
        command.env_remove(setting);
    }
    run(&mut command)
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| Failure::CannotRun(format!("{name}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let first = stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no error shown");
    Err(Failure::CannotRun(format!("{name}: {}: {first}", output.status)))
}
