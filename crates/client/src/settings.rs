//! Settings of this device. They name nobody, so they lie beside the sealed rows, not among them:
//! text size and language must be right before the vault opens.

use haoban_wire::{
    Problem,
    ui::{ClientEvent, Settings},
};

use crate::{Client, ClientError, store::records};

const KIND: &str = "settings";
const DEVICE: &str = "device";
const SIZES: [u16; 5] = [100, 112, 125, 150, 187];

/// The settings in use.
pub fn current(client: &Client) -> Settings {
    client.services().settings.read().clone()
}

/// Reads them; what cannot be read is the default.
pub(crate) async fn load(client: &Client) {
    let Ok(store) = client.store() else { return };
    if let Ok(Some(content)) = records::read_public(store.reader(), KIND, DEVICE).await
        && let Ok(settings) = serde_json::from_slice(&content)
    {
        *client.services().settings.write() = settings;
    }
}

/// Takes new settings over. Without a store they hold until the app closes.
pub(crate) async fn save(client: &Client, mut settings: Settings) -> Result<Settings, Problem> {
    settings.text_percent = nearest(settings.text_percent);
    let before = std::mem::replace(&mut *client.services().settings.write(), settings.clone());
    if client.store().is_ok() {
        write(client, &settings).await?;
    }
    if before.key_by_sign_in != settings.key_by_sign_in {
        client.deposit_switched().await?;
    }
    client.emit(ClientEvent::SettingsChanged {});
    Ok(settings)
}

async fn write(client: &Client, settings: &Settings) -> Result<(), ClientError> {
    let content = serde_json::to_vec(settings).unwrap_or_default();
    let mut write = client.store()?.write().await?;
    records::put_public(&mut write, KIND, DEVICE, &content, client.now()).await?;
    Ok(write.commit().await?)
}

/// Only the sizes that were designed.
fn nearest(percent: u16) -> u16 {
    SIZES.into_iter().min_by_key(|size| size.abs_diff(percent)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_designed_sizes() {
        for (given, wanted) in [(0, 100), (100, 100), (118, 112), (119, 125), (168, 150), (900, 187)] {
            assert_eq!(nearest(given), wanted, "{given}");
        }
    }
}
