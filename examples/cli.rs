//! The two programs of Python's argparse tutorial, under one roof: a calculator, and sub-commands of a tool.
//!
//! ```sh
//! cargo run --release --example cli -- power 4 2 -vv
//! cargo run --release --example cli -- checkout main
//! cargo run --release --example cli -- --help
//! ```

#![expect(clippy::print_stdout, reason = "what an example is for")]

use batteries::argparse::{ArgumentParser, Command, Namespace, Subparsers, Value, arg};

/// What a sub-command does.
type Run = fn(&Namespace);

fn main() {
    let args = parser().parse_args();
    let run = args.value("func").and_then(Value::downcast_ref::<Run>);
    run.expect("every command sets `func`")(&args);
}

fn parser() -> ArgumentParser {
    let mut parser = ArgumentParser::new()
        .prog("cli")
        .description("calculate X to the power of Y, or pretend to check out")
        .epilog("see https://docs.python.org/3/howto/argparse.html");
    parser.add(arg("--version").version("%(prog)s 1.0"));
    let commands = parser.add_subparsers(Subparsers::new().title("commands").required(true));

    let mut power = ArgumentParser::new().description("calculate X to the power of Y");
    power.add(arg("x").of::<i64>().help("the base"));
    power.add(arg("y").of::<u32>().help("the exponent"));
    power.add(arg(["-v", "--verbosity"]).count().default(0).help("increase output verbosity"));
    power.set_default("func", Value::any(calculate as Run));
    parser.add_command(commands, Command::new("power").help("a calculator"), power);

    let mut checkout = ArgumentParser::new().description("take a branch");
    checkout.add(arg("branch").choices(["main", "next"]).help("one of %(choices)s"));
    checkout.add(arg("--force").boolean_optional().default(false).help("whatever is there"));
    checkout.set_default("func", Value::any(check_out as Run));
    parser.add_command(
        commands,
        Command::new("checkout").alias("co").help("take a branch"),
        checkout,
    );
    parser
}

fn calculate(args: &Namespace) {
    let (x, y) = (args.get::<i64>("x"), args.get::<u32>("y"));
    let Some(answer) = x.checked_pow(y) else {
        parser().error(format!("{x} to the power {y} is too much")).exit();
    };
    match args.get::<i64>("verbosity") {
        0 => println!("{answer}"),
        1 => println!("{x}^{y} == {answer}"),
        _ => println!("{x} to the power {y} equals {answer}"),
    }
}

fn check_out(args: &Namespace) {
    let how = if args.get("force") { " whatever is there" } else { "" };
    println!("on {}{how}", args.get::<String>("branch"));
}
