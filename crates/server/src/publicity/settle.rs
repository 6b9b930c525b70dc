//! An officer answers an objection.

use haoban_domain::{
    case::CaseEvent,
    ids::{NoticeId, ObjectionId, PartyId},
    text::LocalText,
};
use haoban_wire::{
    ProblemCode,
    http::{Change, Notice, NoticeKind},
    publicity::ObjectionState,
};

use super::rows;
use crate::{
    Result,
    notices::{self, say},
    store::Write,
    workflow::{Dossier, Scene, department_name},
};

/// What an officer found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is right.
    Upheld,
    /// It is not.
    Dismissed,
}

/// Writes the answer down and tells those who objected. Gives the event that follows, and whom to wake.
pub(crate) async fn settle(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &Dossier,
    objection: ObjectionId,
    verdict: Verdict,
    reasons: &[String],
) -> Result<(CaseEvent, Vec<PartyId>)> {
    let item = &case.item().guide.name;
    let answer = reasons.join("\n");
    let open = rows::open_of(tx, case.id).await?;
    let made = open.iter().find(|made| made.id == objection).ok_or(ProblemCode::NotFound)?;
    let (state, event, title) = match verdict {
        Verdict::Upheld => (ObjectionState::Upheld, CaseEvent::Uphold, say!("publicity", "upheld", item = item)),
        Verdict::Dismissed => {
            (ObjectionState::Dismissed, CaseEvent::Dismiss, say!("publicity", "dismissed", item = item))
        }
    };
    rows::answer(tx, made.id, state, Some(&answer), scene.now).await?;
    tell(tx, scene, case, made.party, title, say!("publicity", "answered_body")).await?;
    let mut told = vec![made.party];
    if verdict == Verdict::Upheld {
        for other in open.iter().filter(|other| other.id != objection) {
            rows::answer(tx, other.id, ObjectionState::Joined, None, scene.now).await?;
            let title = say!("publicity", "joined", item = item);
            tell(tx, scene, case, other.party, title, say!("publicity", "joined_body")).await?;
            told.push(other.party);
        }
    }
    Ok((event, told))
}

/// A message to somebody who objected: it names the service and no case, for the case is not theirs.
pub(super) async fn tell(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &Dossier,
    party: PartyId,
    title: LocalText,
    body: LocalText,
) -> Result<()> {
    let notice = Notice {
        id: NoticeId::new(scene.now.millis(), scene.random()),
        kind: NoticeKind::Progress,
        sender: department_name(scene, case.department()),
        title,
        body,
        case_id: None,
        opens: None,
        at: scene.now,
    };
    notices::append(tx, party, &Change::Notice { notice }, scene.now).await?;
    Ok(())
}
