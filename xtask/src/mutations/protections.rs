//! What protects, and what must notice when it does not.

/// Where the absence shows.
#[derive(Clone, Copy)]
pub(super) enum Suite {
    /// Unit tests, by a part of their name.
    Units(&'static str),
    /// Tests of the platform: file, part of the name.
    Server(&'static str, &'static str),
    /// The rigs, by a part of their name.
    Rigs(&'static str),
}

impl Suite {
    pub(super) fn words(self) -> String {
        match self {
            Self::Units(filter) => format!("unit tests `{filter}`"),
            Self::Server(file, filter) => format!("crates/server/tests/{file}, `{filter}`"),
            Self::Rigs(filter) => format!("rigs `{filter}`"),
        }
    }
}

/// One protection and the text that takes it away.
pub(super) struct Protection {
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) suite: Suite,
}

const fn one(name: &'static str, file: &'static str, from: &'static str, to: &'static str, suite: Suite) -> Protection {
    Protection { name, file, from, to, suite }
}

pub(super) const PROTECTIONS: &[Protection] = &[
    one(
        "the key of an act is claimed",
        "crates/server/src/intake/keys.rs",
        "Ok(done.rows_affected() == 1)",
        "Ok(done.rows_affected() < 2)",
        Suite::Rigs("once::"),
    ),
    one(
        "a key belongs to one body",
        "crates/server/src/intake/keys.rs",
        r#"&& row.try_get::<String, _>("body_sha256")? == digest"#,
        r#"&& row.try_get::<String, _>("body_sha256")?.len() == digest.len()"#,
        Suite::Server("intake", "another_body_is_refused"),
    ),
    one(
        "a reminder is claimed before it goes out",
        "crates/server/src/reminders/rows.rs",
        "Ok(done.rows_affected() == 1)",
        "Ok(done.rows_affected() < 2)",
        Suite::Server("intake", "however_many_workers"),
    ),
    one(
        "commits are synced before they are acknowledged",
        "crates/server/src/store/together.rs",
        "if !*failed && let Err(error) = sync(self.log.clone()).await {",
        "if !*failed && let Err(error) = sync(self.log.with_extension(\"none\")).await && self.log.is_relative() {",
        Suite::Rigs("disks::a_power"),
    ),
    one(
        "bytes of an upload are synced before they count",
        "crates/server/src/materials/receive.rs",
        "file.sync_data().await?;",
        "",
        Suite::Rigs("disks::"),
    ),
    one(
        "two processes never write into one upload",
        "crates/server/src/materials/receive.rs",
        "match file.try_lock() {",
        "match Ok::<(), TryLockError>(()) {",
        Suite::Server("intake", "uploads::"),
    ),
    one(
        "a log that could not be synced is folded",
        "crates/server/src/store/together.rs",
        "self.fold().await?;",
        "",
        Suite::Units("together::"),
    ),
    one(
        "the writer is opened anew after a full disk",
        "crates/server/src/store/mod.rs",
        "Err(sqlx::Error::InvalidSavePointStatement) => {",
        "Err(sqlx::Error::RowNotFound) => {",
        Suite::Rigs("disks::"),
    ),
    one(
        "a scanner without an answer passes nothing",
        "crates/server/src/materials/finish.rs",
        "Verdict::NoAnswer => Ok((found, ScanStanding::Pending)),",
        "Verdict::NoAnswer => Ok((found, ScanStanding::Clean)),",
        Suite::Server("intake", "scanning::"),
    ),
    one(
        "the digest of the whole file",
        "crates/server/src/materials/finish.rs",
        "receipt::digest(&bytes) == wanted",
        "receipt::digest(&bytes).len() == wanted.len()",
        Suite::Server("intake", "uploads::"),
    ),
    one(
        "the end mark of a PDF",
        "crates/server/src/materials/inspect/pdf.rs",
        "if memchr::memmem::rfind(bytes, END).is_none() {",
        "if bytes.is_empty() {",
        Suite::Units("inspect::"),
    ),
    one(
        "a PDF that acts is refused",
        "crates/server/src/materials/inspect/pdf.rs",
        "if document.objects.values().any(|object| acts(&document, object, 0)) {",
        "if document.objects.is_empty() && document.objects.values().any(|object| acts(&document, object, 0)) {",
        Suite::Units("inspect::"),
    ),
    one(
        "sessions that are over are forgotten",
        "crates/server/src/jobs/kinds.rs",
        "identity::sweep(state).await?;",
        "",
        Suite::Server("intake", "soak::"),
    ),
    one(
        "too many are sent away in time",
        "crates/server/src/http/door.rs",
        "if before >= self.most_waiting {",
        "if before == usize::MAX {",
        Suite::Units("door::"),
    ),
    one(
        "no picture of the memory is left behind",
        "crates/devhost/src/main.rs",
        "haoban_client::memory::leave_no_dump();",
        "",
        Suite::Rigs("canary"),
    ),
    one(
        "what is typed is sealed in the log of saves",
        "crates/client/src/store/sealed_log.rs",
        "record.extend_from_slice(&sealed);",
        "record.extend_from_slice(content);",
        Suite::Units("autosave::"),
    ),
    one(
        "one case goes in order",
        "crates/client/src/outbox/plan.rs",
        "if lanes.insert(entry.case_id, ()).is_some() {",
        "if lanes.insert(entry.case_id, ()).is_some() && lanes.is_empty() {",
        Suite::Units("outbox::"),
    ),
    one(
        "a wait that a clock set back made endless ends",
        "crates/client/src/outbox/plan.rs",
        "until <= now || until.millis() - now.millis() > MOST_WAIT_MILLIS",
        "until <= now && until.millis() - now.millis() < MOST_WAIT_MILLIS",
        Suite::Units("outbox::"),
    ),
    one(
        "what may have arrived is asked for before it is taken back",
        "crates/client/src/outbox/take_back.rs",
        "if used_up || act.content.in_doubt {",
        "if used_up || (act.content.in_doubt && act.attempts == u32::MAX) {",
        Suite::Units("outbox::take_back_tests"),
    ),
    one(
        "a used-up key is asked for and its draft never opened again",
        "crates/client/src/outbox/take_back.rs",
        "if problem.code == ProblemCode::KeyReused);",
        "if problem.code == ProblemCode::KeyMissing);",
        Suite::Units("outbox::simulation"),
    ),
    one(
        "nothing is taken back while it is on its way",
        "crates/client/src/outbox/take_back.rs",
        "if running || act.state == StepState::Sending {",
        "if (running && act.attempts == u32::MAX) || act.state == StepState::Sending {",
        Suite::Units("outbox::take_back_tests"),
    ),
    one(
        "a payment's key belongs to one case",
        "crates/server/src/workflow/charges.rs",
        r#"json!({ "case": id })"#,
        r#"json!({ "case": id.to_string().len() })"#,
        Suite::Server("intake", "keyed"),
    ),
    one(
        "a photo that tells its place is refused",
        "crates/server/src/materials/finish.rs",
        "Some(notes) if !keep_metadata =>",
        "Some(notes) if !keep_metadata && notes.is_empty() =>",
        Suite::Server("intake", "photo"),
    ),
    one(
        "the session is looked at again when an outcome is written",
        "crates/client/src/outbox/worker.rs",
        "Outcome::SignedOut if session::is_signed_in(client) && session::party(client) == entry.content.owner => {",
        "Outcome::SignedOut if session::party(client).is_none() && session::is_signed_in(client) => {",
        Suite::Units("outbox::tests"),
    ),
    one(
        "the key of an act is kept over a restart",
        "crates/client/src/act_keys.rs",
        "records::put_one(client, &kind, &id, &Kept { key: key.clone(), body_sha256 }).await?;",
        "let _ = Kept { key: key.clone(), body_sha256 };",
        Suite::Units("act_keys::"),
    ),
    one(
        "a save counts once however often its record is read",
        "crates/client/src/drafts/autosave.rs",
        "UPDATE autosave SET folded = max(folded, $1) WHERE id = 1",
        "UPDATE autosave SET folded = max(folded, $1 * 0) WHERE id = 1",
        Suite::Units("autosave::"),
    ),
    one(
        "a missing key makes no new store",
        "crates/client/src/vault/opening.rs",
        "None => Ok(Opened::closed(VaultView::KeyMissing, Some(store))),",
        "None => { store.close().await; self.begin().await }",
        Suite::Units("vault::"),
    ),
    one(
        "a change of the key that was cut off is finished or taken back",
        "crates/client/src/vault/opening.rs",
        "None if rotation::begun(self.dir) => self.finish_rotation(meta).await?,",
        "",
        Suite::Rigs("key_kills"),
    ),
    one(
        "a receipt is checked against its signature",
        "crates/client/src/receipt/mod.rs",
        "UnparsedPublicKey::new(&ED25519, key).verify(receipt.body.as_bytes(), &signature).ok()?;",
        "let _ = UnparsedPublicKey::new(&ED25519, key).verify(receipt.body.as_bytes(), &signature);",
        Suite::Units("receipt::"),
    ),
];
