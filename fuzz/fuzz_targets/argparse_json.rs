//! Reads any text as a definition, and parses a few lines with what it defines: nothing may panic.
//!
//! ```text
//! cargo +nightly fuzz run argparse_json -- -dict=fuzz/argparse_json.dict -max_total_time=60
//! ```

#![no_main]

use batteries::argparse::{ArgumentParser, Environment, Parse};
use batteries::value::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(value) = Value::from_json(text) {
        // What is written reads back as the same text.
        let written = value.to_string();
        assert_eq!(Value::from_json(&written).expect("JSON that was written").to_string(), written);
    }
    // A file would be opened, and a range of numbers can be endless.
    if text.contains("FileType") || text.contains("range") || text.contains("fromfile") {
        return;
    }
    let Ok(parser) = ArgumentParser::from_json(text) else { return };
    let env = Environment::fixed("tool").with_columns(60);
    let _ = parser.format_help_in(&env);
    for line in ["", "a b c", "-x --foo=1 -- a", "--he -1 a", "-xyz +q /w a=b"] {
        let _ = Parse::of(line.split(' ')).environment(env.clone()).run_all(&parser);
        if parser.check_intermixed().is_ok() {
            let _ = Parse::of(line.split(' ')).environment(env.clone()).intermixed().run(&parser);
        }
    }
});
