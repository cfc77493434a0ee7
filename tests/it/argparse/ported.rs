//! A script as people have them, moved from Python line by line, and what its users see.

use batteries::argparse::{
    ArgumentParser, Command, ExclusiveGroup, HelpFormat, Nargs, Subparsers, TypeError, arg,
};

/// The command line of a backup script: sub-commands, shared options, groups, types of its own.
fn backup() -> ArgumentParser {
    let mut common = ArgumentParser::new().add_help(false);
    common.add(arg(["-n", "--dry-run"]).store_true().help("only say what would happen"));
    common.add(arg(["-r", "--repo"]).default("/var/backup").help("where the archives are"));

    let mut parser = ArgumentParser::new()
        .prog("backup")
        .description("Makes and keeps archives.")
        .fromfile_prefix_chars("@");
    let loud = parser.add_exclusive_group(ExclusiveGroup::new());
    parser.add_to(loud, arg(["-v", "--verbose"]).count().default(0).help("say more"));
    parser.add_to(loud, arg(["-q", "--quiet"]).store_true().help("say nothing"));
    parser.add(arg("--version").version("%(prog)s 1.4"));
    let commands =
        parser.add_subparsers(Subparsers::new().dest("command").required(true).metavar("COMMAND"));

    let mut create =
        ArgumentParser::new().format(HelpFormat::new().show_defaults()).parents([&common]);
    create.add(arg("paths").nargs(Nargs::OneOrMore).metavar("PATH").help("what to put in"));
    create.add(
        arg(["-x", "--exclude"]).append().default(Vec::<String>::new()).help("what to leave out"),
    );
    create.add(arg("--level").of::<i64>().choices(1..10).default(6).help("how hard to compress"));
    create.add(arg("--limit").type_fn("size", size).help("bytes, or with k or M behind"));
    parser.add_command(commands, Command::new("create").alias("c").help("make an archive"), create);

    let mut prune = ArgumentParser::new().parents([&common]);
    let keep = prune.add_group("what to keep");
    for unit in ["daily", "weekly", "monthly"] {
        let option = arg(format!("--keep-{unit}")).of::<i64>().default(0).metavar("N");
        prune.add_to(keep, option.help("so many (default: %(default)s)"));
    }
    parser.add_command(commands, Command::new("prune").help("delete old archives"), prune);
    parser
}

fn size(text: &str) -> Result<u64, TypeError> {
    let (digits, factor) = match text.chars().last() {
        Some('k') => (&text[..text.len() - 1], 1 << 10),
        Some('M') => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1),
    };
    Ok(digits.parse::<u64>()? * factor)
}

#[test]
fn it_takes_what_the_script_took() {
    let parser = backup();
    let args =
        parser.try_parse_from("-vv c -nx a --excl b --limit 3k -- src -odd".split(' ')).unwrap();
    assert_eq!(
        args.to_string(),
        "Namespace(verbose=2, quiet=False, command='c', dry_run=True, repo='/var/backup', paths=['src', '-odd'], \
         exclude=['a', 'b'], level=6, limit=3072)",
    );
}

#[test]
fn it_says_what_the_script_said() {
    let parser = backup();
    let stderr = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        parser.try_parse_from(words).unwrap_err().stderr().into_owned()
    };
    assert_eq!(
        stderr(""),
        "usage: backup [-h] [-v | -q] [--version] COMMAND ...\n\
         backup: error: the following arguments are required: COMMAND\n",
    );
    assert_eq!(
        stderr("-q -v prune"),
        "usage: backup [-h] [-v | -q] [--version] COMMAND ...\n\
         backup: error: argument -v/--verbose: not allowed with argument -q/--quiet\n",
    );
    assert!(stderr("create --level 11 x").ends_with(
        "backup create: error: argument --level: invalid choice: '11' (choose from '1', '2', '3', '4', '5', '6', '7', '8', '9')\n"
    ));
    assert!(stderr("c --limit big x").ends_with("argument --limit: invalid size value: 'big'\n"));
    assert!(
        stderr("@no/such/file").ends_with("[Errno 2] No such file or directory: 'no/such/file'\n")
    );
    let help = parser.try_parse_from(["prune", "-h"]).unwrap_err();
    assert_eq!(
        help.stdout(),
        "usage: backup prune [-h] [-n] [-r REPO] [--keep-daily N] [--keep-weekly N]\n                    \
         [--keep-monthly N]\n\n\
         options:\n  -h, --help        show this help message and exit\n  -n, --dry-run     only say what would happen\n  \
         -r, --repo REPO   where the archives are\n\n\
         what to keep:\n  --keep-daily N    so many (default: 0)\n  --keep-weekly N   so many (default: 0)\n  \
         --keep-monthly N  so many (default: 0)\n",
    );
}
