// The level of the rule under the cursor, in the status bar. The server says it in the inlay hint of the rule's first
// line; here it is only shown where one looks while typing a condition.

import * as vscode from "vscode";
import { Server } from "./server";

/** How long typing and moving must rest before the level is asked for, in milliseconds. */
const REST = 250;

export class RuleLevel implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly disposables: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {
    const item = vscode.window.createStatusBarItem("quell.level", vscode.StatusBarAlignment.Right, 90);
    item.name = "Quell: Level of the Rule";
    item.command = "quell.compileFile";
    this.item = item;
    this.disposables.push(
      item,
      server.onDidChange(() => this.soon()),
      vscode.window.onDidChangeActiveTextEditor(() => this.soon()),
      vscode.window.onDidChangeTextEditorSelection(() => this.soon()),
      vscode.languages.onDidChangeDiagnostics(() => this.soon()),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.update(), REST);
  }

  private async update(): Promise<void> {
    const item = this.item;
    const editor = vscode.window.activeTextEditor;
    const wanted = vscode.workspace.getConfiguration("quell").get<boolean>("status.level", true);
    if (!wanted || !this.server.running || editor?.document.languageId !== "quell") {
      item.hide();
      return;
    }
    const level = await levelAt(editor.document, editor.selection.active);
    if (level === undefined) {
      item.hide();
      return;
    }
    item.text = `$(shield) ${level.text}`;
    item.tooltip = new vscode.MarkdownString(`**${level.rule}**\n\n${level.text}`);
    item.show();
  }
}

/** The rule around a place, and what the server says beside its name. */
async function levelAt(
  document: vscode.TextDocument,
  at: vscode.Position,
): Promise<{ rule: string; text: string } | undefined> {
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    document.uri,
  );
  const rule = symbols?.find((symbol) => symbol.range.contains(at));
  if (rule === undefined) return undefined;
  const line = document.lineAt(rule.selectionRange.start.line).range;
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[] | undefined>(
    "vscode.executeInlayHintProvider",
    document.uri,
    line,
  );
  const labels = (hints ?? [])
    .filter((hint) => line.contains(hint.position))
    .map((hint) => (typeof hint.label === "string" ? hint.label : hint.label.map((part) => part.value).join("")).trim());
  // A list has a note too, of how long it is.
  if (!labels.some((label) => label.includes("bits"))) return undefined;
  return { rule: rule.name, text: labels.join(", ") };
}
