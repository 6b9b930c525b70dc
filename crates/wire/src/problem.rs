//! The one error shape outside: screens render by code, their words stand in the message files.

use std::collections::BTreeMap;

use haoban_domain::form::FieldProblem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Declares the codes once: variant, wire text, HTTP status.
macro_rules! problem_codes {
    ($($(#[doc = $doc:literal])* $variant:ident => $text:literal, $status:literal;)*) => {
        /// Stable error codes. Each has a sentence and a remedy in both languages in the message files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
        #[ts(export)]
        pub enum ProblemCode {
            $($(#[doc = $doc])* #[serde(rename = $text)] $variant,)*
        }

        impl ProblemCode {
            /// Every code, for tests of the message files.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The text on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What it means, for those who write another client.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*)),* }
            }

            /// HTTP status of an answer that carries it.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }
        }
    };
}

problem_codes! {
    /// The request itself is malformed; `params.what` says where.
    BadRequest => "bad_request", 400;
    /// No one is signed in, or the token ended.
    SignedOut => "signed_out", 401;
    /// The sign-in is too long ago for this: sign in again.
    ReauthRequired => "reauth_required", 403;
    /// Signed in, but not allowed here.
    Forbidden => "forbidden", 403;
    /// No such thing, or not yours.
    NotFound => "not_found", 404;
    /// Somebody (perhaps you, elsewhere) changed it first.
    RevisionConflict => "revision_conflict", 409;
    /// The status does not allow this now.
    NotAllowedNow => "not_allowed_now", 409;
    /// The same key came with another body.
    KeyReused => "key_reused", 422;
    /// Answers or materials do not pass; see `field_errors`.
    Invalid => "invalid", 422;
    /// This version of the item is not known or no longer accepted.
    ItemVersion => "item_version", 409;
    /// No seat is left at that time, or the time cannot be chosen any more.
    SlotTaken => "slot_taken", 409;
    /// Too many appointments were missed; nothing can be booked until `params.until`.
    BookingBlocked => "booking_blocked", 409;
    /// Too many tries; wait `retry_after_ms`.
    TooMany => "too_many", 429;
    /// Wrong phone, password or code.
    WrongCredentials => "wrong_credentials", 401;
    /// The upload offset does not match.
    UploadOffset => "upload_offset", 409;
    /// The file's bytes do not match its digest.
    UploadChecksum => "upload_checksum", 460;
    /// The file is too large for this slot; `params.max`.
    FileTooLarge => "file_too_large", 413;
    /// The file's kind is not accepted here; `params.kinds`.
    FileKind => "file_kind", 415;
    /// Too many pages; `params.max`.
    FilePages => "file_pages", 422;
    /// The file is damaged, locked or empty.
    FileUnreadable => "file_unreadable", 422;
    /// The file holds something that runs by itself, or another file.
    FileActive => "file_active", 422;
    /// The photo tells where or when it was taken, and the service did not ask; `params.found` says in which notes.
    FileMetadata => "file_metadata", 422;
    /// The virus scanner found something.
    FileHarmful => "file_harmful", 422;
    /// The slot is full; `params.max`.
    FileCount => "file_count", 422;
    /// The file is no table of text cells; `params.what` says what it is.
    TableUnreadable => "table_unreadable", 422;
    /// Columns that every row needs are missing, or one stands twice; `params.columns`.
    TableColumns => "table_columns", 422;
    /// The table has no rows, or more than the list takes; `params.max`, `params.now`.
    TableRows => "table_rows", 422;
    /// The platform failed; nothing was changed.
    Internal => "internal", 500;
    /// The platform is overloaded or being updated; wait `retry_after_ms`.
    Unavailable => "unavailable", 503;
    /// No network, or the platform cannot be reached. Device only.
    Offline => "offline", 503;
    /// No catalogue has come to this device yet; it comes by itself. Device only.
    CatalogueMissing => "catalogue_missing", 503;
    /// The keychain is locked. Device only.
    KeychainLocked => "keychain_locked", 503;
    /// There is no keychain. Device only.
    KeychainUnavailable => "keychain_unavailable", 503;
    /// The key of this store is not the one in the keychain. Device only.
    KeyMissing => "key_missing", 503;
    /// The store cannot be read or written. Device only.
    StoreFailed => "store_failed", 507;
    /// The disk is full. Device only.
    DiskFull => "disk_full", 507;
    /// Part of the store is damaged; nothing was changed. Device only.
    StoreDamaged => "store_damaged", 503;
    /// The store was written by a newer app. Device only.
    StoreTooNew => "store_too_new", 503;
    /// Groups of a recovery code are mistyped; `params.groups`. Device only.
    RecoveryCodeTypo => "recovery_code_typo", 422;
    /// A recovery code has `params.found` characters instead of `params.wanted`. Device only.
    RecoveryCodeLength => "recovery_code_length", 422;
    /// A recovery code that does not belong to this device, or no longer holds. Device only.
    RecoveryCodeWrong => "recovery_code_wrong", 422;
    /// This account cannot bring the key of this device back. Device only.
    KeyDepositMissing => "key_deposit_missing", 404;
    /// A code that is not the one the new device shows; `params.left` tries are left. Device only.
    DeviceCodeWrong => "device_code_wrong", 422;
    /// This device does not follow, or was not admitted yet.
    DeviceNotAdmitted => "device_not_admitted", 403;
    /// This device was taken out on another one.
    DeviceRemoved => "device_removed", 403;
    /// Another account key is in force; `params.epoch`.
    FollowEpoch => "follow_epoch", 409;
    /// The same question was answered differently on two devices: choose first; `params.count`. Device only.
    CollisionOpen => "collision_open", 409;
    /// Sign-in was cancelled or ran out of time.
    SignInFailed => "sign_in_failed", 401;
    /// A file could not be read from where it was picked.
    FileSource => "file_source", 422;
    /// The receipt's signature does not fit.
    ReceiptInvalid => "receipt_invalid", 422;
    /// No font on this device can write the PDF.
    NoFont => "no_font", 500;
    /// This host cannot do that (e.g. a picker in a browser).
    NotSupported => "not_supported", 501;
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, thiserror::Error)]
#[error("{}", code.as_str())]
#[ts(export)]
pub struct Problem {
    /// Stable code.
    pub code: ProblemCode,
    /// Values the sentence needs. Never personal data.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Per field: field, rule, remedy.
    #[serde(default)]
    pub field_errors: Vec<FieldProblem>,
    /// When a retry makes sense.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// For the log.
    #[serde(default)]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem that is only a code.
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self { code, params: BTreeMap::new(), field_errors: Vec::new(), retry_after_ms: None, request_id: None }
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds the fields that do not pass.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.field_errors = fields;
        self
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Self::new(code)
    }
}
