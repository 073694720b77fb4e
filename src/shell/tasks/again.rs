//! Reading again what could not be read for a moment.

use std::time::Duration;

use tokio::time::sleep;

use crate::consul::{ApiError, Class};

/// How long is waited before each further try: an agent with too many connections has one free
/// again soon, and an operator waits for the answer.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(600)];

/// Reads, up to four times while the failure may pass. Never for writes: one of unknown outcome must
/// not be sent twice.
pub(super) async fn again<T, F>(read: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    for pause in PAUSES {
        match read().await {
            Err(error) if error.class() == Class::Retry => sleep(pause).await,
            done => return done,
        }
    }
    read().await
}
