//! Who is signed in.

use haoban_domain::person::Applicant;

use crate::Client;

/// The person signed in (also while the session has ended but was not signed out).
pub fn person(client: &Client) -> Option<Applicant> {
    client.services().person.read().clone()
}

/// Whether requests can be authenticated now.
pub fn is_signed_in(client: &Client) -> bool {
    person(client).is_some()
}
