//! How long to wait after a failure: exponential, full jitter, the platform's own wish as the floor.

/// First ceiling.
const FIRST_MILLIS: u64 = 1_000;
/// Highest ceiling.
const MOST_MILLIS: u64 = 5 * 60_000;
/// Least wait, so that "full jitter" never becomes a busy loop.
const LEAST_MILLIS: u64 = 200;
/// A platform that asks for more is asked again after this.
const WISH_MOST_MILLIS: u64 = 60 * 60_000;

/// No wait is longer: the longest wish and half of it again.
pub(super) const MOST_WAIT_MILLIS: i64 = 2 * 60 * 60_000;

/// Milliseconds to wait after the n-th failure in a row (n from 0); `random` is any number.
#[must_use]
pub fn wait_millis(failures: u32, wish: Option<u64>, random: u64) -> u64 {
    let ceiling = FIRST_MILLIS.saturating_mul(1_u64 << failures.min(16)).min(MOST_MILLIS);
    let jittered = LEAST_MILLIS + random % (ceiling - LEAST_MILLIS + 1);
    match wish {
        // Everybody hears the same wish: spread them over the second half of it again.
        Some(wish) => wish.min(WISH_MOST_MILLIS) + jittered.min(wish / 2 + LEAST_MILLIS),
        None => jittered,
    }
}
