// What tests share: the command, a browser, logs and spans.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "./modules.mjs";
import { watch } from "./watch.mjs";

const patience = 30_000; // ms until what a test waits for is given up
const root = fileURLToPath(new URL("../..", import.meta.url));

const endings = new WeakMap(); // by test

// ending has something done when the test ends: what was begun last is ended first.
export function ending(t, end) {
  if (!endings.has(t)) {
    endings.set(t, []);
    t.after(async () => {
      const errors = [];
      for (const end of endings.get(t).reverse()) await Promise.resolve().then(end).catch((error) => errors.push(error));
      if (errors.length) throw errors[0];
    });
  }
  endings.get(t).push(end);
}

// tempDir makes a directory that goes with the test.
export function tempDir(t) {
  const dir = mkdtempSync(join(tmpdir(), "spanlog-browser-"));
  ending(t, () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const servers = new Set(); // those that are running

// A test that takes too long is ended from outside.
process.once("SIGTERM", () => process.exit(1));
process.on("exit", () => servers.forEach((server) => server.kill()));

let built;

// command is the path of the command, which is built once for all tests of a file.
function command() {
  if (process.env.SPANLOG_COMMAND) return process.env.SPANLOG_COMMAND;
  built ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), "spanlog-command-"));
    process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
    const program = join(dir, "spanlog.exe");
    await promisify(execFile)("go", ["build", "-o", program, "./cmd/spanlog"], { cwd: root });
    return program;
  })();
  return built;
}

// serve starts the command. It returns the addresses of its pages and of its intake for spans, which
// is "" if it has none, and stop, which ends it.
export async function serve(t, ...args) {
  if (!args.includes("-listen")) args.unshift("-listen", "127.0.0.1:0");
  const server = spawn(await command(), ["serve", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  servers.add(server);
  server.on("exit", () => servers.delete(server));
  let said = "";
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill();
    await once(server, "exit");
  };
  ending(t, stop);
  server.stderr.on("data", (text) => { said += text; });
  const pages = await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("exit", () => reject(new Error(`serve has ended: ${said}`)));
    server.stdout.on("data", (text) => {
      said += text;
      const pages = /^pages: (\S+)\/\n/m.exec(said)?.[1];
      if (pages) resolve(pages);
    });
  });
  return { pages, spans: /^spans: (\S+)$/m.exec(said)?.[1] ?? "", stop };
}

const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let browser;
after(async () => (await browser)?.close());

// makePage makes a page in a window of its own: behind another one, it would be slow.
async function makePage() {
  browser ??= chromium.launch({ executablePath: process.env.SPANLOG_CHROMIUM, args: flags });
  const context = await (await browser).newContext({ locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" });
  return context.newPage();
}

const idle = []; // pages that no test has: to make one takes longer than most tests

// newPage opens a page, which a test has until it ends. It fails if the page has asked for anything
// elsewhere, or has complained. Options may have its viewport and colorScheme; expected, a pattern of
// what it may complain of; or freely: true for a page that may do what it likes.
export async function newPage(t, { viewport = wide.viewport, colorScheme = "light", expected, freely } = {}) {
  const page = idle.pop() ?? await makePage();
  page.setDefaultTimeout(patience);
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  const watched = watch(page, expected);
  ending(t, async () => {
    await page.goto("about:blank");
    page.removeAllListeners();
    idle.push(page);
    if (!freely) watched.check();
  });
  return page;
}

// These are options of newPage; it is wide and light by default.
export const wide = { viewport: { width: 1280, height: 800 } };
export const narrow = { viewport: { width: 390, height: 844 } };
export const dark = { colorScheme: "dark" };

// append writes records to a log, or lines as they are.
export function append(log, ...records) {
  appendFileSync(log, records.map((r) => `${typeof r === "string" ? r : JSON.stringify(r)}\n`).join(""));
}

// numbered is a record that is one of many.
export function numbered(n) {
  return { time: new Date().toISOString(), level: "INFO", msg: `line ${n}`, n };
}

// post sends spans to an intake.
export async function post(intake, spans) {
  const response = await fetch(intake, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(spans) });
  if (!response.ok) throw new Error(`${intake}: ${response.status} ${await response.text()}`);
}

// get asks for JSON.
export async function get(address) {
  return (await fetch(address)).json();
}

// until waits until a condition holds.
export async function until(words, condition) {
  for (const end = Date.now() + patience; !(await condition());) {
    if (Date.now() > end) throw new Error(`it does not come to that: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// indexed waits until a server has read as many lines.
export async function indexed(server, lines) {
  await until(`${lines} lines are indexed`, async () => (await get(`${server.pages}/api/status`)).lines >= lines);
}

// lastInSight tells whether the last line of the log page is in sight as a whole.
export function lastInSight(page) {
  return page.evaluate(() => {
    const last = [...document.querySelectorAll(".entry")].at(-1);
    return last.getBoundingClientRect().bottom <= document.querySelector(".scroller").getBoundingClientRect().bottom + 1;
  });
}

// screenshot keeps a picture, if SPANLOG_SCREENSHOTS names a directory for it.
export async function screenshot(page, name) {
  const dir = process.env.SPANLOG_SCREENSHOTS;
  if (dir) await page.screenshot({ path: join(dir, name) });
}
