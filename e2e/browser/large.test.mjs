// Traces that are too large for all of them to be rows, or to be sent: what is shown of them does not depend on
// where it is, and is told of.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { saveHTML, saveJSON } from "./export.mjs";
import { append, indexed, narrow, newPage, post, screenshot, serve, tempDir } from "./world.mjs";

const traceId = "1a".repeat(16);
const began = Date.UTC(2026, 10, 28, 12);
const spanId = (i) => (i + 1).toString(16).padStart(16, "0");

// serveLarge serves a trace whose records are numbered, 1 ms apart. They are of its spans by turns, which are as
// long as the trace.
async function serveLarge(t, { records, spans, text = "", level = () => "INFO" }) {
  const log = join(tempDir(t), "app.log");
  append(log, ...Array.from({ length: records }, (_, i) => ({
    time: new Date(began + i).toISOString(), level: level(i), msg: `record ${i}.`, ...(text && { text }), trace_id: traceId, span_id: spanId(i % spans), "service.name": "shop",
  })));
  const server = await serve(t, "-listen-zipkin", "127.0.0.1:0", log);
  await post(server.spans, Array.from({ length: spans }, (_, i) => ({
    traceId, id: spanId(i), ...(i && { parentId: spanId(0) }), name: `span ${i}.`, timestamp: began * 1000 + i, duration: records * 1000, localEndpoint: { serviceName: "shop" },
  })));
  await indexed(server, records);
  return server;
}

async function openLarge(t, what, options) {
  const server = await serveLarge(t, what);
  const page = await newPage(t, options);
  await page.goto(`${server.pages}/trace/${traceId}`);
  await page.locator(".trace-page").waitFor();
  return { server, page };
}

// numbers are the first and the last number of rows, which have to be all between them.
async function numbers(page, selector) {
  const all = await page.locator(selector).evaluateAll((rows) => rows.map((row) => Number(/(?:record|span) (\d+)\./.exec(row.textContent)[1])));
  all.forEach((n, i) => assert.equal(n, all[0] + i, `rows are missing, doubled or not in order: ${all}`));
  return [all[0], all.at(-1)];
}

const rows = (page) => numbers(page, ".entry");
const spans = (page) => numbers(page, ".row:not(.head)");
const top = (page, text) => page.locator(".line", { hasText: text }).evaluate((e) => e.getBoundingClientRect().top);
const isFocused = (locator) => locator.evaluate((e) => e === document.activeElement);

for (const [name, options] of [["", {}], [", on a narrow screen", narrow]]) {
  test(`a mark far down leads to its record and those around it, and more of them come if wanted${name}`, async (t) => {
    const { page } = await openLarge(t, { records: 2500, spans: 1 }, options);
    assert.deepEqual(await rows(page), [0, 499]);
    assert.equal(await page.locator("#records-title").innerText(), "2,500 records of the trace");

    await page.locator(".mark").nth(200).evaluate((mark) => mark.click());
    const chosen = page.locator(".entry.chosen");
    const n = Number(/record (\d+)\./.exec(await chosen.innerText())[1]);
    assert.ok(n > 1800 && n < 2300, `${n} is far down`);
    assert.deepEqual(await rows(page), [n - 100, n + 99], "no more rows than those around it");
    assert.ok(await isFocused(chosen.locator(".line")), "it has the focus");
    const fromMiddle = await chosen.evaluate((row) => row.getBoundingClientRect().top - innerHeight / 2);
    assert.ok(Math.abs(fromMiddle) < 250, `it is ${fromMiddle} pixels from the middle of the window`);
    await screenshot(page, `large-trace${name ? "-narrow" : ""}.png`);

    const earlier = page.getByRole("button", { name: /earlier records/ });
    assert.equal(await earlier.innerText(), `Show 500 of ${(n - 100).toLocaleString("en-US")} earlier records`);
    await earlier.press("Enter");
    assert.deepEqual(await rows(page), [n - 600, n + 99]);
    const later = page.getByRole("button", { name: /later records/ });
    while (await later.isVisible()) await later.press("Enter");
    assert.equal((await rows(page))[1], 2499);
    assert.ok(await page.evaluate(() => document.activeElement.matches(".entry button.line")), "the focus is on a record");

    await page.locator(".mark").first().evaluate((mark) => mark.click());
    assert.deepEqual(await rows(page), [0, 199]);
    assert.ok(await earlier.isHidden(), "nothing is before the first one");
  });
}

test("rows stay on the screen when earlier ones come in above them", async (t) => {
  const { page } = await openLarge(t, { records: 3000, spans: 1 });
  await page.locator(".mark").nth(100).evaluate((mark) => mark.click());
  const [first] = await rows(page);
  for (let i = 0; i < 2; i++) {
    const text = `record ${first + 10}.`;
    await page.locator(".line", { hasText: text }).scrollIntoViewIfNeeded();
    const before = await top(page, text);
    await page.getByRole("button", { name: /earlier records/ }).evaluate((button) => button.click());
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.ok(Math.abs(await top(page, text) - before) < 1, `they move by ${await top(page, text) - before} pixels`);
  }
  assert.deepEqual((await rows(page))[0], first - 1000);
});

test("opened lines stay open when others come", async (t) => {
  const { page } = await openLarge(t, { records: 1200, spans: 1 });
  await page.locator(".line").nth(3).click();
  await page.getByRole("button", { name: "Show 500 of 700 later records" }).click();
  await page.getByRole("button", { name: "Show 200 later records" }).click();
  assert.deepEqual(await rows(page), [0, 1199]);
  assert.equal(await page.locator(".entry .details").count(), 1);
});

test("a key costs the same however many rows there are", async (t) => {
  const { page } = await openLarge(t, { records: 1500, spans: 1 });
  const later = page.getByRole("button", { name: /later records/ });
  while (await later.isVisible()) await later.click();
  assert.equal(await page.locator(".entry").count(), 1500);
  // What a key looks at is counted.
  await page.evaluate(() => {
    window.looked = 0;
    const all = Element.prototype.querySelectorAll;
    Element.prototype.querySelectorAll = function (selector) {
      const found = all.call(this, selector);
      window.looked += found.length;
      return found;
    };
    const { get } = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "offsetParent");
    Object.defineProperty(HTMLElement.prototype, "offsetParent", { get() { window.looked++; return get.call(this); } });
    for (const way of ["nextElementSibling", "previousElementSibling"]) {
      const { get } = Object.getOwnPropertyDescriptor(Element.prototype, way);
      Object.defineProperty(Element.prototype, way, { get() { window.looked++; return get.call(this); } });
    }
  });
  await page.locator(".line").first().focus();
  for (const [key, want] of [["End", 1499], ["k", 1498], ["ArrowUp", 1497], ["j", 1498], ["Home", 0], ["ArrowUp", 0], ["ArrowDown", 1]]) {
    await page.evaluate(() => { window.looked = 0; });
    await page.keyboard.press(key);
    assert.match(await page.evaluate(() => document.activeElement.textContent), new RegExp(`record ${want}\\.`), key);
    const looked = await page.evaluate(() => window.looked);
    assert.ok(looked < 20, `${key} looks at ${looked} elements`);
    assert.equal(await page.locator('.line[tabindex="0"]').count(), 1, "Tab reaches one row");
  }
});

test("a span far down is shown among those around it", async (t) => {
  const { server, page } = await openLarge(t, { records: 1600, spans: 1600 });
  assert.deepEqual(await spans(page), [0, 499]);
  await page.goto(`${server.pages}/trace/${traceId}?span=${spanId(1400)}`);
  const chosen = page.locator(".row.chosen");
  await chosen.waitFor();
  assert.match(await chosen.innerText(), /span 1400\./);
  assert.deepEqual(await spans(page), [1300, 1499]);
  const inSight = await chosen.evaluate((row) => {
    const box = row.getBoundingClientRect(), list = row.parentElement.getBoundingClientRect();
    return box.top >= list.top - 1 && box.bottom <= list.bottom + 1;
  });
  assert.ok(inSight, "it is in sight");
  await screenshot(page, "large-spans.png");
  await page.getByRole("button", { name: "Show 500 of 1,300 earlier spans" }).click();
  assert.deepEqual(await spans(page), [800, 1499]);

  // Its children fold away, and come back for a record of one of them.
  await page.goto(`${server.pages}/trace/${traceId}`);
  await page.getByRole("button", { name: "Children of span 0." }).click();
  assert.deepEqual(await spans(page), [0, 0]);
  await page.locator(".line", { hasText: "record 499." }).evaluate((line) => line.click());
  assert.match(await chosen.innerText(), /span 499\./);
  assert.equal(await page.getByRole("button", { name: "Children of span 0." }).getAttribute("aria-expanded"), "true");
});

test("a trace with more than a page can have says so, has its errors, and is whole when it is saved", async (t) => {
  const all = 5000;
  const { page } = await openLarge(t, { records: all, spans: 2, text: "x".repeat(2000), level: (i) => (i === all - 2 ? "ERROR" : "INFO") });
  const gap = await page.locator('.gaps li[data-gap="omitted"]').innerText();
  const [, first] = /^The first (\d+) of 5000 records are shown here, and 1 later one that tells of errors\. The trace saved as HTML or JSON has all of them\.$/.exec(gap) ?? assert.fail(gap);
  assert.ok(first > 3000 && first < 4500, first);
  const shown = (Number(first) + 1).toLocaleString("en-US");
  assert.equal(await page.locator("#records-title").innerText(), `${shown} of 5,000 records of the trace`);
  assert.match(await page.locator(".facts").innerText(), /5,000 records\s*1 error$/);
  await screenshot(page, "omitted.png");
  await page.getByRole("button", { name: /^ERROR: record 4998\./ }).evaluate((mark) => mark.click());
  assert.match(await page.locator(".entry.chosen").innerText(), /record 4998\./);
  await page.locator("button.span").first().click();
  assert.match(await page.locator("#records-title").innerText(), /^\d,\d+ of 2,500 records of shop: span 0\.$/);

  const dir = tempDir(t);
  const saved = JSON.parse(readFileSync(await saveJSON(page, dir), "utf8"));
  assert.equal(saved.records.length, all);
  assert.equal(saved.omitted, undefined);
  assert.deepEqual(saved.gaps, []);

  const whole = await newPage(t);
  await whole.goto(pathToFileURL(await saveHTML(page, dir)).href);
  assert.equal(await whole.locator("#records-title").innerText(), "5,000 records of the trace");
  assert.equal(await whole.locator(".gaps").count(), 0);
  await whole.getByRole("button", { name: /^INFO: record 47\d\d\./ }).first().evaluate((mark) => mark.click());
  assert.match(await whole.locator(".entry.chosen").innerText(), /record 47\d\d\./);
  assert.equal(await whole.locator(".entry").count(), 200);
  assert.ok(await whole.locator(".waterfall").evaluate((e) => e.getBoundingClientRect().top === 0), "the spans stay in sight above the records");
});
