//! A damaged store: what can still be read becomes a text the resident keeps, and nothing is emptied by itself.
//!
//! The store is only read here, page by page. Setting it aside and beginning anew is the resident's word
//! ([`Client::begin_anew`]).

mod carve;
mod readable;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use haoban_domain::{
    ids::{DraftId, PartyId},
    item::ServiceItem,
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{SalvageExport, SalvageExported, VaultView},
};
use zeroize::Zeroizing;

use self::{carve::Value, readable::Readable};
use crate::{
    Client, ClientError,
    drafts::{
        Standing, StoredDraft,
        autosave::{self, Delta, LOG_FILE},
    },
    ports::KeychainError,
    session, settings,
    store::{self, StoreError, sealed_log},
    vault::{Escrow, Keys, RecoveryCode, VaultError, opening},
    words::words,
};

/// Writes the drafts that can still be read to a file of the resident's.
pub(crate) async fn export(client: &Client, request: SalvageExport) -> Result<SalvageExported, ClientError> {
    if client.vault().view() != VaultView::Damaged {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "salvage").into());
    }
    let store = opening::store_path(&client.config().profile_dir);
    let rows = tokio::task::spawn_blocking(move || candidates(&store))
        .await
        .map_err(|_| StoreError::Failed("reading the damaged store did not end".to_owned()))??;
    let Some(keys) = keys(client, &rows, request.secret.map(Zeroizing::new)).await? else {
        return Ok(SalvageExported { place: None, drafts: 0, unreadable: count(&rows) });
    };
    let log = sealed_log::read(&client.config().profile_dir.join(LOG_FILE), &keys)?;
    let found = Found::read(&rows, &autosave::readable(log), &keys);
    if found.drafts.is_empty() {
        return Ok(SalvageExported { place: None, drafts: 0, unreadable: amount(found.unreadable) });
    }
    let language = settings::current(client).language;
    let now = client.now();
    let text = readable::file(&found.drafts, found.unreadable, now, language);
    let name = words("salvage.file_name", &[("day", &now.city_date().to_string())]).in_language(language).to_owned();
    let place = client.ports().files.export(&name, text.into_bytes()).await?;
    Ok(SalvageExported { place: Some(place), drafts: amount(found.drafts.len()), unreadable: amount(found.unreadable) })
}

fn amount(count: usize) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}

type Row = Vec<Value>;

fn candidates(store: &Path) -> Result<Vec<Row>, StoreError> {
    let read = |path: &Path| match std::fs::read(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::from(error)),
        other => Ok(other.unwrap_or_default()),
    };
    Ok(carve::rows(&read(store)?, &read(&store::log_of(store))?))
}

/// The vault's own row, as far as it names a profile.
struct Meta<'a> {
    profile: &'a str,
    kdf: Option<&'a str>,
    wrapped: Option<&'a [u8]>,
    proof: &'a [u8],
    escrow: Option<Escrow>,
}

impl<'a> Meta<'a> {
    fn of(row: &'a [Value]) -> Option<Self> {
        let [Value::Null, profile, way, kdf, wrapped, proof, Value::Int(_), rest @ ..] = row else { return None };
        if !matches!(way.text(), Some("keychain" | "passphrase")) {
            return None;
        }
        let escrow = match rest {
            [kdf, wrapped, made_at, ..] => kdf.text().zip(wrapped.blob()).map(|(kdf, wrapped)| Escrow {
                kdf: kdf.to_owned(),
                wrapped: wrapped.to_vec(),
                made_at: Timestamp::from_millis(made_at.int().unwrap_or_default()),
            }),
            _ => None,
        };
        Some(Self {
            profile: profile.text()?,
            kdf: kdf.text(),
            wrapped: wrapped.blob(),
            proof: proof.blob().unwrap_or_default(),
            escrow,
        })
    }
}

/// The keys of the damaged store, from wherever its root key can be had; nothing when no row says where that is.
async fn keys(client: &Client, rows: &[Row], secret: Option<Zeroizing<String>>) -> Result<Option<Keys>, ClientError> {
    let mut missing = None;
    for meta in rows.iter().rev().filter_map(|row| Meta::of(row)) {
        let way = if meta.kdf.is_some() { "passphrase" } else { "keychain" };
        let roots = match (meta.kdf, meta.wrapped, &secret, meta.escrow) {
            (Some(kdf), Some(wrapped), Some(secret), _) => {
                vec![opening::by_passphrase(kdf, wrapped, secret).await?]
            }
            (None, _, Some(secret), Some(escrow)) => {
                let code = RecoveryCode::parse(secret).map_err(VaultError::from)?;
                vec![opening::by_recovery_code(escrow, code).await?]
            }
            (None, ..) => {
                let mut roots = Vec::new();
                // A change of the key that was cut off after its commit leaves the one in force under the second name.
                for account in [opening::account(meta.profile), opening::next_account(meta.profile)] {
                    match client.ports().keychain.load(&account).await {
                        Err(KeychainError::Locked) => return Err(VaultError::from(KeychainError::Locked).into()),
                        found => roots.extend(found.ok().flatten()),
                    }
                }
                roots
            }
            _ => Vec::new(),
        };
        missing = Some(way);
        for root in roots {
            let Ok(keys) = Keys::derive(&root) else { continue };
            if keys.fits(meta.profile, meta.proof) || opens_any(rows, &keys) {
                return Ok(Some(keys));
            }
        }
    }
    match missing {
        Some(way) => Err(Problem::new(ProblemCode::KeyMissing).with("what", way).into()),
        None => Ok(None),
    }
}

/// Whether these keys open some draft, where the record that should tell is damaged itself.
fn opens_any(rows: &[Row], keys: &Keys) -> bool {
    rows.iter().filter_map(|row| Draft::of(row)).any(|draft| draft.open(keys).is_some())
}

/// A draft row, sealed.
struct Draft<'a> {
    id: DraftId,
    revision: u64,
    standing: Standing,
    sealed: &'a [u8],
    saved_at: Timestamp,
}

impl<'a> Draft<'a> {
    fn of(row: &'a [Value]) -> Option<Self> {
        let [id, revision, standing, sealed, saved_at, _] = row else { return None };
        Some(Self {
            id: id.text()?.parse().ok()?,
            revision: revision.int()?.cast_unsigned(),
            standing: Standing::parse(standing.text()?),
            sealed: sealed.blob()?,
            saved_at: Timestamp::from_millis(saved_at.int()?),
        })
    }

    fn open(&self, keys: &Keys) -> Option<StoredDraft> {
        let content = keys.open("draft", &self.id.to_string(), self.revision, self.sealed).ok()?;
        Some(StoredDraft {
            id: self.id,
            revision: self.revision,
            standing: self.standing,
            saved_at: self.saved_at,
            record: serde_json::from_slice(&content).ok()?,
        })
    }
}

/// Profiles that stores name, as far as they can be read.
pub(crate) async fn profiles(stores: Vec<PathBuf>) -> BTreeSet<String> {
    let named = move || {
        let rows = stores.iter().filter_map(|store| candidates(store).ok()).flatten();
        rows.filter_map(|row| Some(Meta::of(&row)?.profile.to_owned())).collect()
    };
    tokio::task::spawn_blocking(named).await.unwrap_or_default()
}

fn count(rows: &[Row]) -> u32 {
    let ids: BTreeSet<_> = rows.iter().filter_map(|row| Some(Draft::of(row)?.id)).collect();
    amount(ids.len())
}

/// What could be read.
struct Found {
    drafts: Vec<Readable>,
    unreadable: usize,
}

impl Found {
    /// The newest readable copy of each draft, with the saves after it, that the person last signed in here may see.
    fn read(rows: &[Row], saves: &[Delta], keys: &Keys) -> Self {
        let mut newest: BTreeMap<DraftId, Option<StoredDraft>> = BTreeMap::new();
        for draft in rows.iter().filter_map(|row| Draft::of(row)) {
            let slot = newest.entry(draft.id).or_default();
            if slot.as_ref().is_none_or(|known| known.revision < draft.revision)
                && let Some(opened) = draft.open(keys)
            {
                *slot = Some(opened);
            }
        }
        for save in saves {
            if let Some(Some(draft)) = newest.get_mut(&save.draft)
                && draft.revision < save.revision
            {
                save.change(draft);
                draft.revision = save.revision;
            }
        }
        let unreadable = newest.values().filter(|draft| draft.is_none()).count();
        let holder = holder(rows, keys);
        let items = items(rows, keys);
        let mut drafts: Vec<Readable> = newest
            .into_values()
            .flatten()
            .filter(|draft| holder.is_none() || draft.record.owner.is_none() || draft.record.owner == holder)
            .map(|draft| {
                let item = items.get(&(draft.record.item_code.clone(), draft.record.item_version)).cloned();
                Readable { draft, item }
            })
            .collect();
        drafts.sort_by_key(|readable| std::cmp::Reverse(readable.draft.saved_at));
        Self { drafts, unreadable }
    }
}

/// Sealed records of a kind that open, with their ids.
fn records<'a>(rows: &'a [Row], keys: &Keys, kind: &str) -> Vec<(&'a str, Zeroizing<Vec<u8>>)> {
    let opened = |row: &'a Row| {
        let [found, id, revision, sealed, _] = row.as_slice() else { return None };
        let (id, revision) = (id.text()?, revision.int()?.cast_unsigned());
        (found.text() == Some(kind)).then_some(())?;
        Some((id, keys.open("sealed_record", &format!("{kind}/{id}"), revision, sealed.blob()?).ok()?))
    };
    rows.iter().filter_map(opened).collect()
}

fn items(rows: &[Row], keys: &Keys) -> BTreeMap<(String, u32), ServiceItem> {
    records(rows, keys, crate::drafts::DEFINITION)
        .into_iter()
        .filter_map(|(_, content)| serde_json::from_slice::<ServiceItem>(&content).ok())
        .map(|item| ((item.code.clone(), item.version), item))
        .collect()
}

/// Who was signed in last, if that can be read.
fn holder(rows: &[Row], keys: &Keys) -> Option<PartyId> {
    records(rows, keys, session::KEPT_KIND).iter().rev().find_map(|(_, content)| session::kept_party(content))
}
