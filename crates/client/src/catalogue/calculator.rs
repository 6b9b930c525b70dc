//! 先算一算: the figures of an item from a few answers, on the device. Nothing of it is written anywhere.

use haoban_domain::form::Inputs;
use haoban_wire::{
    Problem, ProblemCode,
    ui::{CalculatorOpen, CalculatorView},
};

use super::{guide, required};
use crate::{Client, drafts, facts};

/// Works the figures out with the answers so far; facts that are known are used, others are asked.
pub(crate) async fn calculator_open(client: &Client, request: CalculatorOpen) -> Result<CalculatorView, Problem> {
    let loaded = required(client)?;
    let item = loaded.item(&request.code).ok_or(ProblemCode::NotFound)?.clone();
    let calculator = item.form.calculator.as_ref().ok_or(ProblemCode::NotFound)?;
    let evaluator = loaded.evaluator(&request.code).ok_or(ProblemCode::ItemVersion)?;
    let mut inputs = Inputs::on(client.now().city_date());
    inputs.answers = request.answers;
    let read_at = guide::known_facts(client, &request.code, &mut inputs).await;
    facts::refresh_soon(client, &request.code);
    let calculation = evaluator.calculate(inputs).ok_or(ProblemCode::NotFound)?;
    let with_regions = drafts::ask_for_regions(&calculation.asked);
    Ok(CalculatorView {
        code: item.code.clone(),
        name: item.guide.name.clone(),
        department: loaded.department_name(&item.guide.department),
        note: calculator.note.clone(),
        carried: calculator.fields.clone(),
        asked: calculation.asked,
        figures: calculation.figures,
        headline: item.form.headline.clone(),
        state: calculation.state,
        regions: if with_regions { loaded.catalogue.pack.regions.clone() } else { Vec::new() },
        facts_known: read_at.is_some(),
    })
}
