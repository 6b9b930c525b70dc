//! The inbox: messages of the event stream, sealed, read or unread on this device.

use haoban_domain::ids::{NoticeId, PartyId};
use haoban_wire::{
    Problem,
    http::{Notice, NoticeKind, NoticeTarget},
    ui::{ClientEvent, InboxView, NoticeRow},
};

use crate::{
    Client, ClientError, parties,
    ports::OsNotification,
    session, settings,
    store::{Write, records},
};

const KIND: &str = "notice";

async fn rows(client: &Client) -> Result<Vec<NoticeRow>, ClientError> {
    let Some(party) = session::party(client) else { return Ok(Vec::new()) };
    let kind = parties::kind(client, KIND, party)?;
    let mut rows: Vec<NoticeRow> = records::list(client, &kind).await?.into_iter().map(|(_, row)| row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.notice.at, row.notice.id)));
    Ok(rows)
}

/// The inbox, latest first.
pub(crate) async fn open(client: &Client) -> Result<InboxView, Problem> {
    let notices = rows(client).await?;
    let unread = unread_of(&notices);
    Ok(InboxView { notices, unread })
}

/// How many messages are unread.
pub(crate) async fn unread(client: &Client) -> u32 {
    rows(client).await.map_or(0, |rows| unread_of(&rows))
}

fn unread_of(rows: &[NoticeRow]) -> u32 {
    rows.iter().filter(|row| !row.read).count().try_into().unwrap_or(u32::MAX)
}

/// Marks messages as read; none named means all.
pub(crate) async fn read(client: &Client, ids: &[NoticeId]) -> Result<InboxView, Problem> {
    if let Some(party) = session::party(client) {
        mark(client, party, ids).await?;
    }
    let view = open(client).await?;
    client.emit(ClientEvent::InboxChanged { unread: view.unread });
    Ok(view)
}

async fn mark(client: &Client, party: PartyId, ids: &[NoticeId]) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    let unread: Vec<NoticeRow> = rows(client).await?.into_iter().filter(|row| !row.read).collect();
    let mut write = client.store()?.write().await?;
    for mut row in unread.into_iter().filter(|row| ids.is_empty() || ids.contains(&row.notice.id)) {
        row.read = true;
        records::put(&mut write, client.vault(), &kind, &row.notice.id.to_string(), &row, client.now()).await?;
    }
    Ok(write.commit().await?)
}

/// Whether a message is already here: the same event may come twice.
pub(crate) async fn holds(client: &Client, party: PartyId, id: NoticeId) -> Result<bool, ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    Ok(records::read::<NoticeRow>(client, &kind, &id.to_string()).await?.is_some())
}

/// Keeps a message inside the transaction that moves the cursor.
pub(crate) async fn keep(
    write: &mut Write,
    client: &Client,
    party: PartyId,
    notice: &Notice,
    read: bool,
) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    let row = NoticeRow { notice: notice.clone(), read };
    records::put(write, client.vault(), &kind, &notice.id.to_string(), &row, client.now()).await?;
    Ok(())
}

/// Shows an OS notification, if wanted. It says what kind of news there is, never whose or about what.
pub(crate) fn tell(client: &Client, notice: &Notice) {
    if !settings::current(client).notifications || !client.config().host.notifications {
        return;
    }
    client.ports().notifier.notify(OsNotification {
        title: client.said(&format!("notify.{}", name(notice.kind))),
        body: client.said("notify.body"),
        path: path(notice),
    });
}

/// The page a message leads to.
fn path(notice: &Notice) -> String {
    match (&notice.opens, notice.case_id) {
        (Some(NoticeTarget::Item { code }), _) => format!("/items/{code}"),
        (Some(NoticeTarget::Licence { id }), _) => format!("/licences/{id}"),
        (Some(NoticeTarget::Appointments), _) => "/appointments".to_owned(),
        (None, Some(id)) => format!("/cases/{id}"),
        (None, None) => "/inbox".to_owned(),
    }
}

fn name(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Received => "received",
        NoticeKind::Accepted => "accepted",
        NoticeKind::CorrectionRequested => "correction_requested",
        NoticeKind::Progress => "progress",
        NoticeKind::Granted => "granted",
        NoticeKind::Refused => "refused",
        NoticeKind::Ended => "ended",
        NoticeKind::PaymentRequested => "payment_requested",
        NoticeKind::MaterialsAwaited => "materials_awaited",
        NoticeKind::Appointment => "appointment",
        NoticeKind::Reminder => "reminder",
    }
}

#[cfg(test)]
mod tests {
    use haoban_domain::{
        ids::{CaseId, LicenceId},
        text::LocalText,
        time::Timestamp,
    };

    use super::*;

    #[test]
    fn a_message_leads_to_what_is_to_be_done() {
        let case = CaseId::new(1, [1; 10]);
        let licence = LicenceId::new(1, [2; 10]);
        let leads = |opens: Option<NoticeTarget>, case_id: Option<CaseId>| {
            path(&Notice {
                id: NoticeId::new(1, [3; 10]),
                kind: NoticeKind::Reminder,
                sender: LocalText::default(),
                title: LocalText::default(),
                body: LocalText::default(),
                case_id,
                opens,
                at: Timestamp::from_millis(0),
            })
        };
        let item = NoticeTarget::Item { code: "pension-check".to_owned() };
        assert_eq!(leads(Some(item), Some(case)), "/items/pension-check");
        assert_eq!(leads(Some(NoticeTarget::Licence { id: licence }), None), format!("/licences/{licence}"));
        assert_eq!(leads(Some(NoticeTarget::Appointments), Some(case)), "/appointments");
        assert_eq!(leads(None, Some(case)), format!("/cases/{case}"));
        assert_eq!(leads(None, None), "/inbox");
    }
}
