//! What the core tells its screens. Hints only: a screen re-reads what it shows.

use haoban_domain::ids::{CaseId, DraftId, OutboxId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum ClientEvent {
    /// Sign-in, sign-out, expiry.
    SessionChanged {},
    /// The platform answers again, or no longer.
    ConnectivityChanged {
        /// Now.
        online: bool,
    },
    /// A new catalogue was stored.
    CatalogueChanged {},
    /// What registers say for a service was read anew: guide and drafts of it may look different.
    FactsChanged {
        /// Item.
        item_code: haoban_domain::item::ItemCode,
    },
    /// A draft changed otherwise than by this screen.
    DraftChanged {
        /// Draft.
        draft_id: DraftId,
    },
    /// The outbox changed.
    OutboxChanged {},
    /// Bytes moved.
    UploadProgress {
        /// Entry.
        outbox_id: OutboxId,
        /// Bytes sent.
        sent: u64,
        /// Bytes in all.
        total: u64,
    },
    /// A case was sent, fetched or changed.
    CaseChanged {
        /// Case.
        case_id: CaseId,
    },
    /// Messages changed.
    InboxChanged {
        /// Unread now.
        unread: u32,
    },
    /// Appointments changed.
    AppointmentsChanged {},
    /// Devices, or how far drafts were brought together, changed.
    DevicesChanged {},
    /// Licences changed.
    LicencesChanged {},
    /// Go to a screen (a notification was clicked, files were dropped).
    Navigate {
        /// Route path, e.g. `/cases/cas_…`.
        path: String,
    },
    /// Files were dropped on the window; attach them by token.
    FilesDropped {
        /// Tokens for `material_attach`.
        tokens: Vec<String>,
        /// Where, in pixels of the page from its left edge.
        x: i32,
        /// Where, in pixels of the page from its upper edge.
        y: i32,
    },
    /// Settings changed in another window.
    SettingsChanged {},
    /// The vault opened, closed or failed.
    VaultChanged {},
}
