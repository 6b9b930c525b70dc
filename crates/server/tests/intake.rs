//! The platform over real HTTP: submissions, uploads, workflow, desk, events. One program, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "intake/bucket.rs"]
mod bucket;
#[path = "intake/capabilities.rs"]
mod capabilities;
#[path = "intake/deposits.rs"]
mod deposits;
#[path = "intake/desk.rs"]
mod desk;
#[path = "intake/devices.rs"]
mod devices;
#[path = "intake/document.rs"]
mod document;
#[path = "intake/events.rs"]
mod events;
#[path = "intake/examples.rs"]
mod examples;
#[path = "intake/joint.rs"]
mod joint;
#[path = "intake/keyed.rs"]
mod keyed;
#[path = "intake/licences.rs"]
mod licences;
#[path = "intake/on_postgres.rs"]
mod on_postgres;
#[path = "intake/pension.rs"]
mod pension;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "intake/promised.rs"]
mod promised;
#[path = "intake/publicity.rs"]
mod publicity;
#[path = "intake/reminders.rs"]
mod reminders;
#[path = "intake/scanning.rs"]
mod scanning;
#[path = "intake/seats.rs"]
mod seats;
#[path = "intake/soak.rs"]
mod soak;
#[path = "intake/submit.rs"]
mod submit;
#[path = "intake/support.rs"]
mod support;
#[path = "intake/uploads.rs"]
mod uploads;
#[path = "intake/way.rs"]
mod way;
#[path = "intake/workflow.rs"]
mod workflow;
