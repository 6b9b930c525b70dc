//! Who is who: residents by our own OpenID provider, officers by a session of the desk page.

pub mod accounts;
mod desk;
pub mod facts;
mod guard;
mod keys;
mod me;
mod officer;
mod oidc;
pub(crate) mod pages;
mod passwords;
mod resident;
mod secret;
pub mod sms;
mod sweep;

pub(crate) use oidc::revoke_of;

pub use keys::{Keyring, TokenKey};
pub use officer::Officer;
pub use passwords::Passwords;
pub use resident::{Resident, SignedIn};
pub use secret::{Secret, SecretError};
pub(crate) use sweep::sweep;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(me::me))
        .routes(routes!(facts::item_facts))
        .merge(oidc::routes())
        .merge(pages::routes())
        .merge(desk::routes())
}
