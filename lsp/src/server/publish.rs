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
        let found = guard("publishing", || {
            let mut session = shared.lock();
            (session.publications(), session.take_pull_again(), session.take_hints_changed())
        });
        let Ok((publications, pull_again, hints_again)) = found else { continue };
        if pull_again {
            // The client may take its time with an answer, which says nothing and has to be listened for however late it
            // comes: the transport panics on one that nobody waits for any more.
            let client = client.clone();
            tokio::spawn(async move {
                let _ = client.workspace_diagnostic_refresh().await;
            });
        }
        if hints_again {
            let client = client.clone();
            tokio::spawn(async move {
                let _ = client.inlay_hint_refresh().await;
            });
        }
        for publication in publications {
            client.publish_diagnostics(publication.uri, publication.diagnostics, publication.version).await;
        }
    }
}
