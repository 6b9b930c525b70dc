//! Cases, receipts, inbox, licences, access log.

use haoban_wire::{
    Problem, ProblemCode,
    ui::{
        AccessLogOpen, AccessLogView, AppointmentCancel, AppointmentChange, AppointmentHeld, AppointmentHold,
        AppointmentList, AppointmentListView, AppointmentSlots, AppointmentSlotsView, CaseList, CaseListView, CaseOpen,
        CaseOpened, CasePay, CasePayStarted, CaseWithdraw, CorrectionStart, DraftView, InboxOpen, InboxRead, InboxView,
        LicenceList, LicenceListView, LicencePresent, LicencePresented, PublicityObject, PublicityOpen, PublicityView,
        ReceiptExport, ReceiptExported, SupplyStart,
    },
};

use crate::{Client, access, appointments, cases, drafts, inbox, licences, outbox, publicity, receipt};

/// My cases.
pub async fn case_list(client: &Client, _request: CaseList) -> Result<CaseListView, Problem> {
    cases::list(client).await
}

/// One case.
pub async fn case_open(client: &Client, request: CaseOpen) -> Result<CaseOpened, Problem> {
    cases::open(client, request.case_id).await
}

/// Takes a case back, through the outbox.
pub async fn case_withdraw(client: &Client, request: CaseWithdraw) -> Result<CaseOpened, Problem> {
    let case = cases::mirror(client, request.case_id).await?.ok_or(ProblemCode::NotFound)?;
    if !case.may_withdraw {
        return Err(ProblemCode::NotAllowedNow.into());
    }
    outbox::queue_withdrawal(client, request.case_id, case.item_name, request.reason).await?;
    cases::open(client, request.case_id).await
}

/// What a case was promised for later, as a draft.
pub async fn supply_start(client: &Client, request: SupplyStart) -> Result<DraftView, Problem> {
    let case = cases::mirror(client, request.case_id).await?.ok_or(ProblemCode::NotFound)?;
    Ok(drafts::start_supply(client, &case).await?)
}

/// The correction of a case as a draft.
pub async fn correction_start(client: &Client, request: CorrectionStart) -> Result<DraftView, Problem> {
    let case = cases::mirror(client, request.case_id).await?.ok_or(ProblemCode::NotFound)?;
    if case.correction.as_ref().is_none_or(|notice| notice.answered_at.is_some()) {
        return Err(ProblemCode::NotAllowedNow.into());
    }
    Ok(drafts::start_correction(client, &case).await?)
}

/// The receipt as PDF.
pub async fn receipt_export(client: &Client, request: ReceiptExport) -> Result<ReceiptExported, Problem> {
    receipt::export(client, request.case_id).await
}

/// The inbox.
pub async fn inbox_open(client: &Client, _request: InboxOpen) -> Result<InboxView, Problem> {
    inbox::open(client).await
}

/// Marks messages as read.
pub async fn inbox_read(client: &Client, request: InboxRead) -> Result<InboxView, Problem> {
    inbox::read(client, &request.ids).await
}

/// Opens the page on which a charge is paid.
pub async fn case_pay(client: &Client, request: CasePay) -> Result<CasePayStarted, Problem> {
    appointments::pay(client, request.case_id).await
}

/// Times of a place.
pub async fn appointment_slots(client: &Client, request: AppointmentSlots) -> Result<AppointmentSlotsView, Problem> {
    appointments::slots(client, &request).await
}

/// Holds a seat for ten minutes.
pub async fn appointment_hold(client: &Client, request: AppointmentHold) -> Result<AppointmentHeld, Problem> {
    appointments::hold(client, request).await
}

/// My appointments.
pub async fn appointment_list(client: &Client, _request: AppointmentList) -> Result<AppointmentListView, Problem> {
    appointments::list(client).await
}

/// Moves an appointment.
pub async fn appointment_change(client: &Client, request: AppointmentChange) -> Result<AppointmentListView, Problem> {
    appointments::change(client, request).await
}

/// Gives an appointment up.
pub async fn appointment_cancel(client: &Client, request: AppointmentCancel) -> Result<AppointmentListView, Problem> {
    appointments::cancel(client, request).await
}

/// My licences.
pub async fn licence_list(client: &Client, _request: LicenceList) -> Result<LicenceListView, Problem> {
    licences::list(client).await
}

/// Shows a licence; needs the platform.
pub async fn licence_present(client: &Client, request: LicencePresent) -> Result<LicencePresented, Problem> {
    licences::present(client, request.licence_id).await
}

/// Who looked at my data.
pub async fn access_log_open(client: &Client, _request: AccessLogOpen) -> Result<AccessLogView, Problem> {
    access::open(client).await
}

/// What is before the public, and one's own objections.
pub async fn publicity_open(client: &Client, _request: PublicityOpen) -> Result<PublicityView, Problem> {
    publicity::open(client).await
}

/// Objects to what is before the public.
pub async fn publicity_object(client: &Client, request: PublicityObject) -> Result<PublicityView, Problem> {
    publicity::object(client, request).await
}
