//! `haoban-server`: serve | worker | migrate | seed | check-city.

fn main() {}
