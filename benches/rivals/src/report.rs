//! What comes out: a table per case for people, a JSON object a line for programs.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::case::{Better, Case, Failure};
use crate::run::Rounds;
use crate::summary::{Role, Summary, best_peer};

/// What stands above a table, printed before the rounds: it names what takes its time.
pub(crate) struct Heading<'a>(pub(crate) &'a Case);

impl fmt::Display for Heading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let better = match self.0.better {
            Better::Lower => "lower is better",
            Better::Higher => "higher is better",
        };
        writeln!(f, "{} [{}, {better}]", self.0.name, self.0.unit)?;
        for line in self.0.about.lines() {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// A case with the summary of each of its implementations: the table and the ratios under it.
pub(crate) struct Report<'a> {
    case: &'a Case,
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    outcome: Result<Summary, Failure>,
    rounds: usize,
}

/// One line of the JSON file. The order of the fields is the order in the line.
#[derive(Serialize)]
struct Line<'a> {
    case: &'a str,
    #[serde(rename = "impl")]
    implementation: &'a str,
    value: f64,
    unit: &'a str,
    lower_is_better: bool,
}

impl<'a> Report<'a> {
    pub(crate) fn new(case: &'a Case, rounds: Vec<Rounds>) -> Self {
        let rows = case
            .implementations
            .iter()
            .zip(rounds)
            .map(|(implementation, rounds)| Row {
                name: implementation.name,
                rounds: rounds.as_ref().map_or(0, Vec::len),
                outcome: rounds.map(|values| Summary::of(&values)),
            })
            .collect();
        Self { case, rows }
    }

    /// Tells whether no answer was wrong and ours ran: a peer may be missing, we may not.
    pub(crate) fn is_right(&self) -> bool {
        self.rows.iter().all(|row| match row.outcome {
            Ok(_) => true,
            Err(Failure::CannotRun(_)) => Role::of(row.name) != Role::Ours,
            Err(Failure::Wrong(_)) => false,
        })
    }

    /// The implementations that ran, with their medians.
    fn medians(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.rows.iter().filter_map(|row| Some((row.name, row.outcome.as_ref().ok()?.median)))
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.medians().map(|(implementation, value)| Line {
            case: self.case.name,
            implementation,
            value,
            unit: self.case.unit,
            lower_is_better: self.case.better == Better::Lower,
        })
    }

    fn fmt_rows(&self, f: &mut fmt::Formatter<'_>, best: Option<f64>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
        writeln!(
            f,
            "  {:width$}  {:>12}  {:>24}  {:>6}  {:>11}",
            "impl", self.case.unit, "quartiles", "rounds", "x best peer"
        )?;
        for Row { name, outcome, rounds } in &self.rows {
            let summary = match outcome {
                Ok(summary) => summary,
                Err(failure) => {
                    writeln!(f, "  {name:width$}  {failure}")?;
                    continue;
                }
            };
            let quartiles =
                format!("{} .. {}", number(summary.lower_quartile), number(summary.upper_quartile));
            let ratio =
                best.map_or_else(String::new, |best| format!("{:.2}", summary.median / best));
            writeln!(
                f,
                "  {name:width$}  {:>12}  {quartiles:>24}  {rounds:>6}  {ratio:>11}",
                number(summary.median)
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let best = best_peer(self.medians(), self.case.better);
        self.fmt_rows(f, best.map(|(_, value)| value))?;
        for (ours, value) in self.medians().filter(|(name, _)| Role::of(name) == Role::Ours) {
            match best {
                Some((peer, best)) => {
                    writeln!(f, "  {ours}: {:.2}x the best peer ({peer})", value / best)?;
                }
                None => writeln!(f, "  {ours}: no peer ran")?,
            }
        }
        let median =
            |wanted| self.medians().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        for &(ours, other) in &self.case.also {
            if let (Some(value), Some(reference)) = (median(ours), median(other)) {
                writeln!(f, "  {ours}: {:.2}x {other}", value / reference)?;
            }
        }
        Ok(())
    }
}

/// A number with four significant digits and no exponent: `127.0`, `5.812`, `11500`.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let digits_before_point = value.abs().log10().floor() as i32 + 1;
    let digits_after_point = usize::try_from(4 - digits_before_point).unwrap_or(0);
    format!("{value:.digits_after_point$}")
}

/// The file of JSON lines.
pub(crate) struct Ledger {
    file: File,
}

impl Ledger {
    /// Creates the file, or empties it when it exists.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        Ok(Self { file })
    }

    /// Writes the lines of one case, so that a run that is stopped leaves the cases before.
    pub(crate) fn write(&mut self, report: &Report<'_>) -> io::Result<()> {
        let mut text = Vec::new();
        for line in report.lines() {
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
        }
        self.file.write_all(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Sizes;

    fn case(better: Better) -> Case {
        let sizes = Sizes { full: 1, smoke: 1 };
        Case::new("test/case", "What is timed.", "ns/task", better, sizes)
            .here("batteries", |_| Ok(1.0))
            .here("rayon+oneshot", |_| Ok(1.0))
            .here("tokio", |_| Ok(1.0))
            .here("cpython", |_| Ok(1.0))
            .also_against("batteries", "tokio")
            .also_against("batteries", "cpython")
    }

    fn rounds() -> Vec<Rounds> {
        let missing = Failure::CannotRun("CPython 3.13 was not found".into());
        vec![Ok(vec![127.0; 15]), Ok(vec![254.0; 15]), Ok(vec![508.0; 15]), Err(missing)]
    }

    #[test]
    fn a_line_has_the_agreed_form() {
        let case = case(Better::Lower);
        let report = Report::new(&case, rounds());
        let lines: Vec<String> =
            report.lines().map(|line| serde_json::to_string(&line).unwrap()).collect();
        assert_eq!(
            lines[0],
            r#"{"case":"test/case","impl":"batteries","value":127.0,"unit":"ns/task","lower_is_better":true}"#
        );
        assert_eq!(lines.len(), 3, "what did not run has no line: {lines:?}");
    }

    #[test]
    fn the_ratio_is_to_the_best_peer() {
        let lower = case(Better::Lower);
        let text = Report::new(&lower, rounds()).to_string();
        assert!(text.contains("batteries: 0.50x the best peer (rayon+oneshot)"), "{text}");
        assert!(text.contains("cpython        cannot run: CPython 3.13 was not found"), "{text}");
        assert!(
            text.ends_with("  batteries: 0.25x tokio\n"),
            "what did not run has no ratio: {text}"
        );
        let higher = case(Better::Higher);
        let text = Report::new(&higher, rounds()).to_string();
        assert!(text.contains("batteries: 0.25x the best peer (tokio)"), "{text}");
    }

    #[test]
    fn a_missing_peer_is_no_error_and_a_missing_batteries_is() {
        let case = case(Better::Lower);
        let mut rounds = rounds();
        assert!(Report::new(&case, rounds).is_right());
        rounds = self::rounds();
        rounds.swap(0, 3);
        assert!(!Report::new(&case, rounds).is_right());
        rounds = self::rounds();
        rounds[2] = Err(Failure::Wrong("expected 1, got 2".into()));
        assert!(!Report::new(&case, rounds).is_right());
    }

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [
            (127.0, "127.0"),
            (5.8123, "5.812"),
            (11500.4, "11500"),
            (0.01234, "0.01234"),
            (0.0, "0"),
            (-31.26, "-31.26"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
