//! What a grant produces: licences and payment orders.

use haoban_domain::{
    case::IssuedDocument,
    form::{Answers, FieldKind, Inputs},
    identifiers::licence_identifier,
    ids::LicenceId,
    item::ServiceItem,
    licence::{Licence, LicenceLine, LicenceStatus},
    money,
    rules::Expr,
    time::Date,
    workflow::{Output, OutputField, ValueFormat},
};
use haoban_wire::{Problem, ProblemCode, http::Change};
use jiff::ToSpan as _;
use serde_json::Value;

use super::{
    Dossier, Scene, department_name,
    payment::{PaymentOrder, write_order},
};
use crate::{Error, Result, identity::facts, intake::next_serial, licences, notices, reminders, store::Write};

/// Documents of a grant, written from the answers as they are now.
pub(super) fn write_documents_anew(case: &mut Dossier, held: Vec<Licence>) {
    let Some(day) = case.decision.as_ref().map(|decision| decision.decided_at.city_date()) else { return };
    let inputs = case.inputs(held, day);
    let outputs = case.item().workflow.outputs.clone();
    let anew: Vec<IssuedDocument> = outputs
        .into_iter()
        .filter_map(|output| match output {
            Output::Document { title, fields } => Some(IssuedDocument { title, lines: lines(case, &inputs, &fields) }),
            _ => None,
        })
        .collect();
    if let Some(decision) = &mut case.decision
        && !decision.documents.is_empty()
    {
        decision.documents = anew;
    }
}

/// Makes every output of the workflow and notes it in the decision.
pub(super) async fn outputs(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier) -> Result<()> {
    let held = licences::held(tx, case.party, scene.today).await?;
    // What was granted is written, though its charge was paid later and figures may have changed since.
    let decided = case.decision.as_ref().map_or(scene.today, |decision| decision.decided_at.city_date());
    let inputs = case.inputs(held, decided);
    for output in case.item().workflow.outputs.clone() {
        match output {
            Output::Licence { licence_type, valid_months, fields } => {
                let licence = licence(tx, scene, case, &inputs, &licence_type, valid_months, &fields).await?;
                licences::issue(tx, case.party, &licence, case.id, scene.now).await?;
                notices::append(tx, case.party, &Change::LicencesChanged, scene.now).await?;
                if let Some(decision) = &mut case.decision {
                    decision.licence = Some(licence.id);
                }
            }
            Output::Document { title, fields } => {
                let document = IssuedDocument { title, lines: lines(case, &inputs, &fields) };
                if let Some(decision) = &mut case.decision {
                    decision.documents.push(document);
                }
            }
            Output::Payment { amount, words } => {
                let amount_fen = integer(case, &inputs, &amount)?;
                // Money without a place to go to would be ordered and never arrive.
                let account = account_for(case.item(), &case.answers)
                    .ok_or_else(|| Problem::new(ProblemCode::NotAllowedNow).with("why", "no_account"))?;
                let order = PaymentOrder {
                    case: case.id,
                    party: case.party,
                    amount_fen,
                    account: Some(account),
                    words: words.zh,
                };
                write_order(tx, &order, format!("pay:{}", case.id), scene.now).await?;
                if let Some(decision) = &mut case.decision {
                    decision.payment_fen = Some(amount_fen);
                }
            }
        }
    }
    for entry in &case.item().workflow.records {
        // What cannot be told is left as the register has it.
        if let Some(value) = case.rules.value(&entry.value, &inputs).filter(|value| !value.is_null()) {
            facts::put(tx, case.party, &entry.fact, &value, scene.now).await?;
        }
    }
    reminders::after_grant(tx, scene, case, &inputs).await
}

pub(super) fn integer(case: &Dossier, inputs: &Inputs, amount: &Expr) -> Result<i64> {
    let value = case.rules.value(amount, inputs).and_then(|value| value.as_i64());
    // A grant whose amount cannot be told must not happen: the whole transaction is undone.
    value
        .filter(|fen| *fen >= 0)
        .ok_or_else(|| Error::internal(format!("{}: the amount cannot be told", case.item().code)))
}

/// Shortest account number.
const ACCOUNT_DIGITS: usize = 12;

/// The account the applicant named: a bank card, the account of a business, or a choice of those a register knows.
/// None when the item pays nothing, or when no account was named that money could go to.
#[must_use]
pub fn account_for(item: &ServiceItem, answers: &Answers) -> Option<String> {
    pays(item).then_some(())?;
    let fields = item.form.pages.iter().flat_map(|page| &page.fields);
    fields
        .filter(|field| match &field.kind {
            FieldKind::BankCard => true,
            FieldKind::FactChoice { from, .. } => from.ends_with(".bank_cards") || from.ends_with(".card_accounts"),
            _ => field.element.as_deref() == Some("business.account_no"),
        })
        .filter_map(|field| answers.get(&field.id)?.as_str())
        .find(|value| value.bytes().filter(u8::is_ascii_digit).count() >= ACCOUNT_DIGITS)
        .map(str::to_owned)
}

/// Whether a grant would move money.
pub(super) fn pays(item: &ServiceItem) -> bool {
    item.workflow.outputs.iter().any(|output| matches!(output, Output::Payment { .. }))
}

async fn licence(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &Dossier,
    inputs: &Inputs,
    licence_type: &str,
    valid_months: Option<u16>,
    fields: &[OutputField],
) -> Result<Licence> {
    let pack = &scene.pack.pack;
    let unknown = || Error::internal(format!("{}: licence type or issuer is not in the pack", case.item().code));
    let kind = pack.licence_types.iter().find(|kind| kind.id == licence_type).ok_or_else(unknown)?;
    let issuer = pack.departments.iter().find(|department| department.id == kind.issuer).ok_or_else(unknown)?;
    let day = scene.today.0.strftime("%Y%m%d").to_string();
    let serial = next_serial(tx, &format!("licence:{licence_type}:{day}")).await?;
    let number = format!("{day}{serial:08}");
    let identifier = licence_identifier::build(&kind.type_code, &issuer.credit_code, &number, 1).ok_or_else(unknown)?;
    Ok(Licence {
        id: LicenceId::new(scene.now.millis(), scene.random()),
        licence_type: licence_type.to_owned(),
        identifier,
        number,
        name: kind.name.clone(),
        glyph: kind.glyph.clone(),
        holder: case.applicant.name.clone(),
        issuer: department_name(scene, &kind.issuer),
        issued_on: scene.today,
        valid_to: valid_months.and_then(|months| last_day(scene.today, months)),
        status: LicenceStatus::Valid,
        lines: lines(case, inputs, fields),
        case_number: Some(case.number.clone()),
    })
}

fn lines(case: &Dossier, inputs: &Inputs, fields: &[OutputField]) -> Vec<LicenceLine> {
    let line = |field: &OutputField| LicenceLine {
        label: field.label.clone(),
        value: written(case.rules.value(&field.value, inputs), field.format),
    };
    fields.iter().map(line).collect()
}

/// Valid through the day before the same day so many months on.
fn last_day(from: Date, months: u16) -> Option<Date> {
    let end = from.0.checked_add(i32::from(months).months()).ok()?;
    end.yesterday().ok().map(Date)
}

/// A value as people read it on a paper.
pub(crate) fn written(value: Option<Value>, format: ValueFormat) -> String {
    let Some(value) = value else { return String::new() };
    match (format, &value) {
        (ValueFormat::Money, Value::Number(number)) => number.as_i64().map(money::yuan).unwrap_or_default(),
        (ValueFormat::Hundredths, Value::Number(number)) => number.as_i64().map(money::yuan).unwrap_or_default(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Null) => String::new(),
        (_, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_written_for_people() {
        assert_eq!(written(Some(json!(1_200_000)), ValueFormat::Money), "12,000.00");
        assert_eq!(written(Some(json!(9_850)), ValueFormat::Hundredths), "98.50");
        assert_eq!(written(Some(json!("2026-11-23")), ValueFormat::Date), "2026-11-23");
        assert_eq!(written(None, ValueFormat::Plain), "");
    }

    #[test]
    fn a_year_ends_on_the_day_before() {
        let day: Date = "2026-11-23".parse().unwrap();
        assert_eq!(last_day(day, 12).unwrap().to_string(), "2027-11-22");
    }
}
