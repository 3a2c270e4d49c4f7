// What VS Code calls. Everything that is known about the language is known by the server and the command line; the
// extension starts them and shows what they say.

import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { Server } from "./server";
import { RuleLevel } from "./status";
import { Tasks } from "./tasks";
import { CommandLine } from "./cli";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Quell", { log: true });
  const cli = new CommandLine(context, output);
  server = new Server(context, output);
  context.subscriptions.push(
    output,
    new RuleLevel(server),
    vscode.tasks.registerTaskProvider("quell", new Tasks(cli)),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("quell.server.path")) await server?.restart();
      if (change.affectsConfiguration("quell.path")) await cli.look();
    }),
  );
  registerCommands(context, server, cli, output);
  await Promise.all([server.start(), cli.look()]);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
