//! What is wrong with a use of an attribute is one error, at the right place, that says what to write instead.
//!
//! The programs are in the main crate's `tests/ui`, each beside what the compiler says to it.
//! `TRYBUILD=overwrite cargo test -p batteries-macros` writes that anew.

use std::fs;
use std::path::Path;

const FOLDER: &str = "../tests/ui";

#[test]
fn wrong_programs_are_refused_with_the_text_beside_them() {
    trybuild::TestCases::new().compile_fail(format!("{FOLDER}/*.rs"));
}

#[test]
fn every_refusal_is_one_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let mut refusals = 0;
    for entry in fs::read_dir(folder).expect("a folder of programs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path.with_extension("stderr")).expect("what it is told");
            let errors = text.lines().filter(|line| line.starts_with("error")).count();
            assert_eq!(errors, 1, "{}", path.display());
            refusals += 1;
        }
    }
    assert!(refusals > 30, "{refusals} programs");
}
