//! The key deposit: made behind the screens while somebody is signed in, withdrawn at a word, used once the key is gone.

use haoban_domain::ids::PartyId;
use haoban_wire::{Problem, ProblemCode, ui::VaultView};

use super::Client;
use crate::{
    ClientError,
    http::api,
    session, settings,
    store::Store,
    vault::{Deposit, DepositKey, VaultError},
};

/// Kind of the digest that tells whose account keeps the key.
const BY: &str = "key deposit";

/// What is to be done about the deposit.
enum Wanted {
    Nothing,
    Make,
    Withdraw,
}

impl Client {
    /// Brings the deposit to what the settings say, for whoever is signed in. Called behind the screens: it may fail
    /// at any step and is tried again the next time the platform answers.
    pub(crate) async fn keep_deposit(&self, party: PartyId) -> Result<(), Problem> {
        // The settings may change while the platform is being told.
        loop {
            if self.vault().view() != VaultView::Open {
                return Ok(());
            }
            let store = self.store()?;
            let by = self.vault().blind(BY, &party.to_string()).map_err(ClientError::from)?;
            match self.wanted(&store, &by).await? {
                Wanted::Nothing => return Ok(()),
                Wanted::Make => self.make_deposit(&store, party, by).await?,
                Wanted::Withdraw => {
                    api(self).for_party(party).withdraw_key(&profile_of(&store).await?).await?;
                    store.forget_deposit().await.map_err(ClientError::from)?;
                }
            }
        }
    }

    async fn wanted(&self, store: &Store, by: &str) -> Result<Wanted, ClientError> {
        let on = settings::current(self).key_by_sign_in;
        Ok(match store.deposit().await? {
            None if on => Wanted::Make,
            None => Wanted::Nothing,
            // A platform's half belongs to the account that left it; only that one can replace or remove it.
            Some(deposit) if deposit.by != by => Wanted::Nothing,
            Some(deposit) => match (on, deposit.wrapped.is_some()) {
                (true, true) => Wanted::Nothing,
                (true, false) => Wanted::Make,
                (false, _) => Wanted::Withdraw,
            },
        })
    }

    /// The platform first, this device after its word: what is kept here always has its other half there.
    async fn make_deposit(&self, store: &Store, party: PartyId, by: String) -> Result<(), ClientError> {
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let root = self.profile().root(store).await?;
        let key = DepositKey::fresh()?;
        let wrapped = key.wrap(&meta.profile, &root)?;
        drop(root);
        api(self).for_party(party).deposit_key(&meta.profile, &key.body()).await?;
        let on = settings::current(self).key_by_sign_in;
        let deposit = Deposit { wrapped: on.then_some(wrapped), by, made_at: self.now() };
        store.put_deposit(&deposit, &meta.proof).await?;
        self.emit(haoban_wire::ui::ClientEvent::VaultChanged {});
        Ok(())
    }

    /// The switch was turned. This device's half goes at once, the platform's as soon as it answers.
    pub(crate) async fn deposit_switched(&self) -> Result<(), ClientError> {
        if self.vault().view() != VaultView::Open {
            return Ok(());
        }
        let store = self.store()?;
        if !settings::current(self).key_by_sign_in && store.deposit().await?.is_some_and(|held| held.wrapped.is_some())
        {
            store.withdraw_deposit().await?;
        }
        crate::sync::deposit(self);
        Ok(())
    }

    /// Before everything on this device is erased: the platform's half is of no use any more.
    pub(crate) async fn give_up_deposit(&self) -> Result<(), ClientError> {
        let (Ok(store), Some(party)) = (self.store(), session::party(self)) else { return Ok(()) };
        if session::is_signed_in(self) && store.deposit().await?.is_some() {
            api(self).for_party(party).withdraw_key(&profile_of(&store).await?).await?;
        }
        Ok(())
    }

    /// Brings a missing key back for whoever has just signed in. The store is only read.
    pub(super) async fn unlock_by_sign_in(&self) -> Result<(), ClientError> {
        let view = self.vault().view();
        if view != VaultView::KeyMissing {
            return Err(VaultError::Closed(view).into());
        }
        let store = self.store()?;
        let wrapped =
            store.deposit().await?.and_then(|deposit| deposit.wrapped).ok_or(ProblemCode::KeyDepositMissing)?;
        let party = session::party(self).filter(|_| session::is_signed_in(self)).ok_or(ProblemCode::SignedOut)?;
        // Asked first: a released key is told to the resident by message, and must not be fetched for nothing.
        self.profile().place_for_key().await?;
        let profile = profile_of(&store).await?;
        let body = match api(self).for_party(party).release_key(&profile).await {
            Ok(body) => body,
            Err(problem) => return Err(self.not_released(problem).await.into()),
        };
        let root = DepositKey::read(&body).and_then(|key| key.unwrap(&profile, &wrapped));
        let root = match root {
            Ok(root) => root,
            Err(VaultError::NotGenuine) => return Err(ProblemCode::KeyDepositMissing.into()),
            Err(error) => return Err(error.into()),
        };
        match self.profile().put_back(&store, root).await {
            Ok(keys) => {
                self.now_open(keys, VaultView::Open).await;
                Ok(())
            }
            Err(error) => self.not_opened(error).await,
        }
    }

    /// A session that cannot bring the key back is of no use while the vault is closed: the next try signs in anew.
    async fn not_released(&self, problem: Problem) -> Problem {
        match problem.code {
            ProblemCode::NotFound => {
                session::end(self).await;
                ProblemCode::KeyDepositMissing.into()
            }
            ProblemCode::ReauthRequired | ProblemCode::SignedOut => {
                session::end(self).await;
                problem
            }
            _ => problem,
        }
    }
}

async fn profile_of(store: &Store) -> Result<String, ClientError> {
    Ok(store.vault_meta().await?.ok_or(VaultError::NotGenuine)?.profile)
}
