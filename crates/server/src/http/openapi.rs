//! `GET /openapi.json`: the API's description, gathered from the routes themselves.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What does not belong to a single route.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Haoban city platform",
        description = "City services: catalogue, sign-in, cases, uploads, licences, notices and the desk. \
                       Errors are `Problem` bodies with the status of their code."
    ),
    components(schemas(haoban_wire::Problem, haoban_wire::ProblemCode)),
    modifiers(&SecuritySchemes)
)]
pub struct ApiDocument;

/// The two ways to be signed in.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::default);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("resident", SecurityScheme::Http(bearer));
        let desk = ApiKeyValue::new("haoban-desk");
        components.add_security_scheme("desk", SecurityScheme::ApiKey(ApiKey::Cookie(desk)));
    }
}

/// The document of all routes.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = ApiDocument::openapi();
    document.merge(crate::app::routes().into_openapi());
    document
}
