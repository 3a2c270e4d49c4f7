//! The one task that publishes diagnostics. What changes while it waits for the client is published once, as it is then,
//! so that versions never go back and a slow client is not flooded.

use std::future::Future;
use std::sync::Arc;

use tower_lsp::Client;
use tower_lsp::jsonrpc::Result;

use crate::server::guard::guard;
use crate::server::session::Shared;

/// Publishes until the process ends.
pub(super) async fn publish(shared: Arc<Shared>, client: Client) {
    loop {
        shared.published.notified().await;
        let found = guard("publishing", || {
            let mut session = shared.lock();
            let outdated = (session.take_pull_again(), session.take_hints_changed(), session.take_lenses_changed());
            (session.publications(), outdated)
        });
        let Ok((publications, (diagnostics, hints, lenses))) = found else { continue };
        if diagnostics {
            refresh(&client, |client| async move { client.workspace_diagnostic_refresh().await });
        }
        if hints {
            refresh(&client, |client| async move { client.inlay_hint_refresh().await });
        }
        if lenses {
            refresh(&client, |client| async move { client.code_lens_refresh().await });
        }
        for publication in publications {
            client.publish_diagnostics(publication.uri, publication.diagnostics, publication.version).await;
        }
    }
}

/// Has the client ask again for something. It may take its time with an answer, which says nothing and has to be listened
/// for however late it comes: the transport panics on one that nobody waits for any more.
fn refresh<Answer>(client: &Client, ask: impl FnOnce(Client) -> Answer)
where
    Answer: Future<Output = Result<()>> + Send + 'static,
{
    let asked = ask(client.clone());
    tokio::spawn(async move {
        let _ = asked.await;
    });
}
