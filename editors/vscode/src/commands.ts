// The commands of the palette.

import * as vscode from "vscode";
import { showInstall } from "./binary";
import { CommandLine, OptionalCommand, Run } from "./cli";
import { Server } from "./server";

/** Shows what commands print, in an editor of its own. */
class Results implements vscode.TextDocumentContentProvider {
  static readonly scheme = "quell-result";
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  async show(name: string, language: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: Results.scheme, path: `/${name}` });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
  }
}

/** The open `.quell` file, saved, so that what is compiled is what is seen. */
async function currentFile(): Promise<vscode.Uri | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "quell") {
    void vscode.window.showInformationMessage("Quell: open a .quell file first.");
    return undefined;
  }
  if (document.isUntitled || document.isDirty) {
    if (!(await document.save())) return undefined;
  }
  return vscode.window.activeTextEditor?.document.uri;
}

async function askForFile(title: string): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title,
    canSelectMany: false,
    filters: { Events: ["json", "ndjson", "jsonl"], "All files": ["*"] },
  });
  return chosen?.[0];
}

export function registerCommands(
  context: vscode.ExtensionContext,
  server: Server,
  cli: CommandLine,
  output: vscode.LogOutputChannel,
): void {
  const results = new Results();

  async function compileFile(): Promise<void> {
    const file = await currentFile();
    if (file === undefined) return;
    const target = vscode.workspace.getConfiguration("quell", file).get<string>("compile.target", "datadog");
    const run = await cli.run(["compile", "--target", target, "--format", "short", file.fsPath], file);
    if (run === undefined) return;
    if (run.status !== 0) {
      output.error(run.stderr.trim());
      const show = "Show Problems";
      const message = "Quell: the file has errors, and nothing was compiled.";
      if ((await vscode.window.showErrorMessage(message, show)) === show) {
        await vscode.commands.executeCommand("workbench.actions.view.problems");
      }
      return;
    }
    const name = file.path.split("/").pop()?.replace(/\.quell$/, "") ?? "rules";
    await results.show(`${name}.${target}.json`, "json", run.stdout);
  }

  /** Runs a command that this version of the binary may not have. */
  async function optional(command: OptionalCommand, args: string[]): Promise<Run | undefined> {
    const near = vscode.window.activeTextEditor?.document.uri;
    if ((await cli.binary()) !== undefined && !cli.can(command)) {
      void vscode.window.showErrorMessage(`Quell: this version of quell has no command "${command}".`);
      return undefined;
    }
    return cli.run([command, ...args], near);
  }

  /** Shows what a command printed, or what went wrong. */
  async function show(title: string, run: Run | undefined): Promise<void> {
    if (run !== undefined) await results.show(title, "plaintext", run.stdout === "" ? run.stderr : run.stdout);
  }

  async function runTests(): Promise<void> {
    const tasks = await vscode.tasks.fetchTasks({ type: "quell" });
    const task = tasks.find((task) => task.definition["command"] === "test");
    if (task === undefined) {
      await show("tests.txt", await optional("test", []));
    } else {
      await vscode.tasks.executeTask(task);
    }
  }

  async function replayEvents(): Promise<void> {
    const events = await askForFile("Events to replay");
    if (events !== undefined) await show("replay.txt", await optional("replay", [events.fsPath]));
  }

  async function suggestFromEvent(): Promise<void> {
    const event = await askForFile("The event that must be quiet");
    if (event === undefined) return;
    const run = await optional("suggest", [event.fsPath]);
    if (run === undefined || run.stdout === "") return show("suggested.txt", run);
    // Not yet a file: who reads it names the owner and the reason, and says where it goes.
    const document = await vscode.workspace.openTextDocument({ language: "quell", content: run.stdout });
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
  }

  const commands: Record<string, () => unknown> = {
    "quell.compileFile": compileFile,
    "quell.runTests": runTests,
    "quell.replayEvents": replayEvents,
    "quell.suggestFromEvent": suggestFromEvent,
    "quell.restartServer": () => server.restart(),
    "quell.showOutput": () => output.show(),
    "quell.showInstall": showInstall,
  };
  context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(Results.scheme, results));
  for (const [name, command] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, command));
  }
}
