// Nothing that a log or a span says is run, or asks for anything: it is shown. What else must not be, such
// as a request or a dialog, makes every test fail: see watch.mjs.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { big, serveHostile, texts } from "./hostile.mjs";
import { get, newPage, tempDir } from "./world.mjs";
import { saveHTML } from "./export.mjs";

const hacked = (page) => page.evaluate(() => window.hacked);
const contents = (page, selector) => page.locator(selector).evaluateAll((all) => all.map((e) => e.textContent));

// clickAll clicks on all elements, one after the other.
const clickAll = (page, selector) => page.locator(selector).evaluateAll((all) => all.forEach((e) => e.click()));

// checkTrace checks the page of the trace, of which each line is opened, and each span is chosen once.
async function checkTrace(page) {
  const names = await contents(page, "button.span .name");
  for (const text of texts) assert.ok(names.includes(text.toLowerCase()), `${JSON.stringify(text)} in ${JSON.stringify(names)}`);
  const messages = await contents(page, ".entry .message");
  for (const text of texts) assert.ok(messages.includes(text), `${JSON.stringify(text)} in ${JSON.stringify(messages).slice(0, 3000)}`);
  await clickAll(page, ".entry .line");
  assert.ok(await page.locator(".entry .details").count() > texts.length);
  const told = await page.locator("button.span").evaluateAll((all) => all.map((span) => {
    span.click();
    return [...document.querySelectorAll(".about .value")].map((e) => e.textContent);
  }));
  for (const text of texts) assert.ok(told.some((values) => values.filter((value) => value === text).length >= 2), JSON.stringify(text));
  await page.locator(".mark, .annotation, .bar").first().hover();
  assert.equal(await hacked(page), undefined);
}

test("hostile text on the log page is text", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  await page.locator(".entry").nth(2 * texts.length).waitFor();
  const messages = await contents(page, ".entry .message");
  for (const text of texts) assert.ok(messages.includes(text), JSON.stringify(text));
  const keys = await contents(page, ".entry .key");
  for (const text of texts) assert.ok(keys.includes(`${text}=`), JSON.stringify(text));
  await clickAll(page, ".entry .line");
  assert.equal(await page.locator(".entry .details").count(), 2 * texts.length + 1);
  assert.equal(await hacked(page), undefined);
});

test("hostile text on the page of a trace is text", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/trace/${server.traceId}`);
  await page.locator(".trace-page").waitFor();
  await checkTrace(page);
});

test("hostile text in the list of traces is text", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/traces`);
  await page.getByText("1 trace shown.").waitFor();
  const row = await page.locator(".traces tbody tr").textContent();
  for (const text of texts) assert.ok(row.includes(text) || row.includes(text.toLowerCase()), JSON.stringify(text));
  assert.equal(await hacked(page), undefined);
});

test("hostile text in a saved page is text", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/trace/${server.traceId}`);
  const file = await saveHTML(page, tempDir(t));
  const saved = await newPage(t);
  await saved.goto(pathToFileURL(file).href);
  await saved.locator(".trace-page").waitFor();
  await checkTrace(saved);
});

test("hostile text in addresses is text", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t, { expected: /status of 40[04]/ });
  for (const text of texts.slice(0, 3)) {
    await page.goto(`${server.pages}/?${new URLSearchParams({ q: text })}`);
    await page.locator(".entry").or(page.getByRole("alert")).or(page.getByText("Nothing is found.")).first().waitFor();
    assert.equal(await page.inputValue("#search"), text);
    await page.goto(`${server.pages}/trace/${encodeURIComponent(text)}`);
    await page.getByRole("alert").waitFor();
    await page.goto(`${server.pages}/traces?order=${encodeURIComponent(text)}`);
    await page.getByRole("alert").waitFor();
    assert.equal(await hacked(page), undefined);
  }
});

test("hostile fields can be searched for by a button", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t, { expected: /status of 400/ });
  const wrong = [];
  for (const text of [texts[0], texts[2], texts[6], texts[9], texts[11]]) {
    await page.goto(server.pages);
    const entry = page.locator(".entry").nth(texts.indexOf(text));
    await entry.locator(".line").press("Enter");
    await entry.locator("dl").evaluate((list, text) => {
      const key = [...list.querySelectorAll("dt")].find((e) => e.textContent === text);
      key.nextElementSibling.querySelector("button").click();
    }, text);
    await page.waitForURL(/\?q=/);
    const found = page.locator(".entry .message");
    await found.or(page.getByRole("alert")).or(page.getByText("Nothing is found.")).first().waitFor();
    const messages = await found.allTextContents();
    if (messages[0] !== text) wrong.push(`${await page.inputValue("#search")}: ${messages} ${await page.textContent("#search-error")}`);
  }
  assert.deepEqual(wrong, []);
});

test("a line of a megabyte is cut, and says so", async (t) => {
  const server = await serveHostile(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  const last = page.locator(".entry").last();
  await last.locator(".note", { hasText: /… 1\.0 MB more/ }).waitFor();
  assert.ok((await last.locator(".message").textContent()).length < 10_000);
  // The page of the trace has more of it.
  const { records } = await get(`${server.pages}/api/trace/${server.traceId}`);
  const { message, cut = 0 } = records.at(-1);
  assert.ok(big.startsWith(message) && message.length + cut >= big.length, `${message.length} bytes, and ${cut} are cut`);
});
