//! One id per request, in the log, in the answer and in every problem.

tokio::task_local! {
    pub(super) static REQUEST_ID: String;
}

/// Id of the request this task works on.
#[must_use]
pub fn current_request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}
