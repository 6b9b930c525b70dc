//! A draft as screens see it.

use haoban_domain::{
    appointment::Schedule,
    form::{Field, FieldKind},
    item::ServiceItem,
    licence::Licence,
    material::{MaterialRule, Replacement},
};
use haoban_wire::ui::{CorrectionContext, DraftView};

use super::{OpenDraft, Standing, settled_targets};
use crate::{Client, ClientError, catalogue, materials, session};

/// Builds the view of an open draft.
pub(crate) async fn view(client: &Client, open: &OpenDraft) -> Result<DraftView, ClientError> {
    let (stored, item) = (&open.stored, &open.item);
    let record = &stored.record;
    let catalogue = catalogue::current(client);
    let pack = catalogue.as_ref().map(|catalogue| &catalogue.pack);
    let department =
        pack.and_then(|pack| pack.departments.iter().find(|department| department.id == item.guide.department));
    Ok(DraftView {
        id: stored.id,
        item_code: record.item_code.clone(),
        item_version: record.item_version,
        item_name: record.item_name.clone(),
        name: record.name.clone(),
        revision: stored.revision,
        form: item.form.clone(),
        answers: record.answers.clone(),
        state: open.state().clone(),
        materials: item.materials.clone(),
        choices: record.choices.clone(),
        files: materials::attached(client, record).await?,
        licences: usable(&open.evaluation.inputs().licences, &item.materials),
        collisions: record.collisions.clone(),
        elsewhere: record.elsewhere.iter().filter(|slot| !record.choices.contains_key(*slot)).cloned().collect(),
        page: record.page.clone(),
        saved_at: stored.saved_at,
        frozen: stored.standing != Standing::Open,
        upgrade: record.upgrade.clone(),
        correction: record.correction.as_ref().map(|correction| CorrectionContext {
            case_id: correction.case_id,
            case_number: correction.case_number.clone(),
            cause: correction.cause,
            notice: correction.notice.clone(),
            settled: settled_targets(correction, record),
        }),
        needs_sign_in: !session::is_signed_in(client),
        regions: pack.filter(|_| has_address(item)).map(|pack| pack.regions.clone()).unwrap_or_default(),
        schedules: pack.map(|pack| schedules(item, &pack.schedules)).unwrap_or_default(),
        minutes: item.guide.minutes,
        department: department.map(|department| department.name.clone()).unwrap_or_default(),
    })
}

fn usable(licences: &[Licence], materials: &[MaterialRule]) -> Vec<Licence> {
    let named = |licence: &Licence| {
        materials.iter().flat_map(|rule| &rule.replaced_by).any(|replacement| {
            matches!(replacement, Replacement::Licence { licence_type, .. } if *licence_type == licence.licence_type)
        })
    };
    licences.iter().filter(|licence| named(licence)).cloned().collect()
}

/// The timetables that the form names.
fn schedules(item: &ServiceItem, known: &[Schedule]) -> Vec<Schedule> {
    let fields = item.form.pages.iter().flat_map(|page| &page.fields);
    let named: Vec<&str> = fields
        .filter_map(|field| match &field.kind {
            FieldKind::Appointment { schedule, .. } => Some(schedule.as_str()),
            _ => None,
        })
        .collect();
    known.iter().filter(|schedule| named.contains(&schedule.id.as_str())).cloned().collect()
}

fn has_address(item: &ServiceItem) -> bool {
    item.form.pages.iter().any(|page| ask_for_regions(&page.fields))
}

/// Whether some field needs the regions of the pack.
pub(crate) fn ask_for_regions(fields: &[Field]) -> bool {
    fields.iter().any(|field| match &field.kind {
        FieldKind::Address | FieldKind::Region | FieldKind::MapPoint => true,
        FieldKind::People { fields, .. } | FieldKind::Group { fields, .. } => ask_for_regions(fields),
        _ => false,
    })
}
