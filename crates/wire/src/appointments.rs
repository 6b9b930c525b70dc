//! HTTP bodies of appointments, for residents and for the desk.

use haoban_domain::{
    appointment::{Place, SlotStart},
    ids::{AppointmentId, CaseId},
    text::LocalText,
    time::{Date, Timestamp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// `GET /v1/appointments/slots?schedule=…&place=…`: what can be chosen now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SlotPage {
    /// In order of time; those without a seat left are there too.
    pub slots: Vec<OpenSlot>,
}

/// One time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct OpenSlot {
    /// When it starts.
    pub start: SlotStart,
    /// Seats left.
    pub left: u16,
}

/// `POST /v1/appointments/holds`, with an `Idempotency-Key`: keeps a seat for ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldSlot {
    /// Timetable.
    pub schedule: String,
    /// Place of it.
    pub place: String,
    /// Start.
    pub start: SlotStart,
}

/// `POST /v1/appointments/{id}/change`, with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveAppointment {
    /// Place.
    pub place: String,
    /// Start.
    pub start: SlotStart,
}

/// An appointment of the signed-in party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Appointment {
    /// Id.
    pub id: AppointmentId,
    /// Timetable.
    pub schedule: String,
    /// What one is seen for.
    pub name: LocalText,
    /// Where.
    pub place: Place,
    /// When.
    pub start: SlotStart,
    /// Where it stands.
    pub state: AppointmentState,
    /// A held seat is given up then.
    pub held_until: Option<Timestamp>,
    /// It can be changed or cancelled until then.
    pub change_until: Timestamp,
    /// Places it may be moved to as long as it can be changed, for the same service at the same charge.
    #[serde(default)]
    pub places: Vec<String>,
    /// Its case stands and falls with it: given up, the case is taken back and what was paid returns.
    #[serde(default)]
    pub carries_case: bool,
    /// Case it belongs to.
    pub case_id: Option<CaseId>,
    /// Number of that case.
    pub case_number: Option<String>,
}

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AppointmentState {
    /// Kept for a few minutes while the form is being sent.
    Held,
    /// Booked.
    Booked,
    /// Given up by the resident, or with its case.
    Cancelled,
    /// Moved to another time, which is an appointment of its own.
    Moved,
    /// A held seat that was not booked in time.
    Lapsed,
    /// The resident came.
    Kept,
    /// The resident did not come.
    Missed,
}

impl AppointmentState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Held, Self::Booked, Self::Cancelled, Self::Moved, Self::Lapsed, Self::Kept, Self::Missed];

    /// The stored text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Moved => "moved",
            Self::Lapsed => "lapsed",
            Self::Kept => "kept",
            Self::Missed => "missed",
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// `GET /v1/appointments`: what is booked, what was kept or missed; the next one first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AppointmentPage {
    /// Appointments.
    pub appointments: Vec<Appointment>,
}

/// `POST /v1/cases/{id}/payment`: where the applicant pays, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PaymentPage {
    /// Address of the gateway's page, to be opened in the system browser.
    pub url: String,
    /// The address is good until then.
    pub expires_at: Timestamp,
}

/// `GET /v1/desk/appointments?day=…`: who comes to the officer's department on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskAppointments {
    /// The day.
    pub day: Date,
    /// In order of time.
    pub rows: Vec<DeskAppointment>,
}

/// One of them. Names are masked: to see more an officer opens the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskAppointment {
    /// Id.
    pub id: AppointmentId,
    /// What for.
    pub name: LocalText,
    /// Where.
    pub place: LocalText,
    /// When.
    pub start: SlotStart,
    /// Applicant, masked.
    pub who: String,
    /// Number of the case.
    pub case_number: String,
    /// Where it stands.
    pub state: AppointmentState,
    /// Whether it can be marked now: it has begun.
    pub may_mark: bool,
}

/// `POST /v1/desk/appointments/{id}/mark`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MarkAppointment {
    /// The resident came.
    pub came: bool,
}
