//! How far something is, as the editor shows it.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::lsp_types as lsp;
use tower_lsp::{Client, lsp_types::request::WorkDoneProgressCreate};

/// Tells of one thing that takes a while; dropped, it is over.
#[derive(Debug)]
pub(super) struct Progress {
    told: UnboundedSender<lsp::WorkDoneProgress>,
}

impl Progress {
    /// Begins to tell, on the runtime that this is called from.
    pub(super) fn begin(client: Client, token: String, title: &str) -> Progress {
        let (told, telling) = unbounded_channel();
        tokio::spawn(tell(client, lsp::NumberOrString::String(token), telling));
        let progress = Progress { told };
        progress.send(lsp::WorkDoneProgress::Begin(lsp::WorkDoneProgressBegin {
            title: title.to_owned(),
            cancellable: Some(true),
            percentage: Some(0),
            ..lsp::WorkDoneProgressBegin::default()
        }));
        progress
    }

    /// Tells how much of all is done.
    pub(super) fn report(&self, done: usize, of: usize) {
        self.send(lsp::WorkDoneProgress::Report(lsp::WorkDoneProgressReport {
            message: Some(format!("{done}/{of}")),
            percentage: Some((done * 100 / of.max(1)) as u32),
            ..lsp::WorkDoneProgressReport::default()
        }));
    }

    fn send(&self, value: lsp::WorkDoneProgress) {
        // Where nobody tells any more, there is nobody to tell.
        let _ = self.told.send(value);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.send(lsp::WorkDoneProgress::End(lsp::WorkDoneProgressEnd::default()));
    }
}

async fn tell(client: Client, token: lsp::ProgressToken, mut telling: UnboundedReceiver<lsp::WorkDoneProgress>) {
    let create = lsp::WorkDoneProgressCreateParams { token: token.clone() };
    // The request is waited for on its own: the transport panics on an answer that nobody listens for any more.
    let asked = client.clone();
    let created = tokio::spawn(async move { asked.send_request::<WorkDoneProgressCreate>(create).await });
    if !matches!(tokio::time::timeout(std::time::Duration::from_secs(5), created).await, Ok(Ok(Ok(())))) {
        return;
    }
    while let Some(value) = telling.recv().await {
        let value = lsp::ProgressParamsValue::WorkDone(value);
        client
            .send_notification::<lsp::notification::Progress>(lsp::ProgressParams { token: token.clone(), value })
            .await;
    }
}
