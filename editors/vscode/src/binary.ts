// Where a binary is: where the setting says, else in the extension, on PATH, or where Cargo installs.

import * as fs from "node:fs/promises";
import { constants } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

export type BinaryName = "quell" | "quell-lsp";

const SETTING: Record<BinaryName, string> = { quell: "path", "quell-lsp": "server.path" };

/** The folder of its crate in the repository. */
const SOURCE: Record<BinaryName, string> = { quell: "compiler", "quell-lsp": "lsp" };

/** The path that the user's settings give, with `~` and `${workspaceFolder}` put in; undefined if they give none. */
function configured(name: BinaryName): string | undefined {
  const setting = vscode.workspace.getConfiguration("quell").get<string>(SETTING[name])?.trim();
  if (!setting) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return setting.replace(/^~(?=[/\\])/, os.homedir()).replace("${workspaceFolder}", folder);
}

function candidates(context: vscode.ExtensionContext, name: BinaryName): string[] {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const setting = configured(name);
  // A setting that names nothing is a mistake to be told, not to be worked around.
  if (setting) return [setting];
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const cargo = path.join(process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo"), "bin");
  return [context.asAbsolutePath("bin"), ...folders, cargo].map((folder) => path.join(folder, file));
}

/** The binary, or undefined if it is nowhere. */
export async function findBinary(context: vscode.ExtensionContext, name: BinaryName): Promise<string | undefined> {
  for (const candidate of candidates(context, name)) {
    try {
      await fs.access(candidate, constants.X_OK);
      if ((await fs.stat(candidate)).isFile()) return candidate;
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}

let told = false;

/** Says once that a binary is missing, and how to get it. */
export async function tellMissing(name: BinaryName): Promise<void> {
  if (told) return;
  told = true;
  const setting = configured(name);
  const message = setting
    ? `Quell: there is no program at ${setting}, which the setting "quell.${SETTING[name]}" names.`
    : `Quell: the program ${name} was not found. In a copy of Quell's repository, "cargo install --locked --path ` +
      `${SOURCE[name]}" installs it.`;
  const how = "How to Get It";
  const settings = "Open Settings";
  const chosen = await vscode.window.showErrorMessage(message, how, settings);
  if (chosen === how) await showInstall();
  if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", `quell.${SETTING[name]}`);
  }
}

/** After the settings changed, or on the user's wish, the message may come again. */
export function tellAgain(): void {
  told = false;
}

export async function showInstall(): Promise<void> {
  const id = "quell.quell";
  const readme = vscode.extensions.getExtension(id)?.extensionUri;
  if (readme) {
    await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.joinPath(readme, "walkthrough/binaries.md"));
  }
}
