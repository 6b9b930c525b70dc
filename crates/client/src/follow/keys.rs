//! Keys between devices: a pair per device, account keys by epoch, grants that hand them on, and what they seal.

use std::collections::BTreeMap;

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use haoban_domain::{
    ids::{DeviceId, DraftId, PartyId},
    time::Timestamp,
};
use haoban_wire::follow::{DeviceGrant, FollowRow, FollowState};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::vault::{KEY_BYTES, Key, VaultError, open_envelope, random_key, seal_envelope};

/// Sealed drafts grow in steps, so that their size tells little.
const STEP: usize = 4096;
const LENGTH_BYTES: usize = 4;

/// Public keys of the devices that trust each other.
pub(super) type Roster = BTreeMap<DeviceId, String>;

/// Account keys by epoch (hex). Old ones open what nobody has sealed anew yet.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Ring(BTreeMap<u64, String>);

impl Ring {
    /// A ring with its first key.
    pub(super) fn begin() -> Result<Self, VaultError> {
        Self::default().with_next()
    }

    /// The same with one more key.
    pub(super) fn with_next(&self) -> Result<Self, VaultError> {
        let mut ring = self.clone();
        ring.0.insert(self.newest() + 1, hex::encode(random_key()?.as_slice()));
        Ok(ring)
    }

    /// The key in force; 0 while there is none.
    pub(super) fn newest(&self) -> u64 {
        self.0.keys().next_back().copied().unwrap_or(0)
    }

    fn key(&self, epoch: u64) -> Result<Key, VaultError> {
        key_of(self.0.get(&epoch).ok_or(VaultError::NotGenuine)?)
    }
}

fn key_of(text: &str) -> Result<Key, VaultError> {
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    hex::decode_to_slice(text, key.as_mut_slice()).map_err(|_| VaultError::NotGenuine)?;
    Ok(key)
}

/// A device's own pair.
pub(super) struct Pair(PrivateKey);

impl Pair {
    /// From the private key as it is kept (hex).
    pub(super) fn read(private: &str) -> Result<Self, VaultError> {
        let key = key_of(private)?;
        Ok(Self(PrivateKey::from_private_key(&X25519, key.as_slice()).map_err(|_| VaultError::NotGenuine)?))
    }

    /// A fresh private key (hex).
    pub(super) fn fresh() -> Result<String, VaultError> {
        Ok(hex::encode(random_key()?.as_slice()))
    }

    /// Public key (hex).
    pub(super) fn public(&self) -> Result<String, VaultError> {
        Ok(hex::encode(self.0.compute_public_key().map_err(|_| VaultError::NotGenuine)?))
    }

    fn shared(&self, public: &str) -> Result<Key, VaultError> {
        let public = hex::decode(public).map_err(|_| VaultError::NotGenuine)?;
        let mut key = Zeroizing::new([0u8; KEY_BYTES]);
        agree(&self.0, UnparsedPublicKey::new(&X25519, public), VaultError::NotGenuine, |secret| {
            key.copy_from_slice(secret);
            Ok(())
        })?;
        Ok(key)
    }
}

/// What a grant is bound to.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) party: PartyId,
    /// To whom.
    pub(super) device: DeviceId,
    /// From the code, when the two devices do not know each other yet.
    pub(super) code: Option<&'a Key>,
}

impl Bound<'_> {
    /// Both agreements go in: the one-time key gives secrecy, the sender's own key says who wrapped it.
    fn key(&self, once: &Key, sender: &Key) -> Result<Key, VaultError> {
        let secret = Zeroizing::new([once.as_slice(), sender.as_slice()].concat());
        let hkdf = Hkdf::<Sha256>::new(self.code.map(|code| code.as_slice()), &secret);
        let mut key = Zeroizing::new([0u8; KEY_BYTES]);
        hkdf.expand(b"haoban/grant/1", key.as_mut_slice()).map_err(|_| VaultError::NotGenuine)?;
        Ok(key)
    }

    fn label(&self, epoch: u64, from: &str) -> String {
        format!("grant {} {} {epoch} {from}", self.party, self.device)
    }
}

/// Wraps the ring to a device.
pub(super) fn wrap(ring: &Ring, from: &Pair, to: &str, bound: Bound<'_>) -> Result<DeviceGrant, VaultError> {
    let once = Pair::read(&Pair::fresh()?)?;
    let key = bound.key(&once.shared(to)?, &from.shared(to)?)?;
    let (epoch, from) = (ring.newest(), from.public()?);
    let content = Zeroizing::new(serde_json::to_vec(ring)?);
    let sealed = seal_envelope(&key, &[bound.label(epoch, &from).as_bytes()], &content)?;
    Ok(DeviceGrant { epoch, from, sealed: once.public()? + &hex::encode(sealed) })
}

/// Unwraps the ring of a grant to this device.
pub(super) fn unwrap(grant: &DeviceGrant, mine: &Pair, bound: Bound<'_>) -> Result<Ring, VaultError> {
    let (once, sealed) = grant.sealed.split_at_checked(2 * KEY_BYTES).ok_or(VaultError::NotGenuine)?;
    let sealed = hex::decode(sealed).map_err(|_| VaultError::NotGenuine)?;
    let key = bound.key(&mine.shared(once)?, &mine.shared(&grant.from)?)?;
    let content = open_envelope(&key, &[bound.label(grant.epoch, &grant.from).as_bytes()], &sealed)?;
    let ring: Ring = serde_json::from_slice(&content)?;
    if ring.newest() == grant.epoch { Ok(ring) } else { Err(VaultError::NotGenuine) }
}

/// Seals the devices' list of each other (hex).
pub(super) fn seal_roster(ring: &Ring, party: PartyId, revision: u64, roster: &Roster) -> Result<String, VaultError> {
    let epoch = ring.newest();
    let label = format!("roster {party} {epoch} {revision}");
    Ok(hex::encode(seal_envelope(&ring.key(epoch)?, &[label.as_bytes()], &serde_json::to_vec(roster)?)?))
}

/// Opens it.
pub(super) fn open_roster(ring: &Ring, party: PartyId, revision: u64, sealed: &str) -> Result<Roster, VaultError> {
    let epoch = ring.newest();
    let label = format!("roster {party} {epoch} {revision}");
    let sealed = hex::decode(sealed).map_err(|_| VaultError::NotGenuine)?;
    Ok(serde_json::from_slice(&open_envelope(&ring.key(epoch)?, &[label.as_bytes()], &sealed)?)?)
}

fn draft_label(party: PartyId, row: &FollowRow) -> String {
    let FollowRow { draft_id, revision, epoch, state } = row;
    format!("draft {party} {draft_id} {revision} {epoch} {}", state.as_str())
}

/// Seals the content of a draft at one place, revision and state.
pub(super) fn seal_draft<T: Serialize>(
    ring: &Ring,
    party: PartyId,
    row: &FollowRow,
    content: &T,
) -> Result<Vec<u8>, VaultError> {
    let content = Zeroizing::new(serde_json::to_vec(content)?);
    let length = u32::try_from(content.len()).map_err(|_| VaultError::NotGenuine)?;
    let mut padded = Zeroizing::new(Vec::with_capacity((LENGTH_BYTES + content.len()).next_multiple_of(STEP)));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(&content);
    let whole = padded.len().next_multiple_of(STEP);
    padded.resize(whole, 0);
    seal_envelope(&ring.key(row.epoch)?, &[draft_label(party, row).as_bytes()], &padded)
}

/// Opens it.
pub(super) fn open_draft<T: DeserializeOwned>(
    ring: &Ring,
    party: PartyId,
    row: &FollowRow,
    sealed: &[u8],
) -> Result<T, VaultError> {
    let padded = open_envelope(&ring.key(row.epoch)?, &[draft_label(party, row).as_bytes()], sealed)?;
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>().ok_or(VaultError::NotGenuine)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| VaultError::NotGenuine)?;
    Ok(serde_json::from_slice(rest.get(..length).ok_or(VaultError::NotGenuine)?)?)
}

/// The place of a draft that is about to be written over a revision, numbered by the clock.
pub(super) fn next_row(ring: &Ring, draft_id: DraftId, base: u64, now: Timestamp, state: FollowState) -> FollowRow {
    let revision = now.millis().max(0).unsigned_abs().max(base + 1);
    FollowRow { draft_id, revision, epoch: ring.newest(), state }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(byte: u8) -> PartyId {
        PartyId::new(1, [byte; 10])
    }

    fn device(byte: u8) -> DeviceId {
        DeviceId::new(1, [byte; 10])
    }

    #[test]
    fn a_grant_opens_for_its_device_under_its_code_only() {
        let (old, new, other) = [0; 3].map(|_| Pair::read(&Pair::fresh().unwrap()).unwrap()).into();
        let code = random_key().unwrap();
        let ring = Ring::begin().unwrap().with_next().unwrap();
        let bound = Bound { party: party(1), device: device(1), code: Some(&code) };
        let grant = wrap(&ring, &old, &new.public().unwrap(), bound).unwrap();
        assert!(unwrap(&grant, &new, bound).unwrap() == ring);
        let another_code = random_key().unwrap();
        assert!(unwrap(&grant, &new, Bound { code: Some(&another_code), ..bound }).is_err(), "another code");
        assert!(unwrap(&grant, &new, Bound { code: None, ..bound }).is_err(), "no code");
        assert!(unwrap(&grant, &new, Bound { device: device(2), ..bound }).is_err(), "another device");
        assert!(unwrap(&grant, &new, Bound { party: party(2), ..bound }).is_err(), "another account");
        assert!(unwrap(&grant, &other, bound).is_err(), "another key");
        let forged = DeviceGrant { from: other.public().unwrap(), ..grant.clone() };
        assert!(unwrap(&forged, &new, bound).is_err(), "another sender");
        let later = DeviceGrant { epoch: 3, ..grant };
        assert!(unwrap(&later, &new, bound).is_err(), "another epoch");
    }

    #[test]
    fn a_draft_opens_at_its_own_place_only_and_its_size_tells_little() {
        let ring = Ring::begin().unwrap();
        let draft = DraftId::new(1, [3; 10]);
        let row = next_row(&ring, draft, 4, Timestamp::from_millis(3), FollowState::Open);
        assert_eq!(row.revision, 5, "a clock that stands still counts on");
        let sealed = seal_draft(&ring, party(1), &row, &"short").unwrap();
        assert_eq!(open_draft::<String>(&ring, party(1), &row, &sealed).unwrap(), "short");
        assert_eq!(sealed.len(), seal_draft(&ring, party(1), &row, &"x".repeat(4000)).unwrap().len());
        assert!(sealed.len() < seal_draft(&ring, party(1), &row, &"x".repeat(4096)).unwrap().len());
        for wrong in [
            FollowRow { revision: 6, ..row },
            FollowRow { state: FollowState::Deleted, ..row },
            FollowRow { draft_id: DraftId::new(1, [4; 10]), ..row },
        ] {
            assert!(open_draft::<String>(&ring, party(1), &wrong, &sealed).is_err(), "{wrong:?}");
        }
        assert!(open_draft::<String>(&ring, party(2), &row, &sealed).is_err());
        assert!(open_draft::<String>(&Ring::begin().unwrap(), party(1), &row, &sealed).is_err(), "another key");
        let newer = ring.with_next().unwrap();
        assert_eq!(open_draft::<String>(&newer, party(1), &row, &sealed).unwrap(), "short", "an old key still opens");
    }
}
