//! The rounds: all implementations take turns, so that a change of the machine's mood hits all alike.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use crate::case::{Case, Failure, Implementation, Place, Round, Scale};
use crate::child;

/// The values of the measured rounds of one implementation, or why there are none.
pub(crate) type Rounds = Result<Vec<f64>, Failure>;

/// Runs all rounds of a case and returns what each implementation gave, in the case's order.
///
/// An implementation that fails is left out of the rounds that remain.
pub(crate) fn rounds(case: &Case, scale: Scale) -> Vec<Rounds> {
    // The first round at full scale is not measured: it pays for the allocator's first pages,
    // the executable's own and CPython's files.
    let (unmeasured, measured) = match scale {
        Scale::Full => (1, case.rounds),
        Scale::Smoke => (0, 2),
    };
    let mut results: Vec<Rounds> =
        case.implementations.iter().map(|_| Ok(Vec::with_capacity(measured))).collect();
    for round in 0..unmeasured + measured {
        for index in order(round, results.len()) {
            let Ok(values) = &mut results[index] else { continue };
            match once(case, &case.implementations[index], scale) {
                Ok(value) if round >= unmeasured => values.push(value),
                Ok(_) => {}
                Err(failure) => results[index] = Err(failure),
            }
        }
    }
    results
}

/// The order of the implementations in a round: each second round runs the one before backwards, each
/// third starts one further, so that nobody always comes first or always after the same neighbour.
fn order(round: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).map(|place| (place + round / 2) % count).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

fn once(case: &Case, implementation: &Implementation, scale: Scale) -> Result<f64, Failure> {
    let size = implementation.sizes.at(scale);
    match implementation.place {
        Place::Here(round) => caught(round, size),
        Place::Child(_) => child::run_self(case.name, implementation.name, size),
        Place::Python { script, operation } => child::run_python(script, operation, size),
    }
}

/// Runs one round; a panic is a wrong answer of that implementation and not the end of the run.
pub(crate) fn caught(round: Round, size: u64) -> Result<f64, Failure> {
    panic::catch_unwind(AssertUnwindSafe(|| round(size)))
        .unwrap_or_else(|payload| Err(Failure::Wrong(format!("panicked: {}", message(&*payload)))))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Better, Sizes, check};

    #[test]
    fn every_round_runs_everybody_once_and_everybody_comes_first() {
        for count in 1..8 {
            let mut first = vec![0; count];
            for round in 0..2 * count {
                let mut order = order(round, count);
                first[order[0]] += 1;
                order.sort_unstable();
                assert!(order.into_iter().eq(0..count));
            }
            assert_eq!(first, vec![2; count]);
        }
    }

    #[test]
    fn a_failure_stays_with_its_implementation() {
        let sizes = Sizes { full: 3, smoke: 1 };
        let case = Case::new("test/failures", "", "ns", Better::Lower, sizes)
            .here("right", |size| check(size, 3).map(|()| 1.5))
            .here("wrong", |size| check(size, 4).map(|()| 1.5))
            .here("panics", |size| panic!("at size {size}"))
            .here("absent", |_| Err(Failure::CannotRun("no such machine".into())));
        let shown: Vec<String> = rounds(&case, Scale::Full)
            .into_iter()
            .map(|rounds| {
                rounds.map_or_else(|failure| failure.to_string(), |values| format!("{values:?}"))
            })
            .collect();
        assert_eq!(shown[0], format!("{:?}", [1.5; 15]));
        assert_eq!(shown[1], "wrong: expected 4, got 3");
        assert_eq!(shown[2], "wrong: panicked: at size 3");
        assert_eq!(shown[3], "cannot run: no such machine");
    }
}
