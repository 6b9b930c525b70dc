//! The functions rules may call besides CEL's own.

use std::sync::Arc;

use cel::{Context, ExecutionError, FunctionContext, Value as Cel};

use crate::{appointment::SlotStart, calendar::WorkCalendar, money, time::Date};

type Answer = Result<Cel, ExecutionError>;

/// Functions declared here, with how many arguments each takes.
pub(super) const OWN: [(&str, usize); 14] = [
    ("percent", 2),
    ("fen", 1),
    ("dec", 2),
    ("age_on", 2),
    ("days_between", 2),
    ("months_between", 2),
    ("months_after", 2),
    ("days_after", 2),
    ("workdays_after", 2),
    ("day_of", 1),
    ("time_of", 1),
    ("least", 2),
    ("greatest", 2),
    ("holds_licence", 1),
];

/// A context that holds the functions and no data; made once per loaded item.
pub(crate) fn root_context(calendar: Arc<WorkCalendar>) -> Result<Context<'static, 'static>, cel::DeclarationError> {
    let mut context = Context::default();
    context.add_function("percent", percent)?;
    context.add_function("fen", fen)?;
    context.add_function("dec", dec)?;
    context.add_function("age_on", |c: &FunctionContext<'_, '_>| months(c).map(|m| Cel::Int(m.div_euclid(12))))?;
    context.add_function("days_between", days_between)?;
    context.add_function("months_between", |c: &FunctionContext<'_, '_>| months(c).map(Cel::Int))?;
    context.add_function("months_after", months_after)?;
    context.add_function("days_after", days_after)?;
    context.add_function("workdays_after", move |c: &FunctionContext<'_, '_>| {
        let count = u16::try_from(int(c, 1)?).map_err(|_| c.error("the count of workdays is out of range"))?;
        Ok::<_, ExecutionError>(day_value(calendar.workdays_after(date(c, 0)?, count)))
    })?;
    context.add_function("day_of", |c: &FunctionContext<'_, '_>| Ok::<_, ExecutionError>(day_value(start(c)?.day)))?;
    context.add_function("time_of", |c: &FunctionContext<'_, '_>| {
        Ok::<_, ExecutionError>(Cel::String(Arc::new(start(c)?.time.to_string())))
    })?;
    context.add_function("least", |c: &FunctionContext<'_, '_>| {
        Ok::<_, ExecutionError>(Cel::Int(int(c, 0)?.min(int(c, 1)?)))
    })?;
    context.add_function("greatest", |c: &FunctionContext<'_, '_>| {
        Ok::<_, ExecutionError>(Cel::Int(int(c, 0)?.max(int(c, 1)?)))
    })?;
    context.add_function("holds_licence", holds_licence)?;
    Ok(context)
}

fn argument(context: &FunctionContext<'_, '_>, position: usize) -> Answer {
    let value = context.args.get(position).ok_or_else(ExecutionError::missing_argument_or_target)?;
    Cel::try_from(value.as_ref())
}

fn int(context: &FunctionContext<'_, '_>, position: usize) -> Result<i64, ExecutionError> {
    match argument(context, position)? {
        Cel::Int(value) => Ok(value),
        _ => Err(context.error("a whole number is needed")),
    }
}

fn text(context: &FunctionContext<'_, '_>, position: usize) -> Result<Arc<String>, ExecutionError> {
    match argument(context, position)? {
        Cel::String(value) => Ok(value),
        // Rates such as "3" look like integers once a figure is read.
        Cel::Int(value) => Ok(Arc::new(value.to_string())),
        _ => Err(context.error("a text is needed")),
    }
}

fn date(context: &FunctionContext<'_, '_>, position: usize) -> Result<Date, ExecutionError> {
    text(context, position)?.parse().map_err(|_| context.error("a day like 2026-01-31 is needed"))
}

fn start(context: &FunctionContext<'_, '_>) -> Result<SlotStart, ExecutionError> {
    text(context, 0)?.parse().map_err(|_| context.error("the start of an appointment is needed"))
}

fn day_value(day: Date) -> Cel {
    Cel::String(Arc::new(day.to_string()))
}

fn percent(context: &FunctionContext<'_, '_>) -> Answer {
    let rate = text(context, 1)?;
    money::percent(int(context, 0)?, &rate)
        .map(Cel::Int)
        .ok_or_else(|| context.error("the rate is no decimal or the amount is too large"))
}

fn fen(context: &FunctionContext<'_, '_>) -> Answer {
    money::fen(&text(context, 0)?).map(Cel::Int).ok_or_else(|| context.error("an amount like 12.30 is needed"))
}

fn dec(context: &FunctionContext<'_, '_>) -> Answer {
    let places = u8::try_from(int(context, 1)?).unwrap_or(u8::MAX);
    if places > 9 {
        return Err(context.error("at most nine decimals"));
    }
    money::dec(&text(context, 0)?, places)
        .map(Cel::Int)
        .ok_or_else(|| context.error("a decimal with at most that many places is needed"))
}

fn days_between(context: &FunctionContext<'_, '_>) -> Answer {
    let days = (date(context, 1)?.0 - date(context, 0)?.0).get_days();
    Ok(Cel::Int(i64::from(days)))
}

/// Full months from the first day to the second; a month counts once its day is reached, or its last
/// day when it has no such day.
fn months(context: &FunctionContext<'_, '_>) -> Result<i64, ExecutionError> {
    let (from, to) = (date(context, 0)?, date(context, 1)?);
    Ok(full_months(from, to))
}

pub(super) fn full_months(from: Date, to: Date) -> i64 {
    if to < from {
        return -full_months(to, from);
    }
    let (a, b) = (from.0, to.0);
    let whole = (i64::from(b.year()) - i64::from(a.year())) * 12 + i64::from(b.month()) - i64::from(a.month());
    let anniversary = a.day().min(b.days_in_month());
    whole - i64::from(b.day() < anniversary)
}

fn months_after(context: &FunctionContext<'_, '_>) -> Answer {
    let months = i32::try_from(int(context, 1)?).map_err(|_| context.error("too many months"))?;
    let span = jiff::Span::new().try_months(months).map_err(|_| context.error("too many months"))?;
    let day = date(context, 0)?.0.checked_add(span).map_err(|_| context.error("that day is out of range"))?;
    Ok(day_value(Date(day)))
}

fn days_after(context: &FunctionContext<'_, '_>) -> Answer {
    let days = i32::try_from(int(context, 1)?).map_err(|_| context.error("too many days"))?;
    let span = jiff::Span::new().try_days(days).map_err(|_| context.error("too many days"))?;
    let day = date(context, 0)?.0.checked_add(span).map_err(|_| context.error("that day is out of range"))?;
    Ok(day_value(Date(day)))
}

fn holds_licence(context: &FunctionContext<'_, '_>) -> Answer {
    let held = context.ptx.get_variable("holder_licences");
    let wanted = context.args.first().ok_or_else(ExecutionError::missing_argument_or_target)?;
    let found = match held.as_ref().and_then(|held| held.as_indexer()) {
        Some(indexer) => Cel::try_from(indexer.get(wanted.as_ref())?.as_ref())?,
        None => Cel::Null,
    };
    Ok(Cel::Bool(found == Cel::Bool(true)))
}
