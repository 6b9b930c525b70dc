//! The notification service of the session bus, asked directly: it tells of a click and hands out with it the token
//! without which many desktops let no window come to the front.

use std::{collections::HashMap, sync::Arc};

use futures_util::StreamExt;
use haoban_client::{Client, ports::OsNotification};
use tauri::{AppHandle, Manager};
use tokio::sync::OnceCell;
use zbus::{Connection, zvariant::Value};

use crate::window;

/// The app as its desktop entry calls it, so that the desktop knows whose notification this is.
const ENTRY: &str = "haoban";
/// The action of a click on the notification itself.
const CLICK: &str = "default";
/// For as long as the desktop thinks right.
const AS_USUAL: i32 = -1;

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    #[allow(clippy::too_many_arguments, reason = "the service asks for all of them")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    fn activation_token(&self, id: u32, activation_token: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// One connection for as long as the app runs: many services close what belongs to one that went away.
async fn bus() -> zbus::Result<&'static Connection> {
    static BUS: OnceCell<Connection> = OnceCell::const_new();
    BUS.get_or_try_init(Connection::session).await
}

/// Shows it and waits until it is clicked or closed.
pub(super) async fn show(app: &AppHandle, notification: OsNotification) -> anyhow::Result<()> {
    let desktop = NotificationsProxy::new(bus().await?).await?;
    // Listened for before it is shown: a quick click would be missed.
    let mut tokens = desktop.receive_activation_token().await?;
    let mut clicks = desktop.receive_action_invoked().await?;
    let mut ends = desktop.receive_notification_closed().await?;
    let OsNotification { title, body, path } = notification;
    let hints = HashMap::from([("desktop-entry", Value::from(ENTRY))]);
    let open = app.try_state::<Arc<Client>>().map(|client| client.said("tray.open")).unwrap_or_default();
    let id = desktop.notify(ENTRY, 0, ENTRY, &title, &body, &[CLICK, &open], hints, AS_USUAL).await?;
    let mut token = None;
    loop {
        // In this order: a token comes before its click, the end after it.
        tokio::select! {
            biased;
            Some(given) = tokens.next() => {
                let given = given.args()?;
                if given.id == id {
                    token = Some(given.activation_token.to_owned());
                }
            }
            Some(click) = clicks.next() => {
                let click = click.args()?;
                if click.id == id && click.action_key == CLICK {
                    opened(app, &path, token);
                    return Ok(());
                }
            }
            Some(end) = ends.next() => {
                if end.args()?.id == id {
                    return Ok(());
                }
            }
            else => return Ok(()),
        }
    }
}

fn opened(app: &AppHandle, path: &str, token: Option<String>) {
    if let Some(token) = token {
        window::allow_front(app, token);
    }
    if let Some(client) = app.try_state::<Arc<Client>>() {
        client.navigate(path);
    }
}
