// The language server: started, stopped, started again.

import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, State, TransportKind } from "vscode-languageclient/node";
import { findBinary, tellAgain, tellMissing } from "./binary";

export class Server {
  private client: LanguageClient | undefined;
  private readonly changed = new vscode.EventEmitter<boolean>();

  /** Fires with whether the server runs. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {
    context.subscriptions.push(this.changed);
  }

  get running(): boolean {
    return this.client?.state === State.Running;
  }

  async start(): Promise<void> {
    const command = await findBinary(this.context, "quell-lsp");
    if (command === undefined) {
      this.output.error("the language server was not found");
      void tellMissing("quell-lsp");
      return;
    }
    this.output.info(`starting ${command}`);
    const client = new LanguageClient(
      "quell",
      "Quell",
      { command, transport: TransportKind.stdio },
      {
        documentSelector: [{ scheme: "file", language: "quell" }],
        outputChannel: this.output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        synchronize: {
          fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.quell,quell.toml}"),
        },
      },
    );
    client.onDidChangeState(({ newState }) => this.changed.fire(newState === State.Running));
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.output.error(`the language server did not start: ${String(error)}`);
      void vscode.window.showErrorMessage(`Quell: the language server did not start: ${String(error)}`);
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) await client.stop();
    await client?.dispose();
  }

  async restart(): Promise<void> {
    tellAgain();
    await this.stop();
    await this.start();
  }
}
