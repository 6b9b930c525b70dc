//! Who is who: residents by our own OpenID provider, officers by a session of the desk page.

mod keys;
mod officer;
mod resident;

pub use keys::Keyring;
pub use officer::Officer;
pub use resident::Resident;
