//! Appointments of the app.

use haoban_domain::{
    appointment::{Schedule, SlotStart},
    ids::{AppointmentId, CaseId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::appointments::{Appointment, OpenSlot};

/// Asks for the times of a place. Needs the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AppointmentSlots {
    /// Timetable.
    pub schedule: String,
    /// Place of it.
    pub place: String,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppointmentSlotsView {
    /// In order of time; full ones have no seat left.
    pub slots: Vec<OpenSlot>,
}

/// Holds a seat for ten minutes. Needs the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AppointmentHold {
    /// Timetable.
    pub schedule: String,
    /// Place of it.
    pub place: String,
    /// Start.
    pub start: SlotStart,
}

/// A held seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppointmentHeld {
    /// The seat.
    pub appointment: Appointment,
}

/// Opens "my appointments".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AppointmentList {}

/// Appointments, the next one first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppointmentListView {
    /// Appointments.
    pub appointments: Vec<Appointment>,
    /// Their timetables, for choosing another time.
    pub schedules: Vec<Schedule>,
    /// The device's time, to tell what is still to come.
    pub now: Timestamp,
    /// When they were last fetched.
    pub synced_at: Option<Timestamp>,
}

/// Moves an appointment. Needs the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AppointmentChange {
    /// Which.
    pub appointment_id: AppointmentId,
    /// Place.
    pub place: String,
    /// Start.
    pub start: SlotStart,
}

/// Gives an appointment up. Needs the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AppointmentCancel {
    /// Which.
    pub appointment_id: AppointmentId,
}

/// Opens the page on which a case's charge is paid, in the system browser. Needs the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CasePay {
    /// Case.
    pub case_id: CaseId,
}

/// The page was opened, or could not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CasePayStarted {
    /// Whether a browser was started.
    pub opened: bool,
    /// The address, for opening by hand. Counts once.
    pub url: String,
}
