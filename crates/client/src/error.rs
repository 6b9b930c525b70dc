//! What can go wrong in the core, and the one place where it becomes a [`Problem`].

use haoban_wire::{Problem, ProblemCode, ui::VaultView};

use crate::{http::SendError, ports::FileSourceError, store::StoreError, vault::VaultError};

/// An error of the core.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The platform could not be reached, or needs a sign-in.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The host could not give or take a file.
    #[error(transparent)]
    Files(#[from] FileSourceError),
    /// A problem that is already typed (the platform's, or a rule's).
    #[error("{0}")]
    Problem(Box<Problem>),
}

impl From<Problem> for ClientError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ProblemCode> for ClientError {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

impl From<sqlx::Error> for ClientError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Store(error) => store_code(&error).into(),
            ClientError::Vault(error) => vault_problem(&error),
            ClientError::Send(SendError::Offline) => ProblemCode::Offline.into(),
            ClientError::Send(SendError::SignedOut) => ProblemCode::SignedOut.into(),
            ClientError::Files(FileSourceError::NotSupported) => ProblemCode::NotSupported.into(),
            ClientError::Files(FileSourceError::Nothing) => {
                Problem::new(ProblemCode::FileSource).with("what", "nothing")
            }
            ClientError::Files(FileSourceError::Io(_)) => ProblemCode::FileSource.into(),
            ClientError::Problem(problem) => *problem,
        }
    }
}

fn vault_problem(error: &VaultError) -> Problem {
    match error {
        VaultError::Closed(view) => closed_code(view).into(),
        VaultError::WrongPassphrase => Problem::new(ProblemCode::WrongCredentials).with("what", "passphrase"),
        VaultError::ShortPassphrase => {
            Problem::new(ProblemCode::Invalid).with("what", "passphrase").with("min", crate::vault::PASSPHRASE_MIN)
        }
        VaultError::RecoveryTypo { groups } => {
            let named = groups.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Problem::new(ProblemCode::RecoveryCodeTypo).with("groups", named)
        }
        VaultError::RecoveryLength { found, wanted } => {
            Problem::new(ProblemCode::RecoveryCodeLength).with("found", found).with("wanted", wanted)
        }
        VaultError::WrongRecoveryCode => ProblemCode::RecoveryCodeWrong.into(),
        VaultError::NoRecoveryCode => Problem::new(ProblemCode::NotAllowedNow).with("what", "recovery_code"),
        VaultError::Stopped => Problem::new(ProblemCode::NotAllowedNow).with("what", "stopped"),
        VaultError::InUse => Problem::new(ProblemCode::NotAllowedNow).with("what", "in_use"),
        VaultError::TooManyTries { wait_millis } => {
            Problem { retry_after_ms: Some(*wait_millis), ..ProblemCode::TooMany.into() }
        }
        VaultError::WeakParameters | VaultError::NotGenuine | VaultError::Malformed(_) | VaultError::Random => {
            ProblemCode::StoreFailed.into()
        }
        VaultError::Keychain(crate::ports::KeychainError::Locked) => ProblemCode::KeychainLocked.into(),
        VaultError::Keychain(crate::ports::KeychainError::Unavailable(_)) => ProblemCode::KeychainUnavailable.into(),
        VaultError::Store(error) => store_code(error).into(),
    }
}

pub(crate) fn store_code(error: &StoreError) -> ProblemCode {
    match error {
        StoreError::TooNew { .. } => ProblemCode::StoreTooNew,
        StoreError::Full => ProblemCode::DiskFull,
        StoreError::Damaged(_) => ProblemCode::StoreDamaged,
        StoreError::Failed(_) => ProblemCode::StoreFailed,
    }
}

fn closed_code(view: &VaultView) -> ProblemCode {
    match view {
        VaultView::KeychainLocked => ProblemCode::KeychainLocked,
        VaultView::NoKeychain => ProblemCode::KeychainUnavailable,
        VaultView::KeyMissing | VaultView::PassphraseNeeded => ProblemCode::KeyMissing,
        VaultView::Unreadable { code } if code == ProblemCode::StoreTooNew.as_str() => ProblemCode::StoreTooNew,
        VaultView::Damaged => ProblemCode::StoreDamaged,
        VaultView::Rotating { .. } => ProblemCode::NotAllowedNow,
        VaultView::Unreadable { .. } | VaultView::Open | VaultView::OpenByPassphrase | VaultView::MemoryOnly => {
            ProblemCode::StoreFailed
        }
    }
}
