//! What a resident sees of a case: a timeline, who must act, when it is due.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::status::CaseStatus;
use crate::{
    form::{Answers, HeadlineState},
    ids::{CaseId, CorrectionId, LicenceId},
    material::MaterialChoice,
    text::LocalText,
    time::{Date, Timestamp},
};

/// A case as its applicant sees it. The device keeps a sealed mirror of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CaseView {
    /// Id; its UUID is the UUID of the draft.
    pub id: CaseId,
    /// 办件编号, 24 characters (domain.md §1.10).
    pub number: String,
    /// Item.
    pub item_code: String,
    /// Version it was submitted under.
    pub item_version: u32,
    /// Item name.
    pub item_name: LocalText,
    /// Department that has it now.
    pub department: LocalText,
    /// Phone of that department.
    pub department_phone: String,
    /// Applicant's name.
    pub applicant: String,
    /// Standing.
    pub status: CaseStatus,
    /// Grows with every change.
    pub revision: u64,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// The clock that runs or stands.
    pub clock: Option<CaseClock>,
    /// What happened and what is still to come, in order.
    pub timeline: Vec<TimelineEntry>,
    /// The open or answered correction notice.
    pub correction: Option<CorrectionNotice>,
    /// The decision.
    pub decision: Option<DecisionView>,
    /// What is to be paid, was paid, or went back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub charge: Option<ChargeView>,
    /// Headline figure as judged by the platform.
    pub headline: Option<HeadlineState>,
    /// Answers as handed in.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// How each material was settled.
    pub materials: Vec<CaseMaterial>,
    /// Materials that were promised for later, in the item's order (容缺后补).
    #[serde(default)]
    pub promises: Vec<PromisedMaterial>,
    /// Whether it can be taken back now.
    pub may_withdraw: bool,
    /// A joint case has a lane for each of its parts; empty for others.
    #[serde(default)]
    pub parts: Vec<JointLane>,
    /// The joint case this one is part of.
    #[serde(default)]
    pub parent: Option<CaseId>,
}

/// One part of a joint case (一件事), as a lane beside the others. It holds nothing of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct JointLane {
    /// Item.
    pub item: String,
    /// Its name.
    pub name: LocalText,
    /// Its icon.
    pub icon: String,
    /// The office that has it.
    pub department: LocalText,
    /// The rest can do without it.
    pub optional: bool,
    /// How it goes.
    pub state: LaneState,
    /// Its own case, once it has one.
    pub case_id: Option<CaseId>,
    /// Its own number.
    pub number: Option<String>,
    /// Standing of its case.
    pub status: Option<CaseStatus>,
    /// When it began.
    pub opened_at: Option<Timestamp>,
    /// When it was decided or ended.
    pub ended_at: Option<Timestamp>,
    /// When the applicant was asked to correct it.
    pub asked_at: Option<Timestamp>,
    /// The day it is promised by; for one that waits, counted from what it waits for.
    pub due: Option<Date>,
    /// Its clock.
    pub clock: Option<CaseClock>,
    /// 先有: what it still waits for.
    pub waits_for: Vec<LocalText>,
    /// Why it was left out, in words; empty unless it was.
    #[serde(default)]
    pub why: Vec<LocalText>,
}

/// How one part goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LaneState {
    /// 还不能办：先有…
    Waiting,
    /// What it waits for was not granted.
    Barred,
    /// An office works on it.
    Working,
    /// The applicant must act.
    NeedsYou,
    /// Granted.
    Done,
    /// Not granted.
    Refused,
    /// Taken back.
    Withdrawn,
    /// Left out from the beginning: by choice, or because it was not complete.
    LeftOut,
}

/// The charge of a case: the lines of its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ChargeView {
    /// Fen.
    pub amount_fen: i64,
    /// What it is for.
    pub words: LocalText,
    /// Where it stands.
    pub standing: ChargeStanding,
    /// When it was asked for.
    pub ordered_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it went back.
    pub refunded_at: Option<Timestamp>,
    /// Last day to pay, while it is to be paid.
    #[serde(default)]
    pub due: Option<Date>,
}

/// Where a charge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ChargeStanding {
    /// To be paid.
    Due,
    /// Paid.
    Paid,
    /// On its way back.
    Refunding,
    /// Went back.
    Refunded,
    /// Never paid, and no longer asked for.
    Dropped,
}

/// One material of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CaseMaterial {
    /// Slot.
    pub slot: String,
    /// Name.
    pub name: LocalText,
    /// How it was settled; absent when a register settled it.
    pub choice: Option<MaterialChoice>,
}

/// A material the applicant promised for later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PromisedMaterial {
    /// Slot.
    pub slot: String,
    /// Name.
    pub name: LocalText,
    /// What must be seen on it.
    pub accept: LocalText,
    /// Last day, as it was promised.
    pub due: Date,
    /// When it came.
    pub handed_in: Option<Timestamp>,
}

impl CaseView {
    /// What is still to come of the promised materials, while the case runs.
    pub fn promised(&self) -> impl Iterator<Item = &PromisedMaterial> {
        let running = self.status.is_running();
        self.promises.iter().filter(move |promise| running && promise.handed_in.is_none())
    }
}

/// The clock as words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CaseClock {
    /// Which clock.
    pub kind: ClockKind,
    /// Day by which the one who must act has to act.
    pub due: Date,
    /// 法定 due day, where it differs.
    pub statutory_due: Option<Date>,
    /// Working days promised in all.
    pub promised_days: u16,
    /// Working days used.
    pub used_days: u16,
    /// Working (or calendar) days left; negative when over.
    pub left_days: i32,
    /// Unit of `left_days`.
    pub unit: crate::item::DayUnit,
    /// True while it stands still.
    pub paused: bool,
    /// Who must act.
    pub waits_for: Actor,
}

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ClockKind {
    /// Five working days to accept.
    Acceptance,
    /// The promise.
    Decision,
    /// The applicant's time to correct.
    Correction,
    /// The public's time to object.
    Publicity,
    /// The applicant's time to pay.
    Payment,
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Actor {
    /// The resident.
    Applicant,
    /// A department.
    Office,
    /// The platform itself.
    System,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct TimelineEntry {
    /// Done, now, waiting for the applicant, or still to come.
    pub state: TimelineState,
    /// What happened or will.
    pub title: LocalText,
    /// Who, or how one hears of it.
    pub note: LocalText,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// Until when it will.
    pub due: Option<Date>,
    /// Who acted or must act.
    pub actor: Actor,
}

/// State of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TimelineState {
    /// Happened.
    Done,
    /// Going on at an office.
    Now,
    /// Waits for the applicant.
    NeedsYou,
    /// To come.
    Next,
}

/// 补正告知书: once, everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CorrectionNotice {
    /// Id.
    pub id: CorrectionId,
    /// Points to settle.
    pub points: Vec<CorrectionPoint>,
    /// When it was told.
    pub requested_at: Timestamp,
    /// Last day for the applicant.
    pub due: Date,
    /// When the answer came.
    pub answered_at: Option<Timestamp>,
    /// The officer's department.
    pub department: LocalText,
}

/// One point of a correction notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CorrectionPoint {
    /// `field:<id>` or `material:<slot>`.
    pub target: String,
    /// Name of the field or material.
    pub name: LocalText,
    /// The officer's own words.
    pub words: String,
    /// The same in plain words: what to do.
    pub remedy: String,
}

/// 决定.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DecisionView {
    /// Granted or refused.
    pub granted: bool,
    /// When.
    pub decided_at: Timestamp,
    /// Deciding department.
    pub department: LocalText,
    /// Opinion or reasons.
    pub reasons: Vec<String>,
    /// What a refused applicant can do, with periods (复议 60 days, 诉讼 6 months).
    pub remedies: Option<crate::item::Remedies>,
    /// True when the rules decided (秒批); the rules it rests on are in `rules`.
    pub automatic: bool,
    /// Ids and words of the rules of an automatic decision.
    pub rules: Vec<LocalText>,
    /// Licence that was issued.
    pub licence: Option<LicenceId>,
    /// Money paid out, in fen.
    pub payment_fen: Option<i64>,
    /// Documents that were issued.
    #[serde(default)]
    pub documents: Vec<IssuedDocument>,
}

/// A document that a grant issued (文书).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct IssuedDocument {
    /// What it is called.
    pub title: LocalText,
    /// Lines written on it.
    pub lines: Vec<crate::licence::LicenceLine>,
}
