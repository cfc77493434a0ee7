//! What the rounds come to: medians, quartiles and the ratio to the best peer. Pure arithmetic.

use crate::case::Better;

/// The middle of an implementation's rounds and how far they spread.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) lower_quartile: f64,
    pub(crate) upper_quartile: f64,
}

impl Summary {
    /// # Panics
    ///
    /// Panics when there is no value.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self {
            median: quantile(&sorted, 0.5),
            lower_quartile: quantile(&sorted, 0.25),
            upper_quartile: quantile(&sorted, 0.75),
        }
    }
}

/// A quantile of sorted values, by linear interpolation between the two nearest.
fn quantile(sorted: &[f64], portion: f64) -> f64 {
    let place = portion * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + (above - below) * place.fract()
}

/// What an implementation is in the comparison. Its name decides, so that a reader of the JSON lines
/// comes to the same ratios.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// `batteries`, or a second way through it such as `batteries_chunked`.
    Ours,
    /// Another crate.
    Peer,
    /// `cpython` and its variants, and `floor`: shown, and no peer.
    Reference,
}

impl Role {
    pub(crate) fn of(name: &str) -> Self {
        if name.starts_with("batteries") {
            Self::Ours
        } else if name.starts_with("cpython") || name == "floor" {
            Self::Reference
        } else {
            Self::Peer
        }
    }
}

/// The best of the peers among `(name, value)` pairs.
pub(crate) fn best_peer<'a>(
    values: impl IntoIterator<Item = (&'a str, f64)>,
    better: Better,
) -> Option<(&'a str, f64)> {
    let peers = values.into_iter().filter(|(name, _)| Role::of(name) == Role::Peer);
    match better {
        Better::Lower => peers.min_by(|a, b| a.1.total_cmp(&b.1)),
        Better::Higher => peers.max_by(|a, b| a.1.total_cmp(&b.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_the_values() {
        let summary = Summary::of(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!(summary, Summary { median: 2.5, lower_quartile: 1.75, upper_quartile: 3.25 });
        let summary = Summary::of(&[7.0]);
        assert_eq!(summary, Summary { median: 7.0, lower_quartile: 7.0, upper_quartile: 7.0 });
        assert_eq!(Summary::of(&[9.0, 1.0, 5.0]).median, 5.0);
    }

    #[test]
    fn only_other_crates_are_peers() {
        let values = [
            ("batteries", 2.0),
            ("batteries_chunked", 1.0),
            ("floor", 1.0),
            ("cpython", 90.0),
            ("cpython_fork", 99.0),
            ("rayon+oneshot", 4.0),
            ("tokio", 3.0),
        ];
        assert_eq!(best_peer(values, Better::Lower), Some(("tokio", 3.0)));
        assert_eq!(best_peer(values, Better::Higher), Some(("rayon+oneshot", 4.0)));
        assert_eq!(best_peer([("batteries", 2.0), ("cpython", 1.0)], Better::Lower), None);
    }
}
