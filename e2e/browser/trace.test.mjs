// The page of a trace: its spans and its records belong together.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { order, serveOrders, spanId } from "./orders.mjs";
import { append, indexed, newPage, post, screenshot, serve, tempDir } from "./world.mjs";

const span = (page, name) => page.locator(".row:not(.head)", { hasText: name });
const records = (page) => page.locator(".trace-page .entry");

// openOrder opens the order that failed from the list of traces.
async function openOrder(t) {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  await page.getByRole("link", { name: "Traces" }).click();
  await page.locator(".traces tbody a").first().click();
  await page.waitForURL(`${server.pages}/trace/${order.traceId}`);
  await span(page, "authorize card").waitFor();
  return { server, page };
}

// inView tells whether an element is in sight as a whole, and nothing is in front of it.
const inView = (locator) => locator.evaluate((e) => {
  const box = e.getBoundingClientRect(), main = document.querySelector("main").getBoundingClientRect();
  const isSeen = (y) => e.contains(document.elementFromPoint(box.left + box.width / 2, y));
  return box.height > 0 && box.top >= main.top - 1 && box.bottom <= main.bottom + 1 && isSeen(box.top + 3) && isSeen(box.bottom - 3);
});

test("the list of traces has the failed one first, then the slowest", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/traces`);
  await page.getByText("9 traces shown.").waitFor();
  const first = page.locator(".traces tbody tr").first();
  assert.match(await first.innerText(), /post \/orders\s*failed/);
  assert.match(await first.innerText(), new RegExp(order.traceId));
  assert.match(await first.innerText(), /payment, shop, stock/);
  assert.match(await first.innerText(), /312 ms/);
  await page.selectOption("#order", "failed");
  await page.getByText("1 trace shown, of 9 in the logs.").waitFor();
  await page.waitForURL(/order=failed/);
  await page.goBack();
  await page.getByText("9 traces shown.").waitFor();
});

test("the page of a trace has its spans, its records and what they come to", async (t) => {
  const { page } = await openOrder(t);
  const names = await page.locator("button.span .name").allInnerTexts();
  assert.deepEqual(names, order.spans.map((s) => s[4]));
  const texts = await records(page).allInnerTexts();
  assert.equal(texts.length, order.records.length);
  order.records.forEach((r, i) => assert.ok(texts[i].includes(r[4]), `record ${i}: ${texts[i]}`));
  assert.match(await page.locator(".facts").innerText(), /312 ms\s*9 spans.*\s*3 services\s*14 records\s*3 errors/);
  assert.equal(await page.locator(".gaps").count(), 0);
  assert.equal(await page.locator("button.span .failed").count(), 4);
  await page.getByRole("button", { name: /^ERROR: card declined/ }).click();
  await page.mouse.move(0, 0);
  await screenshot(page, "serve-trace.png");
});

test("a mark leads to its record and span", async (t) => {
  const { page } = await openOrder(t);
  await page.getByRole("button", { name: /^ERROR: card declined/ }).click();
  const chosen = page.locator(".entry.chosen");
  assert.equal(await chosen.count(), 1);
  assert.match(await chosen.innerText(), /card declined.*insufficient funds/s);
  assert.ok(await inView(chosen), "the record is in sight");
  assert.ok(await chosen.locator(".line").evaluate((e) => e === document.activeElement), "the record has the focus");
  assert.match(await page.locator(".row.chosen").innerText(), /authorize card/);
  assert.equal(await page.locator(".row.chosen").count(), 1);
  assert.equal(await page.locator(".mark.chosen").count(), 1);
});

test("a mark of another span than the chosen one leads to its record", async (t) => {
  const { page } = await openOrder(t);
  await span(page, "authorize card").locator("button.span").click();
  await page.getByRole("button", { name: /^WARN: slow query/ }).click();
  assert.match(await page.locator(".entry.chosen").innerText(), /slow query/);
  assert.match(await page.locator(".row.chosen").innerText(), /select stock_items/);
  assert.equal(await records(page).count(), 14);
});

test("a chosen span has only its own records, until the whole trace is wanted", async (t) => {
  const { page } = await openOrder(t);
  const one = span(page, "authorize card").locator("button.span");
  await one.click();
  assert.deepEqual(await page.locator(".entry .message").allInnerTexts(), ["asking the bank", "the bank takes long, asking again", "card declined"]);
  assert.equal(await page.locator("#records-title").innerText(), "3 records of payment: authorize card");
  await page.getByLabel("whole trace").check();
  assert.equal(await records(page).count(), 14);
  assert.match(await page.locator(".row.chosen").innerText(), /authorize card/);
  await page.getByLabel("whole trace").uncheck();
  assert.equal(await records(page).count(), 3);
  await one.click(); // again: none is chosen
  assert.equal(await records(page).count(), 14);
  assert.equal(await page.locator(".row.chosen").count(), 0);
});

test("a record leads to its span", async (t) => {
  const { page } = await openOrder(t);
  await page.locator(".line", { hasText: "slow query" }).click();
  assert.match(await page.locator(".row.chosen").innerText(), /select stock_items/);
  assert.match(await page.locator(".entry.chosen").innerText(), /slow query/);
  await page.waitForURL(new RegExp(`span=${spanId("b2")}`));
  assert.match(await page.locator(".entry .details").innerText(), new RegExp(`span_id\\s*${spanId("b2")}`));
  await page.locator(".line", { hasText: "order received" }).click();
  assert.match(await page.locator(".row.chosen").innerText(), /post \/orders/);
  assert.equal(await page.locator(".row.chosen").count(), 1);
});

test("children of a span fold away, and come back for a record of theirs", async (t) => {
  const { page } = await openOrder(t);
  await page.getByRole("button", { name: "Children of post /charge" }).first().click();
  assert.equal(await page.locator(".row:not(.head):visible").count(), 6);
  await page.locator(".line", { hasText: "no sign of fraud" }).click();
  assert.ok(await span(page, "check for fraud").isVisible());
});

// A trace with more spans and records than fit on a screen.
test("in a long trace, a record that is clicked stays in sight", async (t) => {
  const log = join(tempDir(t), "app.log");
  const server = await serve(t, "-listen-zipkin", "127.0.0.1:0", log);
  const traceId = "c".repeat(32);
  const id = (i) => (i + 1).toString(16).padStart(16, "0");
  const began = Date.UTC(2026, 10, 28, 12);
  const spans = Array.from({ length: 60 }, (_, i) => ({
    traceId, id: id(i), ...(i && { parentId: id(0) }), name: `span ${i}`, timestamp: (began + i) * 1000, duration: 1000 * (i ? 1 : 60), localEndpoint: { serviceName: "app" },
  }));
  await post(server.spans, spans);
  append(log, ...spans.map((s, i) => ({ time: new Date(began + i).toISOString(), level: "INFO", msg: `record ${i}.`, trace_id: traceId, span_id: s.id })));
  await indexed(server, 60);
  const page = await newPage(t);
  await page.goto(`${server.pages}/trace/${traceId}`);
  const line = page.locator(".line", { hasText: "record 50." });
  await line.scrollIntoViewIfNeeded();
  await line.click();
  assert.match(await page.locator(".row.chosen").innerText(), /span 50/);
  assert.ok(await inView(line), "the record is in sight");
  await page.getByRole("button", { name: /^INFO: record 3\./ }).click();
  assert.ok(await inView(page.locator(".line", { hasText: "record 3." })), "the record of the mark is in sight");
});

test("keys do what the mouse does", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  const focused = (selector) => page.evaluate((s) => document.activeElement.matches(s), selector);
  const tabTo = async (selector) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      if (await focused(selector)) return;
    }
    assert.fail(`Tab does not reach ${selector}`);
  };
  await page.locator(".entry").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(`00-${order.traceId}-${spanId("c3")}-01`);
  await page.keyboard.press("Enter");
  await span(page, "authorize card").waitFor();

  await tabTo("button.span");
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".row.chosen").innerText(), /authorize card/);
  assert.equal(await records(page).count(), 3);

  await tabTo("#whole");
  await page.keyboard.press("Space");
  assert.equal(await records(page).count(), 14);
  await tabTo("button.line");
  for (const key of ["End", "k", "ArrowUp", "ArrowUp", "j"]) await page.keyboard.press(key);
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".entry.chosen").innerText(), /charge failed/);
  assert.match(await page.locator(".row.chosen").innerText(), /payment.*post \/charge/s);
  assert.ok(await page.locator(".entry.chosen .details").isVisible(), "the record is open");
  assert.ok(await focused("button.line"), "the focus stays");

  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".row.chosen, .entry.chosen").count(), 0);
  assert.equal(await records(page).count(), 14);

  await page.keyboard.press("/");
  assert.ok(await focused("#search"));
  await page.keyboard.press("Escape");
  assert.ok(!await focused("#search"), "Escape leaves the search");
  await page.keyboard.press("?");
  assert.ok(await page.locator("#help").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#help").isHidden());
});

test("keys fold the children of a span", async (t) => {
  const { page } = await openOrder(t);
  await page.locator("button.span").first().focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.locator(".row:not(.head):visible").count(), 1);
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator(".row:not(.head):visible").count(), 9);
});

test("keys lead from a line to its trace", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(`${server.pages}/?q=code%3D51`);
  await page.locator(".entry .line").focus();
  await page.keyboard.press("t");
  await page.waitForURL(`${server.pages}/trace/${order.traceId}?span=${spanId("c3")}`);
});

test("Escape takes back the choice of a span, wherever the focus is, and does nothing else", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  const address = `${server.pages}/trace/${order.traceId}`;
  await page.goto(`${address}?span=${spanId("c3")}`);
  await page.locator(".row.chosen").waitFor();
  await page.keyboard.press("?");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".row.chosen").count(), 1, "help is closed, and the span stays chosen");
  await page.locator("#search").press("Escape");
  assert.equal(await page.locator(".row.chosen").count(), 1, "the search is left, and the span stays chosen");
  await page.keyboard.press("Escape");
  await page.waitForURL(address);
  assert.equal(await page.locator(".row.chosen").count(), 0);
  assert.equal(await records(page).count(), 14);
  await records(page).nth(2).locator(".line").click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.equal(page.url(), address);
  assert.equal(await records(page).count(), 14);
  assert.equal(await page.locator(".entry .details").count(), 1, "an opened line stays open");
  assert.ok(await records(page).nth(2).locator(".line").evaluate((e) => e === document.activeElement), "the focus stays");

  // A page that was left has nothing to take back.
  await page.goto(`${address}?span=${spanId("c3")}`);
  await page.locator(".row.chosen").waitFor();
  await page.getByRole("link", { name: "Logs" }).click();
  await page.locator(".logs-page .entry").first().waitFor();
  await page.keyboard.press("Escape");
  assert.equal(page.url(), `${server.pages}/`);
});

test("Escape right after a trace was asked for does nothing", async (t) => {
  const server = await serveOrders(t);
  const page = await newPage(t);
  await page.goto(server.pages);
  await page.fill("#search", order.traceId);
  await page.press("#search", "Enter");
  await page.keyboard.press("Escape");
  await span(page, "authorize card").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(page.url(), `${server.pages}/trace/${order.traceId}`);
  assert.equal(await records(page).count(), 14);
  assert.ok(await page.getByRole("alert").isHidden());
});

test("Enter opens a line while some text is marked, and a click does not", async (t) => {
  const { page } = await openOrder(t);
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector("h1")));
  const line = records(page).nth(2).locator(".line");
  await line.focus();
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate(() => String(getSelection())), /post/, "text is marked");
  assert.equal(await page.locator(".entry .details").count(), 1);
  await line.evaluate((e) => e.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 })));
  assert.equal(await page.locator(".entry .details").count(), 1, "a click with text marked");
  await page.evaluate(() => getSelection().removeAllRanges());
  await line.click();
  assert.equal(await page.locator(".entry .details").count(), 0, "a click with none marked");
});
