//! Small pictures of attached files, served to the page by a scheme of their own. Nothing else is.

use std::sync::Arc;

use haoban_client::Client;
use tauri::{
    Manager, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};

/// Scheme of the addresses: `haoban-thumb://localhost/<file id>`.
pub(crate) const SCHEME: &str = "haoban-thumb";

/// Answers one address.
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let client = context.app_handle().try_state::<Arc<Client>>().map(|client| client.inner().clone());
    let id = request.uri().path().trim_start_matches('/').to_owned();
    tauri::async_runtime::spawn(async move {
        let picture = match (client, id.parse()) {
            (Some(client), Ok(id)) => client.thumbnail(id).await,
            _ => None,
        };
        responder.respond(response(picture));
    });
}

fn response(picture: Option<(&'static str, Vec<u8>)>) -> Response<Vec<u8>> {
    let (status, media_type, bytes) = match picture {
        Some((media_type, bytes)) => (StatusCode::OK, media_type, bytes),
        None => (StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    };
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
