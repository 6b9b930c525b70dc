//! The files of a submission: there, whole, the applicant's own, in their slot, with the digest that was named.

use haoban_domain::{
    form::FieldProblem,
    ids::{CaseId, FileId},
    item::ServiceItem,
    material::{MaterialChoice, MaterialRule},
};
use sqlx::AnyConnection;

use super::{
    check::HandedIn,
    problems::{problem, slot, whole},
};
use crate::{
    AppState, Result,
    materials::{self, Upload, UploadState},
    notices::{plain, say},
};

/// Checks every file that a choice names.
pub(super) async fn check(
    state: &AppState,
    item: &ServiceItem,
    handed: &HandedIn<'_>,
) -> Result<(Vec<Upload>, Vec<FieldProblem>)> {
    let mut connection = state.store.reader().acquire().await?;
    let (mut uploads, mut problems) = (Vec::new(), Vec::new());
    for (id, choice) in handed.choices {
        let MaterialChoice::Upload { files } = choice else { continue };
        let Some(material) = item.materials.iter().find(|material| material.id == *id) else { continue };
        if files.is_empty() {
            problems.push(problem(
                slot(id),
                "material_needed",
                say!("intake", "material_needed", material = &material.name),
            ));
        }
        if files.len() > usize::from(material.upload.max_files) {
            let words =
                say!("intake", "too_many_files", material = &material.name, max = &plain(material.upload.max_files));
            problems.push(problem(slot(id), "too_many_files", words));
        }
        for file in files {
            match find(&mut connection, handed, material, *file).await? {
                Ok(upload) => uploads.push(upload),
                Err(problem) => problems.push(problem),
            }
        }
    }
    let named = |file: &FileId| uploads.iter().any(|upload| upload.file == *file);
    if problems.is_empty() && !handed.files.keys().all(named) {
        problems.push(whole("file_unused", say!("intake", "file_unused")));
    }
    Ok((uploads, problems))
}

async fn find(
    connection: &mut AnyConnection,
    handed: &HandedIn<'_>,
    material: &MaterialRule,
    file: FileId,
) -> Result<Result<Upload, FieldProblem>> {
    let refuse = |rule: &str, words| Ok(Err(problem(slot(&material.id), rule, words)));
    let name = &material.name;
    let Some(upload) = materials::find_file(connection, handed.party, file).await? else {
        return refuse("file_missing", say!("intake", "file_missing", material = name));
    };
    let ours = match upload.state {
        UploadState::Receiving => false,
        UploadState::Complete => handed.draft.is_none_or(|draft| draft == upload.draft),
        UploadState::Attached => is_of_case(connection, handed.case, file, &material.id).await?,
    };
    // A part of a joint case knows a file of the whole under a slot of its own.
    if !ours || (upload.slot != material.id && upload.state != UploadState::Attached) {
        return refuse("file_missing", say!("intake", "file_missing", material = name));
    }
    // A file that was part of the case before need not be named again.
    let digest = handed.files.get(&file);
    let known = upload.state == UploadState::Attached && digest.is_none();
    if !known && digest.map(|digest| digest.to_ascii_lowercase()) != Some(upload.sha256.clone()) {
        return refuse("file_digest", say!("intake", "file_digest", material = name));
    }
    let limit = &material.upload;
    if upload.kind.is_none_or(|kind| !limit.kinds.contains(&kind)) {
        return refuse("file_kind", say!("intake", "file_kind", material = name));
    }
    if upload.bytes > limit.max_bytes || upload.pages > limit.max_pages {
        return refuse("file_too_large", say!("intake", "file_too_large", material = name));
    }
    // Taken for another service with such a slot, one that asks for place and time.
    if upload.has_metadata && !limit.keep_metadata {
        return refuse("file_metadata", say!("intake", "file_metadata", material = name));
    }
    Ok(Ok(upload))
}

async fn is_of_case(connection: &mut AnyConnection, case: Option<CaseId>, file: FileId, slot: &str) -> Result<bool> {
    let Some(case) = case else { return Ok(false) };
    let row = sqlx::query("SELECT 1 FROM case_file WHERE case_id = $1 AND file_id = $2 AND slot = $3")
        .bind(case.to_string())
        .bind(file.to_string())
        .bind(slot.to_owned())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}
