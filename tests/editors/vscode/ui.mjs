// A person at VS Code, with the packaged extension: usage: node ui.mjs missing|tasks|use
//
// $SCRATCH holds the extensions that are installed and everything that VS Code writes, $PROJECT is a copy of the project,
// $PICTURES where pictures go, $EVENTS a file of events. Prints what was seen, as JSON.

import { chromium } from "playwright-core";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const { SCRATCH, PROJECT, PICTURES, EVENTS } = process.env;
const step = process.argv[2];
const seen = {};

/** A port that nobody listens on. */
function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

const require = createRequire(import.meta.url);
const port = await freePort();
const address = `http://127.0.0.1:${port}`;
const server = spawn(
  process.execPath,
  [
    path.join(path.dirname(require.resolve("code-server/package.json")), "out/node/entry.js"),
    "--auth=none",
    `--bind-addr=127.0.0.1:${port}`,
    `--user-data-dir=${SCRATCH}/user`,
    `--extensions-dir=${SCRATCH}/extensions`,
    `--config=${SCRATCH}/config.yaml`,
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
  ],
  { stdio: ["ignore", "pipe", "pipe"], detached: true },
);
let said = "";
server.stdout.on("data", (text) => (said += text));
server.stderr.on("data", (text) => (said += text));

let browser;
let page;
let failed = false;

/** The row of the Problems panel, the toast, and whatever else holds a text. */
const holding = (selector, text) => page.locator(selector).filter({ hasText: text });

async function picture(name) {
  // The caret blinks, and a notification fades.
  await sleep(300);
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

/** Puts the cursor at a line and a column, both from 1. */
async function go(line, column) {
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").first().fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
  await sleep(150);
}

/** Tries again, as a person would: what opens late, a page or VS Code itself, takes the focus and closes a list. */
async function insist(attempt) {
  for (let number = 1; ; number++) {
    try {
      return await attempt(8000);
    } catch (error) {
      if (number === 4) throw error;
      console.error(`attempt ${number}: ${error.message.split("\n", 1)[0]}`);
    }
  }
}

async function run(command) {
  await insist(async (timeout) => {
    await page.keyboard.press("F1");
    await page.locator(".quick-input-widget input").first().fill(`>${command}`, { timeout });
    await pick(command, timeout);
  });
}

/** Takes the first row of a list, once it is that one: by key, since a list that still moves cannot be clicked. */
async function pick(text, timeout) {
  await holding('.quick-input-list .monaco-list-row[data-index="0"]', text).waitFor({ timeout });
  await page.keyboard.press("Enter");
}

/** Answers VS Code's own dialog for a file, which a browser has instead of the system's. */
async function choose(file) {
  await holding(".quick-input-widget", "OK").first().waitFor();
  // It writes the folder of the open file first.
  await holding(".quick-input-list .monaco-list-row", "render.quell").first().waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type(file);
  await holding(".quick-input-list .monaco-list-row", path.basename(file)).first().waitFor();
  await page.keyboard.press("Enter");
}

/** The lines that the editor of a tab shows. */
async function shown(tab, text) {
  await holding(".tab", tab).first().waitFor();
  await holding(".editor-group-container .view-line", text).first().waitFor();
  // Blanks that may not break, as the editor draws them.
  const lines = await page.locator(".editor-group-container .view-line").allTextContents();
  return lines.map((line) => line.replaceAll("\u00a0", " "));
}

async function terminalShows(text) {
  await holding(".xterm-rows", text).first().waitFor();
  return (await page.locator(".xterm-rows > div").allTextContents()).map((line) => line.replaceAll("\u00a0", " ").trimEnd());
}

/** Closes what lies beside the rule. */
async function alone() {
  await page.keyboard.press("Control+1");
  await run("View: Close Editors in Other Groups");
  await page.keyboard.press("Control+1");
}

async function open(file) {
  const payload = encodeURIComponent(JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${PROJECT}/${file}`]]));
  await page.goto(`${address}/?folder=${PROJECT}&payload=${payload}`);
  await page.waitForSelector(".monaco-editor .view-lines");
}

async function missing() {
  await open("rules/render.quell");
  const toast = holding(".notification-toast", "quell-lsp");
  await toast.first().waitFor();
  // Nothing may follow it.
  await sleep(2000);
  seen.messages = await page.locator(".notification-toast .notification-list-item-message").allTextContents();
  await picture("vscode-without-the-binaries");
}

/** With the command line and without the server: what the Problems panel has is what the matcher reads of a task. */
async function tasks() {
  await open("rules/render.quell");
  await holding(".notification-toast", "quell-lsp").first().waitFor();
  await page.keyboard.press("Control+1");
  await insist(async (timeout) => {
    await page.keyboard.press("Control+Shift+B");
    await pick("quell: check", timeout);
  });
  // Its terminal hides the panel.
  await terminalShows("ephemeral-value");
  await run("Problems: Focus on Problems View");
  const row = holding(".markers-panel .monaco-list-row", "ephemeral-value");
  await row.first().waitFor();
  seen.problem = await row.first().textContent();
}

async function use() {
  await open("rules/render.quell");
  await page.waitForSelector(".squiggly-warning");
  seen.colours = await page.$$eval(".view-line span span", (spans) =>
    Object.fromEntries(spans.map((span) => [span.textContent.trim(), getComputedStyle(span).color])),
  );

  // The status bar shows the level of the rule under the cursor.
  await go(13, 35);
  const level = holding(".statusbar-item", "bits");
  await level.first().waitFor();
  seen.status = await level.allTextContents();

  // The Problems panel names the value that does not last.
  await page.keyboard.press("Control+Shift+M");
  const row = holding(".markers-panel .monaco-list-row", "ephemeral-value");
  await row.first().waitFor();
  seen.problem = await row.first().textContent();
  await picture("vscode-problem");

  // Its quick fix.
  await page.keyboard.press("Control+1");
  await go(13, 35);
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget .monaco-list-row.action").first().waitFor();
  seen.fixes = await page.locator(".action-widget .monaco-list-row.action").allTextContents();
  await picture("vscode-quick-fix");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".squiggly-warning", { state: "detached" });

  // An attribute is completed.
  await go(14, 25);
  await page.keyboard.press("Enter");
  await page.keyboard.type("@process.parent.us", { delay: 30 });
  const offered = holding(".suggest-widget.visible .monaco-list-row", "@process.parent.user");
  await offered.first().waitFor();
  seen.completion = await page.$$eval(".suggest-widget .monaco-list-row", (rows) =>
    rows.map((row) => row.getAttribute("aria-label")),
  );
  await picture("vscode-completion");
  await offered.first().click();
  await page.keyboard.press("Escape");
  await page.keyboard.type("shop");

  // A let gets another name, in both files.
  await go(17, 14);
  await page.keyboard.press("F2");
  const name = page.locator(".rename-input");
  await name.waitFor();
  await name.fill("front-hosts");
  await page.keyboard.press("Enter");
  await holding(".view-line", "front-hosts").first().waitFor();
  await run("File: Save All");
  // The other file, beside this one.
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().fill("fleet.quell");
  await holding(".quick-input-list .monaco-list-row", "fleet.quell").first().waitFor();
  await page.keyboard.press("Control+Enter");
  seen.renamed = await shown("fleet.quell", "let front-hosts");
  // The server has taken in both.
  await sleep(1500);
  await picture("vscode-renamed");
  await alone();

  // What it compiles to.
  await run("Quell: Compile This File");
  await shown("render.datadog.json", "suppression_query");
  await picture("vscode-compiled");
  await alone();

  // Recorded events.
  await run("Quell: Replay Events");
  await choose(EVENTS);
  seen.replayed = await shown("replay.txt", "events:");
  await alone();

  // The tests of the project, in a terminal.
  await run("Quell: Run Tests");
  seen.tested = await terminalShows("passed");
  await picture("vscode-tested");

  // A snippet.
  await go(20, 1);
  await run("Snippets: Insert Snippet");
  await page.locator(".quick-input-widget input").first().fill("suppress-kernel");
  await holding(".quick-input-list .monaco-list-row", "kernel").first().waitFor();
  await page.keyboard.press("Enter");
  await holding(".view-line", "What is loaded").first().waitFor();
  seen.snippet = true;
  await page.keyboard.press("Escape");
  await run("File: Revert File");
  await holding(".view-line", "What is loaded").first().waitFor({ state: "detached" });

  // The server, started again, knows what the first one knew.
  await run("Quell: Restart Language Server");
  await run("Quell: Show Output");
  const started = holding(".output-view .view-line, .panel .view-line", "starting");
  await started.nth(1).waitFor();
  seen.started = await started.allTextContents();
  await page.keyboard.press("Control+1");
  await go(13, 35);
  await page.keyboard.press("Delete");
  await page.keyboard.type("render-8f3a2c91");
  await page.waitForSelector(".squiggly-warning");
  await page.keyboard.press("Escape");
  await run("File: Revert File");
  await page.waitForSelector(".squiggly-warning", { state: "detached" });

  // The first steps.
  await run("View: Close All Editors");
  await run("Welcome: Open Walkthrough");
  await holding(".quick-input-list .monaco-list-row", "Quell").first().click();
  await holding(".getting-started-step", "Compile it").first().waitFor();
  seen.steps = await page.locator(".getting-started-step .step-title").allTextContents();
  await run("View: Hide Panel");
  await picture("vscode-walkthrough");
}

try {
  for (let round = 0; ; round++) {
    const up = await fetch(`${address}/healthz`).then((answer) => answer.ok, () => false);
    if (up) break;
    if (round > 300) throw new Error(`VS Code does not answer: ${said}`);
    await sleep(100);
  }
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
  });
  page = await browser.newPage({ viewport: { width: 1200, height: 760 } });
  page.setDefaultTimeout(60_000);
  await { missing, tasks, use }[step]();
} catch (error) {
  failed = true;
  await page?.screenshot({ path: `${SCRATCH}/failed.png` }).catch(() => {});
  console.error(`${error.stack}\n${said.slice(-3000)}\nsee ${SCRATCH}/failed.png`);
} finally {
  await browser?.close();
  try {
    process.kill(-server.pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}
console.log(JSON.stringify(seen, null, 1));
process.exit(failed ? 1 : 0);
