//! The recovery code's two moments: it is made while the vault is open, and it brings a lost key back.
//!
//! A code holds only once the resident has shown that they wrote it down; until then the one before it holds.

use haoban_domain::time::Timestamp;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use super::{
    VaultError,
    recovery_code::{self, GROUPS, RecoveryCode},
    stretch::Stretch,
};

const PURPOSE: &str = "recovery";
/// Wrong codes that cost no wait. The 128 bits keep strangers out; the wait keeps the machine from being worn out.
const FREE_TRIES: u32 = 10;
const FIRST_WAIT_MILLIS: i64 = 30_000;
const LONGEST_WAIT_MILLIS: i64 = 15 * 60_000;

/// The root key under a recovery code, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Escrow {
    pub(crate) kdf: String,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) made_at: Timestamp,
}

impl Escrow {
    /// Wraps the root key. Blocks for a few hundred milliseconds.
    pub(crate) fn make(code: &RecoveryCode, root: &[u8], now: Timestamp) -> Result<Self, VaultError> {
        let stretch = Stretch::fresh()?;
        let wrapped = stretch.wrap(PURPOSE, code.secret(), root)?;
        Ok(Self { kdf: serde_json::to_string(&stretch)?, wrapped, made_at: now })
    }

    /// Unwraps the root key. Blocks for a few hundred milliseconds.
    pub(crate) fn open(&self, code: &RecoveryCode) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let stretch: Stretch = serde_json::from_str(&self.kdf)?;
        stretch.unwrap(PURPOSE, code.secret(), &self.wrapped).map_err(|error| match error {
            VaultError::NotGenuine => VaultError::WrongRecoveryCode,
            other => other,
        })
    }
}

/// A code that was shown but not yet confirmed.
struct Pending {
    groups: Vec<Zeroizing<String>>,
    ask: usize,
    escrow: Escrow,
}

#[derive(Default)]
struct Tries {
    wrong: u32,
    wait_until: Option<Timestamp>,
}

/// What the core remembers between the steps; never written down.
#[derive(Default)]
pub(crate) struct Recovery {
    pending: Mutex<Option<Pending>>,
    tries: Mutex<Tries>,
}

impl Recovery {
    /// Takes a code that is being shown; answers which group (from 1) will be asked for.
    pub(crate) fn show(&self, groups: Vec<Zeroizing<String>>, escrow: Escrow) -> Result<usize, VaultError> {
        let mut dice = [0u8; 1];
        getrandom::fill(&mut dice)?;
        let ask = usize::from(dice[0]) % GROUPS;
        *self.pending.lock() = Some(Pending { groups, ask, escrow });
        Ok(ask + 1)
    }

    /// What to store once the group asked for was typed rightly.
    pub(crate) fn confirmed(&self, typed: &str) -> Result<Escrow, VaultError> {
        let pending = self.pending.lock();
        let pending = pending.as_ref().ok_or(VaultError::NoRecoveryCode)?;
        if recovery_code::same_group(typed, &pending.groups[pending.ask]) {
            Ok(pending.escrow.clone())
        } else {
            Err(VaultError::RecoveryTypo { groups: vec![pending.ask + 1] })
        }
    }

    /// Forgets the code that was shown.
    pub(crate) fn forget(&self) {
        *self.pending.lock() = None;
    }

    /// Refuses while a wait runs.
    pub(crate) fn may_try(&self, now: Timestamp) -> Result<(), VaultError> {
        match self.tries.lock().wait_until {
            Some(until) if until > now => {
                let wait = (until.millis() - now.millis()).min(LONGEST_WAIT_MILLIS);
                Err(VaultError::TooManyTries { wait_millis: wait.unsigned_abs() })
            }
            _ => Ok(()),
        }
    }

    /// Counts a wrong code.
    pub(crate) fn was_wrong(&self, now: Timestamp) {
        let mut tries = self.tries.lock();
        tries.wrong = tries.wrong.saturating_add(1);
        if let Some(over) = tries.wrong.checked_sub(FREE_TRIES) {
            let wait = FIRST_WAIT_MILLIS.saturating_mul(1 << over.min(10)).min(LONGEST_WAIT_MILLIS);
            tries.wait_until = Some(now.plus_millis(wait));
        }
    }

    /// A right code ends the counting.
    pub(crate) fn was_right(&self) {
        *self.tries.lock() = Tries::default();
    }
}
