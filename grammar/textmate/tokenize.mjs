// Reads programs, one JSON object a line: { "scope": "source.quell", "text": "…" }. Writes for each a JSON array a line:
// the tokens, as [offset in UTF-16 units, text, scopes].

import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const files = {
  "source.quell": "quell.tmLanguage.json",
  "markdown.quell.codeblock": "quell.markdown.tmLanguage.json",
};
// Stands for the grammar of Markdown, which is the editor's: what matters is what is injected into it.
const markdown = { scopeName: "text.html.markdown", patterns: [] };

const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) => {
    if (scope === markdown.scopeName) return markdown;
    const file = files[scope];
    return file ? textmate.parseRawGrammar(fs.readFileSync(path.join(here, file), "utf8"), file) : null;
  },
  getInjections: (scope) => (scope === markdown.scopeName ? ["markdown.quell.codeblock"] : undefined),
});

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { scope, text } = JSON.parse(line);
  const grammar = await registry.loadGrammar(scope);
  const tokens = [];
  let stack = textmate.INITIAL;
  let offset = 0;
  for (const part of text.split("\n")) {
    const result = grammar.tokenizeLine(part.replace(/\r$/, ""), stack);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      const shown = part.slice(token.startIndex, token.endIndex);
      tokens.push([offset + token.startIndex, shown, token.scopes.join(" ")]);
    }
    offset += part.length + 1;
  }
  process.stdout.write(`${JSON.stringify(tokens)}\n`);
}
