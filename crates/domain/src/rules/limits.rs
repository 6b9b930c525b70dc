//! How large a rule may be. The schemas of `cities/schema` repeat the first figure; a test holds them to it.
//!
//! A rule ends soon whatever it says: its parts are bounded by its length, its loops run over lists of a form
//! (at most 255 entries) and stand at most [`LOOPS`] deep in each other, and nothing else repeats.

/// Most characters of a rule as authors write it.
pub const LENGTH: usize = 2_000;
/// Most characters of a rule that is put together from those of several services.
pub const COMPOSED_LENGTH: usize = 4 * LENGTH;
/// Most brackets inside each other.
pub const DEPTH: usize = 32;
/// Most parts inside each other once it is read: a chain of `&&` nests to the left.
pub const NESTING: usize = 4 * DEPTH;
/// Most loops inside each other.
pub const LOOPS: usize = 2;
