//! Keys of acts that are done while the resident waits: made before the first send and kept until the platform
//! has given a definite answer, so that a second tap after a lost answer, or after a crash, is the same act.

use haoban_domain::{
    ids::{OutboxId, PartyId},
    receipt::{canonical_json, digest},
};
use haoban_wire::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::{Client, ClientError, parties, store::records};

const KIND: &str = "act_keys";

/// A key and what it was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    key: String,
    body_sha256: String,
}

/// One act of a person: what it is and on what, e.g. `change apt_…`.
pub(crate) struct Act<'a> {
    client: &'a Client,
    kind: String,
    id: String,
    /// The key to send.
    pub(crate) key: String,
}

impl<'a> Act<'a> {
    /// The key of an act that got no definite answer yet, else a fresh one, written down. Another wish is another act.
    pub(crate) async fn begin(
        client: &'a Client,
        party: PartyId,
        name: &str,
        body: &impl Serialize,
    ) -> Result<Self, ClientError> {
        let (kind, id) = (parties::kind(client, KIND, party)?, client.vault().blind(KIND, name)?);
        let body = serde_json::to_value(body).map_err(|_| ProblemCode::BadRequest)?;
        let body_sha256 = digest(canonical_json(&body).as_bytes());
        let kept = records::read::<Kept>(client, &kind, &id).await?.filter(|kept| kept.body_sha256 == body_sha256);
        let key = match kept {
            Some(kept) => kept.key,
            None => {
                let key = OutboxId::new(client.now().millis(), client.random()?).to_string();
                records::put_one(client, &kind, &id, &Kept { key: key.clone(), body_sha256 }).await?;
                key
            }
        };
        Ok(Self { client, kind, id, key })
    }

    /// Forgets the key when the answer is definite, and hands the answer on.
    pub(crate) async fn end<T>(self, answer: Result<T, Problem>) -> Result<T, Problem> {
        if answer.as_ref().err().is_none_or(is_definite) {
            let mut write = self.client.store()?.write().await.map_err(ClientError::from)?;
            records::remove(&mut write, &self.kind, &self.id).await.map_err(ClientError::from)?;
            write.commit().await.map_err(ClientError::from)?;
        }
        answer
    }
}

/// The platform looked at the act and said no. Anything else may come from a network or a moment.
fn is_definite(problem: &Problem) -> bool {
    !matches!(problem.code.status(), 401 | 408 | 425 | 429 | 500..)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::Device;

    #[tokio::test]
    async fn a_key_lives_until_a_definite_answer_even_over_a_restart() {
        let device = Device::new();
        let client = device.open().await;
        let party = PartyId::new(1, [1; 10]);
        let first = Act::begin(&client, party, "change a", &json!({"to": 1})).await.unwrap();
        let key = first.key.clone();
        assert!(first.end::<()>(Err(ProblemCode::Offline.into())).await.is_err());
        client.shutdown().await;
        let client = device.open().await;
        let again = Act::begin(&client, party, "change a", &json!({"to": 1})).await.unwrap();
        assert_eq!(again.key, key, "the same act");
        let other = Act::begin(&client, party, "change b", &json!({"to": 1})).await.unwrap();
        assert_ne!(other.key, key, "another act");
        let stranger = Act::begin(&client, PartyId::new(2, [2; 10]), "change a", &json!({"to": 1})).await.unwrap();
        assert_ne!(stranger.key, key, "another person");
        assert!(again.end(Ok(())).await.is_ok());
        let next = Act::begin(&client, party, "change a", &json!({"to": 1})).await.unwrap();
        assert_ne!(next.key, key, "it was answered: the next wish is new");
        let key = next.key.clone();
        let otherwise = Act::begin(&client, party, "change a", &json!({"to": 2})).await.unwrap();
        assert_ne!(otherwise.key, key, "another body never goes under the same key");
    }

    #[test]
    fn only_a_no_of_the_platform_ends_an_act() {
        for code in [ProblemCode::Offline, ProblemCode::Internal, ProblemCode::TooMany, ProblemCode::SignedOut] {
            assert!(!is_definite(&code.into()), "{code:?}");
        }
        for code in [ProblemCode::SlotTaken, ProblemCode::NotAllowedNow, ProblemCode::KeyReused, ProblemCode::NotFound]
        {
            assert!(is_definite(&code.into()), "{code:?}");
        }
    }
}
