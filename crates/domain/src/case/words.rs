//! Words of the timeline.
