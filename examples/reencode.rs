//! A filter from any encoding and style of line endings to any other: stdin to stdout, of any length, in constant memory.
//!
//! ```text
//! reencode --from cp437 --to utf-8 --newline lf <README.DOS >README
//! reencode --from latin-1 --to ascii --errors xmlcharref <page.html
//! ```

#![expect(clippy::print_stderr, reason = "a program talks")]

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use batteries::io::{Bom, EncodeError, Encoding, Errors, Newline, TextOptions};

const USAGE: &str =
    "usage: reencode [--from ENCODING] [--to ENCODING] [--errors POLICY] [--newline STYLE] <IN >OUT

  --from     utf-8 where no byte order mark says otherwise
  --to       utf-8
  --errors   strict, ignore, replace, backslashreplace, xmlcharrefreplace (writing alone), roundtrip
  --newline  keep, lf, cr, crlf

Encodings have Python's names. A line that cannot be decoded or encoded is told with its place.";

struct Settings {
    from: Option<Encoding>,
    to: Encoding,
    errors: Errors,
    newline: Newline,
}

fn main() -> ExitCode {
    let settings = match settings(env::args().skip(1)) {
        Ok(settings) => settings,
        Err(why) => {
            eprintln!("reencode: {why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match reencode(&settings) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reencode: {error}");
            ExitCode::FAILURE
        }
    }
}

fn settings(mut args: impl Iterator<Item = String>) -> Result<Settings, Box<dyn Error>> {
    let mut settings = Settings {
        from: None,
        to: Encoding::UTF_8,
        errors: Errors::Strict,
        newline: Newline::UniversalKeep,
    };
    while let Some(option) = args.next() {
        let value = args.next().ok_or_else(|| format!("{option} needs a value"))?;
        match (option.as_str(), value.as_str()) {
            ("--from", label) => settings.from = Some(Encoding::for_label(label)?),
            ("--to", label) => settings.to = Encoding::for_label(label)?,
            ("--errors", "roundtrip") => settings.errors = Errors::RoundTrip,
            ("--errors", name) => settings.errors = name.parse()?,
            ("--newline", "keep") => settings.newline = Newline::UniversalKeep,
            ("--newline", "lf") => settings.newline = Newline::Lf,
            ("--newline", "cr") => settings.newline = Newline::Cr,
            ("--newline", "crlf") => settings.newline = Newline::CrLf,
            _ => return Err(format!("{option} {value} is not understood").into()),
        }
    }
    Ok(settings)
}

fn reencode(settings: &Settings) -> io::Result<()> {
    let keeps = settings.newline == Newline::UniversalKeep;
    // What is kept comes as it is; all else comes as `\n`, of which the writer makes what is wanted.
    let reading = if keeps { Newline::UniversalKeep } else { Newline::Universal };
    let options = TextOptions::new().errors(settings.errors).newline(reading);
    let options = match settings.from {
        Some(encoding) => options.with_encoding(encoding),
        None => options.bom(Bom::Sniff),
    };
    let mut reader = options.reader(io::stdin().lock());
    let mut writer = TextOptions::new()
        .with_encoding(settings.to)
        .errors(settings.errors)
        .newline(settings.newline)
        .writer(io::stdout().lock());
    let mut offset = 0;
    while let Some(chunk) = reader.next_chunk()? {
        writer.write_str(chunk).map_err(|error| match EncodeError::of(&error) {
            Some(found) => {
                let lines = chunk[..found.position()].matches('\n').count();
                io::Error::other(format!(
                    "{error}, {lines} lines behind byte {offset} of the input"
                ))
            }
            None => error,
        })?;
        offset = reader.position().offset();
    }
    drop(writer.finish()?);
    Ok(())
}
