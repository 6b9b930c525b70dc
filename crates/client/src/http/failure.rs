//! What a failed call means for the resident.

use haoban_wire::{Problem, ProblemCode, http::REQUEST_ID};
use reqwest::{Response, StatusCode};

/// Names an error that came before a whole answer: nearly always the network.
pub(crate) fn problem_from_error(error: &reqwest::Error) -> Problem {
    if error.is_builder() || error.is_decode() {
        return Problem::new(ProblemCode::Internal);
    }
    Problem::new(ProblemCode::Offline)
}

/// Reads the problem out of an answer that is not a success.
pub(crate) async fn problem_from_response(response: Response) -> Problem {
    let status = response.status();
    let request_id = header(&response, REQUEST_ID);
    let retry_after_ms =
        header(&response, "retry-after").and_then(|text| text.parse::<u64>().ok()).map(|s| s.saturating_mul(1000));
    let body = response.bytes().await.unwrap_or_default();
    let mut problem = serde_json::from_slice::<Problem>(&body).unwrap_or_else(|_| Problem::new(code_for(status)));
    problem.request_id = problem.request_id.or(request_id);
    problem.retry_after_ms = problem.retry_after_ms.or(retry_after_ms);
    problem
}

/// A code for an answer without a problem body: a gateway in between, or an unknown code of a newer platform.
fn code_for(status: StatusCode) -> ProblemCode {
    match status.as_u16() {
        401 => ProblemCode::SignedOut,
        403 => ProblemCode::Forbidden,
        404 | 410 => ProblemCode::NotFound,
        409 => ProblemCode::NotAllowedNow,
        413 => ProblemCode::FileTooLarge,
        415 => ProblemCode::FileKind,
        429 => ProblemCode::TooMany,
        460 => ProblemCode::UploadChecksum,
        502..=504 => ProblemCode::Unavailable,
        500.. => ProblemCode::Internal,
        _ => ProblemCode::BadRequest,
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::fake::{Answer, Fake};

    async fn problem(answer: Answer) -> Problem {
        let fake = Fake::start(move |_| answer.clone()).await;
        let link = fake.link();
        let response = link.send(link.request(reqwest::Method::GET, "/")).await.unwrap();
        problem_from_response(response).await
    }

    #[tokio::test]
    async fn a_problem_body_is_taken_as_it_is() {
        let body = r#"{"code":"too_many","retry_after_ms":1500}"#;
        let problem = problem(Answer::new(429, body).header("x-request-id", "r1")).await;
        assert_eq!((problem.code, problem.retry_after_ms), (ProblemCode::TooMany, Some(1500)));
        assert_eq!(problem.request_id.as_deref(), Some("r1"));
    }

    #[tokio::test]
    async fn a_gateway_page_is_named_by_its_status() {
        let gateway = problem(Answer::new(503, "<html>").header("retry-after", "7")).await;
        assert_eq!((gateway.code, gateway.retry_after_ms), (ProblemCode::Unavailable, Some(7000)));
        let unknown = problem(Answer::new(422, r#"{"code":"from_the_future"}"#)).await;
        assert_eq!(unknown.code, ProblemCode::BadRequest);
    }

    #[tokio::test]
    async fn a_closed_port_is_offline_and_noted() {
        let fake = Fake::start(|_| Answer::new(200, "")).await;
        let link = fake.link();
        drop(fake);
        let lost = link.send(link.request(reqwest::Method::GET, "/")).await.unwrap_err();
        assert_eq!(lost.code, ProblemCode::Offline);
        assert!(!link.connectivity().online());
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let fake = Fake::start(|_| Answer::new(302, "").header("location", "/elsewhere")).await;
        let link = fake.link();
        let response = link.send(link.request(reqwest::Method::GET, "/")).await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(fake.paths(), ["/"]);
    }
}
