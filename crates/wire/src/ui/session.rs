//! Start, settings, sign-in.

use haoban_domain::{pack::City, text::Language, time::Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asked once when a screen opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AppStart {}

/// Everything the frame needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppStartView {
    /// App version.
    pub version: String,
    /// What this host can do.
    pub host: HostAbilities,
    /// Settings of this device.
    pub settings: Settings,
    /// Who is signed in.
    pub session: SessionView,
    /// The city, absent until the catalogue was fetched once.
    pub city: Option<City>,
    /// Standing of the sealed store.
    pub vault: VaultView,
    /// The recovery code of that store.
    pub recovery: RecoveryView,
    /// Whether the last keystrokes of an earlier run could not be read; the rest of the drafts is whole.
    pub saves_lost: bool,
    /// Whether the platform answers.
    pub online: bool,
    /// When it last answered.
    pub last_online: Option<Timestamp>,
    /// Unread messages.
    pub unread: u32,
    /// Things in the outbox that are not done.
    pub outbox_open: u32,
}

/// What a host can do, so that screens offer only that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HostAbilities {
    /// `tauri` or `devhost`.
    pub kind: String,
    /// Native file picker (`material_pick`); else the page uploads to the host and calls `material_attach`.
    pub native_picker: bool,
    /// Clipboard images (`material_paste`).
    pub native_clipboard: bool,
    /// Can show OS notifications.
    pub notifications: bool,
}

/// Where the sealed store stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum VaultView {
    /// Open; the key lies in the OS keychain.
    Open,
    /// Open under a passphrase.
    OpenByPassphrase,
    /// Closed: a passphrase is needed.
    PassphraseNeeded,
    /// The keychain is locked; unlock it and try again. Nothing was changed.
    KeychainLocked,
    /// There is no keychain; choose a passphrase, or go on without drafts on this device.
    NoKeychain,
    /// There is a store but its key is gone. Nothing was changed.
    KeyMissing,
    /// The store cannot be read. Nothing was changed.
    Unreadable {
        /// Problem code.
        code: String,
    },
    /// Part of the store is damaged. Nothing was changed; what can be read can be saved to a file.
    Damaged,
    /// The root key is being changed; everything waits.
    Rotating {
        /// Things sealed anew.
        done: u32,
        /// Things there are.
        total: u32,
    },
    /// The resident chose to keep nothing on this device: everything is gone when the app closes.
    MemoryOnly,
}

/// Opens the vault another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case")]
#[ts(export)]
pub enum VaultUnlock {
    /// Try the keychain again.
    Retry,
    /// Open (or first set) by passphrase.
    Passphrase {
        /// The passphrase; at least 8 characters when first set.
        passphrase: String,
    },
    /// Bring a missing key back by the recovery code.
    RecoveryCode {
        /// As the resident typed it.
        code: String,
    },
    /// Bring a missing key back from the platform, right after a sign-in.
    SignIn,
    /// Keep nothing on this device.
    MemoryOnly,
}

/// Where the recovery code stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoveryView {
    /// Whether a code can be made now: the store is open and its key lies in the keychain.
    pub possible: bool,
    /// When the code in force was made; absent when there is none.
    pub made_at: Option<Timestamp>,
    /// Since when a sign-in brings the key back; absent when it cannot.
    pub by_sign_in: Option<Timestamp>,
}

/// Makes a new recovery code. It holds once it was confirmed; the one before it holds until then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RecoveryMake {}

/// A recovery code, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoveryMade {
    /// Its groups, in order.
    pub groups: Vec<String>,
    /// Which group (from 1) will be asked for.
    pub ask: u8,
}

/// Shows that the code was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RecoveryConfirm {
    /// The group that was asked for.
    pub group: String,
}

/// Replaces the root key of this device. Answers when it is done or was stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct KeyChange {}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeyChanged {
    /// False when it was stopped in time: then nothing was changed.
    pub changed: bool,
}

/// Stops a running change of the root key, if the new one is not in force yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct KeyChangeStop {}

/// The wish was heard; the change itself answers whether it was in time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeyChangeStopping {}

/// Writes the drafts that can still be read of a damaged store to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SalvageExport {
    /// The passphrase or recovery code, where the keychain does not hold the key.
    pub secret: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SalvageExported {
    /// Where the file is; absent when nothing could be read.
    pub place: Option<String>,
    /// Drafts in it.
    pub drafts: u32,
    /// Drafts that could not be read.
    pub unreadable: u32,
}

/// Sets a damaged store aside, unchanged, and begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SalvageBeginAnew {
    /// Must be true; drafts of the damaged store are not in the new one.
    pub confirmed: bool,
}

/// Settings of this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Settings {
    /// Standard or senior.
    pub mode: Mode,
    /// Light, dark or as the system says.
    pub theme: Theme,
    /// Text size in percent: 100, 112, 125, 150, 187.
    pub text_percent: u16,
    /// Language.
    pub language: Language,
    /// OS notifications wanted.
    pub notifications: bool,
    /// Whether the first-run question was answered.
    pub first_run_done: bool,
    /// Keep running in the tray after the window closes.
    pub stay_in_tray: bool,
    /// A lost key may be brought back by signing in. Settings of older versions do not know it.
    #[serde(default = "yes")]
    pub key_by_sign_in: bool,
}

fn yes() -> bool {
    true
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Standard,
            theme: Theme::System,
            text_percent: 100,
            language: Language::Chinese,
            notifications: true,
            first_run_done: false,
            stay_in_tray: true,
            key_by_sign_in: true,
        }
    }
}

/// Standard or senior (长辈版).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Mode {
    /// Standard.
    Standard,
    /// Senior.
    Senior,
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "ThemeChoice")]
pub enum Theme {
    /// As the system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Replaces the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SettingsSave {
    /// All of them.
    pub settings: Settings,
}

/// Begins a sign-in in the system browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SessionBegin {}

/// Gives a running sign-in up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SessionCancel {}

/// Signs out. Drafts stay, sealed; tokens are revoked and destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SessionEnd {}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum SessionView {
    /// Nobody.
    SignedOut {
        /// Why the last try failed, if it did.
        problem: Option<crate::Problem>,
    },
    /// The browser is open.
    SigningIn {
        /// Address that was opened, so that it can be opened again by hand.
        url: String,
    },
    /// Somebody.
    SignedIn {
        /// The person.
        person: SessionPerson,
    },
    /// The session ended; sign in again. The person's drafts are still here.
    Expired {
        /// The person.
        person: SessionPerson,
    },
}

/// The person of a session, as much as screens need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SessionPerson {
    /// Name.
    pub name: String,
    /// Masked ID number or credit code.
    pub id_masked: String,
    /// Masked phone.
    pub phone_masked: String,
    /// Natural person or legal entity.
    pub kind: haoban_domain::item::AudienceKind,
}

/// Erases everything of the app on this device, after an explicit confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DataErase {
    /// Must be true; unsent drafts are lost.
    pub confirmed: bool,
}
