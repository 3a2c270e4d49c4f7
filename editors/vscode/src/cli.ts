// The command line, `quell`: run, and asked what it can do.

import { execFile } from "node:child_process";
import * as vscode from "vscode";
import { findBinary, tellMissing } from "./binary";

export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands of `quell` that newer versions have. */
const OPTIONAL = ["test", "replay", "suggest"] as const;
export type OptionalCommand = (typeof OPTIONAL)[number];

/** Above this much output, it is no result that anybody reads in an editor. */
const MOST_OUTPUT = 64 * 1024 * 1024;

export class CommandLine {
  private commands = new Set<string>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  binary(): Promise<string | undefined> {
    return findBinary(this.context, "quell");
  }

  can(command: OptionalCommand): boolean {
    return this.commands.has(command);
  }

  /** Asks the binary for its commands, and has the palette show what it can do. */
  async look(): Promise<void> {
    this.commands.clear();
    const binary = await this.binary();
    if (binary !== undefined) {
      const help = await this.execute(binary, ["--help"], undefined);
      for (const [, command] of help.stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)) {
        if (command !== undefined) this.commands.add(command);
      }
    }
    for (const command of OPTIONAL) {
      await vscode.commands.executeCommand("setContext", `quell.can.${command}`, this.can(command));
    }
  }

  /** Runs `quell` in the folder of a file's project. Undefined, and a message, if there is no binary. */
  async run(args: string[], near: vscode.Uri | undefined): Promise<Run | undefined> {
    const binary = await this.binary();
    if (binary === undefined) {
      await tellMissing("quell");
      return undefined;
    }
    const folder = near && vscode.workspace.getWorkspaceFolder(near);
    const cwd = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
    return this.execute(binary, args, cwd);
  }

  private execute(binary: string, args: string[], cwd: string | undefined): Promise<Run> {
    this.output.info(`${binary} ${args.join(" ")}`);
    const env = { ...process.env, NO_COLOR: "1" };
    return new Promise((done) => {
      execFile(binary, args, { cwd, env, maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        done({ status, stdout, stderr: status === -1 ? `${stderr}${String(error)}` : stderr });
      });
    });
  }
}
