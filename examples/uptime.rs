//! Adds up how long a service ran and says what it comes to, in the words that Python would use.
//!
//! ```text
//! cargo run --example uptime                            # three made-up runs
//! cargo run --example uptime -- "3 days, 4:05:06" PT90M # your own
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write};

use batteries::datetime::TimeDelta;

/// A run in Python's form, one in ISO 8601, one shorter than a day.
const RUNS: [&str; 3] = ["12 days, 4:31:07.250000", "P9DT23H58M", "7:30:00"];

/// The month that the runs are a part of.
const MONTH: TimeDelta = TimeDelta::from_days(30);

fn main() -> Result<(), Box<dyn Error>> {
    let mut texts: Vec<String> = env::args().skip(1).collect();
    if texts.is_empty() {
        texts = RUNS.map(String::from).to_vec();
    }
    let runs = texts.iter().map(|text| text.parse()).collect::<Result<Vec<TimeDelta>, _>>()?;

    let mut out = io::stdout().lock();
    for run in &runs {
        writeln!(out, "run      {run}")?;
    }
    let total: TimeDelta = runs.iter().sum();
    writeln!(out, "total    {total}, or {} seconds", total.total_seconds())?;
    writeln!(out, "average  {}", total / runs.len())?;

    // How many times a whole number of hours fits, and what is left; how many times at all.
    let (hours, rest) = total.div_mod(TimeDelta::from_hours(1));
    writeln!(out, "hours    {hours}, and {rest} more")?;
    writeln!(out, "uptime   {:.3} % of {} days", total / MONTH * 100.0, MONTH.days())?;

    // Only the days of a negative length of time are negative: Python's `str` has it so.
    writeln!(out, "missing  {}, which is {:#}", MONTH - total, MONTH - total)?;
    writeln!(out, "surplus  {}, which is {:#}", total - MONTH, total - MONTH)?;
    writeln!(out, "repr     {total:?}")?;
    Ok(())
}
