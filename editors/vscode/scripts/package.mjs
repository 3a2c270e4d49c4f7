// Writes quell.vsix. With `QUELL_BINARIES=FOLDER` and `QUELL_PLATFORM=linux-x64` (or what VS Code calls it) the package
// is for that platform, carries the binaries of the folder, and is named quell-PLATFORM.vsix.

import { spawnSync } from "node:child_process";
import path from "node:path";

const here = path.resolve(import.meta.dirname, "..");
const platform = process.env.QUELL_PLATFORM;
if (Boolean(platform) !== Boolean(process.env.QUELL_BINARIES)) {
  console.error("QUELL_PLATFORM and QUELL_BINARIES belong together");
  process.exit(2);
}

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [path.join(here, script), ...args], { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

run("node_modules/typescript/bin/tsc", "--noEmit");
run("scripts/build.mjs");
const out = platform ? `quell-${platform}.vsix` : "quell.vsix";
// Everything is bundled: the package has no dependencies of its own.
const options = ["package", "--no-dependencies", "--allow-missing-repository", "-o", out];
run("node_modules/@vscode/vsce/vsce", ...options, ...(platform ? ["--target", platform] : []));
