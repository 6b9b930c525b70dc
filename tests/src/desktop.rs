//! Plays the desktop on a session's bus: takes notifications and is clicked, has a tray or none.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context;
use haoban_testkit::wait_for;
use parking_lot::Mutex;
use zbus::{
    Connection, Proxy, connection, interface,
    message::Header,
    object_server::SignalEmitter,
    zvariant::{Dict, ObjectPath, OwnedObjectPath, OwnedValue, Structure, Value},
};

const NOTIFICATIONS: &str = "/org/freedesktop/Notifications";
const WATCHER: &str = "/StatusNotifierWatcher";
const MENU: &str = "com.canonical.dbusmenu";

/// A notification as the desktop was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The number the desktop gave it.
    pub id: u32,
    /// Name of the app.
    pub app: String,
    /// Headline.
    pub title: String,
    /// Text.
    pub body: String,
    /// Keys and words of its actions, in turn.
    pub actions: Vec<String>,
    /// The desktop entry it says to belong to.
    pub entry: Option<String>,
    /// All that was handed over, as text: whatever is in it can be looked for.
    pub whole: String,
}

/// The desktop of one session.
pub struct Desktop {
    bus: Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
    trays: Arc<Mutex<Vec<(String, String)>>>,
}

impl Desktop {
    /// Takes its place on a session's bus.
    ///
    /// # Errors
    /// When somebody else has it.
    pub async fn start(session: &str, has_tray: bool) -> anyhow::Result<Self> {
        let (shown, trays) = (Arc::default(), Arc::default());
        let mut builder = connection::Builder::address(session)?
            .serve_at(NOTIFICATIONS, Notifications { shown: Arc::clone(&shown) })?
            .name("org.freedesktop.Notifications")?;
        if has_tray {
            builder = builder
                .serve_at(WATCHER, Watcher { trays: Arc::clone(&trays) })?
                .name("org.kde.StatusNotifierWatcher")?;
        }
        Ok(Self { bus: builder.build().await?, shown, trays })
    }

    /// All notifications so far.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.shown.lock().clone()
    }

    /// The resident clicks a notification; the desktop hands out its token first, as GNOME and KDE do.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn click(&self, id: u32, token: &str) -> anyhow::Result<()> {
        let emitter = SignalEmitter::new(&self.bus, NOTIFICATIONS)?;
        Notifications::activation_token(&emitter, id, token).await?;
        Notifications::action_invoked(&emitter, id, "default").await?;
        Ok(Notifications::notification_closed(&emitter, id, 2).await?)
    }

    /// The resident closes a notification unread.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn dismiss(&self, id: u32) -> anyhow::Result<()> {
        let emitter = SignalEmitter::new(&self.bus, NOTIFICATIONS)?;
        Ok(Notifications::notification_closed(&emitter, id, 2).await?)
    }

    /// How many icons are in the tray.
    #[must_use]
    pub fn icons(&self) -> usize {
        self.trays.lock().len()
    }

    /// Words of the menu behind the one icon in the tray, from top to bottom.
    ///
    /// # Errors
    /// When there is no icon, or its menu does not answer.
    pub async fn menu(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.entries().await?.into_iter().map(|(_, words)| words).collect())
    }

    /// Chooses an entry of that menu.
    ///
    /// # Errors
    /// When there is none with these words.
    pub async fn choose(&self, words: &str) -> anyhow::Result<()> {
        let entries = self.entries().await?;
        let (id, _) = entries.iter().find(|(_, said)| said == words).with_context(|| format!("no `{words}`"))?;
        let event = (*id, "clicked", Value::from(0_i32), 0_u32);
        Ok(self.menu_of_icon().await?.call("Event", &event).await?)
    }

    async fn menu_of_icon(&self) -> anyhow::Result<Proxy<'static>> {
        let (service, path) = wait_for("an icon in the tray", async || Ok(self.trays.lock().last().cloned())).await?;
        let item: Proxy<'static> =
            Proxy::new(&self.bus, service.clone(), path, "org.kde.StatusNotifierItem").await.context("the icon")?;
        let menu: OwnedObjectPath = item.get_property("Menu").await.context("the icon's menu")?;
        Ok(Proxy::new(&self.bus, service, ObjectPath::from(menu), MENU).await?)
    }

    async fn entries(&self) -> anyhow::Result<Vec<(i32, String)>> {
        type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let menu = self.menu_of_icon().await?;
        let (_, (_, _, children)): (u32, Node) =
            menu.call("GetLayout", &(0_i32, -1_i32, Vec::<&str>::new())).await.context("the menu's layout")?;
        children.iter().map(entry).collect()
    }
}

/// Number and words of one entry: a structure of number, properties and entries below it.
fn entry(child: &OwnedValue) -> anyhow::Result<(i32, String)> {
    let child = child.downcast_ref::<&Structure<'_>>()?;
    let [id, properties, ..] = child.fields() else { anyhow::bail!("an entry has no properties") };
    let properties = properties.downcast_ref::<&Dict<'_, '_>>()?;
    let label = properties.iter().find(|(name, _)| name.downcast_ref::<String>().is_ok_and(|name| name == "label"));
    let words = label.map(|(_, words)| words.downcast_ref::<String>()).transpose()?;
    Ok((id.downcast_ref::<i32>()?, words.unwrap_or_default()))
}

struct Notifications {
    shown: Arc<Mutex<Vec<Shown>>>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[allow(clippy::too_many_arguments, reason = "the service is asked with all of them")]
    fn notify(
        &self,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.shown.lock();
        let id = u32::try_from(shown.len()).unwrap_or(u32::MAX) + 1;
        let whole =
            format!("{app_name} {replaces_id} {app_icon} {summary} {body} {actions:?} {hints:?} {expire_timeout}");
        let entry = hints.get("desktop-entry").and_then(|entry| entry.downcast_ref::<String>().ok());
        shown.push(Shown { id, app: app_name, title: summary, body, actions, entry, whole });
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "persistence"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let [name, vendor, version, spec] = ["test desktop", "Haoban", "1", "1.2"].map(str::to_owned);
        (name, vendor, version, spec)
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn activation_token(emitter: &SignalEmitter<'_>, id: u32, activation_token: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

/// Where icons of a tray are announced; the host that draws them is this desktop too.
struct Watcher {
    trays: Arc<Mutex<Vec<(String, String)>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// By its own name or, as libappindicator does, by a path at the caller.
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let tray = if service.starts_with('/') {
            (sender, service.clone())
        } else {
            (service.clone(), "/StatusNotifierItem".to_owned())
        };
        self.trays.lock().push(tray);
        Self::status_notifier_item_registered(&emitter, &service).await?;
        Ok(())
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.trays.lock().iter().map(|(service, path)| format!("{service}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;
}
