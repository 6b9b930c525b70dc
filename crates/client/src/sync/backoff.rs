//! Waiting between tries: full jitter, so that a city full of apps does not knock in step.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(60);

/// Grows with every failure.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// After a healthy time.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait now: anything between nothing and the ceiling.
    pub(super) fn next(&mut self) -> Duration {
        let ceiling = self.ceiling();
        self.failures = self.failures.saturating_add(1);
        jittered(ceiling, random())
    }

    fn ceiling(&self) -> Duration {
        FIRST.saturating_mul(1 << self.failures.min(6)).min(MOST)
    }
}

fn jittered(ceiling: Duration, random: u32) -> Duration {
    ceiling.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

fn random() -> u32 {
    // Without randomness the middle is as good as anything.
    getrandom::u32().unwrap_or(u32::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_to_a_minute_and_falls_back_after_health() {
        let mut backoff = Backoff::default();
        let mut ceilings = Vec::new();
        for _ in 0..8 {
            ceilings.push(backoff.ceiling().as_secs());
            assert!(backoff.next() <= MOST);
        }
        assert_eq!(ceilings, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.reset();
        assert_eq!(backoff.ceiling(), FIRST);
    }

    #[test]
    fn jitter_is_full() {
        assert_eq!(jittered(MOST, 0), Duration::ZERO);
        assert_eq!(jittered(MOST, u32::MAX), MOST);
    }
}
