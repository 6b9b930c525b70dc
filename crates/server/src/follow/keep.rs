//! Who may read and write which sealed draft, and how much is kept.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use haoban_domain::{ids::DraftId, time::Timestamp};
use haoban_wire::{
    Problem, ProblemCode,
    follow::{FollowPage, FollowRow, FollowState, FollowedDraft, PutDraft},
    http::Change,
};

use crate::{
    AppState, Result,
    devices::{self, Account},
    identity::SignedIn,
    notices,
    store::Write,
};

/// Bytes of one sealed draft: the most a form can hold, and its wrapping.
const SEALED_MOST: usize = 704 * 1024;
/// Far beyond any clock, far below what a column holds.
const REVISION_MOST: u64 = 1 << 52;
/// Drafts that are being filled.
const OPEN_MOST: usize = 200;
/// Drafts with those that ended.
const ROWS_MOST: usize = 1_000;
/// How long it is remembered that a draft was sent or deleted.
const ENDED_KEPT_MS: i64 = 180 * 24 * 3_600_000;
/// When another try may make sense.
const RETRY_MS: u64 = 3_600_000;

/// Which drafts there are.
pub(super) async fn list(state: &AppState, caller: &SignedIn) -> Result<FollowPage> {
    let account = may_read(state, caller).await?;
    let drafts = super::rows::list(state.store.reader(), caller.who.party_id).await?;
    Ok(FollowPage { epoch: account.epoch.unsigned_abs(), drafts })
}

/// One draft.
pub(super) async fn one(state: &AppState, caller: &SignedIn, id: DraftId) -> Result<FollowedDraft> {
    may_read(state, caller).await?;
    let found = super::rows::one(state.store.reader(), caller.who.party_id, id).await?;
    let (row, sealed) = found.ok_or(ProblemCode::NotFound)?;
    Ok(FollowedDraft { row, sealed: BASE64.encode(sealed) })
}

/// Keeps a draft.
pub(super) async fn put(state: &AppState, caller: &SignedIn, id: DraftId, body: &PutDraft) -> Result<FollowRow> {
    let sealed = BASE64.decode(&body.sealed).ok().filter(|sealed| !sealed.is_empty());
    let sealed = sealed.ok_or_else(|| Problem::new(ProblemCode::BadRequest).with("what", "sealed"))?;
    if sealed.len() > SEALED_MOST {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "size").with("max", SEALED_MOST).into());
    }
    let (party, now) = (caller.who.party_id, state.clock.now());
    let mut tx = state.store.write().await?;
    let account = admitted(&mut tx, caller).await?;
    if account.epoch.unsigned_abs() != body.epoch {
        return Err(Problem::new(ProblemCode::FollowEpoch).with("epoch", account.epoch).into());
    }
    let known = super::rows::one(&mut *tx, party, id).await?.map_or(0, |(row, _)| row.revision);
    if known != body.base {
        return Err(Problem::new(ProblemCode::RevisionConflict).with("revision", known).into());
    }
    if body.revision <= known || body.revision > REVISION_MOST {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "revision").into());
    }
    if known == 0 {
        room(&mut tx, caller, body.state, now).await?;
    }
    let row = FollowRow { draft_id: id, revision: body.revision, epoch: body.epoch, state: body.state };
    super::rows::put(&mut tx, party, &row, sealed, now).await?;
    notices::append_latest(&mut tx, party, &Change::FollowChanged, now).await?;
    tx.commit().await?;
    state.notices.wake(party);
    Ok(row)
}

/// The account of an asking device that has its key.
async fn may_read(state: &AppState, caller: &SignedIn) -> Result<Account> {
    let account = devices::account_now(&state.store, caller.who.party_id).await?;
    let device = devices::admitted_device(state.store.reader(), caller.who.party_id, &caller.family).await?;
    account.filter(|_| device.is_some()).ok_or_else(|| ProblemCode::DeviceNotAdmitted.into())
}

/// The same before a write; locked, so that a removal and a write never overlap.
async fn admitted(tx: &mut Write, caller: &SignedIn) -> Result<Account> {
    let account = devices::account(tx, caller.who.party_id).await?;
    let device = devices::admitted_device(&mut **tx, caller.who.party_id, &caller.family).await?;
    match (account, device) {
        (Some(account), Some(_)) => Ok(account),
        _ => Err(ProblemCode::DeviceNotAdmitted.into()),
    }
}

async fn room(tx: &mut Write, caller: &SignedIn, state: FollowState, now: Timestamp) -> Result<()> {
    let party = caller.who.party_id;
    super::rows::sweep(tx, party, now.plus_millis(-ENDED_KEPT_MS)).await?;
    let rows = super::rows::list(&mut **tx, party).await?;
    let open = rows.iter().filter(|row| row.state == FollowState::Open).count();
    if rows.len() >= ROWS_MOST || (state == FollowState::Open && open >= OPEN_MOST) {
        let problem = Problem::new(ProblemCode::TooMany).with("what", "drafts").with("max", OPEN_MOST);
        return Err(Problem { retry_after_ms: Some(RETRY_MS), ..problem }.into());
    }
    Ok(())
}
