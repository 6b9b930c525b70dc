//! 免申即办: before a proof ends, registers are asked for a sign that makes a new one needless. Whoever has one is
//! told that nothing need be done; whoever has none is reminded.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use haoban_domain::{
    form::{Answers, Evaluator, Inputs},
    ids::PartyId,
    item::ServiceItem,
    person::{Fact, Facts},
    reminder::{Reminder, ReminderDay},
    renewal::{SilentRenewal, day_of},
    text::LocalText,
    time::Date,
};
use haoban_wire::http::{AccessGround, NoticeTarget};
use serde_json::{Value, json};

use super::{
    rows::{self, Sent},
    send::{Due, Round, Told, passed_over},
};
use crate::{
    Result,
    audit::{self, Act},
    identity::facts::{self, Look},
    notices,
    store::Write,
    workflow::department_name,
};

/// Who looks, as the access log and the audit name it.
const ACTOR: &str = "system:renewal";
/// After the end a sign still renews; it is looked for once in so many days.
const OVERDUE_EVERY: i32 = 7;
/// The name of a look after the end, in place of a reminder's.
const OVERDUE: &str = "overdue";

/// Goes through everything that renews by itself.
pub(super) async fn look(round: &Round<'_>) -> Result<()> {
    let pack = Arc::clone(&round.scene.pack);
    for item in pack.pack.items.iter().filter(|item| item.joint.is_none()) {
        let (Some(renewal), Some(rules)) = (&item.workflow.renewal, pack.evaluator(&item.code)) else { continue };
        Proofs { round, item, renewal, rules, ends: HashMap::new() }.look().await?;
    }
    Ok(())
}

/// What is to be done about one proof today.
#[derive(Clone, Copy)]
enum Step<'r> {
    /// Look, and remind when there is no sign.
    Remind(&'r Reminder, u16),
    /// The proof has ended; look again.
    Overdue(i64),
}

/// All proofs of one item.
struct Proofs<'r, 'a> {
    round: &'r Round<'a>,
    item: &'r ServiceItem,
    renewal: &'r SilentRenewal,
    rules: Arc<Evaluator>,
    /// Last days by the day of the proof: many people share one.
    ends: HashMap<Date, Option<Date>>,
}

impl<'r> Proofs<'r, '_> {
    async fn look(mut self) -> Result<()> {
        let mut behind = String::new();
        loop {
            let page = rows::parties_with(&self.round.scene.state.store, &self.renewal.proof, &behind).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            behind = last.to_string();
            for (party, value) in page {
                // So far nothing is read but the register that holds the proof.
                let proved_on = serde_json::from_str(&value).ok().and_then(|value: Value| value.as_str()?.parse().ok());
                let Some(proved_on) = proved_on else { continue };
                let Some((end, step)) = self.step(proved_on) else { continue };
                if let Err(error) = self.of_party(party, proved_on, end, step).await {
                    passed_over("proof", &party.to_string(), &error);
                }
            }
        }
    }

    /// The last day a proof counts.
    fn end(&mut self, proved_on: Date) -> Option<Date> {
        if let Some(known) = self.ends.get(&proved_on) {
            return *known;
        }
        let proof = Fact { value: json!(proved_on), register: LocalText::default(), read_at: self.round.scene.now };
        let inputs = self.inputs(Facts([(self.renewal.proof.clone(), proof)].into()));
        let end = self.rules.value(&self.renewal.until, &inputs);
        let end = end.as_ref().and_then(Value::as_str).and_then(|day| day.parse().ok());
        self.ends.insert(proved_on, end);
        end
    }

    fn inputs(&self, facts: Facts) -> Inputs {
        Inputs {
            answers: Answers::new(),
            facts,
            applicant: None,
            choices: BTreeMap::new(),
            licences: Vec::new(),
            today: self.round.scene.today,
        }
    }

    fn step(&mut self, proved_on: Date) -> Option<(Date, Step<'r>)> {
        let (end, today) = (self.end(proved_on)?, self.round.scene.today);
        let over = end.0.until(today.0).map_or(0, |span| span.get_days());
        if over > 0 {
            return Some((end, Step::Overdue(i64::from(-((over - 1) / OVERDUE_EVERY + 1)))));
        }
        let (item, calendar) = (self.item, &self.round.scene.calendar);
        let mut reminders = item.workflow.reminders.iter().filter(|reminder| reminder.of == ReminderDay::Renewal);
        let step = reminders.find_map(|reminder| {
            let days_before = reminder.due(calendar, end, proved_on, today)?;
            Some(Step::Remind(reminder, days_before))
        })?;
        Some((end, step))
    }

    /// One person, whole, in one transaction: the look is written down, and what follows from it.
    async fn of_party(&mut self, party: PartyId, proved_on: Date, end: Date, step: Step<'r>) -> Result<()> {
        let scene = &self.round.scene;
        let mut tx = scene.state.store.write().await?;
        let subject = format!("{}:{party}", self.item.code);
        let (name, days_before) = match step {
            Step::Remind(reminder, days) => (reminder.id.as_str(), i64::from(days)),
            Step::Overdue(weeks) => (OVERDUE, weeks),
        };
        // The look has a row of its own beside the reminder's: it is made once, whatever comes of it.
        let looked = Sent { subject: &subject, reminder: &format!("look:{name}"), day: end, days_before, party };
        if !rows::claim(&mut tx, &looked, scene.now).await? {
            return Ok(());
        }
        let facts = facts::read(&mut *tx, &scene.pack.pack, self.item, party).await?;
        if day_of(&facts, &self.renewal.proof) != Some(proved_on) {
            // Proved meanwhile.
            return Ok(());
        }
        self.log(&mut tx, party, &facts).await?;
        let concerned = self.rules.judge(&self.renewal.when, &self.inputs(facts.clone())) == Some(true);
        if concerned && !rows::applies(&mut tx, party, &self.item.code).await? {
            let renewed = self.renew(&mut tx, party, &facts, end).await?;
            if let Step::Remind(reminder, days_before) = step
                && !renewed
            {
                let due = Due {
                    subject: subject.clone(),
                    party,
                    reminder,
                    day: end,
                    days_before,
                    sender: self.sender(),
                    opens: Some(self.guide()),
                    case: None,
                };
                self.round.send(&mut tx, &due).await?;
            }
        }
        tx.commit().await?;
        self.round.scene.state.notices.wake(party);
        Ok(())
    }

    fn guide(&self) -> NoticeTarget {
        NoticeTarget::Item { code: self.item.code.clone() }
    }

    fn sender(&self) -> LocalText {
        department_name(&self.round.scene, &self.item.guide.department)
    }

    async fn log(&self, tx: &mut Write, party: PartyId, facts: &Facts) -> Result<()> {
        let look = Look { item: self.item, party, facts, actor: ACTOR.to_owned(), ground: AccessGround::Law };
        facts::log_look(tx, &self.round.scene.pack.pack, look, self.round.scene.now).await
    }

    /// Renews by the latest sign, if there is one that counts for longer than the last proof and still does.
    async fn renew(&mut self, tx: &mut Write, party: PartyId, facts: &Facts, end: Date) -> Result<bool> {
        let today = self.round.scene.today;
        let Some((day, sign)) = self.renewal.latest_sign(facts, today) else { return Ok(false) };
        let from = sign.words.clone();
        let Some(until) = self.end(day).filter(|until| *until > end && *until >= today) else { return Ok(false) };
        let now = self.round.scene.now;
        let seen = &self.renewal.seen;
        for (key, value) in [(&self.renewal.proof, json!(day)), (&seen.on, json!(day)), (&seen.from, json!(from.zh))] {
            facts::put(tx, party, key, &value, now).await?;
        }
        // A payment on hold goes on, as after a grant.
        let inputs = self.inputs(facts.clone());
        for entry in self.item.workflow.records.iter().filter(|entry| entry.fact != self.renewal.proof) {
            if let Some(value) = self.rules.value(&entry.value, &inputs).filter(|value| !value.is_null()) {
                facts::put(tx, party, &entry.fact, &value, now).await?;
            }
        }
        let act = Act {
            at: now,
            actor: ACTOR.to_owned(),
            department: Some(&self.item.guide.department),
            action: "proof.renewed",
            subject: party.to_string(),
            case_id: None,
            detail: json!({ "item": self.item.code, "proof": day, "until": until }),
        };
        audit::record(tx, act).await?;
        let said = notices::day(until);
        let fill =
            |text: &LocalText| LocalText::new(text.zh.replace("{day}", &said.zh), text.en.replace("{day}", &said.en));
        let told = Told {
            sender: self.sender(),
            title: fill(&self.renewal.title),
            body: fill(&self.renewal.body),
            opens: Some(self.guide()),
            case: None,
        };
        self.round.tell(tx, party, told).await?;
        Ok(true)
    }
}
