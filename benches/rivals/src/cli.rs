//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::case::Scale;

pub(crate) const HELP: &str = "\
The same work through batteries, through its peers and through CPython, side by side.

usage: batteries-rivals [--json FILE] [--smoke] [FILTER]

  FILTER       run the cases whose name contains it, for example futures/flood
  --json FILE  write one JSON object a line: case, impl, value, unit, lower_is_better
  --smoke      run every implementation at a tiny size, to see that it works
  -h, --help   print this

BATTERIES_PYTHON names the CPython 3.13 to run; without it one is looked for on PATH and in pyenv.";

/// The hidden first argument of a child process.
pub(crate) const CHILD: &str = "--child";

#[derive(PartialEq, Debug)]
pub(crate) enum Command {
    Run(Options),
    Child(One),
    Help,
}

#[derive(PartialEq, Debug)]
pub(crate) struct Options {
    pub(crate) json: Option<PathBuf>,
    pub(crate) scale: Scale,
    pub(crate) filter: Option<String>,
}

impl Options {
    pub(crate) fn chooses(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

/// One round of one implementation: what a child process is asked for.
#[derive(PartialEq, Debug)]
pub(crate) struct One {
    pub(crate) case: String,
    pub(crate) implementation: String,
    pub(crate) size: u64,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut args = args.into_iter();
    let mut options = Options { json: None, scale: Scale::Full, filter: None };
    while let Some(arg) = args.next() {
        // Only a file's name may be something else than text.
        let arg = arg.into_string().map_err(|arg| format!("not UTF-8: {}", arg.display()))?;
        match arg.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "--smoke" => options.scale = Scale::Smoke,
            "--json" => options.json = Some(args.next().ok_or("--json needs a file")?.into()),
            CHILD => return parse_child(args),
            option if option.starts_with('-') => {
                return Err(format!("unknown option {option}; see --help"));
            }
            _ if options.filter.is_some() => {
                return Err(format!("one FILTER at most; {arg} is a second"));
            }
            _ => options.filter = Some(arg),
        }
    }
    Ok(Command::Run(options))
}

fn parse_child(args: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let [case, implementation, size] = args.as_slice() else {
        return Err(format!("{CHILD} takes a case, an implementation and a size"));
    };
    let size = size.parse().map_err(|error| format!("{CHILD}: {size}: {error}"))?;
    Ok(Command::Child(One { case: case.clone(), implementation: implementation.clone(), size }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Command, String> {
        parse(args.iter().map(OsString::from))
    }

    fn run(json: Option<&str>, scale: Scale, filter: Option<&str>) -> Result<Command, String> {
        let (json, filter) = (json.map(PathBuf::from), filter.map(String::from));
        Ok(Command::Run(Options { json, scale, filter }))
    }

    #[test]
    fn options_come_in_any_order() {
        assert_eq!(parsed(&[]), run(None, Scale::Full, None));
        assert_eq!(
            parsed(&["flood", "--json", "out", "--smoke"]),
            run(Some("out"), Scale::Smoke, Some("flood"))
        );
        assert_eq!(
            parsed(&["--json", "--smoke", "flood"]),
            run(Some("--smoke"), Scale::Full, Some("flood"))
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (args, word) in [
            (&["--jsn", "out"][..], "--jsn"),
            (&["--json"], "--json"),
            (&["flood", "map"], "map"),
            (&["--child", "futures/memory", "batteries", "many"], "many"),
            (&["--child", "futures/memory"], "--child"),
        ] {
            let error = parsed(args).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_filter_is_a_part_of_the_name() {
        let Ok(Command::Run(options)) = parsed(&["s/flood"]) else { panic!("not a run") };
        assert!(options.chooses("futures/flood"));
        assert!(!options.chooses("futures/map"));
    }
}
