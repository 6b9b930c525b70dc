//! Start, settings, session, vault.

use std::time::Duration;

use haoban_wire::{
    Problem, ProblemCode,
    ui::{
        AppStart, AppStartView, DataErase, KeyChange, KeyChangeStop, KeyChangeStopping, KeyChanged, RecoveryConfirm,
        RecoveryMade, RecoveryMake, RecoveryView, SalvageBeginAnew, SalvageExport, SalvageExported, SessionBegin,
        SessionCancel, SessionEnd, SessionView, Settings, SettingsSave, VaultUnlock, VaultView,
    },
};

use crate::{Client, catalogue, follow, inbox, outbox, salvage, session, settings, sync};

/// How long erasing waits for the platform to hear of the sign-out.
const REVOKE_PATIENCE: Duration = Duration::from_secs(3);

/// Everything the frame needs.
pub async fn app_start(client: &Client, _request: AppStart) -> Result<AppStartView, Problem> {
    // With a closed vault nothing was begun yet; settings and catalogue need none.
    settings_and_catalogue(client).await;
    let connectivity = client.services().link.connectivity();
    Ok(AppStartView {
        version: client.config().version.clone(),
        host: client.config().host.clone(),
        settings: settings::current(client),
        session: session::view(client),
        city: catalogue::current(client).map(|catalogue| catalogue.pack.city.clone()),
        vault: client.vault().view(),
        recovery: recovery(client).await,
        saves_lost: client.autosave().lost_something(),
        online: connectivity.online(),
        last_online: connectivity.last_online(),
        unread: inbox::unread(client).await,
        outbox_open: outbox::rows(client).await.len().try_into().unwrap_or(u32::MAX),
    })
}

async fn recovery(client: &Client) -> RecoveryView {
    let (escrow, deposit) = match client.store() {
        Ok(store) => (store.escrow().await.ok().flatten(), store.deposit().await.ok().flatten()),
        Err(_) => (None, None),
    };
    RecoveryView {
        possible: client.vault().view() == VaultView::Open,
        made_at: escrow.map(|escrow| escrow.made_at),
        by_sign_in: deposit.filter(|deposit| deposit.wrapped.is_some()).map(|deposit| deposit.made_at),
    }
}

/// Shows a new recovery code.
pub async fn recovery_make(client: &Client, _request: RecoveryMake) -> Result<RecoveryMade, Problem> {
    let (groups, ask) = client.show_recovery_code().await?;
    Ok(RecoveryMade { groups, ask: ask.try_into().unwrap_or(1) })
}

/// Puts the code that is being shown in force.
pub async fn recovery_confirm(client: &Client, request: RecoveryConfirm) -> Result<RecoveryView, Problem> {
    client.confirm_recovery_code(&request.group).await?;
    Ok(recovery(client).await)
}

/// Replaces the root key.
pub async fn key_change(client: &Client, _request: KeyChange) -> Result<KeyChanged, Problem> {
    Ok(KeyChanged { changed: client.change_key().await? })
}

/// Stops a running change of the root key.
pub async fn key_change_stop(client: &Client, _request: KeyChangeStop) -> Result<KeyChangeStopping, Problem> {
    client.stop_changing_key();
    Ok(KeyChangeStopping {})
}

async fn settings_and_catalogue(client: &Client) {
    if !client.vault().is_open() {
        settings::load(client).await;
        catalogue::load(client).await;
    }
    sync::begin(client);
}

/// Replaces the settings.
pub async fn settings_save(client: &Client, request: SettingsSave) -> Result<Settings, Problem> {
    settings::save(client, request.settings).await
}

/// Begins a sign-in in the system browser.
pub async fn session_begin(client: &Client, _request: SessionBegin) -> Result<SessionView, Problem> {
    session::begin(client).await
}

/// Gives a running sign-in up.
pub async fn session_cancel(client: &Client, _request: SessionCancel) -> Result<SessionView, Problem> {
    Ok(session::cancel(client).await)
}

/// Signs out.
pub async fn session_end(client: &Client, _request: SessionEnd) -> Result<SessionView, Problem> {
    Ok(session::end(client).await)
}

/// Opens the vault another way.
pub async fn vault_unlock(client: &Client, request: VaultUnlock) -> Result<AppStartView, Problem> {
    client.unlock(request).await?;
    app_start(client, AppStart {}).await
}

/// Writes what can still be read of a damaged store to a file.
pub async fn salvage_export(client: &Client, request: SalvageExport) -> Result<SalvageExported, Problem> {
    Ok(salvage::export(client, request).await?)
}

/// Sets a damaged store aside and begins anew.
pub async fn salvage_begin_anew(client: &Client, request: SalvageBeginAnew) -> Result<AppStartView, Problem> {
    if !request.confirmed {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "confirmed"));
    }
    client.begin_anew().await?;
    app_start(client, AppStart {}).await
}

/// Erases everything of the app on this device.
pub async fn data_erase(client: &Client, request: DataErase) -> Result<AppStartView, Problem> {
    if !request.confirmed {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "confirmed"));
    }
    // Both are told off while the token is still known; offline the platform's half simply opens nothing any more.
    let _ = tokio::time::timeout(REVOKE_PATIENCE, client.give_up_deposit()).await;
    let _ = tokio::time::timeout(REVOKE_PATIENCE, follow::give_up(client)).await;
    session::end(client).await;
    // The token is told off while it is still known; offline it simply ends by itself.
    let _ = tokio::time::timeout(REVOKE_PATIENCE, session::retry_revocations(client)).await;
    *client.services().settings.write() = Settings::default();
    client.erase().await?;
    app_start(client, AppStart {}).await
}
