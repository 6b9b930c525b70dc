//! What another device did comes into this one's drafts: merged, ended, revived, never over something unsent.

use haoban_domain::ids::{DraftId, PartyId};
use haoban_wire::{
    Problem, ProblemCode,
    follow::{FollowRow, FollowState},
    ui::{DraftChoose, DraftDelete, DraftList, DraftSubmit},
};
use serde_json::{Value, json};

use super::{
    record::{self, Mark},
    shared::Shared,
    take::{Taken, take},
};
use crate::{
    Client,
    drafts::{self, Standing},
    fixture::{Device, attach, begin, pdf, save},
    session::tests::sign_in_directly,
};

struct Here {
    device: Device,
    client: Client,
    party: PartyId,
    id: DraftId,
}

impl Here {
    /// A draft with a name in it that all devices agree on at revision 1.
    async fn new() -> Self {
        let device = Device::new();
        let client = device.open_with_item(1).await;
        let party = sign_in_directly(&client).await.party;
        let id = begin(&client).await.id;
        let here = Self { device, client, party, id };
        here.fill("name", "王芳").await;
        here.agree(1, FollowState::Open).await;
        here
    }

    async fn draft(&self) -> drafts::StoredDraft {
        drafts::load(&self.client, self.id).await.unwrap()
    }

    async fn fill(&self, field: &str, value: &str) {
        save(&self.client, self.id, self.draft().await.revision, &[(field, json!(value))]).await;
    }

    async fn shared(&self) -> Shared {
        Shared::of(&self.draft().await.record)
    }

    async fn agree(&self, revision: u64, state: FollowState) {
        let mark = Mark { revision, epoch: 1, state, base: Some(self.shared().await) };
        let mut write = self.client.store().unwrap().write().await.unwrap();
        record::put_mark(&mut write, &self.client, self.party, self.id, &mark).await.unwrap();
        write.commit().await.unwrap();
    }

    async fn take(&self, revision: u64, state: FollowState, content: Option<Shared>) -> Taken {
        let row = FollowRow { draft_id: self.id, revision, epoch: 1, state };
        take(&self.client, self.party, &row, content).await.unwrap()
    }

    async fn with(&self, field: &str, value: &str) -> Shared {
        let mut shared = self.shared().await;
        shared.answers.insert(field.to_owned(), json!(value));
        shared
    }

    async fn answer(&self, field: &str) -> Option<Value> {
        self.draft().await.record.answers.get(field).cloned()
    }

    async fn delete(&self) {
        drafts::delete(&self.client, DraftDelete { draft_id: self.id }).await.unwrap();
    }
}

#[tokio::test]
async fn a_draft_from_elsewhere_is_begun_here() {
    let here = Here::new().await;
    let shared = here.with("note", "从手机来").await;
    let id = DraftId::new(7, [7; 10]);
    let row = FollowRow { draft_id: id, revision: 3, epoch: 1, state: FollowState::Open };
    assert_eq!(take(&here.client, here.party, &row, Some(shared.clone())).await.unwrap(), Taken::Changed);
    let draft = drafts::load(&here.client, id).await.unwrap();
    assert_eq!((draft.record.answers, draft.record.owner), (shared.answers, Some(here.party)));
    let row = FollowRow { draft_id: DraftId::new(8, [8; 10]), state: FollowState::Deleted, ..row };
    assert_eq!(take(&here.client, here.party, &row, None).await.unwrap(), Taken::Same, "nothing to end here");
}

#[tokio::test]
async fn a_version_that_is_not_known_here_waits() {
    let here = Here::new().await;
    let newer = Shared { item_version: 9, ..here.with("note", "x").await };
    assert_eq!(here.take(2, FollowState::Open, Some(newer)).await, Taken::Later);
    let marks = record::marks(&here.client, here.party).await.unwrap();
    assert_eq!(marks[&here.id].revision, 1, "it is asked for again");
    assert_eq!(here.answer("note").await, None);
}

#[tokio::test]
async fn a_collision_waits_for_the_resident_and_stops_sending() {
    let here = Here::new().await;
    let theirs = here.with("name", "王方").await;
    here.fill("name", "汪芳").await;
    here.fill("note", "只在这里").await;
    assert_eq!(here.take(2, FollowState::Open, Some(theirs)).await, Taken::Changed);
    assert_eq!(here.answer("name").await, Some(json!("汪芳")), "this device's answer stays");
    assert_eq!(here.shared().await.answers["name"], json!("王方"), "the others hear the agreed one");
    assert_eq!(here.answer("note").await, Some(json!("只在这里")));
    let request = DraftSubmit { draft_id: here.id, revision: here.draft().await.revision, declared: true };
    let refused: Problem = drafts::submit(&here.client, request).await.unwrap_err().into();
    assert_eq!((refused.code, refused.params["count"].as_str()), (ProblemCode::CollisionOpen, "1"));
    let choice = |field: &str| DraftChoose { draft_id: here.id, field: field.into(), theirs: true };
    assert!(drafts::choose(&here.client, choice("note")).await.is_err(), "there is nothing to choose");
    drafts::choose(&here.client, choice("name")).await.unwrap();
    assert_eq!(here.answer("name").await, Some(json!("王方")));
    assert!(here.draft().await.record.collisions.is_empty());
}

#[tokio::test]
async fn typing_goes_on_over_a_merge() {
    let here = Here::new().await;
    let theirs = here.with("note", "从手机来").await;
    let before = here.draft().await.revision;
    here.take(2, FollowState::Open, Some(theirs)).await;
    let request = haoban_wire::ui::DraftSave {
        draft_id: here.id,
        revision: before,
        changes: [("name".to_owned(), Some(json!("王小芳")))].into(),
        page: None,
    };
    let refused: Problem = drafts::save(&here.client, request).await.unwrap_err().into();
    assert_eq!(refused.code, ProblemCode::RevisionConflict, "the page reads anew and types again");
    here.fill("name", "王小芳").await;
    assert_eq!(here.answer("note").await, Some(json!("从手机来")));
}

#[tokio::test]
async fn deleted_elsewhere_it_goes_unless_it_was_edited_here() {
    let here = Here::new().await;
    assert_eq!(here.take(2, FollowState::Deleted, None).await, Taken::Changed);
    let list = drafts::list(&here.client, DraftList {}).await.unwrap();
    assert!(list.drafts.is_empty() && list.deleted[0].ended_elsewhere, "and can be brought back");

    let here = Here::new().await;
    here.fill("note", "改过").await;
    assert_eq!(here.take(2, FollowState::Deleted, None).await, Taken::Same);
    assert_eq!(here.draft().await.standing, Standing::Open);
}

#[tokio::test]
async fn deleted_here_an_edit_elsewhere_brings_it_back() {
    let here = Here::new().await;
    let (same, edited) = (here.shared().await, here.with("note", "后来填的").await);
    here.delete().await;
    assert_eq!(here.take(2, FollowState::Open, Some(same)).await, Taken::Same, "only sealed anew");
    assert_eq!(here.draft().await.standing, Standing::Deleted);
    assert_eq!(here.take(3, FollowState::Open, Some(edited)).await, Taken::Changed);
    assert_eq!(here.draft().await.standing, Standing::Open);
    assert_eq!(here.answer("note").await, Some(json!("后来填的")));

    // Also when the deletion was told already and somebody restored it there as it was.
    let same = here.shared().await;
    here.delete().await;
    here.agree(4, FollowState::Deleted).await;
    assert_eq!(here.take(5, FollowState::Open, Some(same)).await, Taken::Changed);
    assert_eq!(here.draft().await.standing, Standing::Open);
}

#[tokio::test]
async fn sent_elsewhere_it_ends_and_edits_go_on_as_a_draft_of_their_own() {
    let here = Here::new().await;
    assert_eq!(here.take(2, FollowState::Sent, None).await, Taken::Changed);
    let list = drafts::list(&here.client, DraftList {}).await.unwrap();
    assert!(list.drafts.is_empty());
    assert_eq!(list.sent_elsewhere.len(), 1);

    let here = Here::new().await;
    here.fill("note", "改过").await;
    attach(&here.device, &here.client, here.id, "lease", "租约.pdf", pdf(1, 100, "x")).await.unwrap();
    assert_eq!(here.take(2, FollowState::Sent, None).await, Taken::Changed);
    assert_eq!(here.draft().await.standing, Standing::Sent);
    let list = drafts::list(&here.client, DraftList {}).await.unwrap();
    assert_eq!((list.drafts.len(), list.sent_elsewhere.len()), (1, 1));
    let copy = list.drafts[0].id;
    assert_ne!(copy, here.id, "the old number is taken by the case");
    let open = drafts::open(&here.client, haoban_wire::ui::DraftOpen { draft_id: copy }).await.unwrap();
    assert_eq!((open.answers["note"].clone(), open.files.len()), (json!("改过"), 1));
}

#[tokio::test]
async fn another_persons_draft_is_left_alone() {
    let here = Here::new().await;
    let theirs = here.with("name", "别人").await;
    let row = FollowRow { draft_id: here.id, revision: 9, epoch: 1, state: FollowState::Open };
    let stranger = PartyId::new(9, [9; 10]);
    assert_eq!(take(&here.client, stranger, &row, Some(theirs)).await.unwrap(), Taken::Later);
    assert_eq!(here.answer("name").await, Some(json!("王芳")));
}
