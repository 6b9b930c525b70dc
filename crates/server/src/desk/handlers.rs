//! The desk API.

use std::str::FromStr;

use axum::{Json, extract::State, response::Response};
use haoban_domain::ids::{CaseId, FileId, TaskId};
use haoban_wire::{
    ProblemCode,
    desk::{DeskActDone, DeskActRequest, DeskCase, DeskOpen, DeskQueue},
    http::AccessGround,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    act, file, guard,
    queue::queue,
    review::desk_case,
    tasks::{self, Filter},
};
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf, QueryOf},
    identity::Officer,
    intake,
    notices::say,
    workflow::Scene,
};

/// Routes of the desk.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(open))
        .routes(routes!(content))
        .routes(routes!(page))
        .routes(routes!(perform))
}

/// Which part of the queue.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Wanted {
    /// Open, mine, waiting or done.
    #[serde(default)]
    filter: Filter,
    /// Part of a case number or of an item's name.
    #[serde(default)]
    q: String,
}

/// Tasks of the officer's department.
#[utoipa::path(get, path = "/v1/desk/queue", tag = "desk", security(("desk" = [])), params(Wanted), responses((status = 200, body = DeskQueue)))]
async fn list(
    State(state): State<AppState>,
    who: Officer,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Json<DeskQueue>> {
    Ok(Json(queue(&state, &who, wanted.filter, &wanted.q).await?))
}

/// Opens a case for a purpose. The look is in the resident's log before the answer is built.
#[utoipa::path(post, path = "/v1/desk/cases/{id}/open", tag = "desk", security(("desk" = [])), params(("id" = String, Path)), request_body = DeskOpen,
    responses((status = 200, body = DeskCase)))]
async fn open(
    State(state): State<AppState>,
    who: Officer,
    PathOf(id): PathOf<String>,
    JsonBody(body): JsonBody<DeskOpen>,
) -> Result<Json<DeskCase>> {
    let purpose = guard::purpose(&body.purpose)?;
    let scene = Scene::now(&state);
    let (case, task) = guard::enter(&scene, &who, id_of::<CaseId>(&id)?).await?;
    let mut tx = state.store.write().await?;
    guard::look(&mut tx, &scene, &who, &case, say!("desk", "what_case"), purpose, AccessGround::Law).await?;
    let scope = format!("desk-open:{}", who.id);
    intake::first_time(&mut tx, &scope, &case.id.to_string(), &who.id, &Value::Null, scene.now).await?;
    if task.is_of(&who) {
        tasks::seen(&mut tx, task.id).await?;
    }
    tx.commit().await?;
    Ok(Json(desk_case(&scene, &who, &case, &task).await?))
}

/// A file as it was handed in; each look is logged.
#[utoipa::path(get, path = "/v1/desk/cases/{id}/files/{file}", tag = "desk", security(("desk" = [])),
    params(("id" = String, Path), ("file" = String, Path)), responses((status = 200, description = "the bytes, as attachment")))]
async fn content(
    State(state): State<AppState>,
    who: Officer,
    PathOf((id, file)): PathOf<(String, String)>,
) -> Result<Response> {
    file::content(&state, &who, id_of::<CaseId>(&id)?, id_of::<FileId>(&file)?).await
}

/// One page of a file as a picture drawn by the platform; each look is logged.
#[utoipa::path(get, path = "/v1/desk/cases/{id}/files/{file}/pages/{page}", tag = "desk", security(("desk" = [])),
    params(("id" = String, Path), ("file" = String, Path), ("page" = u16, Path)),
    responses((status = 200, description = "PNG"), (status = 501, description = "no program here draws this kind")))]
async fn page(
    State(state): State<AppState>,
    who: Officer,
    PathOf((id, file, page)): PathOf<(String, String, u16)>,
) -> Result<Response> {
    file::page(&state, &who, id_of::<CaseId>(&id)?, id_of::<FileId>(&file)?, page).await
}

/// One act on a task.
#[utoipa::path(post, path = "/v1/desk/tasks/{id}/act", tag = "desk", security(("desk" = [])), params(("id" = String, Path)),
    request_body = DeskActRequest, responses((status = 200, body = DeskActDone)))]
async fn perform(
    State(state): State<AppState>,
    who: Officer,
    PathOf(id): PathOf<String>,
    JsonBody(body): JsonBody<DeskActRequest>,
) -> Result<Json<DeskActDone>> {
    Ok(Json(act::act(&state, &who, id_of::<TaskId>(&id)?, &body).await?))
}

fn id_of<T: FromStr>(text: &str) -> Result<T> {
    T::from_str(text).map_err(|_| ProblemCode::NotFound.into())
}
