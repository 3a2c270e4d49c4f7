// A person at VS Code, with the packaged extension: usage: node ui.mjs missing|use
//
// $SCRATCH holds the extensions that are installed and everything that VS Code writes, $PROJECT is a copy of the project,
// $PICTURES where pictures go. Prints what was seen, as JSON.

import { chromium } from "playwright-core";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const { SCRATCH, PROJECT, PICTURES } = process.env;
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

async function run(command) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${command}`);
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await page.keyboard.press("Enter");
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
  await sleep(1500);
  await picture("vscode-renamed");

  // What it compiles to.
  await run("Quell: Compile This File");
  await holding(".tab", "render.datadog.json").first().waitFor();
  await holding(".view-line", "suppression_query").first().waitFor();
  await picture("vscode-compiled");
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
  await { missing, use }[step]();
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
