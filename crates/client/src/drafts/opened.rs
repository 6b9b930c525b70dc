//! A draft in memory with its running evaluation.

use std::sync::Arc;

use haoban_domain::{
    form::{Evaluation, FormState, Inputs},
    ids::DraftId,
    item::ServiceItem,
    joint::LEFT_OUT,
};
use haoban_wire::{Problem, ProblemCode};

use super::{Standing, StoredDraft, autosave::Delta, evaluator, holder, may_see, record, save::size_of_answer};
use crate::{Client, ClientError, facts, licences, session};

/// A draft that is being worked on.
pub(crate) struct OpenDraft {
    pub(crate) stored: StoredDraft,
    pub(crate) item: Arc<ServiceItem>,
    pub(crate) evaluation: Evaluation,
}

impl OpenDraft {
    /// Reads a draft and judges it on what is known today.
    pub(crate) async fn load(client: &Client, id: DraftId) -> Result<Self, ClientError> {
        let stored = record::load(client, id).await?;
        if !may_see(stored.record.owner, holder(client)) {
            return Err(ProblemCode::NotFound.into());
        }
        Self::judge(client, stored).await
    }

    /// Begins the evaluation of a stored draft.
    pub(crate) async fn judge(client: &Client, stored: StoredDraft) -> Result<Self, ClientError> {
        let record = &stored.record;
        let item = match record::definition(client, &record.item_code, record.item_version).await? {
            Some(item) => item,
            // Without the very version (a case sent from another device) today's definition is the best there is.
            None => super::current_item(client, &record.item_code).ok_or(ProblemCode::ItemVersion)?,
        };
        let evaluation = evaluator(client, &item)?.begin(inputs(client, &stored).await);
        Ok(Self { stored, item, evaluation })
    }

    /// What the rules say now.
    pub(crate) fn state(&self) -> &FormState {
        self.evaluation.state()
    }

    /// Refuses unless the draft can be edited and is at this revision.
    pub(crate) fn check_editable(&self, revision: Option<u64>) -> Result<(), ClientError> {
        if self.stored.standing != Standing::Open {
            return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", self.stored.standing.as_str()).into());
        }
        match revision {
            Some(revision) if revision != self.stored.revision => {
                Err(Problem::new(ProblemCode::RevisionConflict).with("revision", self.stored.revision).into())
            }
            _ => Ok(()),
        }
    }

    /// True when what the evaluation rests on has changed since it began.
    pub(crate) fn is_stale(&self, client: &Client) -> bool {
        let inputs = self.evaluation.inputs();
        inputs.today != client.now().city_date()
            || inputs.applicant.as_ref().map(|person| person.party)
                != session::person(client).map(|person| person.party)
    }

    /// Takes a save over that the evaluation knows already.
    pub(crate) fn take(&mut self, delta: &Delta) {
        delta.change(&mut self.stored);
        self.stored.revision = delta.revision;
    }

    /// Bytes of all answers, about.
    pub(crate) fn answers_size(&self) -> usize {
        self.stored.record.answers.values().map(size_of_answer).sum()
    }

    /// Takes the counts for the list from the state.
    pub(crate) fn count_pages(&mut self) {
        // What is left out is chosen on the plan, which is no page of questions.
        let pages: Vec<_> = self.evaluation.state().pages.iter().filter(|page| page.id != LEFT_OUT).collect();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.stored.record.done = count(pages.iter().filter(|page| page.complete).count());
        self.stored.record.total = count(pages.len());
    }
}

async fn inputs(client: &Client, stored: &StoredDraft) -> Inputs {
    let record = &stored.record;
    let cached = facts::cached(client, &record.item_code).await;
    let mut inputs = Inputs::on(client.now().city_date());
    inputs.answers = record.answers.clone();
    inputs.choices = record.choices.clone();
    inputs.applicant = session::person(client);
    inputs.facts = cached.map(|cached| cached.facts).unwrap_or_default();
    inputs.licences = licences::cached(client).await;
    inputs
}
