// A trace that is saved, and looked at where there is no server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { saveHTML, saveJSON } from "./export.mjs";
import { order, serveOrders } from "./orders.mjs";
import { get, newPage, tempDir } from "./world.mjs";

async function openOrder(t) {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/trace/${order.traceId}`);
  await page.locator(".trace-page").waitFor();
  return { server, page };
}

test("export: the saved page shows the trace without a server, and asks for nothing", async (t) => {
  const { server, page } = await openOrder(t);
  const file = await saveHTML(page, tempDir(t));
  assert.equal(basename(file), `trace-${order.traceId}.html`);
  await server.stop();

  const saved = await newPage(t);
  const asked = [];
  saved.on("request", (request) => asked.push(request.url()));
  await saved.goto(pathToFileURL(file).href);
  await saved.locator(".trace-page").waitFor();
  assert.equal(await saved.title(), `post /orders ${order.traceId}`);
  assert.deepEqual(await saved.locator("button.span .name").allInnerTexts(), order.spans.map((s) => s[4]));
  assert.equal(await saved.locator(".entry").count(), order.records.length);
  await saved.getByRole("button", { name: /^ERROR: card declined/ }).click();
  assert.match(await saved.locator(".entry.chosen").innerText(), /card declined/);
  assert.match(await saved.locator(".row.chosen").innerText(), /authorize card/);
  await saved.locator(".entry.chosen .line").press("Enter");
  assert.match(await saved.locator(".entry .details").innerText(), /insufficient funds/);
  await saved.getByLabel("whole trace").uncheck();
  assert.equal(await saved.locator(".entry").count(), 3);
  assert.deepEqual(asked, [pathToFileURL(file).href]);
});

test("export: the saved page has a policy that lets nothing else run", async (t) => {
  const { page } = await openOrder(t);
  const html = readFileSync(await saveHTML(page, tempDir(t)), "utf8");
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)[1];
  assert.match(policy, /^default-src 'none'; script-src '(sha256-[^']+)'; style-src '(sha256-[^']+)';/);
  assert.doesNotMatch(policy, /unsafe/);
});

test("export: the saved JSON is what the page was made of", async (t) => {
  const { server, page } = await openOrder(t);
  const saved = JSON.parse(readFileSync(await saveJSON(page, tempDir(t)), "utf8"));
  assert.equal(saved.format, "spanlog.trace/1");
  assert.equal(saved.spans.length, order.spans.length);
  assert.deepEqual(saved, await get(`${server.pages}/api/trace/${order.traceId}`));
});
