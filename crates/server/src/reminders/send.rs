//! One round: its day, its pack, and the one way a notice goes out.

use haoban_domain::{
    ids::{CaseId, NoticeId, PartyId},
    reminder::Reminder,
    text::LocalText,
    time::Date,
};
use haoban_wire::http::{Change, Notice, NoticeKind, NoticeTarget};

use super::rows::{self, Sent};
use crate::{AppState, Error, Result, notices, store::Write, workflow::Scene};

/// The surroundings of one round.
pub(super) struct Round<'a> {
    pub scene: Scene<'a>,
}

/// A notice that may be due.
pub(super) struct Due<'a> {
    /// Licence, appointment, case, or item and party.
    pub subject: String,
    pub party: PartyId,
    pub reminder: &'a Reminder,
    /// Day it is about.
    pub day: Date,
    pub days_before: u16,
    /// Department it comes from, in words.
    pub sender: LocalText,
    /// Where it leads when the reminder names no service.
    pub opens: Option<NoticeTarget>,
    pub case: Option<CaseId>,
}

impl<'a> Round<'a> {
    pub fn now(state: &'a AppState) -> Self {
        Self { scene: Scene::now(state) }
    }

    /// Sends a notice unless it was sent before. The caller commits, and wakes the party when this was true.
    pub async fn send(&self, tx: &mut Write, due: &Due<'_>) -> Result<bool> {
        let sent = Sent {
            subject: &due.subject,
            reminder: &due.reminder.id,
            day: due.day,
            days_before: i64::from(due.days_before),
            party: due.party,
        };
        if !rows::claim(tx, &sent, self.scene.now).await? {
            return Ok(false);
        }
        let (title, body) = due.reminder.said(&notices::day(due.day));
        let opens = due.reminder.opens.clone().map(|code| NoticeTarget::Item { code }).or_else(|| due.opens.clone());
        self.tell(tx, due.party, Told { sender: due.sender.clone(), title, body, opens, case: due.case }).await?;
        Ok(true)
    }

    /// Puts a notice into an inbox.
    pub async fn tell(&self, tx: &mut Write, party: PartyId, told: Told) -> Result<()> {
        let notice = Notice {
            id: NoticeId::new(self.scene.now.millis(), self.scene.random()),
            kind: NoticeKind::Reminder,
            sender: told.sender,
            title: told.title,
            body: told.body,
            case_id: told.case,
            opens: told.opens,
            at: self.scene.now,
        };
        notices::append(tx, party, &Change::Notice { notice }, self.scene.now).await?;
        Ok(())
    }
}

/// What a notice says.
pub(super) struct Told {
    pub sender: LocalText,
    pub title: LocalText,
    pub body: LocalText,
    pub opens: Option<NoticeTarget>,
    pub case: Option<CaseId>,
}

/// One subject that cannot be read must not keep the others from being reminded; a person reads the log.
pub(super) fn passed_over(what: &str, id: &str, error: &Error) {
    tracing::error!(what, id, %error, "a reminder was passed over");
}
