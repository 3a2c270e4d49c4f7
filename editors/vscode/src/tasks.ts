// `quell` as tasks, with what it finds in the Problems panel.

import * as vscode from "vscode";
import { CommandLine } from "./cli";

interface Definition extends vscode.TaskDefinition {
  command: "check" | "test" | "compile" | "fmt";
  arguments?: string[];
}

export class Tasks implements vscode.TaskProvider {
  constructor(private readonly cli: CommandLine) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const definitions: Definition[] = [{ type: "quell", command: "check", arguments: ["--format", "short"] }];
    if (this.cli.can("test")) definitions.push({ type: "quell", command: "test" });
    const tasks = await Promise.all(definitions.map((definition) => this.task(definition)));
    return tasks.filter((task) => task !== undefined);
  }

  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    return this.task(task.definition as Definition, task.scope);
  }

  private async task(
    definition: Definition,
    scope: vscode.Task["scope"] = vscode.TaskScope.Workspace,
  ): Promise<vscode.Task | undefined> {
    const binary = await this.cli.binary();
    if (binary === undefined) return undefined;
    const args = [definition.command, ...(definition.arguments ?? [])];
    const run = new vscode.ProcessExecution(binary, args, { cwd: "${workspaceFolder}" });
    const task = new vscode.Task(definition, scope, definition.command, "quell", run, "$quell");
    if (definition.command === "check") task.group = vscode.TaskGroup.Build;
    if (definition.command === "test") task.group = vscode.TaskGroup.Test;
    return task;
  }
}
