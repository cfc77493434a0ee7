//! Reads a definition and lists of arguments as JSON, and does with each list what Python would do.
//!
//! The input is `{"ops": [..], "argv": [[..], ..]}`: the calls that build the parser, as `ArgumentParser::from_json` reads them,
//! and the lists. For each list it prints a line: the namespace as JSON, or `{"exit", "out", "err"}`.
//!
//! ```sh
//! echo '{"ops": [["new", null, 0, [], {"prog": "t"}], ["arg", 0, null, ["n"], {"type": {"$": "py", "v": "int"}}]],
//!        "argv": [["3"], ["x"]]}' | cargo run --release --example cli_from_json
//! ```

#![expect(clippy::print_stdout, reason = "what an example is for")]

use std::error::Error;
use std::io::{self, Read};

use batteries::argparse::{ArgumentParser, Definition};
use batteries::value::Value as Json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let parser = ArgumentParser::from_json(&text)?;
    let input = Json::from_json(&text)?;
    let lists = input.get("argv").and_then(Json::as_list).ok_or("`argv` is a list of lists")?;
    // It reads words that are not UTF-8 as well.
    let values = Definition::new();
    for list in lists {
        let mut words = Vec::new();
        for word in list.as_list().ok_or("a list of arguments is a list")? {
            let word = values.value(word)?;
            words.push(word.as_os_str().ok_or("an argument is a text")?.to_owned());
        }
        let line = match parser.try_parse_from(words) {
            Ok(namespace) => namespace.to_json(),
            Err(exit) => Json::from(vec![
                ("exit".to_owned(), Json::from(exit.code())),
                ("out".to_owned(), Json::from(&*exit.stdout())),
                ("err".to_owned(), Json::from(&*exit.stderr())),
            ]),
        };
        println!("{line}");
    }
    Ok(())
}
