//! The real core against the real platform: what a resident lives through, with the network at its worst.

mod authoring;
mod decisions;
mod follow;
mod keys;
mod networks;
mod promised;
mod receipts;
mod rent;
mod strangers;
mod visits;
