// Everything that is in the package and is not a source: the bundle, the grammars, the icon, the licences.

import esbuild from "esbuild";
import { Resvg } from "@resvg/resvg-js";
import { chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const here = path.resolve(import.meta.dirname, "..");
const root = path.resolve(here, "../..");

await esbuild.build({
  entryPoints: [path.join(here, "src/extension.ts")],
  outfile: path.join(here, "dist/extension.js"),
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  legalComments: "linked",
});

await mkdir(path.join(here, "syntaxes"), { recursive: true });
for (const grammar of ["quell.tmLanguage.json", "quell.markdown.tmLanguage.json"]) {
  await cp(path.join(root, "grammar/textmate", grammar), path.join(here, "syntaxes", grammar));
}
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) {
  await cp(path.join(root, licence), path.join(here, `${licence}.txt`));
}
await cp(path.join(root, "LICENSE"), path.join(here, "LICENSE.txt"));

const icon = await readFile(path.join(here, "images/icon.svg"), "utf8");
const picture = new Resvg(icon, { fitTo: { mode: "width", value: 256 } }).render();
await writeFile(path.join(here, "images/icon.png"), picture.asPng());

// A package for one platform carries the binaries that `QUELL_BINARIES` holds.
await rm(path.join(here, "bin"), { recursive: true, force: true });
const binaries = process.env.QUELL_BINARIES;
if (binaries) {
  const suffix = (process.env.QUELL_PLATFORM ?? "").startsWith("win32") ? ".exe" : "";
  await mkdir(path.join(here, "bin"));
  for (const name of [`quell${suffix}`, `quell-lsp${suffix}`]) {
    await cp(path.join(binaries, name), path.join(here, "bin", name));
    await chmod(path.join(here, "bin", name), 0o755);
  }
}
