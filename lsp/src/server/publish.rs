//! The one task that publishes diagnostics. What changes while it waits for the client is published once, as it is then,
//! so that versions never go back and a slow client is not flooded.

use std::sync::Arc;

use tower_lsp::Client;

use crate::server::guard::guard;
use crate::server::session::Shared;

/// Publishes until the process ends.
pub(super) async fn publish(shared: Arc<Shared>, client: Client) {
    loop {
        shared.published.notified().await;
        let Ok(publications) = guard("publishing", || shared.lock().publications()) else { continue };
        for publication in publications {
            client.publish_diagnostics(publication.uri, publication.diagnostics, publication.version).await;
        }
    }
}
